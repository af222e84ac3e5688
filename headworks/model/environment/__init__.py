"""A resolved environment: one system in one stack, with every physical name spelled out.

`headworks.model.files.load_environment` makes it from the Pulumi files; the components are instantiated from it. Nothing
here is optional by accident: what Cloudflare would choose by itself is stated, so that a refresh finds no difference.
"""

from headworks.model.environment.entrances import DnsRecord, PagesSite, Route, ZoneSettings
from headworks.model.environment.isolation import Names, Sibling, WorkerShape
from headworks.model.environment.platform import Platform, Service
from headworks.model.environment.queues import DeadLetterQueue, Queue, QueueConsumer
from headworks.model.environment.resolved import Resolved
from headworks.model.environment.storage import (
    Bucket,
    CorsRule,
    Database,
    Hyperdrive,
    KvNamespace,
    LifecycleRule,
    LockRule,
    Notification,
)
from headworks.model.environment.watching import Alert, Destination, ExternalDependency, Healthcheck
from headworks.model.environment.workers import Code, Companion, Migration, Observability, RateLimit, Worker, Workflow
from headworks.model.words import Jurisdiction, Metric

__all__ = [
    "Alert",
    "Bucket",
    "Code",
    "Companion",
    "CorsRule",
    "Database",
    "DeadLetterQueue",
    "Destination",
    "DnsRecord",
    "Environment",
    "ExternalDependency",
    "Healthcheck",
    "Hyperdrive",
    "Jurisdiction",
    "KvNamespace",
    "LifecycleRule",
    "LockRule",
    "Metric",
    "Migration",
    "Names",
    "Notification",
    "Observability",
    "PagesSite",
    "Platform",
    "Queue",
    "QueueConsumer",
    "RateLimit",
    "Resolved",
    "Route",
    "Service",
    "Sibling",
    "Worker",
    "WorkerShape",
    "Workflow",
    "ZoneSettings",
]


class Environment(Resolved):
    system: str
    name: str
    stack: str
    account_id: str
    production: bool
    """Strict rules hold, and what is stateful is protected and retained."""
    worker: Worker
    buckets: tuple[Bucket, ...]
    kv_namespaces: tuple[KvNamespace, ...]
    databases: tuple[Database, ...]
    queues: tuple[Queue, ...]
    routes: tuple[Route, ...]
    """The main Worker's; of a platform, one for the host of each service among them (D9)."""
    secrets: tuple[str, ...]
    """Names of the secrets that the Worker needs; values never come here."""
    profiles: tuple[str, ...] = ()
    """Names of the system's profiles that were merged in."""
    jurisdiction: Jurisdiction = "default"
    """Where the data of the whole environment stays (P20, P66). It never changes."""
    routes_enabled: bool = True
    """false keeps the routes but takes the Worker off them: the switch for an emergency (R76, T91)."""
    companions: tuple[Companion, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    hyperdrives: tuple[Hyperdrive, ...] = ()
    zones: tuple[ZoneSettings, ...] = ()
    pages: tuple[PagesSite, ...] = ()
    healthchecks: tuple[Healthcheck, ...] = ()
    destinations: tuple[Destination, ...] = ()
    alerts: tuple[Alert, ...] = ()
    external: tuple[ExternalDependency, ...] = ()
    platform: Platform | None = None
    declared_names: Names
    """The names that the system declares for this environment, those that the environment switched off included."""
    shape: tuple[WorkerShape, ...] = ()
    """Its own, to be compared with its siblings'."""
    siblings: tuple[Sibling, ...]

    @property
    def workers(self) -> tuple[Companion, ...]:
        """The main Worker, under an empty key, and its companions."""
        main = Companion(key="", worker=self.worker, routes=self.routes, secrets=self.secrets)
        return (main, *self.companions)

    @property
    def zone_names(self) -> tuple[str, ...]:
        """The zones that must be on the account before anything is made."""
        routes = [route.zone for worker in self.workers for route in worker.routes]
        settings = [zone.zone for zone in self.zones]
        sites = [site.zone for site in self.pages if site.zone]
        checks = [check.zone for check in self.healthchecks]
        alerts = [alert.zone for alert in self.alerts if alert.zone]
        return tuple(dict.fromkeys((*routes, *settings, *sites, *checks, *alerts)))

    @property
    def names(self) -> Names:
        """The physical names that this environment really uses."""
        queues = [queue.name for queue in self.queues]
        dead_letters = [queue.dead_letter_queue.name for queue in self.queues if queue.dead_letter_queue]
        routes = [route for worker in self.workers for route in worker.routes]
        domains = [domain for site in self.pages for domain in site.domains]
        return Names(
            scripts=tuple(each.worker.name for each in self.workers),
            buckets=tuple(bucket.name for bucket in self.buckets),
            kv_namespaces=tuple(namespace.title for namespace in self.kv_namespaces),
            databases=tuple(database.name for database in self.databases),
            queues=tuple(dict.fromkeys(queues + dead_letters)),
            hosts=tuple(dict.fromkeys([*(route.host for route in routes), *domains])),
            workflows=tuple(workflow.name for workflow in self.workflows),
            hyperdrives=tuple(hyperdrive.name for hyperdrive in self.hyperdrives),
            dispatch_namespaces=(self.platform.namespace,) if self.platform else (),
            pages_projects=tuple(site.name for site in self.pages),
        )
