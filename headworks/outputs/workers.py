"""The outputs about Workers: what each is, what it binds, where it is reached, what it needs."""

from typing import Literal

from pydantic import Field

from headworks.outputs.output import Output


class ObservabilityOutput(Output):
    """What Cloudflare records of a Worker."""

    enabled: bool
    """Whether logs are kept."""
    head_sampling_rate: float
    """Share of the requests that is recorded, from 0 to 1."""
    invocation_logs: bool
    """One log line for each invocation, besides what the code logs."""


class LimitsOutput(Output):
    """What an invocation may use."""

    cpu_ms: int
    """Milliseconds of CPU time."""


class WorkerOutput(Output):
    """A script and its settings."""

    name: str
    """Name of the script, known once it is uploaded."""
    owner: Literal["pulumi", "wrangler"]
    """Who uploads the code."""
    main: str | None = None
    """Relative to the folder of the program: the bundle that the stack uploads, or the entry point that wrangler builds from."""
    compatibility_date: str
    """Of the runtime."""
    compatibility_flags: tuple[str, ...]
    """Of the runtime, sorted."""
    workers_dev: bool
    """Whether the Worker answers on workers.dev too."""
    preview_urls: bool
    """Whether each version has a URL of its own."""
    logpush: bool
    """Whether trace events go to the account's Logpush jobs."""
    observability: ObservabilityOutput
    """What Cloudflare records of it."""
    limits: LimitsOutput | None = None
    """What an invocation may use; none where the plan's own limits hold."""
    url: str | None = None
    """Where the Worker answers: the first custom domain or route. None without one."""
    crons: tuple[str, ...] | None = None
    """When Cloudflare calls it by itself, in UTC. None for never."""
    tail_consumers: tuple[str, ...] | None = None
    """Names of the scripts that get its logs."""


class RateLimitOutput(Output):
    """What a rate limit lets through."""

    limit: int
    """Calls in a period."""
    period: int
    """Seconds."""


class BindingOutput(Output):
    """One binding of a Worker."""

    name: str
    """What the code calls it, `env.NAME`."""
    type: Literal[
        "d1",
        "dispatch_namespace",
        "durable_object_namespace",
        "hyperdrive",
        "kv_namespace",
        "plain_text",
        "queue",
        "r2_bucket",
        "ratelimit",
        "secret",
        "service",
        "workflow",
    ]
    """Cloudflare's word, and `secret` for one whose value only the account has."""
    id: str | None = None
    """Of a D1 database or a Hyperdrive configuration."""
    namespace_id: str | None = None
    """Of a KV namespace, or of the counters of a rate limit."""
    namespace: str | None = None
    """Of a platform: the dispatch namespace."""
    bucket_name: str | None = None
    """Of a bucket."""
    jurisdiction: str | None = None
    """Of a bucket; none for the default one."""
    queue_name: str | None = None
    """Of a queue."""
    class_name: str | None = None
    """Of a Durable Object or a Workflow."""
    workflow_name: str | None = None
    """Of a Workflow."""
    service: str | None = None
    """The script that a service binding leads to."""
    environment: str | None = None
    """Of a service binding, always `production`: what Cloudflare calls the deployed script."""
    simple: RateLimitOutput | None = None
    """Of a rate limit."""
    text: str | None = None
    """Of a variable."""


class RouteOutput(Output):
    """Where requests come in."""

    host: str
    """Name of the host."""
    path: str
    """Pattern of the paths."""
    zone: str
    """Name of the zone that the host lies in."""
    custom_domain: bool
    """Whether it is a custom domain, which takes the whole host."""
    enabled: bool
    """False while the environment keeps its Workers off their routes (`routes_enabled: false`)."""


class SecretsOutput(Output):
    """What the account must have a value for."""

    required: tuple[str, ...]
    """Names of the secrets that the Worker needs."""


class RenamedClassOutput(Output):
    """A class that goes on under another name."""

    from_: str = Field(alias="from")
    """The former name."""
    to: str
    """The new name."""


class MigrationStepOutput(Output):
    """One step in the history of the Durable Object classes."""

    tag: str
    """Name of the step."""
    new_sqlite_classes: tuple[str, ...] | None = None
    """New classes with SQLite storage."""
    new_classes: tuple[str, ...] | None = None
    """New classes with the older key-value storage."""
    renamed_classes: tuple[RenamedClassOutput, ...] | None = None
    """Classes that go on under another name."""
    deleted_classes: tuple[str, ...] | None = None
    """Classes whose objects are deleted, with all that they store."""


class MigrationsOutput(Output):
    """The declared history of the Durable Object classes; nothing in it without Durable Objects."""

    tag: str | None = None
    """Of the last step."""
    chain: str | None = None
    """SHA-256 over the whole history, hexadecimal."""
    steps: tuple[MigrationStepOutput, ...] | None = None
    """All steps, oldest first."""


class CompanionOutput(Output):
    """Another Worker of the system."""

    worker: WorkerOutput
    """As of the main Worker, and so the rest."""
    bindings: tuple[BindingOutput, ...]
    """Sorted by name."""
    routes: tuple[RouteOutput, ...]
    """Where requests to it come in."""
    secrets: SecretsOutput
    """What the account must have a value for."""
    migrations: MigrationsOutput
    """Of its Durable Object classes."""
