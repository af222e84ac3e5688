"""The shape of a stack's outputs, one document per concern (docs/outputs.md).

The program writes them with camelCase keys; a key whose value does not apply is left out. A change that could break a reader
counts VERSION up.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

VERSION = 1


class Output(BaseModel):
    """Read with camelCase keys, closed and frozen."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class EnvironmentOutput(Output):
    version: Literal[1]
    """Of all these documents."""
    system: str
    name: str
    stack: str
    account_id: str
    production: bool


class WorkerOutput(Output):
    name: str
    """The script's name, known once it is uploaded."""
    owner: Literal["pulumi", "wrangler"]
    """Who uploads the code."""
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    url: str | None = None
    """Where the Worker answers: the first custom domain or route. None when it has none."""
    crons: tuple[str, ...] | None = None
    """When Cloudflare calls it by itself, in UTC. None for never."""
    tail_consumers: tuple[str, ...] | None = None
    """Names of the scripts that get its logs."""


class RateLimitOutput(Output):
    limit: int
    """Calls that are let through in a period."""
    period: int
    """Seconds."""


class BindingOutput(Output):
    """One binding of the Worker; `type` is Cloudflare's word, and `secret` for one whose value only the account has."""

    name: str
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
    id: str | None = None
    """Of a D1 database or a Hyperdrive configuration."""
    namespace_id: str | None = None
    """Of a KV namespace, or of the counters of a rate limit."""
    namespace: str | None = None
    """Of a platform: the dispatch namespace."""
    bucket_name: str | None = None
    jurisdiction: str | None = None
    """Of a bucket; None for the default one."""
    queue_name: str | None = None
    class_name: str | None = None
    """Of a Durable Object or a Workflow."""
    workflow_name: str | None = None
    service: str | None = None
    """The script that a service binding leads to."""
    environment: str | None = None
    """Of a service binding, always `production`: what Cloudflare calls the deployed script."""
    simple: RateLimitOutput | None = None
    text: str | None = None
    """Of a variable."""


class BucketOutput(Output):
    name: str
    jurisdiction: str


class KvNamespaceOutput(Output):
    title: str
    id: str


class DatabaseOutput(Output):
    name: str
    uuid: str
    bookmark: str | None = None
    """Where time travel goes back to before the last migrations; empty while none was applied, None if there are no files."""


class HyperdriveOutput(Output):
    name: str
    id: str


class StorageOutput(Output):
    """What keeps data, by binding."""

    buckets: dict[str, BucketOutput]
    kv_namespaces: dict[str, KvNamespaceOutput]
    databases: dict[str, DatabaseOutput]
    hyperdrives: dict[str, HyperdriveOutput] | None = None


class QueueOutput(Output):
    name: str
    id: str
    dead_letter_queue: str | None = None
    """Name of the queue that takes what could not be processed."""


class RouteOutput(Output):
    host: str
    path: str
    zone: str
    custom_domain: bool


class SecretsOutput(Output):
    required: tuple[str, ...]
    """Names; values are in the account only."""


class MigrationsOutput(Output):
    """The last declared step of the Durable Object history; both None when there is none."""

    tag: str | None = None
    chain: str | None = None
    """SHA-256 over the whole history, hexadecimal."""


class CompanionOutput(Output):
    """Another Worker of the system."""

    worker: WorkerOutput
    bindings: tuple[BindingOutput, ...]
    routes: tuple[RouteOutput, ...]
    secrets: SecretsOutput


class WorkflowOutput(Output):
    name: str
    class_name: str


class SiteOutput(Output):
    name: str
    subdomain: str
    """Where the site answers without a domain of its own."""
    domains: tuple[str, ...]


class ServiceOutput(Output):
    host: str
    main: str
    """Path of its built code in its own repository."""


class PlatformOutput(Output):
    namespace: str
    """Name of the dispatch namespace."""
    services: dict[str, ServiceOutput]
    """By name in the namespace, in an order in which they can be deployed."""


class StackOutputs(Output):
    environment: EnvironmentOutput
    worker: WorkerOutput
    bindings: tuple[BindingOutput, ...]
    """Sorted by name."""
    storage: StorageOutput
    queues: dict[str, QueueOutput]
    """By the key in the system's file."""
    routes: tuple[RouteOutput, ...]
    secrets: SecretsOutput
    migrations: MigrationsOutput
    companions: dict[str, CompanionOutput] | None = None
    """By the key in the system's file."""
    workflows: dict[str, WorkflowOutput] | None = None
    sites: dict[str, SiteOutput] | None = None
    platform: PlatformOutput | None = None
    healthchecks: dict[str, str] | None = None
    """Their ids, by the key in the system's file."""
