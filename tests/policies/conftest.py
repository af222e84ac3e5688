"""The Rockhounding API in production as a pack sees it: all in order, for a test to spoil one thing."""

import hashlib
import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"
OTHER_ACCOUNT = "fedcba9876543210fedcba9876543210"
ZONE = "00000000000000000000000000000001"

CLOUDFLARE = {
    "R2Bucket": "cloudflare:index/r2Bucket:R2Bucket",
    "WorkersKvNamespace": "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
    "Queue": "cloudflare:index/queue:Queue",
    "QueueConsumer": "cloudflare:index/queueConsumer:QueueConsumer",
    "WorkersScript": "cloudflare:index/workersScript:WorkersScript",
    "WorkersScriptSubdomain": "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain",
    "WorkersKv": "cloudflare:index/workersKv:WorkersKv",
    "WorkersRoute": "cloudflare:index/workersRoute:WorkersRoute",
    "WorkersCustomDomain": "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
    "DnsRecord": "cloudflare:index/dnsRecord:DnsRecord",
    "R2BucketCors": "cloudflare:index/r2BucketCors:R2BucketCors",
    "R2BucketLifecycle": "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
    "ZoneSetting": "cloudflare:index/zoneSetting:ZoneSetting",
    "PagesProject": "cloudflare:index/pagesProject:PagesProject",
    "WorkersCronTrigger": "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
    "D1Database": "cloudflare:index/d1Database:D1Database",
    "WorkersForPlatformsDispatchNamespace": "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace",
}


def chained(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    """Migrations with the hash chain that the component gives them."""
    chain, chained_steps = "", []
    for step in steps:
        canonical = json.dumps(step, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        chain = hashlib.sha256((chain + canonical).encode()).hexdigest()
        chained_steps.append({**step, "chain": chain})
    return chained_steps


CODE = """
import { createHash } from "node:crypto";
export class ExportCoordinatorDO {}
class Registry {}
export { Registry as StatePackRegistryDO };
export default { fetch() {}, queue() {}, scheduled() {} };
"""


def _names(suffix: str = "", kv_suffix: str = "", host: str = "api.rockhound.app") -> dict[str, list[str]]:
    return {
        "scripts": [f"rockhounding-api{suffix}"],
        "buckets": [f"rockhound-{kind}{suffix}" for kind in ("exports", "state-packs", "media")],
        "kvNamespaces": [f"CACHE_KV{kv_suffix}", f"SESSION_KV{kv_suffix}"],
        "databases": [],
        "queues": [f"exports-queue{suffix}", f"exports-dlq{suffix}"],
        "hosts": [host],
    }


SECRETS = ["SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY", "MAPBOX_API_KEY"]


def _shape(limit: str) -> list[dict[str, Any]]:
    main = {
        "key": "",
        "compatibilityDate": "2026-02-25",
        "compatibilityFlags": ["nodejs_compat"],
        "bindings": ["CACHE_KV", "ENVIRONMENT", "EXPORTS_QUEUE", "LOG_LEVEL", "SUPABASE_URL"],
        "secrets": [*SECRETS],
        "rateLimits": [limit],
        "databases": [f"db.example.com:5432/app{limit}"],
    }
    return [main]


def _sibling(name: str, names: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "environment": name,
        "production": name == "production",
        "accountId": ACCOUNT,
        "jurisdiction": "default",
        "names": names,
        "shape": _shape("1002"),
    }


@dataclass
class Declared:
    """A resource in the making: its properties may still be spoiled."""

    type: str
    name: str
    properties: dict[str, Any]
    parent: str = "stack"
    protect: bool = False
    comes_from: dict[str, str] = field(default_factory=dict)
    """Property → name of the resource whose output it is."""


class World:
    """A stack by logical name. `judged` asks the pack about each resource and then about the graph, as a preview does."""

    chained = staticmethod(chained)
    account, other_account = ACCOUNT, OTHER_ACCOUNT

    def __init__(self, pack: Any) -> None:
        self.pack = pack
        self.unknown = pack.UNKNOWN
        self.stack = "production"
        self.resources: dict[str, Declared] = {}

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.resources[name].properties

    def add(self, type_: str, name: str, properties: dict[str, Any], **more: Any) -> Declared:
        declared = Declared(CLOUDFLARE.get(type_, type_), name, deepcopy(properties), **more)
        self.resources[name] = declared
        return declared

    def remove(self, *names: str) -> None:
        for name in names:
            del self.resources[name]

    def script(self, name: str, **properties: Any) -> Declared:
        """A script beside our components, in order as far as nothing else is said."""
        whole = {"scriptName": name, "compatibilityDate": "2026-02-25", "observability": {"enabled": True}}
        return self.add("WorkersScript", name, whole | properties)

    def companion(self, key: str, **variables: str) -> None:
        """A further Worker, without anything that leads to it."""
        worker = {"key": key, "scriptName": key, "vars": variables, "workersDev": False, "previewUrls": False}
        self["api"].setdefault("companions", []).append(worker)
        code = self["code"] | {"scriptName": key}
        self.add("headworks:index:WorkerCode", f"{key}-code", code, parent="api")

    def platform(self) -> None:
        """Workers for Platforms in order: two services behind the API, and who deploys them."""
        common = {"accountId": ACCOUNT, "production": True}
        services = [
            {"key": key, "host": "api.rockhound.app", "compatibilityDate": "2026-02-25", "bindings": bindings}
            for key, bindings in (("db", []), ("gateway", [{"binding": "DB", "service": "db"}]))
        ]
        self.add("headworks:index:DispatchPlatform", "platform", common | {
            "namespace": "dotdo",
            "trusted": True,
            "deploy": "deploy",
            "servicesVariable": "SERVICES",
            "namespaceVariable": "NAMESPACE",
            "services": services,
            "deployOrder": ["db", "gateway"],
        }, parent="api")  # fmt: skip
        self["api"]["vars"]["SERVICES"] = json.dumps([{"service": each["key"]} for each in services])
        self.companion("deploy", NAMESPACE="dotdo")
        self.add("headworks:index:Routes", "deploy-routes", common | {
            "scriptName": "deploy", "routes": [{"host": "deploy.rockhound.app", "customDomain": True}],
        }, parent="api")  # fmt: skip
        lock = [{"id": "keep", "prefix": "bundles/", "retentionDays": 90}]
        bundles = {"binding": "BUNDLES", "worker": "deploy", "cors": [], "lifecycle": [], "lock": lock}
        self.add("headworks:index:BucketSet", "bundles", common | {"buckets": [bundles]}, parent="api")

    def become(self, environment: str) -> None:
        """The same, in the stack of another environment: nothing else changes but what says so."""
        self.stack = environment
        if environment != "production":
            names = _names(f"-{environment}", f"_{environment.upper()}", f"{environment}-api.rockhound.app")
            self["api"]["vars"].update(ENVIRONMENT=environment)
            self["api"].update(stack=environment, names=names, siblings=[_sibling("production", _names())])
        for declared in self.resources.values():
            if "production" in declared.properties:
                declared.properties["production"] = environment == "production"
        self["api"]["environment"] = environment

    def judged(self, *only: str) -> list[Any]:
        """Findings of the whole stack; with names, of these resources alone and without the graph."""
        shown = self._shown()
        findings = [finding for name in only or shown for finding in self.pack.analyze(shown[name])]
        return findings if only else findings + self.pack.analyze_stack(shown.values())

    def _shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for name, declared in self.resources.items():
            parent = shown[declared.parent].urn if declared.parent else ""
            resource = self.pack.Resource(
                declared.type, name, declared.properties, parent, declared.protect, stack=self.stack
            )
            sources = {key: [shown[source].urn] for key, source in declared.comes_from.items()}
            shown[name] = replace(resource, property_dependencies=sources)
        return shown


@pytest.fixture
def production(policy_pack) -> World:
    """The Rockhounding API in production, without a single violation."""
    world = World(policy_pack)
    common = {"accountId": ACCOUNT, "production": True}
    world.add("pulumi:pulumi:Stack", "stack", {}, parent="")
    world.add("headworks:index:WorkerEnvironment", "api", common | {
        "system": "rockhounding-api",
        "environment": "production",
        "stack": "production",
        "owner": "pulumi",
        "scriptName": "rockhounding-api",
        "names": _names(),
        "declaredNames": _names(),
        "jurisdiction": "default",
        "shape": _shape("1001"),
        "siblings": [_sibling("staging", _names("-staging", "_STAGING", "staging-api.rockhound.app"))],
        "vars": {"ENVIRONMENT": "production", "LOG_LEVEL": "info", "SUPABASE_URL": "https://db.example.com"},
        "workersDev": False,
        "previewUrls": False,
        "facts": {"account": {"id": ACCOUNT, "status": "verified"}},
    })  # fmt: skip
    inside = {"parent": "api"}
    world.add("headworks:index:WorkQueue", "exports", common | {
        "key": "exports",
        "queueName": "exports-queue",
        "deadLetterQueue": "exports-dlq",
        "messageRetentionPeriod": 345600,
        "deliveryDelay": 0,
        "consumer": {
            "scriptName": "rockhounding-api",
            "batchSize": 10,
            "maxWaitTimeMs": 5000,
            "maxRetries": 3,
            "deadLetterQueue": "exports-dlq",
        },
    }, **inside)  # fmt: skip
    for name, queue_name in (("exports-queue", "exports-queue"), ("exports-dead-letter-queue", "exports-dlq")):
        queue = {"accountId": ACCOUNT, "queueName": queue_name, "settings": {"messageRetentionPeriod": 345600}}
        world.add("Queue", name, queue, parent="exports", protect=True)
    world.add("QueueConsumer", "exports-consumer", {
        "accountId": ACCOUNT,
        "type": "worker",
        "queueId": world.unknown,
        "scriptName": "rockhounding-api",
        "deadLetterQueue": "exports-dlq",
    }, parent="exports", comes_from={"queueId": "exports-queue"})  # fmt: skip
    for bucket in _names()["buckets"]:
        world.add(
            "R2Bucket",
            bucket,
            {"accountId": ACCOUNT, "name": bucket, "jurisdiction": "default"},
            protect=True,
            **inside,
        )
    decided = [
        {
            "binding": f"{name}_BUCKET",
            "name": name,
            "cors": [],
            "lifecycleWaived": "the app deletes what it no longer needs",
        }
        for name in _names()["buckets"]
    ]
    world.add("headworks:index:BucketSet", "buckets", common | {"buckets": decided}, **inside)
    for title in _names()["kvNamespaces"]:
        world.add("WorkersKvNamespace", title, {"accountId": ACCOUNT, "title": title}, protect=True, **inside)
    world.add("headworks:index:DurableObjects", "objects", common | {
        "scriptName": "rockhounding-api",
        "bindings": [
            {"binding": "EXPORT_COORDINATOR", "className": "ExportCoordinatorDO"},
            {"binding": "STATE_PACKS", "className": "StatePackRegistryDO"},
        ],
        "migrations": chained(
            {"tag": "v1", "newSqliteClasses": ["ExportCoordinatorDO", "PackRegistry"]},
            {"tag": "v2", "renamedClasses": [{"from": "PackRegistry", "to": "StatePackRegistryDO"}]},
        ),
        "liveTag": "v1",
        "liveChain": chained({"tag": "v1", "newSqliteClasses": ["ExportCoordinatorDO", "PackRegistry"]})[0]["chain"][:12],
        "status": "verified",
    }, **inside)  # fmt: skip
    world.add("headworks:index:SecretContract", "secrets", common | {
        "scriptName": "rockhounding-api", "declared": SECRETS, "present": sorted(SECRETS), "status": "verified",
    }, **inside)  # fmt: skip
    runtime = {"compatibilityDate": "2026-02-25", "compatibilityFlags": ["nodejs_compat"]}
    world.add("headworks:index:WorkerCode", "code", common | runtime | {
        "scriptName": "rockhounding-api",
        "owner": "pulumi",
        "observability": {"enabled": True, "headSamplingRate": 1, "invocationLogs": True},
        "logpush": False,
        "workersDev": False,
        "cpuMs": 500,
    }, **inside)  # fmt: skip
    world.add("WorkersScript", "script", runtime | {
        "accountId": ACCOUNT,
        "scriptName": "rockhounding-api",
        "content": CODE,
        "keepBindings": ["secret_key", "secret_text"],
        "usageModel": "standard",
        "bindings": [
            {"type": "r2_bucket", "name": "MEDIA_BUCKET", "bucketName": "rockhound-media"},
            {"type": "queue", "name": "EXPORTS_QUEUE", "queueName": "exports-queue"},
            {"type": "durable_object_namespace", "name": "EXPORT_COORDINATOR", "className": "ExportCoordinatorDO"},
            {"type": "plain_text", "name": "LOG_LEVEL", "text": "info"},
            {"type": "json", "name": "FEATURES", "json": '{"exports": true, "cors": "off"}'},
            *({"type": "inherit", "name": secret} for secret in SECRETS),
        ],
    }, protect=True, parent="code")  # fmt: skip
    schedules = {"scriptName": "rockhounding-api", "owner": "pulumi", "crons": ["*/5 * * * *"]}
    world.add("headworks:index:Schedules", "schedules", common | schedules, **inside)
    world.add("headworks:index:Alerts", "alerts", common | {
        "destinations": [{"key": "mail", "kind": "email"}, {"key": "pager", "kind": "pagerduty"}],
        "alerts": [
            {"key": "down", "when": "unreachable", "severity": "critical", "notify": ["mail", "pager"], "mechanism": "health_check"},
        ],
    }, **inside)  # fmt: skip
    zones = [{"zone": "rockhound.app", "alwaysUseHttps": True, "minTlsVersion": "1.2"}]
    world.add("headworks:index:ZoneSettings", "zone-settings", common | {"zones": zones}, **inside)
    subdomain = {"accountId": ACCOUNT, "scriptName": "rockhounding-api", "enabled": False, "previewsEnabled": False}
    world.add("WorkersScriptSubdomain", "subdomain", subdomain, **inside)
    route = {"host": "api.rockhound.app", "path": "/*", "zone": "rockhound.app", "customDomain": False, "proxied": True}
    routes = {"scriptName": "rockhounding-api", "routes": [route]}
    world.add("headworks:index:Routes", "routes", common | routes, **inside)
    pattern = {"zoneId": ZONE, "pattern": "api.rockhound.app/*", "script": "rockhounding-api"}
    world.add("WorkersRoute", "route", pattern, parent="routes")
    record = {
        "zoneId": ZONE,
        "name": "api.rockhound.app",
        "type": "AAAA",
        "content": "100::",
        "proxied": True,
        "ttl": 1,
    }
    world.add("DnsRecord", "record", record, parent="routes")
    return world


Spoil = Callable[[World], object]


@pytest.fixture
def complaints() -> Callable[[Iterable[Any]], set[str]]:
    """The ids of the rules that were broken; notes of a preview that could not judge are none."""
    return lambda findings: {finding.policy for finding in findings if "can't run policy" not in finding.message}
