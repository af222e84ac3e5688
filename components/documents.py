"""The outputs of an environment, as `headworks.outputs.StackOutputs` describes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from components.bindings import MAIN
from components.cloudflare import Binding
from components.parts import Parts
from components.work_queue import WorkQueue
from components.workers import DeployedWorker
from headworks.model.environment import Database, Environment, Platform, Route
from headworks.outputs import VERSION


def documents(environment: Environment, parts: Parts, workers: Mapping[str, DeployedWorker]) -> dict[str, Any]:
    """One document per concern, with camelCase keys; those that only some systems have are left out where there is nothing."""
    main = workers[MAIN]
    companions = {key: _companion(worker) for key, worker in workers.items() if key != MAIN}
    optional = {
        "companions": companions,
        "workflows": {
            workflow.key: {"name": workflow.name, "className": workflow.class_name}
            for workflow in environment.workflows
        },
        "sites": {
            site.key: {"name": site.name, "subdomain": parts.sites[site.key].subdomain, "domains": list(site.domains)}
            for site in environment.pages
        },
        "platform": _platform(environment.platform) if environment.platform else {},
        "healthchecks": parts.healthchecks.ids if parts.healthchecks else {},
    }
    return {
        "environment": {
            "version": VERSION,
            "system": environment.system,
            "name": environment.name,
            "stack": environment.stack,
            "accountId": environment.account_id,
            "production": environment.production,
        },
        "worker": _worker(main),
        "bindings": [_binding(binding) for binding in main.bindings],
        "storage": _storage(environment, parts),
        "queues": {key: _queue(queue) for key, queue in parts.queues.items()},
        "routes": [_route(route) for route in environment.routes],
        "secrets": {"required": list(environment.secrets)},
        "migrations": {"tag": main.steps[-1]["tag"], "chain": main.steps[-1]["chain"]} if main.steps else {},
    } | {concern: document for concern, document in optional.items() if document}


def _worker(deployed: DeployedWorker) -> dict[str, Any]:
    worker = deployed.declared.worker
    document = {
        "name": deployed.script_name,
        "owner": worker.code.owner,
        "compatibilityDate": worker.compatibility_date,
        "compatibilityFlags": sorted(worker.compatibility_flags),
        **_url(deployed.declared.routes),
    }
    lists = {"crons": list(worker.crons), "tailConsumers": list(worker.tail_consumers)}
    return document | {key: value for key, value in lists.items() if value}


def _companion(deployed: DeployedWorker) -> dict[str, Any]:
    return {
        "worker": _worker(deployed),
        "bindings": [_binding(binding) for binding in deployed.bindings],
        "routes": [_route(route) for route in deployed.declared.routes],
        "secrets": {"required": list(deployed.declared.secrets)},
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
    storage: dict[str, Any] = {
        "buckets": {
            bucket.binding: {"name": parts.buckets.names[bucket.binding], "jurisdiction": bucket.jurisdiction}
            for bucket in environment.buckets
        },
        "kvNamespaces": {
            namespace.binding: {"title": namespace.title, "id": parts.kv_namespaces.ids[namespace.binding]}
            for namespace in environment.kv_namespaces
        },
        "databases": {database.binding: _database(database, parts) for database in environment.databases},
    }
    if parts.hyperdrives:
        storage["hyperdrives"] = {
            each.binding: {"name": each.name, "id": parts.hyperdrives.ids[each.binding]}
            for each in environment.hyperdrives
        }
    return storage


def _database(database: Database, parts: Parts) -> dict[str, Any]:
    document = {"name": database.name, "uuid": parts.databases.uuids[database.binding]}
    if database.binding in parts.databases.bookmarks:
        document["bookmark"] = parts.databases.bookmarks[database.binding]
    return document


def _platform(platform: Platform) -> dict[str, Any]:
    return {
        "namespace": platform.namespace,
        "services": {service.key: {"host": service.host, "main": service.main} for service in platform.services},
    }


def _queue(queue: WorkQueue) -> dict[str, Any]:
    document: dict[str, Any] = {"name": queue.queue_name, "id": queue.queue_id}
    if queue.dead_letter_queue_name is not None:
        document["deadLetterQueue"] = queue.dead_letter_queue_name
    return document


def _route(route: Route) -> dict[str, Any]:
    return {"host": route.host, "path": route.path, "zone": route.zone, "customDomain": route.custom_domain}
