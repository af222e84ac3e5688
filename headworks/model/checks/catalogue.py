"""A platform's catalogue: every service has a host, and an order exists in which they can be deployed."""

from collections.abc import Callable, Iterator

from headworks.model import naming
from headworks.model.ordering import cycles
from headworks.model.physical import SERVICE, service_hosts
from headworks.model.problems import Finding, Path
from headworks.model.specification import Specification
from headworks.model.specification.platform import Platform


def _order(specification: Specification) -> Iterator[Finding]:
    services = specification.platform.services if specification.platform else {}
    for cycle in cycles({key: service.bindings.values() for key, service in services.items()}):
        yield Finding(
            path=("platform", "services", cycle[0], "bindings"),
            reason=f"services wait for one another: {' → '.join((*cycle, cycle[0]))}; none of them can be deployed first",
            fix="take one of these bindings out",
        )


def _hosts(specification: Specification) -> Iterator[Finding]:
    if specification.platform is None or not specification.platform.services:
        return
    unsaid = [word for word in ("host", "zone") if getattr(specification.platform, word) is None]
    for word in unsaid:
        yield Finding(
            path=("platform", word),
            reason=f"without it no request reaches a service in the environment {specification.name!r}",
            fix=f"write it in the environment's file, such as {_EXAMPLES[word]}",
        )
    if not unsaid:
        yield from _templates(specification.platform)


_EXAMPLES = {"host": '"{service}.example.com"', "zone": "example.com"}


def _templates(platform: Platform) -> Iterator[Finding]:
    path: Path = ("platform", "host")
    if SERVICE not in (platform.host or "") and len(platform.services) > 1:
        yield Finding(
            path=path,
            value=platform.host,
            reason=f"all {len(platform.services)} services would have this host",
            fix=f"write {SERVICE} where the key of the service belongs",
        )
        return
    for key, (host, zone) in service_hosts(platform).items():
        if not naming.ZONE.accepts(host):
            yield Finding(
                path=path,
                value=platform.host,
                reason=f"for the service {key} this is {host!r}, which is no host name",
                fix=f'write a template such as "{SERVICE}.example.com"',
            )
            return
        if not naming.ZONE.accepts(zone) or not naming.host_is_within(host, zone):
            yield Finding(
                path=("platform", "zone"),
                value=platform.zone,
                reason=f"for the service {key} this is {zone!r}, and its host {host} does not lie within it",
                fix="write the zone that the hosts belong to",
            )
            return


CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_order, _hosts)
