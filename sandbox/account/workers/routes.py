"""Routes: patterns of a zone, and the Worker that answers what they match."""

import re
import secrets
from typing import Any

from sandbox.account import zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import records

ROUTE = "route"
PATTERN = re.compile(r"(?:https?://)?(\*?[a-z0-9.-]+)(/[^\s?]*)?", re.IGNORECASE)

BAD_PATTERN = Failure(400, 10022, "Route pattern {pattern!r} is not valid for zone {zone}: {reason}.")
BAD_ROUTES = Failure(400, 10026, "The body must be a list of objects with `pattern`.")
NO_ROUTE = Failure(404, 10009, "workers.api.error.route_not_found")
EXISTS = Failure(409, 10020, "A route with the same pattern already exists.")
NO_SCRIPT = Failure(400, 10019, "The route's script {script!r} does not exist on this account.")
NO_ZONE = Failure(400, 9109, "Invalid zone identifier: no zone of this account for route {pattern!r}.")


def list_(call: Call) -> list[Json]:
    return call.store.all(ROUTE, call.parameters["zone_id"])


def get(call: Call) -> Json:
    route = call.store.get(ROUTE, call.parameters["zone_id"], call.parameters["route_id"])
    if route is None:
        raise NO_ROUTE.error()
    return route


def create(call: Call) -> Json:
    return _save_sent(call, secrets.token_hex(16))


def update(call: Call) -> Json:
    return _save_sent(call, get(call)["id"])


def delete(call: Call) -> Json:
    identifier = get(call)["id"]
    call.store.delete(ROUTE, call.parameters["zone_id"], identifier)
    return {"id": identifier}


def publish(call: Call) -> list[Json]:
    """All routes of a Worker at once, as wrangler sets them; those that are not said go. Undocumented."""
    script, wanted = records.script_of(call)["name"], call.json()
    if not isinstance(wanted, list) or not all(isinstance(route, dict) and route.get("pattern") for route in wanted):
        raise BAD_ROUTES.error()
    for zone in zones.of_account(call.store, call.account):
        for route in call.store.all(ROUTE, zone["id"]):
            if route.get("script") == script and route["pattern"] not in {other["pattern"] for other in wanted}:
                call.store.delete(ROUTE, zone["id"], route["id"])
    return [_publish_one(call, script, route) for route in wanted]


def _publish_one(call: Call, script: str, wanted: Json) -> Json:
    pattern = str(wanted["pattern"])
    zone = _zone(call, wanted, pattern)
    present = call.store.named(ROUTE, zone["id"], pattern)
    if present and present.get("script") not in (None, script):
        raise EXISTS.error()
    return _save(call, zone, present["id"] if present else secrets.token_hex(16), pattern, script)


def _zone(call: Call, wanted: Json, pattern: str) -> Json:
    candidates = zones.of_account(call.store, call.account)
    if wanted.get("zone_id") or wanted.get("zone_name"):
        named = (wanted.get("zone_id"), wanted.get("zone_name"))
        found = next((zone for zone in candidates if zone["id"] == named[0] or zone["name"] == named[1]), None)
    else:
        shape = PATTERN.fullmatch(pattern)
        found = zones.of_hostname(call.store, call.account, shape.group(1).lower().lstrip("*.")) if shape else None
    if found is None:
        raise NO_ZONE.error(pattern=pattern)
    return found


def _save_sent(call: Call, identifier: str) -> Json:
    body, zone = call.object(), zones.find(call.store, call.parameters["zone_id"])
    assert zone is not None  # the server has checked the zone of the path
    return _save(call, zone, identifier, str(body.get("pattern") or ""), body.get("script"))


def _save(call: Call, zone: Json, identifier: str, pattern: str, script: Any) -> Json:
    """Without a script the route keeps Workers away from what it matches."""
    _check_pattern(pattern, zone["name"])
    present = call.store.named(ROUTE, zone["id"], pattern)
    if present and present["id"] != identifier:
        raise EXISTS.error()
    if script and records.find(call.store, zone["account"], script) is None:
        raise NO_SCRIPT.error(script=script)
    route = {"id": identifier, "pattern": pattern, **({"script": script} if script else {})}
    call.store.put(ROUTE, zone["id"], identifier, route, name=pattern)
    return route


def _check_pattern(pattern: str, zone: str) -> None:
    found = PATTERN.fullmatch(pattern)
    if found is None:
        reason = (
            "it must be host/path without a query, with `*` only at the beginning of the host and the end of the path"
        )
        raise BAD_PATTERN.error(pattern=pattern, zone=zone, reason=reason)
    host, path = found.group(1).lower(), found.group(2) or ""
    if "*" in path[:-1]:
        raise BAD_PATTERN.error(pattern=pattern, zone=zone, reason="`*` may only end the path")
    # `*example.com` matches example.com and all below it, so the asterisk says nothing about the zone.
    if not zones.within(host.removeprefix("*").removeprefix("."), zone):
        raise BAD_PATTERN.error(pattern=pattern, zone=zone, reason="its host does not lie in the zone")


_ROUTES = "/zones/{zone_id}/workers/routes"

ENDPOINTS = (
    Endpoint("GET", _ROUTES, list_),
    Endpoint("POST", _ROUTES, create),
    Endpoint("GET", f"{_ROUTES}/{{route_id}}", get),
    Endpoint("PUT", f"{_ROUTES}/{{route_id}}", update),
    Endpoint("DELETE", f"{_ROUTES}/{{route_id}}", delete),
    Endpoint("PUT", "/accounts/{account_id}/workers/scripts/{script_name}/routes", publish),
)
