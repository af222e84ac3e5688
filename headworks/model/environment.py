"""A resolved environment: one system in one stack, with every physical name spelled out.

`headworks.model.files.load_environment` makes it from the Pulumi files; the components are instantiated from it. Nothing
here is optional by accident: what Cloudflare would choose by itself is stated, so that a refresh finds no difference.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Resolved(BaseModel):
    """Closed and frozen: an unknown key is an error, and nobody changes an environment after it was resolved."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CorsRule(Resolved):
    """One rule of a bucket's CORS policy."""

    origins: tuple[str, ...]
    methods: tuple[Literal["GET", "PUT", "POST", "DELETE", "HEAD"], ...]
    headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None


class Bucket(Resolved):
    binding: str
    name: str
    jurisdiction: Literal["default", "eu", "fedramp"] = "default"
    location: Literal["apac", "eeur", "enam", "weur", "wnam", "oc"] | None = None
    storage_class: Literal["Standard", "InfrequentAccess"] = "Standard"
    cors: tuple[CorsRule, ...] = ()


class KvNamespace(Resolved):
    binding: str
    title: str


class Database(Resolved):
    binding: str
    name: str
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


class DeadLetterQueue(Resolved):
    name: str
    message_retention_period: int
    """Seconds."""


class Queue(Resolved):
    key: str
    """The key in the system's file; part of the logical names."""
    name: str
    binding: str | None
    """Name of the producer binding of the Worker; None when the Worker does not produce."""
    delivery_delay: int
    """Seconds."""
    message_retention_period: int
    """Seconds."""
    consumer: QueueConsumer | None
    dead_letter_queue: DeadLetterQueue | None


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
    """The built bundle, one ES module, relative to the folder of the program; None when wrangler owns the code."""


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


class Names(Resolved):
    """Every physical name of an environment, by kind: what no second environment of one account may use."""

    scripts: tuple[str, ...]
    buckets: tuple[str, ...]
    kv_namespaces: tuple[str, ...]
    databases: tuple[str, ...]
    queues: tuple[str, ...]
    hosts: tuple[str, ...]


class Sibling(Resolved):
    """Another environment of the same system, as far as isolation needs it."""

    name: str
    account_id: str
    names: Names


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
    secrets: tuple[str, ...]
    """Names of the secrets that the Worker needs; values never come here."""
    declared_names: Names
    """The names that the system declares for this environment, those that the environment switched off included."""
    siblings: tuple[Sibling, ...]

    @property
    def names(self) -> Names:
        """The physical names that this environment really uses."""
        queues = [queue.name for queue in self.queues]
        dead_letters = [queue.dead_letter_queue.name for queue in self.queues if queue.dead_letter_queue]
        return Names(
            scripts=(self.worker.name,),
            buckets=tuple(bucket.name for bucket in self.buckets),
            kv_namespaces=tuple(namespace.title for namespace in self.kv_namespaces),
            databases=tuple(database.name for database in self.databases),
            queues=tuple(dict.fromkeys(queues + dead_letters)),
            hosts=tuple(dict.fromkeys(route.host for route in self.routes)),
        )
