"""What people change by hand: how each change is planted through the API, what drift has to say of it, how it is undone.

Each changes something of its own, so that all can be there at once. What cannot be undone by hand has no `undo`: what is
made again has another id, so only `refresh` and `up` bring it back.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Account = Any
"""The fixture `deployed`."""


@dataclass(frozen=True)
class Plant:
    says: str
    system: str
    plant: Callable[[Account], Any]
    found: tuple[str, str, str]
    """How, kind, name."""
    tells: str
    """Part of what is told of it."""
    undo: Callable[[Account], Any] | None = None


R, T, D = "rockhounding-api", "triggers-api", "dotdo"
SCRIPT = f"/workers/scripts/{R}"
BUCKET = "/r2/buckets/rockhound-{}"


def _queue(account: Account, name: str) -> str:
    return next(f"/queues/{each['queue_id']}" for each in account.ask("GET", "/queues") if each["queue_name"] == name)


def _consumer(account: Account, queue: str, script: str) -> str:
    path = f"{_queue(account, queue)}/consumers"
    return next(f"{path}/{each['consumer_id']}" for each in account.ask("GET", path) if each["script"] == script)


def _zone(account: Account, name: str) -> str:
    return next(f"/zones/{each['id']}" for each in account.ask("GET", "/zones") if each["name"] == name)


def _in_zone(account: Account, zone: str, what: str, **wanted: str) -> str:
    path = f"{_zone(account, zone)}/{what}"
    return next(f"{path}/{each['id']}" for each in account.ask("GET", path) if wanted.items() <= each.items())


def _of_account(account: Account, what: str, **wanted: str) -> str:
    return next(f"{what}/{each['id']}" for each in account.ask("GET", what) if wanted.items() <= each.items())


def _planted_already(_: Account) -> None:
    """The plant before did it, and so does its undoing."""


def _delay(seconds: int) -> Callable[[Account], Any]:
    return lambda account: account.ask(
        "PATCH", _queue(account, "exports-queue"), json={"settings": {"delivery_delay": seconds}}
    )


def _consumer_of(queue: str, script: str, **told: Any) -> Callable[[Account], Any]:
    body = {"type": "worker", "script_name": script, **told}
    return lambda account: account.ask("PUT", _consumer(account, queue, script), json=body)


def _retries(times: int, letters: str | None) -> Callable[[Account], Any]:
    settings = {"batch_size": 10, "max_retries": times, "max_wait_time_ms": 5000, "retry_delay": 30}
    return _consumer_of("exports-queue", R, dead_letter_queue=letters, settings=settings)


def _letters(queue: str | None) -> Callable[[Account], Any]:
    return _consumer_of("event-queue-staging", "triggers-api-staging", dead_letter_queue=queue)


def _json(method: str, path: str, body: Any = None) -> Callable[[Account], Any]:
    return lambda account: account.ask(method, path, **({} if body is None else {"json": body}))


def _bucket_lifecycle(*rules: dict[str, Any]) -> Callable[[Account], Any]:
    default = {
        "id": "Default Multipart Abort Rule",
        "enabled": True,
        "conditions": {"prefix": ""},
        "abortMultipartUploadsTransition": {"condition": {"type": "Age", "maxAge": 604800}},
    }
    return _json("PUT", f"{BUCKET.format('media')}/lifecycle", {"rules": [default, *rules]})


def _variable(text: str) -> Callable[[Account], Any]:
    """The settings, as they are, with another text of a variable: what the dashboard does."""

    def change(account: Account) -> None:
        path = "/workers/scripts/dispatcher-staging/settings"
        bindings = [
            each | ({"text": text} if each["name"] == "ENVIRONMENT" else {})
            for each in account.ask("GET", path)["bindings"]
        ]
        account.ask("PATCH", path, files={"settings": (None, json.dumps({"bindings": bindings}), "application/json")})

    return change


def _share(account: Account) -> None:
    """Another version gets half of the requests."""
    path = "/workers/scripts/triggers-api-tail-staging"
    running = account.ask("GET", f"{path}/deployments")["deployments"][0]["versions"][0]["version_id"]
    other = account.upload(f"{path}/versions", "export default { tail() {} }", method="POST")["id"]
    _deploy(account, path, **{running: 50, other: 50})


def _deploy(account: Account, path: str, **percentages: int) -> None:
    versions = [{"version_id": id_, "percentage": share} for id_, share in percentages.items()]
    account.ask("POST", f"{path}/deployments", json={"strategy": "percentage", "versions": versions})


def _schema(statement: str) -> Callable[[Account], Any]:
    return lambda account: account.ask(
        "POST",
        f"/d1/database/{account.ask('GET', '/d1/database?name=triggers-api-staging')[0]['uuid']}/query",
        json={"sql": statement},
    )


def _upload_with_class(account: Account) -> None:
    """What `wrangler deploy` of an older checkout does: other code, and a migration that the ledger does not have."""
    bindings = account.ask("GET", f"{SCRIPT}/settings")["bindings"]
    kept = [each if each["type"] != "secret_text" else {"type": "inherit", "name": each["name"]} for each in bindings]
    classes = "export class ExportCoordinatorDO {}; export class StatePackRegistryDO {}; export class ByHand {}"
    account.upload(
        SCRIPT,
        f"{classes}\nexport default {{ fetch() {{ return new Response('by hand') }}, queue() {{}} }}",
        bindings=kept,
        compatibility_date="2026-02-25",
        migrations={"old_tag": "v1", "new_tag": "by-hand", "steps": [{"new_sqlite_classes": ["ByHand"]}]},
    )


def _policy(*, enabled: bool) -> Callable[[Account], Any]:
    def change(account: Account) -> None:
        path = _of_account(account, "/alerting/v3/policies", name=f"{R}-production-unreachable")
        account.ask("PUT", path, json={"enabled": enabled})

    return change


def _healthcheck(*, suspended: bool) -> Callable[[Account], Any]:
    return lambda account: account.ask(
        "PATCH",
        _in_zone(account, "rockhound.app", "healthchecks", name=f"{R}-production-api"),
        json={"suspended": suspended},
    )


PLANTS = (
    # changed, in the state: the refresh sees it
    Plant("a queue's delay", R, _delay(60), ("changed", "queue", "exports-queue"), "settings.deliveryDelay: 0 → 60", _delay(0)),
    Plant("a consumer's retries", R, _retries(9, None), ("changed", "queue-consumer", f"exports-queue → {R}"), "settings.maxRetries: 3 → 9", _retries(3, "exports-dlq")),
    Plant("a schedule by hand", R, _json("PUT", f"{SCRIPT}/schedules", [{"cron": "0 3 * * *"}]), ("changed", "schedule", R), "0 3 * * *", _json("PUT", f"{SCRIPT}/schedules", [])),
    Plant("workers.dev turned on", R, _json("POST", f"{SCRIPT}/subdomain", {"enabled": True}), ("changed", "workers-dev", R), "enabled: false → true", _json("POST", f"{SCRIPT}/subdomain", {"enabled": False})),
    Plant("a record taken off the proxy", R, lambda account: account.ask("PATCH", _in_zone(account, "rockhound.app", "dns_records", name="api.rockhound.app"), json={"proxied": False}), ("changed", "dns-record", "CNAME api.rockhound.app"), "proxied: true → false", lambda account: account.ask("PATCH", _in_zone(account, "rockhound.app", "dns_records", name="api.rockhound.app"), json={"proxied": True})),
    Plant("a lifecycle rule by hand", R, _bucket_lifecycle({"id": "tidy up", "enabled": True, "conditions": {"prefix": ""}, "deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": 86400}}}), ("changed", "bucket-lifecycle", "rockhound-media"), "rules", _bucket_lifecycle()),
    Plant("an alert turned off", R, _policy(enabled=False), ("changed", "notification", f"{R}-production-unreachable"), "enabled: true → false", _policy(enabled=True)),
    Plant("a healthcheck suspended", R, _healthcheck(suspended=True), ("changed", "healthcheck", f"{R}-production-api"), "suspended: false → true", _healthcheck(suspended=False)),
    Plant("other code", R, _upload_with_class, ("changed", "worker", R), "content is another"),
    Plant("a migration that the ledger does not have", R, _planted_already, ("changed", "migrations", R), '"v1" → "by-hand"'),
    Plant("the bindings that came with it", R, _planted_already, ("changed", "worker", R), "bindings is another (with a value that is secret)"),
    Plant("a variable", D, _variable("planted-variable"), ("changed", "worker", "dispatcher-staging"), "the binding ENVIRONMENT has another text", _variable("staging")),
    Plant("trusted mode turned off", D, _json("PATCH", "/workers/dispatch/namespaces/dotdo-staging", {"trusted_workers": False}), ("changed", "trusted-mode", "dotdo-staging"), "trusted: true → false", _json("PATCH", "/workers/dispatch/namespaces/dotdo-staging", {"trusted_workers": True})),
    Plant("a schema migration by hand", T, _schema("INSERT INTO d1_migrations (name) VALUES ('0003_by_hand.sql')"), ("changed", "schema", "triggers-api-staging"), "0003_by_hand.sql", _schema("DELETE FROM d1_migrations WHERE name = '0003_by_hand.sql'")),
    # changed, beside the state
    Plant("half of the requests for another version", T, _share, ("changed", "deployment", "triggers-api-tail-staging"), "50 %"),
    Plant("a schedule of wrangler's Worker", T, _json("PUT", "/workers/scripts/triggers-api-staging/schedules", [{"cron": "* * * * *"}]), ("changed", "schedule", "triggers-api-staging"), "nothing → * * * * *", _json("PUT", "/workers/scripts/triggers-api-staging/schedules", [])),
    Plant("the tail taken off wrangler's Worker", T, _json("PATCH", "/workers/scripts/triggers-api-staging/script-settings", {"tail_consumers": []}), ("changed", "worker", "triggers-api-staging"), 'tailConsumers: ["triggers-api-tail-staging"] → []', _json("PATCH", "/workers/scripts/triggers-api-staging/script-settings", {"tail_consumers": [{"service": "triggers-api-tail-staging"}]})),
    Plant("what failed in the queue goes nowhere", R, _planted_already, ("changed", "queue-consumer", f"exports-queue → {R}"), "deadLetterQueue: exports-dlq → nothing", _planted_already),
    # missing
    Plant("a secret deleted", D, _json("DELETE", "/workers/scripts/deploy-staging/secrets/DEPLOY_API_KEY"), ("missing", "secret", "DEPLOY_API_KEY of deploy-staging"), "not set", _json("PUT", "/workers/scripts/deploy-staging/secrets", {"name": "DEPLOY_API_KEY", "text": "planted", "type": "secret_text"})),
    Plant("a route deleted", R, lambda account: account.ask("DELETE", _in_zone(account, "rockhound.app", "workers/routes", pattern="api.rockhound.app/*")), ("missing", "route", "api.rockhound.app/*"), "it is gone"),
    Plant("a record deleted", D, lambda account: account.ask("DELETE", _in_zone(account, "dev.do", "dns_records", name="email-staging.dev.do")), ("missing", "dns-record", "AAAA email-staging.dev.do"), "it is gone"),
    Plant("wrangler's route deleted", T, lambda account: account.ask("DELETE", _in_zone(account, "yourdomain.com", "workers/routes", pattern="api-staging.yourdomain.com/*")), ("missing", "route", "api-staging.yourdomain.com/*"), "nothing leads to it", lambda account: account.ask("POST", f"{_zone(account, 'yourdomain.com')}/workers/routes", json={"pattern": "api-staging.yourdomain.com/*", "script": "triggers-api-staging"})),
    # unowned
    Plant("a secret that nobody declared", D, _json("PUT", "/workers/scripts/dispatcher-staging/secrets", {"name": "DEBUG_TOKEN", "text": "planted", "type": "secret_text"}), ("unowned", "secret", "DEBUG_TOKEN of dispatcher-staging"), "does not declare", _json("DELETE", "/workers/scripts/dispatcher-staging/secrets/DEBUG_TOKEN")),
    Plant("a consumer of the dead letters", R, lambda account: account.ask("POST", f"{_queue(account, 'exports-dlq')}/consumers", json={"type": "worker", "script_name": "somebodys"}), ("unowned", "queue-consumer", "exports-dlq → somebodys"), "no stack attached it", lambda account: account.ask("DELETE", _consumer(account, "exports-dlq", "somebodys"))),
    Plant("a route on the host to another Worker", R, lambda account: account.ask("POST", f"{_zone(account, 'rockhound.app')}/workers/routes", json={"pattern": "api.rockhound.app/admin/*", "script": "somebodys"}), ("unowned", "route", "api.rockhound.app/admin/*"), "leads to somebodys", lambda account: account.ask("DELETE", _in_zone(account, "rockhound.app", "workers/routes", pattern="api.rockhound.app/admin/*"))),
    Plant("a record beside the one of the stack", T, lambda account: account.ask("POST", f"{_zone(account, 'yourdomain.com')}/dns_records", json={"type": "A", "name": "api-staging.yourdomain.com", "content": "192.0.2.1", "ttl": 1, "proxied": True}), ("unowned", "dns-record", "A api-staging.yourdomain.com"), "192.0.2.1", lambda account: account.ask("DELETE", _in_zone(account, "yourdomain.com", "dns_records", type="A"))),
    Plant("browsers that may read a bucket", R, _json("PUT", f"{BUCKET.format('media')}/cors", {"rules": [{"allowed": {"origins": ["*"], "methods": ["GET"]}}]}), ("unowned", "bucket-cors", "rockhound-media"), "browsers", _json("DELETE", f"{BUCKET.format('media')}/cors")),
    Plant("a public bucket", R, _json("PUT", f"{BUCKET.format('exports')}/domains/managed", {"enabled": True}), ("unowned", "public-bucket", "rockhound-exports"), "everybody", _json("PUT", f"{BUCKET.format('exports')}/domains/managed", {"enabled": False})),
    Plant("a bucket under the stack's name", R, _json("POST", "/r2/buckets", {"name": "rockhound-exports-old"}), ("unowned", "bucket", "rockhound-exports-old"), "its name", _json("DELETE", "/r2/buckets/rockhound-exports-old")),
    Plant("a Worker that the catalogue lacks", D, lambda account: account.upload("/workers/dispatch/namespaces/dotdo-staging/scripts/by-hand", "export default { fetch() {} }"), ("unowned", "dispatched-worker", "by-hand"), "not in the catalogue", _json("DELETE", "/workers/dispatch/namespaces/dotdo-staging/scripts/by-hand")),
    Plant("a custom domain of a Worker", D, lambda account: account.ask("PUT", "/workers/domains", json={"hostname": "by-hand.dev.do", "service": "dispatcher-staging", "environment": "production", "zone_id": _zone(account, "dev.do").removeprefix("/zones/")}), ("unowned", "custom-domain", "by-hand.dev.do"), "leads to dispatcher-staging", lambda account: account.ask("DELETE", _of_account(account, "/workers/domains", hostname="by-hand.dev.do"))),
    Plant("what failed of wrangler's queue goes nowhere", T, _letters(None), ("changed", "queue-consumer", "event-queue-staging → triggers-api-staging"), "deadLetterQueue: event-dlq-staging → nothing", _letters("event-dlq-staging")),
    Plant("a lock on a bucket", R, _json("PUT", f"{BUCKET.format('media')}/lock", {"rules": [{"id": "hold", "enabled": True, "condition": {"type": "Indefinite"}}]}), ("unowned", "bucket-lock", "rockhound-media"), "held by hold", _json("PUT", f"{BUCKET.format('media')}/lock", {"rules": []})),
    Plant("a host at which everybody reads a bucket", R, lambda account: account.ask("POST", f"{BUCKET.format('media')}/domains/custom", json={"domain": "media.rockhound.app", "enabled": True, "zoneId": _zone(account, "rockhound.app").removeprefix("/zones/")}), ("unowned", "bucket-domain", "media.rockhound.app"), "everybody", _json("DELETE", f"{BUCKET.format('media')}/domains/custom/media.rockhound.app")),
    Plant("a queue that is told of a bucket's changes", R, lambda account: account.ask("PUT", f"/event_notifications/r2/rockhound-media/configuration{_queue(account, 'exports-queue')}", json={"rules": [{"actions": ["PutObject"]}]}), ("unowned", "bucket-notification", "rockhound-media → exports-queue"), "is told", lambda account: account.ask("DELETE", f"/event_notifications/r2/rockhound-media/configuration{_queue(account, 'exports-queue')}")),
    *(
        Plant(f"a {kind} under a name of the stack", system, plant, ("unowned", kind, name), "its name is this stack's")
        for kind, system, name, plant in (
            ("worker", R, f"{R}-old", lambda account: account.upload(f"/workers/scripts/{R}-old", "export default { fetch() {} }")),
            ("kv-namespace", R, "CACHE_KV_OLD", _json("POST", "/storage/kv/namespaces", {"title": "CACHE_KV_OLD"})),
            ("database", T, "triggers-api-staging-old", _json("POST", "/d1/database", {"name": "triggers-api-staging-old"})),
            ("queue", R, "exports-queue-old", _json("POST", "/queues", {"queue_name": "exports-queue-old"})),
            ("workflow", T, "process-event-workflow-staging-old", _json("PUT", "/workflows/process-event-workflow-staging-old", {"class_name": "ProcessEventWorkflow", "script_name": "triggers-api-staging"})),
            ("hyperdrive", D, "dotdo-neon-staging-old", _json("POST", "/hyperdrive/configs", {"name": "dotdo-neon-staging-old", "origin": {"scheme": "postgres", "host": "neon.dotdo.example", "port": 5432, "database": "old", "user": "old", "password": "planted-password-of-old"}})),
            ("dispatch-namespace", D, "dotdo-staging-old", _json("POST", "/workers/dispatch/namespaces", {"name": "dotdo-staging-old"})),
            ("pages-project", R, "rockhound-app-old", _json("POST", "/pages/projects", {"name": "rockhound-app-old", "production_branch": "main"})),
            ("notification", R, f"{R}-production-by-hand", _json("POST", "/alerting/v3/policies", {"name": f"{R}-production-by-hand", "alert_type": "health_check_status_notification", "enabled": True, "filters": {}, "mechanisms": {"email": [{"id": "on-call@rockhound.app"}]}})),
            ("webhook", R, f"{R}-production-by-hand", _json("POST", "/alerting/v3/destinations/webhooks", {"name": f"{R}-production-by-hand", "url": "https://hooks.rockhound.example/x"})),
            ("healthcheck", R, f"{R}-production-by-hand", lambda account: account.ask("POST", f"{_zone(account, 'rockhound.app')}/healthchecks", json={"name": f"{R}-production-by-hand", "address": "api.rockhound.app", "type": "HTTPS"})),
        )
    ),
)  # fmt: skip
