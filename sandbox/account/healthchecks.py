"""Health checks of a zone. What is set is kept; nothing is checked from here, so the status stays `unknown`.

This account knows no plans: Cloudflare itself has health checks on paid zones only, with shorter intervals on larger plans.
"""

import secrets

from sandbox.account import fields
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, flag, listed, mapped, number, one_of, shaped, text
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

HEALTHCHECK = "healthcheck"
REGIONS = (
    "WNAM", "ENAM", "WEU", "EEU", "NSAM", "SSAM", "OC", "ME", "NAF", "SAF", "IN", "SEAS", "NEAS", "ALL_REGIONS",
)  # fmt: skip
CHOSEN_BY_CLOUDFLARE = ["WNAM"]
"""Regions where none are said: an answer always has some."""
PORTS = number(1, 65_535)

HTTP = {
    "allow_insecure": Field(flag, default=False),
    "expected_body": Field(text(), default=""),
    "expected_codes": Field(listed(text(r"[1-5](\d\d|xx)"))),
    "follow_redirects": Field(flag, default=False),
    "header": Field(mapped(listed(text()))),
    "method": Field(one_of("GET", "HEAD"), default="GET"),
    "path": Field(text(r"/\S*"), default="/"),
    "port": Field(PORTS, default=80),
}
TCP = {
    "method": Field(one_of("connection_established"), default="connection_established"),
    "port": Field(PORTS, default=80),
}
FIELDS = {
    "name": Field(text(r"[A-Za-z0-9_-]+"), required=True),
    "address": Field(text(r"[A-Za-z0-9.:_-]+", most=253), required=True),
    "type": Field(one_of("HTTP", "HTTPS", "TCP"), default="HTTP"),
    "description": Field(text(), default=""),
    "check_regions": Field(listed(one_of(*REGIONS), least=1), default=CHOSEN_BY_CLOUDFLARE),
    "interval": Field(number(1, 3600), default=60),
    "timeout": Field(number(1, 3600), default=5),
    "retries": Field(number(0), default=2),
    "consecutive_fails": Field(number(1), default=1),
    "consecutive_successes": Field(number(1), default=1),
    "suspended": Field(flag, default=False),
    "http_config": Field(shaped(**HTTP)),
    "tcp_config": Field(shaped(**TCP)),
}
"""Seconds, where it is a time."""

NOT_FOUND = Failure(404, 1001, "healthcheck not found")
INVALID = Failure(400, 1002, "validation failed; {reason}")


def create(call: Call) -> Json:
    check = {"id": secrets.token_hex(16), "created_on": call.now, **_read(call.object(INVALID))}
    return _save(call, check)


def list_(call: Call) -> list[Json]:
    return call.store.all(HEALTHCHECK, call.parameters["zone_id"])


def get(call: Call) -> Json:
    check = call.store.get(HEALTHCHECK, call.parameters["zone_id"], call.parameters["healthcheck_id"])
    if check is None:
        raise NOT_FOUND.error()
    return check


def replace(call: Call) -> Json:
    """PUT: what is not said falls back to its default."""
    present = get(call)
    return _save(call, {key: present[key] for key in ("id", "created_on")} | _read(call.object(INVALID)))


def edit(call: Call) -> Json:
    """PATCH: what is not said stays; the configuration of the protocol is a whole."""
    present = get(call)
    stays = {key: value for key, value in present.items() if key in FIELDS}
    return _save(call, {key: present[key] for key in ("id", "created_on")} | _read({**stays, **call.object(INVALID)}))


def delete(call: Call) -> Json:
    identifier = get(call)["id"]
    call.store.delete(HEALTHCHECK, call.parameters["zone_id"], identifier)
    return {"id": identifier}


def _read(body: Json) -> Json:
    check = fields.read(body, FIELDS, INVALID)
    wanted, other = ("tcp_config", "http_config") if check["type"] == "TCP" else ("http_config", "tcp_config")
    if check.pop(other, None) is not None:
        raise INVALID.error(reason=f"{other}: a check of type {check['type']} has none")
    check.setdefault(wanted, fields.read({}, TCP if wanted == "tcp_config" else HTTP, INVALID))
    return check


def _save(call: Call, check: Json) -> Json:
    check |= {
        "modified_on": call.now,
        "status": "suspended" if check["suspended"] else "unknown",
        "failure_reason": "",
    }
    call.store.put(HEALTHCHECK, call.parameters["zone_id"], check["id"], check)
    return check


_CHECKS = "/zones/{zone_id}/healthchecks"
_CHECK = f"{_CHECKS}/{{healthcheck_id}}"

ENDPOINTS = (
    Endpoint("GET", _CHECKS, list_, Numbered(size=25)),
    Endpoint("POST", _CHECKS, create),
    Endpoint("GET", _CHECK, get),
    Endpoint("PUT", _CHECK, replace),
    Endpoint("PATCH", _CHECK, edit),
    Endpoint("DELETE", _CHECK, delete),
)
