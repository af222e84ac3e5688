"""Routes and custom domains, and the DNS records by which a route is reached."""

from collections.abc import Iterator, Mapping
from typing import Any

from headworks.adopt.translated import WRANGLERS, Held, Translated
from headworks.facts.account import AccountReader
from headworks.facts.live import account as live
from headworks.facts.live import routing
from headworks.model.naming import host_is_within
from headworks.wrangler.configuration import EnvironmentOptions
from headworks.wrangler.settings import Route, ZoneIdRoute, ZoneNameRoute

_STAYS = "It stays as it is, until `dns` of the route says it."


def take_routes(into: Translated, account: AccountReader, options: EnvironmentOptions) -> Iterator[dict[str, Any]]:
    """As wrangler chooses: `routes` before `route`, whichever of them was inherited."""
    written = options.routes if options.routes is not None else ((options.route,) if options.route else ())
    recorded: set[str] = set()
    for each in written:
        pattern = each if isinstance(each, str) else each.pattern
        is_custom_domain = not isinstance(each, str) and bool(each.custom_domain)
        host, path = _host_and_path(pattern)
        where = f"routes.{host}"
        if not isinstance(each, str):
            into.leave_out(each, {"pattern", "zone_name", "zone_id", "custom_domain"}, where)
        zones = live.zones(account)
        zone = _zone(each, zones, host)
        if zone is None:
            into.is_not_taken(where, "The account has no zone for it, and a stack names the zone of each route.")
            continue
        into.is_not_imported(f"{'custom domain' if is_custom_domain else 'route'} {pattern}", WRANGLERS)
        says: dict[str, Any] = {"host": host, "zone": zone}
        if is_custom_domain:
            yield says | {"custom_domain": True}
            continue
        says |= {} if path == "/*" else {"path": path}
        if host not in recorded:
            recorded.add(host)
            says |= _record(into, account, host, next((id_ for id_, name in zones.items() if name == zone), None))
        yield says


def _record(into: Translated, account: AccountReader, host: str, zone_id: str | None) -> dict[str, Any]:
    """The record of the host, if there is one and the stack can say all of it."""
    standing = routing.records(account, zone_id, host) if zone_id else ()
    found = [record for record in standing if record.is_leading]
    if not found:
        into.is_not_imported(
            f"DNS record of {host}", "The account has none, so no request comes in; `dns` of the route makes one."
        )
        return {}
    if len(found) > 1:
        into.is_not_imported(f"DNS records of {host}", f"There are {len(found)}, and a route has one. {_STAYS}")
        return {}
    (record,) = found
    if not record.is_plain:
        into.is_not_imported(
            f"DNS record of {host}", f"It has a time to live, a comment or tags, which a stack cannot say. {_STAYS}"
        )
        return {}
    into.held.append(Held("record", host, f"{zone_id}/{record.id}"))
    return {"dns": {"type": record.type, "content": record.content} | ({} if record.proxied else {"proxied": False})}


def _host_and_path(pattern: str) -> tuple[str, str]:
    """Wrangler takes a pattern with its scheme, too. Without a path it is the root alone."""
    host, _, path = pattern.rpartition("://")[2].partition("/")
    return host.lower(), f"/{path}"


def _zone(route: Route, zones: Mapping[str, str], host: str) -> str | None:
    """The name of its zone: as it is said, or the smallest of the account that the host lies in."""
    if isinstance(route, ZoneNameRoute):
        return route.zone_name
    if isinstance(route, ZoneIdRoute):
        return zones.get(route.zone_id)
    within = [name for name in zones.values() if host_is_within(host, name)]
    return max(within, key=len, default=None)
