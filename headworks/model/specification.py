"""What people write: `headworks:system` in Pulumi.yaml, `headworks:environment` in Pulumi.<stack>.yaml.

The words are wrangler's. Everything is closed (an unknown key is an error), frozen and strict (`"5"` is not a number).
This module says what one value may be; `checks` says what must hold between several of them.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from headworks.model import naming

Identifier = Annotated[str, Field(pattern=naming.IDENTIFIER.pattern)]
Name = Annotated[str, Field(min_length=1)]
"""The part of a physical name that all environments share; `checks` looks at the whole name, suffix included."""
Key = Annotated[str, Field(pattern=naming.KEY.pattern)]
Suffix = Annotated[str, Field(max_length=32)]
Location = Literal["apac", "eeur", "enam", "weur", "wnam", "oc"]
DelaySeconds = Annotated[int, Field(ge=0, le=43_200)]
RetentionSeconds = Annotated[int, Field(ge=60, le=1_209_600)]


class Written(BaseModel):
    """Something that people write."""

    # defer_build: the validators of the nested models are built once, inside the outermost one (a third of the import time).
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    shorthand: ClassVar[str | None] = None
    """The field that a bare text stands for: `EXPORTS_BUCKET: rockhound-exports` is `{name: rockhound-exports}`."""


class Cors(Written):
    """One rule of a bucket's CORS policy."""

    origins: tuple[str, ...]
    """Origins that may read: scheme, host and port without a path, or `*`."""
    methods: tuple[Literal["GET", "PUT", "POST", "DELETE", "HEAD"], ...]
    """HTTP methods that they may use."""
    headers: tuple[str, ...] = ()
    """Request headers that they may send."""
    expose_headers: tuple[str, ...] = ()
    """Response headers that a script on their pages may read."""
    max_age_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """Seconds for which a browser may keep the answer to a preflight request."""


class Bucket(Written):
    """An R2 bucket, bound to the Worker."""

    shorthand: ClassVar[str | None] = "name"

    name: Name
    """Name of the bucket, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the bucket and its binding out."""
    jurisdiction: Literal["default", "eu", "fedramp"] = "default"
    """Where objects must stay. It cannot be changed later: it is part of the bucket's identity."""
    location: Location | None = None
    """A hint for where the bucket is made. Cloudflare keeps the first one it was given for a name."""
    storage_class: Literal["Standard", "InfrequentAccess"] = "Standard"
    """Storage class of new objects."""
    cors: tuple[Cors, ...] = ()
    """The CORS policy, rule by rule."""


class Kv(Written):
    """A KV namespace, bound to the Worker."""

    shorthand: ClassVar[str | None] = "title"

    title: Name
    """Title of the namespace, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the namespace and its binding out."""


class D1(Written):
    """A D1 database, bound to the Worker."""

    shorthand: ClassVar[str | None] = "name"

    name: Name
    """Name of the database, without the suffix of the environment. Another name is another, empty database."""
    enabled: bool = True
    """false leaves the database and its binding out."""
    read_replication: Literal["auto", "disabled"] = "disabled"
    """Read replicas in other regions: `auto` or `disabled`."""
    primary_location_hint: Location | None = None
    """A hint for where the primary is made. Changing it later replaces the database."""


class DeadLetterQueue(Written):
    """Where messages go that were retried in vain."""

    shorthand: ClassVar[str | None] = "name"

    name: Name
    """Name of the dead letter queue, without the suffix of the environment. The stack makes this queue too."""
    message_retention_period: RetentionSeconds = 1_209_600
    """Seconds for which a dead letter is kept: as long as Cloudflare allows unless said otherwise."""


class Consumer(Written):
    """How the Worker consumes the queue."""

    max_batch_size: Annotated[int, Field(ge=1, le=100)] = 10
    """Most messages in one batch."""
    max_batch_timeout: Annotated[int, Field(ge=0, le=60)] = 5
    """Seconds to wait for a batch to fill."""
    max_retries: Annotated[int, Field(ge=0, le=100)] = 3
    """Attempts after the first one, before a message goes to the dead letter queue (without one: is lost)."""
    max_concurrency: Annotated[int, Field(ge=1, le=250)] | None = None
    """Most consumers at the same time; left out, Cloudflare scales them."""
    retry_delay: DelaySeconds = 0
    """Seconds before a failed message is tried again."""
    dead_letter_queue: DeadLetterQueue | None = None
    """The queue for messages that were retried in vain; production needs one."""


class Queue(Written):
    """A queue, and what the Worker has to do with it."""

    name: Name
    """Name of the queue, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the queue, its dead letter queue, its binding and its consumer out."""
    binding: Identifier | None = None
    """Name of the producer binding; left out when the Worker does not send to this queue."""
    delivery_delay: DelaySeconds = 0
    """Seconds before a message is delivered for the first time."""
    message_retention_period: RetentionSeconds = 345_600
    """Seconds for which a message is kept; Cloudflare's default is 4 days."""
    consumer: Consumer | None = None
    """How the Worker consumes this queue; left out when it does not."""


class Rename(Written):
    """A Durable Object class under a new name; its data stays."""

    from_: Annotated[Identifier, Field(alias="from")]
    """The name so far."""
    to: Identifier
    """The new name."""


class Migration(Written):
    """One step in the history of the Durable Object classes. A step that was applied is never changed."""

    tag: Annotated[str, Field(min_length=1, max_length=50)]
    """Name of the step, unique within the system."""
    new_sqlite_classes: tuple[Identifier, ...] = ()
    """New classes with SQLite storage."""
    new_classes: tuple[Identifier, ...] = ()
    """New classes with the older key-value storage, which can never be turned into SQLite."""
    renamed_classes: tuple[Rename, ...] = ()
    """Classes that go on under another name."""
    deleted_classes: tuple[Identifier, ...] = ()
    """Classes whose objects are deleted, with all that they store."""


class Code(Written):
    """Who uploads the Worker's code."""

    owner: Literal["pulumi", "wrangler"]
    """`pulumi`: the stack uploads `main`. `wrangler`: the app's own repository does."""
    main: Annotated[str, Field(min_length=1)] | None = None
    """The built bundle, one ES module, relative to the folder of the program; for the owner pulumi only."""


class Logs(Written):
    """The Worker's logs."""

    invocation_logs: bool = True
    """One log line for each invocation, besides what the code logs."""


class Observability(Written):
    """What Cloudflare records of the Worker."""

    enabled: bool = True
    """Whether logs are kept."""
    head_sampling_rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the requests that is recorded, from 0 to 1."""
    logs: Logs = Logs()
    """What the logs hold."""


class Limits(Written):
    """What an invocation may use."""

    cpu_ms: Annotated[int, Field(ge=1, le=300_000)] | None = None
    """Milliseconds of CPU time; left out, the plan's own limit holds."""


class Worker(Written):
    """The Worker script."""

    name: Name
    """Name of the script, without the suffix of the environment."""
    code: Code
    """Who uploads the code, and from where."""
    compatibility_date: Annotated[str, Field(pattern=naming.DATE.pattern)]
    """Day whose runtime behaviour the code was written for, as `"YYYY-MM-DD"`."""
    compatibility_flags: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Single changes of behaviour on top of the date, such as nodejs_compat."""
    vars: dict[Identifier, str] = {}
    """Plain variables, readable by everyone who may see the account. What is secret goes to `secrets`."""
    durable_objects: dict[Identifier, Identifier] = {}
    """Durable Object bindings: binding to class."""
    migrations: tuple[Migration, ...] = ()
    """The history of the Durable Object classes, oldest step first."""
    observability: Observability = Observability()
    """What Cloudflare records of the Worker."""
    limits: Limits = Limits()
    """What an invocation may use."""
    logpush: bool = False
    """Whether trace events are sent to the account's Logpush jobs."""
    workers_dev: bool = False
    """Whether the Worker answers on workers.dev too."""
    preview_urls: bool = False
    """Whether each version has a URL of its own."""


class Dns(Written):
    """The DNS record that makes a route reachable."""

    type: Literal["A", "AAAA", "CNAME"]
    """Type of the record."""
    content: Annotated[str, Field(min_length=1)]
    """Where the record points to: a host name for CNAME, else an address."""
    proxied: bool = True
    """Whether Cloudflare answers for the host; a route works on a proxied record only."""


class Route(Written):
    """Where requests come in: a route on a zone, or a custom domain."""

    host: Annotated[str, Field(pattern=naming.HOST.pattern)]
    """Host name, such as api.example.com."""
    zone: Annotated[str, Field(pattern=naming.ZONE.pattern)]
    """Name of the zone on Cloudflare that the host belongs to, such as example.com."""
    path: Annotated[str, Field(pattern=naming.PATH.pattern)] = "/*"
    """Path that the route covers; `/*` is the whole host."""
    custom_domain: bool = False
    """true makes a custom domain of the host: Cloudflare keeps its record and certificate, and all paths are covered."""
    dns: Dns | None = None
    """The record of the host; left out when it is kept elsewhere."""


class System(Written):
    """`headworks:system`: what all environments of a system share. An environment may say any of it differently."""

    worker: Worker
    """The Worker script."""
    buckets: dict[Identifier, Bucket] = {}
    """R2 buckets by binding; a bare text is the name."""
    kv: dict[Identifier, Kv] = {}
    """KV namespaces by binding; a bare text is the title."""
    d1: dict[Identifier, D1] = {}
    """D1 databases by binding; a bare text is the name."""
    queues: dict[Key, Queue] = {}
    """Queues by a key of our own, which stays when the queue gets another name."""
    routes: tuple[Route, ...] = ()
    """Where requests come in."""
    secrets: tuple[Identifier, ...] = ()
    """Names of the secrets that the Worker needs. Values are never written here: `headworks secrets put` sends them."""


class Specification(System):
    """One environment as it was written: the system with what `headworks:environment` says over it."""

    name: Annotated[str, Field(pattern=naming.ENVIRONMENT.pattern)]
    """Name of the environment, such as staging."""
    account_id: Annotated[str, Field(pattern=naming.ACCOUNT_ID.pattern)]
    """The Cloudflare account that this environment lives on, and no other."""
    production: bool
    """true where people depend on it: strict policies, and nothing that holds data is ever deleted by a stack."""
    suffix: Suffix = ""
    """Ends the physical names of this environment, such as -staging."""
    script_suffix: Suffix | None = None
    """Another suffix for the Worker script; left out, `suffix` holds."""
    bucket_suffix: Suffix | None = None
    """Another suffix for R2 buckets; left out, `suffix` holds."""
    kv_suffix: Suffix | None = None
    """Another suffix for titles of KV namespaces, such as _STAGING; left out, `suffix` holds."""
    d1_suffix: Suffix | None = None
    """Another suffix for D1 databases; left out, `suffix` holds."""
    queue_suffix: Suffix | None = None
    """Another suffix for queues and dead letter queues; left out, `suffix` holds."""

    @property
    def suffixes(self) -> dict[naming.Kind, str]:
        special: dict[naming.Kind, str | None] = {
            "script": self.script_suffix,
            "bucket": self.bucket_suffix,
            "kv": self.kv_suffix,
            "d1": self.d1_suffix,
            "queue": self.queue_suffix,
        }
        return {kind: self.suffix if suffix is None else suffix for kind, suffix in special.items()}
