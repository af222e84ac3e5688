"""Where requests come in."""

import re
from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import IN_PRODUCTION, OUTSIDE_DEVELOPMENT, ResourceRule, StackRule, Violation
from policies.script import workers
from policies.tokens import (
    DNS_RECORD,
    ROUTES,
    WORKER_ENVIRONMENT,
    WORKERS_CUSTOM_DOMAIN,
    WORKERS_ROUTE,
    WORKERS_SCRIPT_SUBDOMAIN,
)

SWITCHES = {
    WORKER_ENVIRONMENT: {"workersDev": "workers.dev", "previewUrls": "preview URLs"},
    WORKERS_SCRIPT_SUBDOMAIN: {"enabled": "workers.dev", "previewsEnabled": "preview URLs"},
}
"""Type → property that must say False → what it opens."""


def workers_dev(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    """A subdomain inside a WorkerEnvironment is judged there, once, with the environment that the component declares."""
    if resource.is_inside(WORKER_ENVIRONMENT):
        return
    for prefix, worker in workers(resource.properties):
        yield from _open_switches(worker, prefix, SWITCHES[resource.type])


def _open_switches(worker: Properties, prefix: str, switches: Mapping[str, str]) -> Iterator[Violation]:
    name = worker.text("scriptName") if prefix else None
    for key, opened in switches.items():
        if worker.flag(key) is False or worker.is_unknown(key):
            continue
        stated = "switched on" if key in worker else "not stated, so Cloudflare decides"
        yield Violation(
            f"the Worker {f'{name} ' if name else ''}answers on {opened} ({stated}), where no firewall rule, access policy or rate limit of the zone applies.",
            "state `workers_dev: false` and `preview_urls: false` for production, and give it a route or a custom domain.",
            property=f"{prefix}{key}",
        )


def unproxied_routes(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    records = [_Record(record) for record in stack.of_type(DNS_RECORD)]
    custom_domains = {_lower(domain.properties.text("hostname")) for domain in stack.of_type(WORKERS_CUSTOM_DOMAIN)}
    told: set[str] = set()
    for route, path, host in _routes(stack):
        if host in custom_domains or host in told:
            continue
        answering = [record for record in records if record.answers(host)]
        if any(record.is_proxied is not False for record in answering):
            continue
        if None in custom_domains or any(record.name is None for record in records):
            continue
        told.add(host)
        why = "its DNS record is not proxied" if answering else "the stack has no DNS record for it"
        yield Violation(
            f"{host} does not lead to Cloudflare ({why}), so the route never runs the Worker.",
            "declare a proxied record for the host (`dns` of the route), or make it a custom domain.",
            property=path,
            resource=route,
        )


class _Record:
    """A DNS record, as far as it decides whether a host leads to Cloudflare; None stands for what is unknown."""

    def __init__(self, record: Resource) -> None:
        properties = record.properties
        self.name = _lower(properties.text("name"))
        self.is_proxied = properties.flag("proxied") if "proxied" in properties else False
        self._is_address = properties.text("type") in {"A", "AAAA", "CNAME", None}

    def answers(self, host: str) -> bool:
        if not self.name or not self._is_address:
            return False
        if self.name.startswith("*."):
            return host.endswith(self.name[1:])
        return self.name == host


def _routes(stack: Stack) -> Iterator[tuple[Resource, str, str]]:
    """(who declares it, property, host). The component is asked, too: its routes may be left to wrangler."""
    for route in stack.of_type(WORKERS_ROUTE):
        pattern = _lower(route.properties.text("pattern"))
        # A route without a script only exempts its paths from another route.
        if pattern and "script" in route.properties:
            yield route, "pattern", host_of_pattern(pattern)
    for component in stack.of_type(ROUTES):
        for declared in component.properties.tables("routes"):
            host = _lower(declared.text("host"))
            if host and declared.flag("customDomain") is not True:
                yield component, "routes", host


def host_of_pattern(pattern: str) -> str:
    """`https://*example.com/*` → `*.example.com`, the one record that would answer for all of its hosts."""
    host = re.sub(r"^[a-z]+://", "", pattern).split("/")[0].split(":")[0]
    return re.sub(r"^\*(?=[^.])", "*.", host)


def _lower(text: str | None) -> str | None:
    return text.lower().rstrip(".") if text is not None else None


RULES = (
    ResourceRule(
        id="production-must-not-use-workers-dev",
        title="No workers.dev in production",
        description="A production Worker answers on the hosts of its zone only.",
        details="`workersDev` and `previewUrls` of the `WorkerEnvironment` and its companions (`enabled` and `previewsEnabled` of a subdomain outside of one) are stated and false. On workers.dev no firewall rule, access policy or rate limit of the zone applies.",
        requirements=("R19", "R23", "T20"),
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        remediation="Turn both off in the stack's file and bring the stack up; requests on workers.dev stop at once.",
        types=frozenset(SWITCHES),
        check=workers_dev,
    ),
    StackRule(
        id="routes-must-have-proxied-host",
        title="Routes are on proxied hosts",
        description="The host of every route has a proxied DNS record in the stack, or is a custom domain.",
        details="A wildcard record counts. Without a proxied record requests never come to Cloudflare, and the route never runs the Worker.",
        requirements=("R19", "R20", "R23", "R90", "T20", "T21", "T23"),
        severity=Severity.HIGH,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Add the record with `proxied: true`; what it points to does not matter while the route covers all paths. A CNAME to workers.dev does not do.",
        check=unproxied_routes,
    ),
)
