"""What TriggersAPI, ParqueDB and dotdo need besides: real provider protocol, real account process, create to delete.

The inputs are those that the components send. Whoever creates with them and refreshes finds no difference.
"""

import asyncio
from typing import Any
from urllib.parse import quote

import grpc
import pytest

from sandbox.provider.table import RESOURCES
from sandbox.provider.values import plain

ACCOUNT = "0123456789abcdef0123456789abcdef"
MODULE = """
import { WorkflowEntrypoint } from "cloudflare:workers";
export class EventProcessor extends WorkflowEntrypoint {}
export class Events {}
export default { async fetch() { return new Response("ok"); }, async scheduled() {} };
"""
TAIL = "export default { async tail(events) {} };"
OBSERVED = {
    "enabled": True,
    "headSamplingRate": 1,
    "logs": {"enabled": True, "headSamplingRate": 1, "invocationLogs": True, "persist": True},
    "traces": {"enabled": False, "headSamplingRate": 1, "persist": True},
}
ABORT_DEFAULT = {
    "id": "Default Multipart Abort Rule",
    "enabled": True,
    "conditions": {"prefix": ""},
    "abortMultipartUploadsTransition": {"condition": {"type": "Age", "maxAge": 604800}},
}
LOCK = {"id": "bundles", "enabled": True, "prefix": "b/", "condition": {"type": "Age", "maxAgeSeconds": 86400}}
CHECK = {
    "name": "api",
    "description": "https://api.triggers.do/health",
    "address": "api.triggers.do",
    "type": "HTTPS",
    "checkRegions": ["WNAM"],
    "interval": 60,
    "timeout": 5,
    "retries": 2,
    "consecutiveFails": 2,
    "consecutiveSuccesses": 1,
    "suspended": False,
    "httpConfig": {
        "method": "GET",
        "path": "/health",
        "port": 443,
        "expectedCodes": ["200"],
        "expectedBody": "",
        "followRedirects": False,
        "allowInsecure": False,
        "header": {"Host": ["api.triggers.do"]},
    },
}

Row = tuple[str, str, dict[str, Any], dict[str, Any]]
"""Name, type, inputs, and the inputs that change; None takes one out."""

STAYS = {"setting", "https", "lifecycle", "lock", "r2.dev", "crons", "deployment", "subdomain"}
"""There is still an answer after their deletes: those leave what was set, or switch a part of a script off."""

IMPORTED_OTHERWISE = {
    "tail": "the code's main module cannot be read",
    "script": "the code's main module cannot be read",
    "hyperdrive": "no answer holds the password",
    "crons": "schedules are never read",
    "workflow": "no answer holds its limits",
    "namespace": "the name is only known as namespaceName",
}
"""What an import cannot know, so that the next update says it."""


def token(name: str) -> str:
    return f"cloudflare:index/{name[0].lower()}{name[1:]}:{name}"


def system(made: dict[str, Any], version: str = "") -> list[Row]:
    """In the order in which they depend on each other."""

    def known(name: str, output: str = "id") -> str:
        return str(made[name].outputs[output]) if name in made else ""

    zone, queue = known("zone"), known("events", "queueId")
    of_account = {"accountId": ACCOUNT}
    of_bucket = of_account | {"bucketName": "parquedb", "jurisdiction": "eu"}
    of_script = of_account | {"scriptName": "triggers-api"}
    script = {
        "mainModule": "index.js",
        "compatibilityDate": "2026-02-25",
        "compatibilityFlags": ["nodejs_compat"],
        "bindingsInherit": "strict",
        "keepBindings": ["secret_key", "secret_text"],
        "observability": OBSERVED,
        "logpush": False,
        "usageModel": "standard",
    }
    bindings: list[dict[str, Any]] = [
        {"name": "API", "type": "service", "service": "triggers-tail", "environment": "production"},
        {"name": "AUTH_KV", "type": "kv_namespace", "namespaceId": known("auth")},
        {"name": "DB", "type": "d1", "id": known("db", "uuid")},
        {"name": "DISPATCHER", "type": "dispatch_namespace", "namespace": "dotdo-staging"},
        {"name": "EVENTS", "type": "durable_object_namespace", "className": "Events"},
        {"name": "EVENT_QUEUE", "type": "queue", "queueName": "event-queue"},
        {"name": "LIMITER", "type": "ratelimit", "namespaceId": "1001", "simple": {"limit": 100, "period": 60}},
        {"name": "PARQUE", "type": "r2_bucket", "bucketName": "parquedb", "jurisdiction": "eu"},
        {"name": "POSTGRES", "type": "hyperdrive", "id": known("hyperdrive")},
        {
            "name": "PROCESSOR",
            "type": "workflow",
            "workflowName": "event-processor",
            "className": "EventProcessor",
        },
        {"name": "SERVICES", "type": "json", "json": '[{"host":"api.do"}]'},
        {"name": "STAGE", "type": "plain_text", "text": "staging"},
    ]
    ids = {"webhooks": [{"id": known("webhook")}], "emails": [{"id": "ops@triggers.do"}]}
    configuration = {
        "compatibilityDate": "2026-02-25",
        "failOpen": True,
        "envVars": {"STAGE": {"type": "plain_text", "value": "staging"}},
    }
    return [
        ("zone", "Zone", {"name": "triggers.do", "account": {"id": ACCOUNT}}, {}),
        ("setting", "ZoneSetting", {"zoneId": zone, "settingId": "min_tls_version", "value": "1.2"}, {"value": "1.3"}),
        ("https", "ZoneSetting", {"zoneId": zone, "settingId": "always_use_https", "value": "on"}, {}),
        (
            "bucket",
            "R2Bucket",
            of_account | {"name": "parquedb", "jurisdiction": "eu", "storageClass": "Standard"},
            {"storageClass": "InfrequentAccess"},
        ),
        ("lifecycle", "R2BucketLifecycle", of_bucket | {"rules": [ABORT_DEFAULT]}, {"rules": []}),
        ("lock", "R2BucketLock", of_bucket | {"rules": [LOCK]}, {"rules": []}),
        ("r2.dev", "R2ManagedDomain", of_bucket | {"enabled": False}, {"enabled": True}),
        (
            "files",
            "R2CustomDomain",
            of_bucket | {"domain": "files.triggers.do", "zoneId": zone, "enabled": True, "minTls": "1.2"},
            {"minTls": "1.3"},
        ),
        (
            "events",
            "Queue",
            of_account
            | {
                "queueName": "event-queue",
                "jurisdiction": "eu",
                "settings": {"deliveryDelay": 0, "deliveryPaused": False, "messageRetentionPeriod": 345600},
            },
            {"settings": {"deliveryDelay": 5, "deliveryPaused": False, "messageRetentionPeriod": 345600}},
        ),
        (
            "notification",
            "R2BucketEventNotification",
            of_bucket
            | {"queueId": queue, "rules": [{"actions": ["PutObject", "CopyObject"], "prefix": "in/", "suffix": ""}]},
            {"rules": [{"actions": ["DeleteObject"], "prefix": "", "suffix": ""}]},
        ),
        ("auth", "WorkersKvNamespace", of_account | {"title": "AUTH_KV", "jurisdiction": "eu"}, {"title": "AUTH"}),
        (
            "db",
            "D1Database",
            of_account | {"name": "triggers", "jurisdiction": "eu", "readReplication": {"mode": "disabled"}},
            {"readReplication": {"mode": "auto"}},
        ),
        (
            "hyperdrive",
            "HyperdriveConfig",
            of_account
            | {
                "name": "facts",
                "caching": {"disabled": True},
                "origin": {
                    "scheme": "postgres",
                    "host": "db.triggers.do",
                    "port": 5432,
                    "database": "facts",
                    "user": "reader",
                    "password": "planted",
                },
            },
            {"caching": {"disabled": False, "maxAge": 60, "staleWhileRevalidate": 15}},
        ),
        ("namespace", "WorkersForPlatformsDispatchNamespace", of_account | {"name": "dotdo-staging"}, {}),
        (
            "tail",
            "WorkersScript",
            of_account | script | {"scriptName": "triggers-tail", "content": TAIL, "bindings": []},
            {"logpush": True},
        ),
        (
            "script",
            "WorkersScript",
            of_script
            | script
            | {
                "content": MODULE,
                "bindings": bindings,
                "migrations": {"newTag": "v1", "newSqliteClasses": ["Events"]},
                "limits": {"cpuMs": 50},
                "tailConsumers": [{"service": "triggers-tail"}],
                "annotations": {"workersTag": "ledger:v1:0123456789ab"},
            },
            {"migrations": None, "limits": {"cpuMs": 100}, "bindings": bindings[1:]},
        ),
        (
            "subdomain",
            "WorkersScriptSubdomain",
            of_script | {"enabled": True, "previewsEnabled": False},
            {"previewsEnabled": True},
        ),
        ("crons", "WorkersCronTrigger", of_script | {"schedules": [{"cron": "*/5 * * * *"}]}, {"schedules": []}),
        (
            "workflow",
            "Workflow",
            of_script | {"workflowName": "event-processor", "className": "EventProcessor"},
            {"limits": {"steps": 500}},
        ),
        (
            "deployment",
            "WorkersDeployment",
            of_script
            | {
                "strategy": "percentage",
                "versions": [{"versionId": version, "percentage": 100}],
                "annotations": {"workersMessage": "Rolled back after the upload"},
            },
            {},
        ),
        (
            "webhook",
            "NotificationPolicyWebhooks",
            of_account | {"name": "ops", "url": "https://hooks.triggers.do/alerts"},
            {"name": "operations"},
        ),
        ("check", "Healthcheck", {"zoneId": zone} | CHECK, {"suspended": True, "checkRegions": ["ENAM"]}),
        (
            "unreachable",
            "NotificationPolicy",
            of_account
            | {
                "name": "unreachable",
                "description": "https://api.triggers.do does not answer",
                "enabled": True,
                "alertType": "health_check_status_notification",
                "filters": {"healthCheckIds": [known("check")], "statuses": ["Unhealthy"]},
                "mechanisms": ids,
            },
            {"mechanisms": {"emails": ids["emails"]}, "enabled": False},
        ),
        (
            "usage",
            "NotificationPolicy",
            of_account
            | {
                "name": "usage",
                "description": "requests",
                "enabled": True,
                "alertType": "billing_usage_alert",
                "filters": {"products": ["workers_requests"], "limits": ["1000000"]},
                "mechanisms": ids,
            },
            {"filters": {"products": ["workers_requests"], "limits": ["2000000"]}},
        ),
        (
            "site",
            "PagesProject",
            of_account
            | {
                "name": "docs",
                "productionBranch": "main",
                "buildConfig": {"buildCommand": "npm run build", "destinationDir": "dist", "rootDir": ""},
                "deploymentConfigs": {"preview": configuration, "production": configuration},
            },
            {"productionBranch": "trunk"},
        ),
        ("docs", "PagesDomain", of_account | {"projectName": "docs", "name": "docs.triggers.do"}, {}),
        (
            "record",
            "DnsRecord",
            {"zoneId": zone, "name": "triggers.do", "type": "AAAA", "content": "100::", "proxied": True, "ttl": 1},
            {"comment": "originless"},
        ),
    ]


NAMES = [row[0] for row in system({})]


def said(inputs: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (inputs | change).items() if value is not None}


def import_id(type_name: str, outputs: dict[str, Any]) -> str:
    segments = [segment.partition("=")[2] for segment in RESOURCES[token(type_name)].import_id.split("/")]
    return "/".join(quote(str(outputs[name]), safe="") for name in segments)


async def unchanged(plugin: Any, kept: Any, inputs: dict[str, Any], name: str) -> Any:
    """The resource after a refresh that finds nothing new."""
    refreshed = await plugin.read(kept)
    assert refreshed.id == kept.id, name
    difference = await plugin.diff(refreshed, inputs)
    assert not difference.changes, (name, difference)
    assert plain(refreshed.inputs) == inputs, name
    return refreshed


def test_each_resource_is_created_refreshed_changed_imported_and_deleted_without_a_surprise(
    plugin_at, provider_account
):
    def version() -> str:
        path = f"/accounts/{ACCOUNT}/workers/scripts/triggers-api/versions"
        return str(provider_account.result("GET", path)["items"][0]["id"])

    async def life() -> None:
        made: dict[str, Any] = {}
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            for name in NAMES:
                uploaded = version() if name == "deployment" else ""
                _, type_name, inputs, _ = next(row for row in system(made, uploaded) if row[0] == name)
                made[name] = await plugin.create(token(type_name), name, inputs)
                assert not (await plugin.diff(made[name], inputs)).changes, name
            for name in NAMES:
                made[name] = await unchanged(plugin, made[name], plain(made[name].inputs), name)
            for name, type_name, inputs, change in system(made, version()):
                if change:
                    now = said(inputs, change)
                    difference = await plugin.diff(made[name], now)
                    assert (difference.changes, difference.replaces) == (True, []), name
                    made[name] = await plugin.update(made[name], now)
                    assert not (await plugin.diff(made[name], now)).changes, name
                    made[name] = await unchanged(plugin, made[name], now, name)
                if RESOURCES[token(type_name)].import_id and name not in IMPORTED_OTHERWISE:
                    outputs = plain(made[name].outputs)
                    imported = await plugin.import_(token(type_name), name, import_id(type_name, outputs))
                    assert imported.id == made[name].id, name
                    difference = await plugin.diff(imported, plain(made[name].inputs))
                    assert not difference.changes, (name, difference)
            for name in reversed(NAMES[1:]):
                await plugin.delete(made[name])
                assert ((await plugin.read(made[name])).id != "") == (name in STAYS), name
            await plugin.delete(made["zone"])
            with pytest.raises(grpc.aio.AioRpcError, match="9109"):  # as for somebody else's zone
                await plugin.read(made["zone"])

    asyncio.run(life())
