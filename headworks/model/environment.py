"""A resolved environment: one system in one stack, with every physical name spelled out.

`headworks.model.files.load_environment` makes it from the Pulumi files; the components are instantiated from it. Nothing
here is optional by accident: what Cloudflare would choose by itself is stated, so that a refresh finds no difference.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Resolved(BaseModel):
    """Closed and frozen: an unknown key is an error, and nobody changes an environment after it was resolved."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Jurisdiction = Literal["default", "eu", "fedramp"]
"""Where data must stay. One word for a whole environment; `default` is anywhere."""


class CorsRule(Resolved):
    """One rule of a bucket's CORS policy."""

    origins: tuple[str, ...]
    methods: tuple[Literal["GET", "PUT", "POST", "DELETE", "HEAD"], ...]
    headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None


class LifecycleRule(Resolved):
    """What becomes of objects with age, in days; at least one of the three is set."""

    id: str
    prefix: str
    """Empty for the whole bucket."""
    expire_days: int | None = None
    ia_transition_days: int | None = None
    abort_multipart_days: int | None = None


class LockRule(Resolved):
    """Objects that nobody may delete or overwrite before their time."""

    id: str
    prefix: str
    retention_days: int | None
    """None for ever."""


class Notification(Resolved):
    """Events of a bucket that go to a queue of the same environment."""

    queue: str
    """The key of the queue."""
    event_types: tuple[Literal["object-create", "object-delete"], ...]
    prefix: str = ""
    suffix: str = ""


class Bucket(Resolved):
    binding: str
    name: str
    worker: str | None = None
    """Key of the companion that binds it; None for the main Worker. So for everything with a binding."""
    jurisdiction: Jurisdiction = "default"
    location: Literal["apac", "eeur", "enam", "weur", "wnam", "oc"] | None = None
    storage_class: Literal["Standard", "InfrequentAccess"] = "Standard"
    cors: tuple[CorsRule, ...] | None = None
    """Empty: decided that no browser reads it directly. None: not decided (P18)."""
    lifecycle: tuple[LifecycleRule, ...] | None = None
    """None: not decided, or waived (P19)."""
    lifecycle_waived: str | None = None
    """Why no rule of ours is needed."""
    lock: tuple[LockRule, ...] = ()
    notifications: tuple[Notification, ...] = ()


class KvNamespace(Resolved):
    binding: str
    title: str
    worker: str | None = None
    jurisdiction: Jurisdiction = "default"


class Database(Resolved):
    binding: str
    name: str
    worker: str | None = None
    jurisdiction: Jurisdiction = "default"
    migrations_dir: str | None = None
    """Folder of the schema's SQL files, relative to the folder of the program; None when the app applies them itself."""
    migrations_table: str = "d1_migrations"
    read_replication: Literal["auto", "disabled"] = "disabled"
    primary_location_hint: Literal["apac", "eeur", "enam", "weur", "wnam", "oc"] | None = None


class QueueConsumer(Resolved):
    """How the Worker consumes a queue; wrangler's words, times in seconds."""

    max_batch_size: int
    max_batch_timeout: int
    max_retries: int
    max_concurrency: int | None
    """None lets Cloudflare scale the consumers."""
    retry_delay: int
    worker: str | None = None
    """Key of the companion that consumes; None for the main Worker."""


class DeadLetterQueue(Resolved):
    name: str
    message_retention_period: int
    """Seconds."""
    queue: str | None = None
    """Key of the declared queue that this is; None when the queue is made only for dead letters."""


class Queue(Resolved):
    key: str
    """The key in the system's file; part of the logical names."""
    name: str
    binding: str | None
    """Name of the producer binding of the Worker; None when the Worker does not produce."""
    worker: str | None = None
    jurisdiction: Jurisdiction = "default"
    delivery_delay: int
    """Seconds."""
    message_retention_period: int
    """Seconds."""
    consumer: QueueConsumer | None
    dead_letter_queue: DeadLetterQueue | None


class Workflow(Resolved):
    """A Workflow, whose class the Worker's code exports."""

    key: str
    name: str
    binding: str
    class_name: str
    worker: str | None = None


class Hyperdrive(Resolved):
    """A pool of connections to a database outside. The password is in none of our files: whoever deploys has it in a variable."""

    binding: str
    name: str
    worker: str | None = None
    scheme: Literal["postgres", "mysql"]
    host: str
    port: int
    database: str
    user: str
    password_variable: str
    """Name of the environment variable that has the password when the configuration is made or `password_version` changes."""
    password_version: int
    """Another number sends the password again."""
    caching: bool


class RateLimit(Resolved):
    """A rate limit that the code asks (T106)."""

    binding: str
    namespace_id: str
    """A positive whole number, unique in the account; limits of one id share their counters."""
    limit: int
    period: Literal[10, 60]
    """Seconds."""


class Migration(Resolved):
    """One step of the Durable Object ledger; the words are wrangler's."""

    tag: str
    new_classes: tuple[str, ...] = ()
    new_sqlite_classes: tuple[str, ...] = ()
    renamed_classes: tuple[tuple[str, str], ...] = ()
    """(from, to)."""
    deleted_classes: tuple[str, ...] = ()


class Code(Resolved):
    """Who uploads the Worker's code: the stack (`pulumi`), or the app's own repository (`wrangler`)."""

    owner: Literal["pulumi", "wrangler"]
    main: str | None
    """Relative to the folder of the program: the built bundle, one ES module; or the entry point that wrangler builds from, if it is said."""


class Observability(Resolved):
    enabled: bool = True
    head_sampling_rate: float = 1.0
    invocation_logs: bool = True


class Worker(Resolved):
    name: str
    code: Code
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    vars: dict[str, str]
    durable_objects: dict[str, str]
    """Binding to class."""
    migrations: tuple[Migration, ...]
    observability: Observability
    cpu_ms: int | None
    logpush: bool
    workers_dev: bool
    preview_urls: bool
    crons: tuple[str, ...] = ()
    """When Cloudflare calls the code's `scheduled`, in UTC."""
    tail_consumers: tuple[str, ...] = ()
    """Physical names of the scripts that get this Worker's logs."""
    services: dict[str, str] = {}
    """Service bindings: binding to the physical name of a script."""
    rate_limits: tuple[RateLimit, ...] = ()
    rollback_to: str | None = None
    """Id of an earlier version that gets all requests; None: the newest upload does (R75)."""


class DnsRecord(Resolved):
    """The record that makes a route reachable (R23); a custom domain makes its own."""

    type: Literal["A", "AAAA", "CNAME"]
    content: str
    proxied: bool


class Route(Resolved):
    """Where requests come in: a route on a zone (`path` set), or a custom domain (`custom_domain`)."""

    host: str
    zone: str
    """Name of the zone, for example rockhound.app."""
    path: str
    custom_domain: bool
    dns: DnsRecord | None


class Companion(Resolved):
    """Another Worker of the same system: a tail Worker, a deploy service."""

    key: str
    worker: Worker
    routes: tuple[Route, ...]
    secrets: tuple[str, ...]


class ZoneSettings(Resolved):
    """Settings of a zone that this environment owns (T109). None leaves a setting to whoever owns it."""

    zone: str
    always_use_https: bool | None = None
    min_tls_version: Literal["1.0", "1.1", "1.2", "1.3"] | None = None


class PagesSite(Resolved):
    key: str
    name: str
    production_branch: str
    build_command: str
    destination_dir: str
    root_dir: str
    compatibility_date: str
    domains: tuple[str, ...]
    """Custom domains. Each gets a proxied CNAME in `zone`."""
    zone: str | None
    vars: dict[str, str]


class Healthcheck(Resolved):
    """Cloudflare asks this address from outside."""

    key: str
    zone: str
    host: str
    path: str
    interval: int
    """Seconds."""
    timeout: int
    """Seconds."""
    retries: int
    consecutive_fails: int
    consecutive_successes: int
    expected_codes: tuple[str, ...]
    expected_body: str
    """Part of the body; empty when any will do."""


class Destination(Resolved):
    """Where alerts go; exactly one of the four is set."""

    key: str
    email: str | None = None
    webhook_id: str | None = None
    """A webhook that exists in the account: one whose address is itself a secret, such as Slack's, is made there by hand."""
    webhook_url: str | None = None
    """A webhook that the stack makes, at an address that is no secret."""
    pagerduty_id: str | None = None
    """A PagerDuty service that was connected to the account."""


Metric = Literal[
    "error_rate",
    "latency_p50",
    "latency_p99",
    "cpu_time",
    "cold_starts",
    "requests",
    "cache_hit_rate",
    "r2_operations",
    "storage_growth",
    "dead_letters",
    "unreachable",
    "deployment_failed",
    "traffic_anomaly",
    "usage",
    "incident",
]


class Alert(Resolved):
    """A condition as a runbook states it. Whether Cloudflare can watch it is for `components.alerts` to say."""

    key: str
    when: Metric
    above: float | None = None
    below: float | None = None
    """Percent for rates and growth, milliseconds for times, per second for requests, times the normal for r2_operations, a count otherwise."""
    for_minutes: int | None = None
    healthcheck: str | None = None
    """For `unreachable`: key of the healthcheck."""
    zone: str | None = None
    """For `traffic_anomaly`."""
    product: str | None = None
    """For `usage`: Cloudflare's name of the product."""
    severity: Literal["critical", "warning", "info"]
    notify: tuple[str, ...]
    """Keys of destinations."""


class ExternalDependency(Resolved):
    """Something outside Cloudflare that the system needs: named, so that a checklist can ask for it."""

    key: str
    kind: str
    host: str | None
    purpose: str


class Service(Resolved):
    """A Worker inside the dispatch namespace. The deploy service uploads it; the stack knows that it must be there (D5)."""

    key: str
    kind: Literal["domain", "integration", "ai"]
    main: str
    compatibility_date: str
    host: str
    zone: str
    bindings: dict[str, str]
    """Service bindings: binding to the key of another service, which must be deployed before (D15)."""


class Platform(Resolved):
    """Workers for Platforms: a namespace of Workers behind the main Worker, which dispatches to them."""

    namespace: str
    trusted: bool
    """Trusted mode: first-party code only, since it shares the zone's cache (D2, D3)."""
    binding: str
    """Name of the dispatch binding of the main Worker."""
    services_variable: str
    """The main Worker's variable with the JSON list of services (D11)."""
    deploy: str | None
    """Key of the companion that deploys into the namespace."""
    namespace_variable: str
    """The deploy service's variable with the name of the namespace (D13)."""
    services: tuple[Service, ...]
    """In an order in which they can be deployed: each after those that it binds."""


class Names(Resolved):
    """Every physical name of an environment, by kind: what no second environment of one account may use."""

    scripts: tuple[str, ...]
    buckets: tuple[str, ...]
    kv_namespaces: tuple[str, ...]
    databases: tuple[str, ...]
    queues: tuple[str, ...]
    hosts: tuple[str, ...]
    workflows: tuple[str, ...] = ()
    hyperdrives: tuple[str, ...] = ()
    dispatch_namespaces: tuple[str, ...] = ()
    pages_projects: tuple[str, ...] = ()


class WorkerShape(Resolved):
    """What a Worker of an environment runs with and finds in its `env`, by name: what staging and production have in common."""

    key: str
    """Empty for the main Worker, else the companion's."""
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    bindings: tuple[str, ...]
    """All names in `env` but those of its secrets."""
    secrets: tuple[str, ...]
    rate_limits: tuple[str, ...]
    """Their namespace ids: limits of one id share their counters in the whole account."""
    databases: tuple[str, ...] = ()
    """Databases outside Cloudflare that it reaches through Hyperdrive, as `host:port/name`."""


class Sibling(Resolved):
    """Another environment of the same system, as far as isolation and likeness need it."""

    name: str
    account_id: str
    names: Names
    production: bool = False
    jurisdiction: Jurisdiction = "default"
    shape: tuple[WorkerShape, ...] = ()


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
