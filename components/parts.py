"""What an environment consists of, beside its Workers."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.bindings import MAIN, Bound
from components.buckets import BucketSet
from components.cloudflare import Binding
from components.databases import Databases
from components.dispatch_platform import DispatchPlatform
from components.healthchecks import Healthchecks
from components.hyperdrives import Hyperdrives
from components.kv_namespaces import KvNamespaces
from components.pages_site import PagesSite
from components.work_queue import WorkQueue
from components.workflows import WorkflowSet


@dataclass(frozen=True, kw_only=True)
class Parts:
    """None where the environment has nothing of the kind."""

    queues: Mapping[str, WorkQueue]
    """By key."""
    buckets: BucketSet
    kv_namespaces: KvNamespaces
    databases: Databases
    workflows: WorkflowSet | None
    hyperdrives: Hyperdrives | None
    platform: DispatchPlatform | None
    healthchecks: Healthchecks | None
    sites: Mapping[str, PagesSite]
    """By key."""

    def bindings_of(self, worker: str) -> list[Binding]:
        """What the Worker with that key binds."""
        bound: tuple[Bound | None, ...] = (
            self.buckets,
            self.kv_namespaces,
            self.databases,
            *self.queues.values(),
            self.workflows,
            self.hyperdrives,
        )
        dispatch = self.platform.worker_bindings if self.platform and worker == MAIN else []
        return [*dispatch, *(binding for component in bound if component for binding in component.bindings_of(worker))]
