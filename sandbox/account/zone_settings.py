"""Settings of a zone: each with the values that it takes and the one it starts with.

Those that Cloudflare sells on larger plans only are not here; they are refused as settings that the zone does not have.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.account import fields
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, Kind, flag, listed, number, one_of, shaped, text
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

SETTING = "zone_setting"

UNKNOWN = Failure(400, 1006, "Unrecognized zone setting name: {name}")
BAD_VALUE = Failure(400, 1007, "Invalid value for zone setting {name}: {reason}")
BAD_BODY = Failure(400, 1006, "Could not read the settings: {reason}")


@dataclass(frozen=True)
class Setting:
    """What a setting can be, and what it is on a new zone."""

    kind: Kind
    default: Any


_SWITCH = one_of("on", "off")
_ON, _OFF = Setting(_SWITCH, "on"), Setting(_SWITCH, "off")
_STRICT_TRANSPORT_SECURITY = shaped(
    strict_transport_security=Field(
        shaped(
            enabled=Field(flag, default=False),
            include_subdomains=Field(flag, default=False),
            max_age=Field(number(0), default=0),
            nosniff=Field(flag, default=False),
            preload=Field(flag, default=False),
        ),
        required=True,
    )
)
_NOT_STRICT = {
    "strict_transport_security": {
        "enabled": False,
        "include_subdomains": False,
        "max_age": 0,
        "nosniff": False,
        "preload": False,
    }
}
_BROWSER_TTLS = (
    0, 30, 60, 120, 300, 1200, 1800, 3600, 7200, 10_800, 14_400, 18_000, 28_800, 43_200, 57_600, 72_000, 86_400, 172_800,
    259_200, 345_600, 432_000, 691_200, 1_382_400, 2_073_600, 2_678_400, 5_356_800, 16_070_400, 31_536_000,
)  # fmt: skip
_CHALLENGE_TTLS = (
    300, 900, 1800, 2700, 3600, 7200, 10_800, 14_400, 28_800, 57_600, 86_400, 604_800, 2_592_000, 31_536_000,
)  # fmt: skip

SETTINGS: dict[str, Setting] = {
    "0rtt": _OFF,
    "always_online": _OFF,
    "always_use_https": _OFF,
    "automatic_https_rewrites": _OFF,
    "brotli": _ON,
    "browser_cache_ttl": Setting(one_of(*_BROWSER_TTLS), 14_400),
    "browser_check": _ON,
    "cache_level": Setting(one_of("aggressive", "basic", "simplified"), "aggressive"),
    "challenge_ttl": Setting(one_of(*_CHALLENGE_TTLS), 1800),
    "ciphers": Setting(listed(text(r"[A-Z0-9-]+")), []),
    "cname_flattening": Setting(one_of("flatten_at_root", "flatten_all"), "flatten_at_root"),
    "development_mode": _OFF,
    "early_hints": _OFF,
    "email_obfuscation": _ON,
    "hotlink_protection": _OFF,
    "http2": _ON,
    "http3": _ON,
    "ip_geolocation": _ON,
    "ipv6": _ON,
    "max_upload": Setting(one_of(100), 100),
    "min_tls_version": Setting(one_of("1.0", "1.1", "1.2", "1.3"), "1.0"),
    "nel": Setting(shaped(enabled=Field(flag, required=True)), {"enabled": True}),
    "opportunistic_encryption": _ON,
    "opportunistic_onion": _ON,
    "pseudo_ipv4": Setting(one_of("off", "add_header", "overwrite_header"), "off"),
    "replace_insecure_js": _ON,
    "rocket_loader": _OFF,
    "security_header": Setting(_STRICT_TRANSPORT_SECURITY, _NOT_STRICT),
    "security_level": Setting(one_of("off", "essentially_off", "low", "medium", "high", "under_attack"), "medium"),
    "server_side_exclude": _ON,
    "ssl": Setting(one_of("off", "flexible", "full", "strict"), "full"),
    "tls_1_3": Setting(one_of("on", "off", "zrt"), "on"),
    "tls_client_auth": _OFF,
    "websockets": _ON,
}


def list_(call: Call) -> list[Json]:
    return [_shown(call, name) for name in SETTINGS]


def get(call: Call) -> Json:
    name = call.parameters["setting_id"]
    _known(name)
    return _shown(call, name)


def edit(call: Call) -> Json:
    name = call.parameters["setting_id"]
    said = fields.read(call.object(BAD_BODY), {"value": Field(_anything, required=True)}, BAD_BODY)
    return _set(call, name, said["value"])


def edit_many(call: Call) -> list[Json]:
    """All of them or none."""
    said = fields.read({"items": call.json(BAD_BODY)}, {"items": Field(listed(_ITEM), required=True)}, BAD_BODY)
    return [_set(call, item["id"], item["value"]) for item in said["items"]]


def _anything(value: Any) -> Any:
    return value


_ITEM = shaped(id=Field(text(least=1), required=True), value=Field(_anything, required=True))


def _set(call: Call, name: str, value: Any) -> Json:
    kind = _known(name).kind
    kept = fields.read({"value": value}, {"value": Field(kind, required=True)}, BAD_VALUE.about(name=name))["value"]
    call.store.put(SETTING, call.parameters["zone_id"], name, {"value": kept, "modified_on": call.now})
    return _shown(call, name)


def _known(name: str) -> Setting:
    setting = SETTINGS.get(name)
    if setting is None:
        raise UNKNOWN.error(name=name)
    return setting


def _shown(call: Call, name: str) -> Json:
    kept = call.store.get(SETTING, call.parameters["zone_id"], name)
    said = kept or {"value": SETTINGS[name].default, "modified_on": None}
    remaining = {"time_remaining": 0} if name == "development_mode" else {}
    return {"id": name, "editable": True, **said, **remaining}


_SETTINGS = "/zones/{zone_id}/settings"

ENDPOINTS = (
    Endpoint("GET", _SETTINGS, list_),
    Endpoint("PATCH", _SETTINGS, edit_many),
    Endpoint("GET", f"{_SETTINGS}/{{setting_id}}", get),
    Endpoint("PATCH", f"{_SETTINGS}/{{setting_id}}", edit),
)
