"""Where requests come in: one route for a pattern, one record for a host, hosts within their zones."""

from collections.abc import Callable, Iterator

from headworks.model import naming
from headworks.model.physical import service_hosts
from headworks.model.problems import Finding, Path, dotted
from headworks.model.specification import Specification
from headworks.model.specification.entrances import Route

Check = Callable[[Specification], Iterator[Finding]]


def _routes(specification: Specification) -> Iterator[Finding]:
    for route, path in _every_route(specification):
        yield from _route(route, path)


def _route(route: Route, path: Path) -> Iterator[Finding]:
    yield from _within(route.host, route.zone, (*path, "zone"))
    if route.custom_domain and route.path != "/*":
        yield Finding(
            path=(*path, "path"),
            value=route.path,
            reason="a custom domain covers every path of its host",
            fix="take 'path' out, or custom_domain",
        )
    if route.custom_domain and "*" in route.host:
        yield Finding(
            path=(*path, "host"),
            value=route.host,
            reason="a custom domain is one host, without a wildcard",
            fix="write the host in full, or take custom_domain out",
        )
    if route.custom_domain and route.dns:
        yield Finding(
            path=(*path, "dns"),
            reason="Cloudflare makes the record of a custom domain, and refuses one of ours (100117)",
            fix="take 'dns' out",
        )


def _patterns(specification: Specification) -> Iterator[Finding]:
    """Those of the platform's services are made by us, so they come first: what was written by hand is what has to go."""
    first: dict[str, Path] = {f"{host}/*": path for host, path in _service_hosts(specification)}
    for route, path in _every_route(specification):
        pattern = route.host + route.path
        other = first.setdefault(pattern, path)
        if other != path:
            yield Finding(
                path=(*path, "host"),
                value=pattern,
                reason=f"an earlier route has the same host and path, {dotted(other)}: Cloudflare refuses it (10020)",
                fix="take one of them out, or change its path",
            )


def _records(specification: Specification) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for host, path in _recorded(specification):
        other = first.setdefault(host, path)
        if other != path:
            yield Finding(
                path=path,
                value=host,
                reason=f"{dotted(other)} makes the DNS record of this host already",
                fix="leave the record ('dns', custom_domain, or a site's domain) to one of them",
            )


def _recorded(specification: Specification) -> Iterator[tuple[str, Path]]:
    """Hosts that get a record from us, and what makes it."""
    yield from _service_hosts(specification)
    for route, path in _every_route(specification):
        if route.custom_domain or route.dns:
            yield route.host, path
    for domain, path in _every_domain(specification):
        yield domain, path


def _domains(specification: Specification) -> Iterator[Finding]:
    for domain, path in _every_domain(specification):
        zone = specification.pages[str(path[1])].zone
        if "*" in domain:
            yield Finding(
                path=path,
                value=domain,
                reason="a site's domain is one host, without a wildcard",
                fix="write it in full",
            )
        elif zone is not None:
            yield from _within(domain, zone, path)


def _zones(specification: Specification) -> Iterator[Finding]:
    for zone, settings in specification.zones.items():
        if not settings.model_fields_set:
            yield Finding(
                path=("zones", zone),
                reason="nothing is set for this zone",
                fix="write always_use_https or min_tls_version, or take the zone out",
            )


def _healthchecks(specification: Specification) -> Iterator[Finding]:
    for key, healthcheck in specification.healthchecks.items():
        path: Path = ("healthchecks", key)
        if "*" in healthcheck.host:
            yield Finding(
                path=(*path, "host"), value=healthcheck.host, reason="a wildcard cannot be asked", fix="write one host"
            )
        yield from _within(healthcheck.host, healthcheck.zone, (*path, "zone"))
        if healthcheck.timeout >= healthcheck.interval:
            yield Finding(
                path=(*path, "timeout"),
                value=healthcheck.timeout,
                reason=f"the next question is asked after {healthcheck.interval} s, before this one has timed out",
                fix="write a shorter timeout, or a longer interval",
            )


def _within(host: str, zone: str, path: Path) -> Iterator[Finding]:
    if not naming.host_is_within(host, zone):
        yield Finding(
            path=path,
            value=zone,
            reason=f"the host {host} does not lie within this zone"
            if path[-1] == "zone"
            else f"the host {host} does not lie within the zone {zone}",
            fix=f"write the zone that {host} belongs to, such as {'.'.join(host.split('.')[-2:])}",
        )


def _every_route(specification: Specification) -> Iterator[tuple[Route, Path]]:
    for index, route in enumerate(specification.routes):
        yield route, ("routes", index)
    for key, companion in specification.workers.items():
        for index, route in enumerate(companion.routes):
            yield route, ("workers", key, "routes", index)


def _every_domain(specification: Specification) -> Iterator[tuple[str, Path]]:
    for key, site in specification.pages.items():
        if site.enabled:
            for index, domain in enumerate(site.domains):
                yield domain, ("pages", key, "domains", index)


def _service_hosts(specification: Specification) -> Iterator[tuple[str, Path]]:
    """Each host once: that services share one has a finding of its own."""
    if specification.platform:
        hosts = service_hosts(specification.platform)
        places: dict[str, Path] = {host: ("platform", "services", key) for key, (host, _) in hosts.items()}
        yield from places.items()


CHECKS: tuple[Check, ...] = (_routes, _patterns, _records, _domains, _zones, _healthchecks)
