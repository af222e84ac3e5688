"""What people write: `headworks:system` in Pulumi.yaml, `headworks:environment` in Pulumi.<stack>.yaml.

The words are wrangler's. Everything is closed (an unknown key is an error), frozen and strict (`"5"` is not a number).
This package says what one value may be; `checks` says what must hold between several of them.
"""

from typing import Annotated, Any

from pydantic import Field

from headworks.model import naming
from headworks.model.specification.entrances import PagesSite, Route, ZoneSettings
from headworks.model.specification.platform import Platform
from headworks.model.specification.queues import Queue
from headworks.model.specification.storage import D1, Bucket, Hyperdrive, Kv
from headworks.model.specification.watching import Alert, Destination, ExternalDependency, Healthcheck
from headworks.model.specification.workers import Companion, Worker, Workflow
from headworks.model.specification.written import Identifier, Key, Suffix, Written, Zone
from headworks.model.words import Jurisdiction


class Shared(Written):
    """What a system says for all its environments, and any of them may say differently."""

    worker: Worker
    """The main Worker."""
    workers: dict[Key, Companion] = {}
    """Companions: other Workers of the system, by a key of our own."""
    buckets: dict[Identifier, Bucket] = {}
    """R2 buckets by binding; a bare text is the name."""
    kv: dict[Identifier, Kv] = {}
    """KV namespaces by binding; a bare text is the title."""
    d1: dict[Identifier, D1] = {}
    """D1 databases by binding; a bare text is the name."""
    hyperdrive: dict[Identifier, Hyperdrive] = {}
    """Pools of connections to databases outside, by binding."""
    queues: dict[Key, Queue] = {}
    """Queues by a key of our own, which stays when the queue gets another name."""
    workflows: dict[Key, Workflow] = {}
    """Workflows by a key of our own."""
    routes: tuple[Route, ...] = ()
    """Where requests come in."""
    routes_enabled: bool = True
    """false keeps the routes but takes the Workers off them: the switch for an emergency."""
    zones: dict[Zone, ZoneSettings] = {}
    """Settings of zones that the environment owns, by the name of the zone."""
    pages: dict[Key, PagesSite] = {}
    """Sites on Cloudflare Pages by a key of our own."""
    platform: Platform | None = None
    """Workers for Platforms: a namespace of Workers that the main Worker dispatches to."""
    secrets: tuple[Identifier, ...] = ()
    """Names of the secrets that the Worker needs. Values are never written here: `headworks secrets put` sends them."""
    healthchecks: dict[Key, Healthcheck] = {}
    """Addresses that Cloudflare asks from outside, by a key of our own."""
    destinations: dict[Key, Destination] = {}
    """Where alerts go, by a key of our own."""
    alerts: dict[Key, Alert] = {}
    """Conditions under which people are told, by a key of our own."""
    external: dict[Key, ExternalDependency] = {}
    """What the system needs outside Cloudflare, by a key of our own."""
    jurisdiction: Jurisdiction = "default"
    """Where the data of a whole environment stays: buckets, KV namespaces, databases and queues. It never changes."""


class System(Shared):
    """`headworks:system`: what all environments of a system share. An environment may say any of it differently."""

    profiles: dict[Key, dict[str, Any]] = {}
    """Parts of an environment under a name: an environment that names it has them too."""


class Specification(Shared):
    """One environment as it was written: the system, with its profiles and `headworks:environment` over it."""

    name: Annotated[str, Field(pattern=naming.ENVIRONMENT.pattern)]
    """Name of the environment, such as staging."""
    account_id: Annotated[str, Field(pattern=naming.ACCOUNT_ID.pattern)]
    """The Cloudflare account that this environment lives on, and no other."""
    production: bool
    """true where people depend on it: strict policies, and nothing that holds data is ever deleted by a stack."""
    profiles: tuple[Key, ...] = ()
    """Profiles of the system that are merged over it, in this order, before what the environment says."""
    suffix: Suffix = ""
    """Ends the physical names of this environment, such as -staging."""
    script_suffix: Suffix | None = None
    """Another suffix for Worker scripts; left out, `suffix` holds."""
    bucket_suffix: Suffix | None = None
    """Another suffix for R2 buckets; left out, `suffix` holds."""
    kv_suffix: Suffix | None = None
    """Another suffix for titles of KV namespaces, such as _STAGING; left out, `suffix` holds."""
    d1_suffix: Suffix | None = None
    """Another suffix for D1 databases; left out, `suffix` holds."""
    queue_suffix: Suffix | None = None
    """Another suffix for queues and dead letter queues; left out, `suffix` holds."""
    workflow_suffix: Suffix | None = None
    """Another suffix for Workflows; left out, `suffix` holds."""
    hyperdrive_suffix: Suffix | None = None
    """Another suffix for Hyperdrive configurations; left out, `suffix` holds."""
    dispatch_suffix: Suffix | None = None
    """Another suffix for the dispatch namespace; left out, `suffix` holds."""
    pages_suffix: Suffix | None = None
    """Another suffix for Pages projects; left out, `suffix` holds."""

    @property
    def suffixes(self) -> dict[naming.Kind, str]:
        special: dict[naming.Kind, str | None] = {
            "script": self.script_suffix,
            "bucket": self.bucket_suffix,
            "kv": self.kv_suffix,
            "d1": self.d1_suffix,
            "queue": self.queue_suffix,
            "workflow": self.workflow_suffix,
            "hyperdrive": self.hyperdrive_suffix,
            "dispatch": self.dispatch_suffix,
            "pages": self.pages_suffix,
        }
        return {kind: self.suffix if suffix is None else suffix for kind, suffix in special.items()}
