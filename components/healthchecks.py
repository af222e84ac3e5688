"""What Cloudflare asks from outside, to see whether a system answers."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi

from components.cloudflare import Healthcheck, HealthcheckRequest
from components.component import Component, public_name
from components.zones import zone_ids

_REGIONS = ("WNAM",)
"""Where the questions come from. Unsaid, Cloudflare chooses, and each refresh finds what it chose. Several need a Business plan."""


class HealthcheckArgs(TypedDict):
    key: str
    zone: str
    """The zone's name."""
    host: str
    path: str
    interval: int
    """Seconds from one question to the next."""
    timeout: int
    """Seconds."""
    retries: int
    """Immediate ones, after a timeout, before a question counts as failed."""
    consecutive_fails: int
    """Failed questions after which the host is unhealthy."""
    consecutive_successes: int
    expected_codes: Sequence[str]
    """For example `200`, or `2xx` for all of them."""
    expected_body: str
    """A part of the body, whatever its case; empty when any will do."""


class HealthchecksArgs(TypedDict):
    account_id: str
    production: bool
    healthchecks: Sequence[HealthcheckArgs]


class Healthchecks(Component):
    """The healthchecks of an environment, over HTTPS. They tell nobody: `components.alerts` does. Zones need a paid plan for them."""

    ids: dict[str, pulumi.Output[str]]
    """Ids of the healthchecks by key."""

    def __init__(self, name: str, args: HealthchecksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:Healthchecks", name, _inputs(args), opts)
        zones = zone_ids((check["zone"] for check in args["healthchecks"]), self)
        self.ids = {
            check["key"]: self._healthcheck(f"{name}-{check['key']}", check, zones[check["zone"]])
            for check in args["healthchecks"]
        }
        self.register_outputs({"ids": self.ids})

    def _healthcheck(self, name: str, check: HealthcheckArgs, zone_id: pulumi.Output[str]) -> pulumi.Output[str]:
        """Everything that Cloudflare would choose is said, or each refresh would be followed by an update."""
        return Healthcheck(
            name,
            zone_id=zone_id,
            name=public_name(check["key"]),
            description=f"https://{check['host']}{check['path']}",
            address=check["host"],
            type="HTTPS",
            check_regions=list(_REGIONS),
            interval=check["interval"],
            timeout=check["timeout"],
            retries=check["retries"],
            consecutive_fails=check["consecutive_fails"],
            consecutive_successes=check["consecutive_successes"],
            suspended=False,
            http_config=_request(check),
            opts=pulumi.ResourceOptions(parent=self),
        ).id


def _request(check: HealthcheckArgs) -> HealthcheckRequest:
    return {
        "method": "GET",
        "path": check["path"],
        "port": 443,  # unsaid it is 80, for HTTPS too
        "header": {"Host": [check["host"]]},
        "expected_codes": list(check["expected_codes"]),
        "expected_body": check["expected_body"],
        "follow_redirects": False,
        "allow_insecure": False,
    }


def _inputs(args: HealthchecksArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "healthchecks": [
            {
                "key": check["key"],
                "zone": check["zone"],
                "host": check["host"],
                "path": check["path"],
                "interval": check["interval"],
                "consecutiveFails": check["consecutive_fails"],
                "expectedCodes": list(check["expected_codes"]),
            }
            for check in args["healthchecks"]
        ],
    }
