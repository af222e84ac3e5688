"""What leads to the stack's Workers, or away from its hosts: routes, custom domains, DNS records."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from headworks.drift.deployed import Deployed, Resource
from headworks.drift.difference import Difference, How
from headworks.drift.looks.look import Look
from headworks.facts.account import AccountReader
from headworks.facts.live import account as live_account
from headworks.facts.live import routing as live
from headworks.facts.live import workers as live_workers


def _routes(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    owned = deployed.ids("WorkersRoute")
    wranglers = {pattern for pattern, _ in _of_wrangler(deployed, custom_domain=False)}
    for zone_id in zone_ids(deployed, account).values():
        for route in live.every_route(account, zone_id):
            ours = route.script in deployed.scripts or _covers_ours(route.pattern, deployed)
            if ours and route.id not in owned and route.pattern not in wranglers:
                says = f"it leads to {route.script or 'no Worker'}, and no stack made it"
                yield Difference(How.UNOWNED, "route", route.pattern, says)


def _covers_ours(pattern: str, deployed: Deployed) -> bool:
    host = pattern.partition("://")[2] or pattern
    return any(fnmatchcase(each, host.partition("/")[0]) for each in deployed.hosts)


def _custom_domains(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    owned = deployed.values("WorkersCustomDomain", "hostname")
    wranglers = {host for host, _ in _of_wrangler(deployed, custom_domain=True)}
    for host, script in sorted(live.custom_domains(account).items()):
        ours = script in deployed.scripts or host in deployed.hosts
        if ours and host not in owned | wranglers:
            yield Difference(How.UNOWNED, "custom-domain", host, f"it leads to {script}, and no stack made it")


def _entrances_of_wrangler(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    present = live_workers.scripts(account)
    domains = live.custom_domains(account)
    routes = {
        pattern: script
        for zone_id in zone_ids(deployed, account).values()
        for pattern, script in live.routes(account, zone_id).items()
    }
    for kind, found, custom_domain in (("route", routes, False), ("custom-domain", domains, True)):
        for where, script in _of_wrangler(deployed, custom_domain=custom_domain):
            if script not in present or found.get(where) == script:
                continue
            if where in found:
                yield Difference(How.CHANGED, kind, where, f"script: {script} → {found[where] or 'nothing'}")
            else:
                yield Difference(How.MISSING, kind, where, f"{script} is there, and nothing leads to it from here")


def _records(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    """A custom domain has the records that it makes itself."""
    owned, ids = deployed.ids("DnsRecord"), zone_ids(deployed, account)
    domains = live.custom_domains(account)
    for host in sorted(deployed.hosts - domains.keys()):
        zone = max((zone for zone in ids if host == zone or host.endswith(f".{zone}")), key=len, default=None)
        for record in live.records(account, ids[zone], host) if zone else ():
            if record.id not in owned and record.is_leading:
                says = f"it leads to {record.content}, and no stack made it"
                yield Difference(How.UNOWNED, "dns-record", f"{record.type} {host}", says)


def zone_ids(deployed: Deployed, account: AccountReader) -> dict[str, str]:
    """Of the zones of the stack's hosts, by name. A host lies in the zone whose name ends it."""
    names = {route["zone"] for routes in deployed.all("Routes") for route in routes.inputs["routes"]}
    names |= {str(each) for each in deployed.values("WorkersCustomDomain", "zoneName")}
    names |= {_parent(host, names) for host in deployed.hosts}
    found = {name: live_account.zone(account, name) for name in sorted(names)}
    return {name: zone.id for name, zone in found.items() if zone}


def _parent(host: str, zones: set[str]) -> str:
    """The zone that is known for a host, else its last two labels: a Pages site does not say its zone."""
    known = [zone for zone in zones if host == zone or host.endswith(f".{zone}")]
    return max(known, key=len) if known else ".".join(host.split(".")[-2:])


def _of_wrangler(deployed: Deployed, *, custom_domain: bool) -> list[tuple[str, str]]:
    """Patterns or hosts, and the script to which wrangler has them lead."""
    return [
        (route["host"] if custom_domain else f"{route['host']}{route['path']}", component.inputs["scriptName"])
        for component in deployed.all("Routes")
        if deployed.is_wranglers(component) and _is_enabled(component)
        for route in component.inputs["routes"]
        if route["customDomain"] is custom_domain
    ]


def _is_enabled(routes: Resource) -> bool:
    return bool(routes.inputs["enabled"])


LOOKS = (
    Look("routes in the zones", _routes),
    Look("custom domains", _custom_domains),
    Look("routes and custom domains that wrangler makes", _entrances_of_wrangler),
    Look("DNS records of the hosts", _records),
)
