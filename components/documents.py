"""The outputs of an environment, as `headworks.outputs.StackOutputs` describes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic.alias_generators import to_camel

from components.buckets import BucketSet
from components.cloudflare import Binding
from components.databases import Databases
from components.durable_objects import DurableObjects
from components.kv_namespaces import KvNamespaces
from components.migrations import Step
from components.secret_contract import SecretContract
from components.work_queue import WorkQueue
from components.worker_code import WorkerCode
from headworks.model.environment import Environment, Route
from headworks.outputs import VERSION


class Bound(Protocol):
    """A component that the Worker has bindings to."""

    worker_bindings: list[Binding]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What an environment binds to its Worker."""

    buckets: BucketSet
    kv_namespaces: KvNamespaces
    databases: Databases
    queues: Mapping[str, WorkQueue]
    durable_objects: DurableObjects
    secrets: SecretContract
    variables: Sequence[Binding]

    @property
    def bindings(self) -> list[Binding]:
        """All bindings of the Worker, sorted by name."""
        components: tuple[Bound, ...] = (
            self.buckets,
            self.kv_namespaces,
            self.databases,
            *self.queues.values(),
            self.durable_objects,
            self.secrets,
        )
        bindings = [*self.variables, *(binding for component in components for binding in component.worker_bindings)]
        return sorted(bindings, key=lambda binding: str(binding["name"]))


def documents(environment: Environment, steps: Sequence[Step], parts: Parts, code: WorkerCode) -> dict[str, Any]:
    """One document per concern, with camelCase keys."""
    worker = environment.worker
    return {
        "environment": {
            "version": VERSION,
            "system": environment.system,
            "name": environment.name,
            "stack": environment.stack,
            "accountId": environment.account_id,
            "production": environment.production,
        },
        "worker": {
            "name": code.script_name,
            "owner": worker.code.owner,
            "compatibilityDate": worker.compatibility_date,
            "compatibilityFlags": sorted(worker.compatibility_flags),
            **_url(environment.routes),
        },
        "bindings": [_binding(binding) for binding in parts.bindings],
        "storage": _storage(environment, parts),
        "queues": {key: _queue(queue) for key, queue in parts.queues.items()},
        "routes": [_route(route) for route in environment.routes],
        "secrets": {"required": list(environment.secrets)},
        "migrations": {"tag": steps[-1]["tag"], "chain": steps[-1]["chain"]} if steps else {},
    }


def _url(routes: Sequence[Route]) -> dict[str, str]:
    if not routes:
        return {}
    first = routes[0]
    return {"url": f"https://{first.host}" if first.custom_domain else f"https://{first.host}{first.path.rstrip('*')}"}


def _binding(binding: Binding) -> dict[str, Any]:
    """What the upload takes from the previous version is a secret of the Worker."""
    camel = {to_camel(key): value for key, value in binding.items()}
    return camel | {"type": "secret"} if camel["type"] == "inherit" else camel


def _storage(environment: Environment, parts: Parts) -> dict[str, Any]:
    return {
        "buckets": {
            bucket.binding: {"name": parts.buckets.names[bucket.binding], "jurisdiction": bucket.jurisdiction}
            for bucket in environment.buckets
        },
        "kvNamespaces": {
            namespace.binding: {"title": namespace.title, "id": parts.kv_namespaces.ids[namespace.binding]}
            for namespace in environment.kv_namespaces
        },
        "databases": {
            database.binding: {"name": database.name, "uuid": parts.databases.uuids[database.binding]}
            for database in environment.databases
        },
    }


def _queue(queue: WorkQueue) -> dict[str, Any]:
    document: dict[str, Any] = {"name": queue.queue_name, "id": queue.queue_id}
    if queue.dead_letter_queue_name is not None:
        document["deadLetterQueue"] = queue.dead_letter_queue_name
    return document


def _route(route: Route) -> dict[str, Any]:
    return {"host": route.host, "path": route.path, "zone": route.zone, "customDomain": route.custom_domain}
