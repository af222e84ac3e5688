"""The shape of a stack's outputs, one document per concern (docs/outputs.md).

The program writes them with camelCase keys; a key whose value does not apply is left out. A change that could break a reader
(`headworks.outputs.compatibility` says which) counts VERSION up.
"""

from typing import Literal

from headworks.outputs.output import Output
from headworks.outputs.storage import QueueOutput, StorageOutput
from headworks.outputs.workers import (
    BindingOutput,
    CompanionOutput,
    MigrationsOutput,
    RouteOutput,
    SecretsOutput,
    WorkerOutput,
)

VERSION = 1


class EnvironmentOutput(Output):
    """Which environment this is."""

    version: Literal[1]
    """Of all these documents."""
    system: str
    """Name of the system, the project of Pulumi."""
    name: str
    """Name of the environment."""
    stack: str
    """Name of the stack."""
    account_id: str
    """The Cloudflare account."""
    production: bool
    """Whether the strict rules hold."""


class WorkflowOutput(Output):
    """A Workflow."""

    name: str
    """Its physical name."""
    class_name: str
    """The class that the code exports."""


class SiteOutput(Output):
    """A Pages site."""

    name: str
    """Its project in the account."""
    subdomain: str
    """Where the site answers without a domain of its own."""
    domains: tuple[str, ...]
    """Its own domains."""


class ServiceOutput(Output):
    """A Worker in the dispatch namespace of a platform."""

    host: str
    """Where it answers."""
    main: str
    """Path of its built code in its own repository."""


class PlatformOutput(Output):
    """Workers for Platforms."""

    namespace: str
    """Name of the dispatch namespace."""
    services: dict[str, ServiceOutput]
    """By name in the namespace."""
    order: tuple[str, ...]
    """The names in an order in which they can be deployed; the keys of an object have none."""


class ProbeOutput(Output):
    """An address that tells whether the system is alive; Cloudflare asks it from outside."""

    url: str
    """What to get, without following redirects."""
    expected_codes: tuple[str, ...]
    """Status codes that are right; `2xx` is any that begins with 2."""
    expected_body: str | None = None
    """What the body must hold; none when any will do."""


class AttestationOutput(Output):
    """A kind of attestation that lines of the runbook want for this stack."""

    kind: str
    """What is attested, as `headworks attest` calls it."""
    when: Literal["before", "after"]
    """Whether the lines ask before a deployment or after one."""
    lines: tuple[str, ...]
    """Ids of the lines."""


class RunbookOutput(Output):
    """The runbook of the system, as it was when the stack was brought up."""

    path: str
    """Of its file, relative to the folder of the program."""
    digest: str
    """SHA-256 of its file, hexadecimal."""
    line_count: int
    """How many of its lines ask of this stack."""
    attestations: tuple[AttestationOutput, ...]
    """What of these stays with people: those before a deployment first, then in the order of the lines."""


class StackOutputs(Output):
    """All documents of a stack."""

    environment: EnvironmentOutput
    """Which environment this is."""
    worker: WorkerOutput
    """The main Worker."""
    bindings: tuple[BindingOutput, ...]
    """Of the main Worker, sorted by name."""
    storage: StorageOutput
    """What keeps data, by binding."""
    queues: dict[str, QueueOutput]
    """By the key in the system's file."""
    routes: tuple[RouteOutput, ...]
    """Where requests to the main Worker come in."""
    secrets: SecretsOutput
    """What the account must have a value for. Values are in no document."""
    migrations: MigrationsOutput
    """Of the main Worker's Durable Object classes."""
    companions: dict[str, CompanionOutput] | None = None
    """The other Workers of the system, by the key in its file."""
    workflows: dict[str, WorkflowOutput] | None = None
    """By the key in the system's file."""
    sites: dict[str, SiteOutput] | None = None
    """Pages sites, by the key in the system's file."""
    platform: PlatformOutput | None = None
    """Workers for Platforms."""
    healthchecks: dict[str, str] | None = None
    """Ids of the healthchecks, by the key in the system's file."""
    probes: dict[str, ProbeOutput] | None = None
    """What the healthchecks ask, by the same keys."""
    runbook: RunbookOutput | None = None
    """What the runbook asks of this stack; none for a system without one."""

    @property
    def workers(self) -> dict[str, CompanionOutput]:
        """All Workers by key, the main one under an empty key."""
        main = CompanionOutput.model_construct(
            worker=self.worker,
            bindings=self.bindings,
            routes=self.routes,
            secrets=self.secrets,
            migrations=self.migrations,
        )
        return {"": main, **(self.companions or {})}
