"""Settings of zones that a system insists on."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic.alias_generators import to_camel

from components.cloudflare import ZoneSetting
from components.component import Component
from components.zones import zone_ids


class ZoneArgs(TypedDict):
    zone: str
    """The zone's name."""
    always_use_https: NotRequired[bool]
    """Redirects every request over HTTP (T109)."""
    min_tls_version: NotRequired[str]
    """`1.0` to `1.3`; clients that know older ones only are refused."""


class ZoneSettingsArgs(TypedDict):
    account_id: str
    production: bool
    zones: Sequence[ZoneArgs]


class ZoneSettings(Component):
    """Settings of zones. It creates no zones, and leaves a setting that is not said to whoever owns it.

    A zone is shared by all that runs on it: two stacks that say the same setting overwrite each other.
    """

    def __init__(self, name: str, args: ZoneSettingsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:ZoneSettings", name, _inputs(args), opts)
        ids = zone_ids((zone["zone"] for zone in args["zones"]), self)
        for zone in args["zones"]:
            for setting, value in _settings(zone).items():
                ZoneSetting(
                    f"{name}-{zone['zone']}-{setting.replace('_', '-')}",
                    zone_id=ids[zone["zone"]],
                    setting_id=setting,
                    value=value,
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.register_outputs({})


def _settings(zone: ZoneArgs) -> dict[str, str]:
    """The stated settings by the API's ids, with the API's values."""
    settings = {}
    if "always_use_https" in zone:
        settings["always_use_https"] = "on" if zone["always_use_https"] else "off"
    if "min_tls_version" in zone:
        settings["min_tls_version"] = zone["min_tls_version"]
    return settings


def _inputs(args: ZoneSettingsArgs) -> dict[str, Any]:
    zones = [{to_camel(key): value for key, value in zone.items()} for zone in args["zones"]]
    return {"accountId": args["account_id"], "production": args["production"], "zones": zones}
