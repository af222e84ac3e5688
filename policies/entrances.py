"""Ways in that a runbook closes: development beside production, plain HTTP, pages for debugging."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import ADVICE_OUTSIDE_PRODUCTION, IN_DEVELOPMENT, IN_PRODUCTION, ResourceRule, StackRule, Violation
from policies.tokens import ROUTES, WORKER_ENVIRONMENT, WORKERS_ROUTE, ZONE_SETTING, ZONE_SETTINGS

WEAK_TLS = frozenset({"1.0", "1.1"})
DEBUG_PATHS = ("/debug", "/__debug", "/_debug")


def development_beside_production(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    live_hosts = {
        host
        for environment in stack.of_type(WORKER_ENVIRONMENT)
        for sibling in environment.properties.tables("siblings")
        if sibling.flag("production")
        for host in sibling.table("names").texts("hosts")
    }
    for routes in stack.of_type(ROUTES):
        for index, route in enumerate(routes.properties.tables("routes")):
            zone = route.text("zone")
            if zone and any(host == zone or host.endswith(f".{zone}") for host in live_hosts):
                yield Violation(
                    f"the zone {zone} is production's, so its users can come upon code in development, and its cookies are sent there.",
                    "reach development by workers.dev, or by a zone of its own.",
                    property=f"routes[{index}].zone",
                    resource=routes,
                )


def plain_http(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for path, setting, value in _zone_settings(resource):
        if setting == "always_use_https" and value in {"off", False}:
            consequence = "requests over plain HTTP are answered, so whoever is in between reads and changes them."
            yield Violation(consequence, "set `always_use_https: true`.", property=path)
        elif setting == "min_tls_version" and value in WEAK_TLS:
            consequence = "versions of TLS are spoken that were broken long ago."
            yield Violation(consequence, 'set `min_tls_version: "1.2"` or higher.', property=path)


def _zone_settings(resource: Resource) -> Iterator[tuple[str, str, str | bool | None]]:
    """(path, setting, value). What a ZoneSettings makes is judged there, once."""
    properties = resource.properties
    if resource.type == ZONE_SETTINGS:
        for index, zone in enumerate(properties.tables("zones")):
            yield f"zones[{index}].alwaysUseHttps", "always_use_https", zone.flag("alwaysUseHttps")
            yield f"zones[{index}].minTlsVersion", "min_tls_version", zone.text("minTlsVersion")
    elif not resource.is_inside(ZONE_SETTINGS):
        yield "value", properties.text("settingId") or "", properties.text("value")


def routed_debug_paths(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for path, routed in _paths(resource):
        if routed.startswith(DEBUG_PATHS):
            yield Violation(
                f"the paths {routed} for debugging have a route of their own, so everybody reaches what should help the few who mend.",
                "take the route out; put the pages behind Access or a secret, and reach them by the host's own route.",
                property=path,
            )


def _paths(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.type == ROUTES:
        for index, route in enumerate(resource.properties.tables("routes")):
            yield f"routes[{index}].path", route.text("path") or ""
    elif not resource.is_inside(ROUTES):
        _, slash, path = (resource.properties.text("pattern") or "").partition("://")[-1].partition("/")
        bare = (resource.properties.text("pattern") or "").partition("/")[2]
        yield "pattern", f"/{path}" if slash else f"/{bare}"


RULES = (
    StackRule(
        id="development-must-stay-out-of-production-zones",
        title="Development stays out of production's zones",
        description="No route in development is on a zone that production answers on.",
        details="Best it has no routes at all (T22). A zone of its own, as dotdo's `dev.do`, does no harm.",
        requirements=("T22",),
        severity=Severity.MEDIUM,
        levels=IN_DEVELOPMENT,
        remediation="Take the route out of the stack's file and set `workers_dev: true`.",
        check=development_beside_production,
    ),
    ResourceRule(
        id="zones-must-serve-https-only",
        title="Only HTTPS is served",
        description="What a stack says of a zone's encryption is not weak.",
        details="Judged are `ZoneSettings`, and `ZoneSetting` outside of one. What no stack says stays as it is in the account; the pack does not see it.",
        requirements=("T109",),
        severity=Severity.HIGH,
        levels=ADVICE_OUTSIDE_PRODUCTION,
        remediation='Write `always_use_https: true` and `min_tls_version: "1.2"` under `zones`.',
        types=frozenset({ZONE_SETTINGS, ZONE_SETTING}),
        check=plain_http,
    ),
    ResourceRule(
        id="debug-paths-must-not-be-routed",
        title="Pages for debugging have no route of their own",
        description="No route in production leads to paths for debugging.",
        details="That such pages behind a route for all paths are protected is for the code, and for an attestation (`security-review`).",
        requirements=("P81",),
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        remediation="Take the route out, and protect the pages in the code or by Cloudflare Access.",
        types=frozenset({ROUTES, WORKERS_ROUTE}),
        check=routed_debug_paths,
    ),
)
