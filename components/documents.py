"""The outputs of an environment, as `headworks.outputs.StackOutputs` describes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from components.bindings import MAIN
from components.cloudflare import Binding
from components.migrations import Step
from components.parts import Parts
from components.work_queue import WorkQueue
from components.workers import DeployedWorker
from headworks.model.environment import Database, Environment, Healthcheck, Platform, Queue, Route
from headworks.outputs import VERSION


def documents(environment: Environment, parts: Parts, workers: Mapping[str, DeployedWorker]) -> dict[str, Any]:
    """One document per concern, with camelCase keys; those that only some systems have are left out where there is nothing."""
    main = workers[MAIN]
    enabled = environment.routes_enabled
    companions = {key: _companion(worker, enabled) for key, worker in workers.items() if key != MAIN}
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
        "probes": {check.key: _probe(check) for check in environment.healthchecks},
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
        "queues": {queue.key: _queue(queue, parts.queues[queue.key]) for queue in environment.queues},
        "routes": [_route(route, enabled) for route in environment.routes],
        "secrets": {"required": list(environment.secrets)},
        "migrations": _migrations(main.steps),
    } | {concern: document for concern, document in optional.items() if document}


def _worker(deployed: DeployedWorker) -> dict[str, Any]:
    worker = deployed.declared.worker
    document = {
        "name": deployed.script_name,
        "owner": worker.code.owner,
        "compatibilityDate": worker.compatibility_date,
        "compatibilityFlags": sorted(worker.compatibility_flags),
        "workersDev": worker.workers_dev,
        "previewUrls": worker.preview_urls,
        "logpush": worker.logpush,
        "observability": _camel(worker.observability.model_dump()),
        **_url(deployed.declared.routes),
    }
    optional = {
        "main": worker.code.main,
        "limits": {"cpuMs": worker.cpu_ms} if worker.cpu_ms is not None else None,
        "crons": list(worker.crons),
        "tailConsumers": list(worker.tail_consumers),
    }
    return document | {key: value for key, value in optional.items() if value}


def _companion(deployed: DeployedWorker, routes_enabled: bool) -> dict[str, Any]:
    return {
        "worker": _worker(deployed),
        "bindings": [_binding(binding) for binding in deployed.bindings],
        "routes": [_route(route, routes_enabled) for route in deployed.declared.routes],
        "secrets": {"required": list(deployed.declared.secrets)},
        "migrations": _migrations(deployed.steps),
    }


def _migrations(steps: Sequence[Step]) -> dict[str, Any]:
    """The whole history; each step's chain but the last one's stays with us."""
    if not steps:
        return {}
    stated = [{key: value for key, value in step.items() if key != "chain"} for step in steps]
    return {"tag": steps[-1]["tag"], "chain": steps[-1]["chain"], "steps": stated}


def _url(routes: Sequence[Route]) -> dict[str, str]:
    if not routes:
        return {}
    first = routes[0]
    return {"url": f"https://{first.host}" if first.custom_domain else f"https://{first.host}{first.path.rstrip('*')}"}


def _binding(binding: Binding) -> dict[str, Any]:
    """What the upload takes from the previous version is a secret of the Worker."""
    camel = _camel(binding)
    return camel | {"type": "secret"} if camel["type"] == "inherit" else camel


def _camel(words: Mapping[str, Any]) -> dict[str, Any]:
    return {to_camel(key): value for key, value in words.items()}


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
    document = {
        "name": database.name,
        "uuid": parts.databases.uuids[database.binding],
        "jurisdiction": database.jurisdiction,
        "migrationsTable": database.migrations_table,
    }
    if database.migrations_dir is not None:
        document["migrationsDir"] = database.migrations_dir
    if database.binding in parts.databases.bookmarks:
        document["bookmark"] = parts.databases.bookmarks[database.binding]
    return document


def _platform(platform: Platform) -> dict[str, Any]:
    return {
        "namespace": platform.namespace,
        "services": {service.key: {"host": service.host, "main": service.main} for service in platform.services},
        "order": [service.key for service in platform.services],
    }


def _queue(declared: Queue, made: WorkQueue) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": made.queue_name,
        "id": made.queue_id,
        "deliveryDelay": declared.delivery_delay,
        "messageRetentionPeriod": declared.message_retention_period,
    }
    if made.dead_letter_queue_name is not None:
        document["deadLetterQueue"] = made.dead_letter_queue_name
    if declared.consumer is not None:
        document["consumer"] = _camel(declared.consumer.model_dump(exclude_none=True))
    return document


def _route(route: Route, enabled: bool) -> dict[str, Any]:
    stated = {"host": route.host, "path": route.path, "zone": route.zone, "customDomain": route.custom_domain}
    return stated | {"enabled": enabled}


def _probe(check: Healthcheck) -> dict[str, Any]:
    document = {"url": f"https://{check.host}{check.path}", "expectedCodes": list(check.expected_codes)}
    return document | ({"expectedBody": check.expected_body} if check.expected_body else {})
