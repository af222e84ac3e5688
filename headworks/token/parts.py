"""Who asks where: the parts of a resolved environment, and the account or the zones that each of them is in.

That these are the types of resources that a stack registers is held by tests/end_to_end/test_systems.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from components.alert_mechanisms import is_watched
from headworks.model.environment import Companion, Environment, Route
from headworks.token.asks import CHECKS, DYNAMIC, FACTS, SECRETS, ZONES, Ask


@dataclass(frozen=True, order=True)
class Place:
    """What a permission is granted on."""

    account: str
    zone: str = ""
    """Name of a zone of the account; empty: the account itself."""

    def __str__(self) -> str:
        return f"zone {self.zone}" if self.zone else f"account {self.account}"


@dataclass(frozen=True)
class Part:
    """Something of a stack that asks the API."""

    who: str
    """Type of the resource, or `facts`, `secrets`, `checks`."""
    place: Place
    asks: tuple[Ask, ...]


Zones = Iterable[str]
_HERE = ("",)
"""The account itself."""


def parts(environment: Environment, provider: Mapping[str, tuple[Ask, ...]]) -> Iterator[Part]:
    """Every part of the environment; `provider` has what the provider asks, by type of resource."""
    for who, asks, zones in _rows(provider):
        for zone in dict.fromkeys(zones(environment)):
            yield Part(who, Place(environment.account_id, zone), asks)
    # A Worker of staging is looked at on the way to production, in whatever account it is.
    for sibling in environment.siblings:
        if environment.production and sibling.name == "staging":
            yield Part("checks", Place(sibling.account_id), CHECKS["staging"])


def _rows(
    provider: Mapping[str, tuple[Ask, ...]],
) -> Iterator[tuple[str, tuple[Ask, ...], Callable[[Environment], Zones]]]:
    for type_, zones in RESOURCES.items():
        yield type_, DYNAMIC.get(type_) or provider[type_], zones
    yield "zone lookup", ZONES, lambda environment: environment.zone_names
    yield "facts", FACTS, _always
    yield "secrets", SECRETS, lambda environment: _if(each.secrets for each in environment.workers)
    for looks_at, zones in _CHECKED.items():
        yield "checks", CHECKS[looks_at], zones


def _always(_: Environment) -> Zones:
    return _HERE


def _if(things: Iterable[object]) -> Zones:
    return _HERE if any(things) else ()


def _uploaded(environment: Environment) -> list[Companion]:
    """The Workers whose code the stack uploads; with the others wrangler makes what needs the script to exist."""
    return [each for each in environment.workers if each.worker.code.owner == "pulumi"]


def _routes(workers: Iterable[Companion]) -> list[Route]:
    return [route for each in workers for route in each.routes]


def _consumed_here(environment: Environment) -> list[bool]:
    keys = {each.key for each in _uploaded(environment)}
    return [(each.consumer.worker or "") in keys for each in environment.queues if each.consumer]


def _workflows_here(environment: Environment) -> list[bool]:
    keys = {each.key for each in _uploaded(environment)}
    return [(each.worker or "") in keys for each in environment.workflows]


def _record_zones(environment: Environment) -> list[str]:
    of_routes = [route.zone for route in _routes(environment.workers) if route.dns]
    return of_routes + [site.zone for site in environment.pages if site.zone and site.domains]


def _watched(environment: Environment) -> list[bool]:
    return [is_watched(alert) for alert in environment.alerts]


RESOURCES: Mapping[str, Callable[[Environment], Zones]] = {
    "R2Bucket": lambda e: _if(e.buckets),
    "R2BucketCors": lambda e: _if(bucket.cors for bucket in e.buckets),
    "R2BucketLifecycle": lambda e: _if(
        bucket.lifecycle is not None or bucket.lifecycle_waived is not None for bucket in e.buckets
    ),
    "R2BucketLock": lambda e: _if(bucket.lock for bucket in e.buckets),
    "R2BucketEventNotification": lambda e: _if(bucket.notifications for bucket in e.buckets),
    "WorkersKvNamespace": lambda e: _if(e.kv_namespaces),
    "D1Database": lambda e: _if(e.databases),
    "D1Migrations": lambda e: _if(database.migrations_dir is not None for database in e.databases),
    "Queue": lambda e: _if(e.queues),
    "QueueConsumer": lambda e: _if(_consumed_here(e)),
    "Workflow": lambda e: _if(_workflows_here(e)),
    "Hyperdrive": lambda e: _if(e.hyperdrives),
    "MigrationLedger": lambda e: _if(each.worker.migrations for each in _uploaded(e)),
    "WorkersScript": lambda e: _if(_uploaded(e)),
    "WorkersScriptSubdomain": lambda e: _if(_uploaded(e)),
    "WorkersCronTrigger": lambda e: _if(_uploaded(e)),
    "WorkersDeployment": lambda e: _if(each.worker.rollback_to for each in _uploaded(e)),
    "WorkersCustomDomain": lambda e: _if(e.routes_enabled and route.custom_domain for route in _routes(_uploaded(e))),
    "WorkersRoute": lambda e: [route.zone for route in _routes(_uploaded(e)) if not route.custom_domain],
    "DnsRecord": _record_zones,
    "WorkersForPlatformsDispatchNamespace": lambda e: _if([e.platform]),
    "DispatchNamespaceTrust": lambda e: _if([e.platform]),
    "PagesProject": lambda e: _if(e.pages),
    "PagesDomain": lambda e: _if(site.domains for site in e.pages),
    "ZoneSetting": lambda e: [
        zone.zone for zone in e.zones if zone.always_use_https is not None or zone.min_tls_version is not None
    ],
    "Healthcheck": lambda e: [check.zone for check in e.healthchecks],
    "NotificationPolicy": lambda e: _if(_watched(e)),
    "NotificationPolicyWebhooks": lambda e: _if(e.alerts and each.webhook_url for each in e.destinations),
}
"""By type of resource, the zones in which a stack has some."""

_CHECKED: Mapping[str, Callable[[Environment], Zones]] = {
    "workers": _always,
    "token": _always,
    "durable objects": lambda e: _if(each.worker.durable_objects for each in e.workers),
    "buckets": lambda e: _if(e.buckets),
    "kv namespaces": lambda e: _if(e.kv_namespaces),
    "databases": lambda e: _if(e.databases),
    "queues": lambda e: _if(e.queues),
    "workflows": lambda e: _if(e.workflows),
    "hyperdrives": lambda e: _if(e.hyperdrives),
    "platform": lambda e: _if([e.platform]),
    "sites": lambda e: _if(e.pages),
    "alerts": lambda e: _if(_watched(e)),
    "custom domains": lambda e: _if(route.custom_domain for route in _routes(e.workers)),
    "routes": lambda e: [route.zone for route in _routes(e.workers) if not route.custom_domain],
    "records": _record_zones,
}
"""The same for what the checks look at; routes and Workflows also where wrangler makes them."""
