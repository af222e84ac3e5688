"""The resources of the Rockhounding API: real provider protocol, real account process, from create to delete."""

import asyncio
from typing import Any

import grpc
import pytest

from sandbox.provider.values import plain

ACCOUNT = "0123456789abcdef0123456789abcdef"
MODULE = """
export class ExportCoordinatorDO {}
export default { async fetch() { return new Response("ok"); }, async queue(batch) { batch.ackAll(); } };
"""
KEPT_TYPES = ["secret_text", "secret_key"]


def token(name: str) -> str:
    return f"cloudflare:index/{name[0].lower()}{name[1:]}:{name}"


def system(zone: str, made: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """(name, type, inputs, changed inputs), in the order in which they depend on each other."""
    queue = made["jobs"].outputs["queueId"] if "jobs" in made else ""
    space = made["cache"].id if "cache" in made else ""
    script = {
        "accountId": ACCOUNT,
        "scriptName": "rockhounding-api",
        "content": MODULE,
        "mainModule": "index.js",
        "compatibilityDate": "2026-02-25",
        "observability": {"enabled": True},
        "migrations": {"newTag": "v1", "newSqliteClasses": ["ExportCoordinatorDO"]},
        "bindings": [
            {"name": "EXPORTS", "type": "r2_bucket", "bucketName": "rockhound-exports"},
            {"name": "CACHE", "type": "kv_namespace", "namespaceId": space},
            {"name": "EXPORTS_QUEUE", "type": "queue", "queueName": "exports-queue"},
            {"name": "COORDINATOR", "type": "durable_object_namespace", "className": "ExportCoordinatorDO"},
        ],
        "annotations": {"workersTag": "r1"},
    }
    cors = {"allowed": {"methods": ["GET"], "origins": ["https://rockhound.app"]}, "maxAgeSeconds": 60}
    expiry = {"id": "old", "enabled": True, "conditions": {"prefix": "tmp/"}}
    expired = {"deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": 86400}}}
    record = {"zoneId": zone, "name": "api.rockhound.app", "type": "A", "ttl": 1, "proxied": True}
    consumer = {
        "accountId": ACCOUNT,
        "queueId": queue,
        "type": "worker",
        "scriptName": "rockhounding-api",
        "deadLetterQueue": "exports-dlq",
    }
    of_account = {"accountId": ACCOUNT}
    bucket = of_account | {"bucketName": "rockhound-exports"}
    of_script = of_account | {"scriptName": "rockhounding-api"}
    return [
        ("exports", "R2Bucket", of_account | {"name": "rockhound-exports"}, {"storageClass": "InfrequentAccess"}),
        ("cors", "R2BucketCors", bucket | {"rules": [cors]}, {"rules": [cors | {"maxAgeSeconds": 600}]}),
        ("expiry", "R2BucketLifecycle", bucket | {"rules": [expiry | expired]}, {"rules": [expiry]}),
        ("cache", "WorkersKvNamespace", of_account | {"title": "CACHE_KV"}, {"title": "CACHE_KV_2"}),
        (
            "settings",
            "WorkersKv",
            of_account | {"namespaceId": space, "keyName": "a/b c", "value": "one", "metadata": '{"tier":"gold"}'},
            {"value": "two"},
        ),
        ("dead", "Queue", of_account | {"queueName": "exports-dlq"}, {"settings": {"deliveryDelay": 5}}),
        ("jobs", "Queue", of_account | {"queueName": "exports-queue"}, {"settings": {"deliveryDelay": 5}}),
        (
            "db",
            "D1Database",
            of_account | {"name": "rockhound", "readReplication": {"mode": "disabled"}},
            {"readReplication": {"mode": "auto"}},
        ),
        ("script", "WorkersScript", script, {"migrations": None, "content": MODULE + "// two\n"}),
        (
            "subdomain",
            "WorkersScriptSubdomain",
            of_script | {"enabled": True, "previewsEnabled": False},
            {"enabled": False},
        ),
        ("crons", "WorkersCronTrigger", of_script | {"schedules": [{"cron": "0 3 * * *"}]}, {"schedules": []}),
        ("consumer", "QueueConsumer", consumer | {"settings": {"batchSize": 10}}, {"settings": {"batchSize": 20}}),
        (
            "route",
            "WorkersRoute",
            {"zoneId": zone, "pattern": "api.rockhound.app/*", "script": "rockhounding-api"},
            {"pattern": "api.rockhound.app/v1/*"},
        ),
        ("record", "DnsRecord", record | {"content": "192.0.2.1"}, {"content": "192.0.2.2"}),
        (
            "domain",
            "WorkersCustomDomain",
            of_account | {"hostname": "www.rockhound.app", "service": "rockhounding-api", "zoneId": zone},
            {},
        ),
    ]


NAMES = [row[0] for row in system("", {})]


def changed(inputs: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (inputs | change).items() if value is not None}


def test_each_resource_is_created_refreshed_changed_and_deleted_without_a_surprise(plugin_at, provider_account):
    zone = provider_account.result(
        "POST", "/zones", json={"name": "rockhound.app", "account": {"id": ACCOUNT}, "type": "full"}
    )["id"]

    async def life() -> None:
        made: dict[str, Any] = {}
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            for name in NAMES:
                _, type_name, inputs, _ = next(row for row in system(zone, made) if row[0] == name)
                made[name] = await plugin.create(token(type_name), name, inputs)
                assert not (await plugin.diff(made[name], inputs)).changes, name
            for name in NAMES:
                refreshed = await plugin.read(made[name])
                difference = await plugin.diff(refreshed, made[name].inputs)
                assert not difference.changes, (name, difference)
                assert plain(refreshed.inputs) == plain(made[name].inputs), name
                made[name] = refreshed
            for name, _, inputs, change in system(zone, made):
                if change:
                    await _is_changed(plugin, made, name, changed(inputs, change))
            for name in reversed(NAMES):
                await plugin.delete(made[name])
            for name in {*NAMES} - {"expiry", "crons"}:  # their deletes leave what they have set
                assert (await plugin.read(made[name])).id == "", name

    asyncio.run(life())


async def _is_changed(plugin: Any, made: dict[str, Any], name: str, inputs: dict[str, Any]) -> None:
    difference = await plugin.diff(made[name], inputs)
    assert difference.changes, name
    assert not difference.replaces, name
    made[name] = await plugin.update(made[name], inputs)
    assert not (await plugin.diff(made[name], inputs)).changes, name
    refreshed = await plugin.read(made[name])
    assert not (await plugin.diff(refreshed, inputs)).changes, name


def inheriting(*names: str, **more: Any) -> dict[str, Any]:
    """A script as Rockhounding's component declares it: secrets by name only."""
    return {
        "accountId": ACCOUNT,
        "scriptName": "rockhounding-api",
        "content": MODULE,
        "mainModule": "index.js",
        "compatibilityDate": "2026-02-25",
        "observability": {"enabled": True},
        "bindings": [
            {"name": "STAGE", "type": "plain_text", "text": "staging"},
            {"name": "COORDINATOR", "type": "durable_object_namespace", "className": "ExportCoordinatorDO"},
            *({"name": name, "type": "inherit"} for name in names),
        ],
        "bindingsInherit": "strict",
        "keepBindings": KEPT_TYPES,
        "annotations": {"workersTag": "ledger:v1:0123456789ab"},
        **more,
    }


def test_inherited_secrets_are_no_drift_after_a_refresh(plugin_at, provider_account):
    plain_inputs = inheriting(migrations={"newTag": "v1", "newSqliteClasses": ["ExportCoordinatorDO"]})

    async def life() -> None:
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            first = await plugin.create(token("WorkersScript"), "script", plain_inputs)
            secrets = f"/accounts/{ACCOUNT}/workers/scripts/rockhounding-api/secrets"
            secret = {"name": "ADMIN_API_KEY", "text": "planted", "type": "secret_text"}
            provider_account.result("PUT", secrets, json=secret)
            inputs = inheriting("ADMIN_API_KEY")
            kept = await plugin.update(first, inputs)
            for _ in range(2):
                kept = await plugin.read(kept)
                assert not (await plugin.diff(kept, inputs)).changes
            bindings = {binding["name"]: binding for binding in plain(kept.outputs)["bindings"]}
            assert bindings["ADMIN_API_KEY"] == {"name": "ADMIN_API_KEY", "type": "inherit"}
            assert "planted" not in repr(plain(kept.outputs))
        live = provider_account.result("GET", f"/accounts/{ACCOUNT}/workers/scripts/rockhounding-api/settings")
        assert {"name": "ADMIN_API_KEY", "type": "secret_text"} in live["bindings"]

    asyncio.run(life())


def test_an_upload_that_inherits_a_secret_that_is_not_there_is_refused_by_the_account(plugin_at, provider_account):
    inputs = inheriting("NOT_SET", migrations={"newTag": "v1", "newSqliteClasses": ["ExportCoordinatorDO"]})

    async def life() -> None:
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await plugin.create(token("WorkersScript"), "script", inputs)
            assert "NOT_SET" in (refused.value.details() or "")

    asyncio.run(life())


def test_an_object_deleted_by_somebody_else_leaves_the_state_with_a_warning(plugin_at, provider_account):
    async def life() -> None:
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            kept = await plugin.create(token("Queue"), "jobs", {"accountId": ACCOUNT, "queueName": "exports-queue"})
            provider_account.result("DELETE", f"/accounts/{ACCOUNT}/queues/{kept.id}")
            assert (await plugin.read(kept)).id == ""
            assert any("was not found on the server" in line for line in plugin.logged)
            with pytest.raises(grpc.aio.AioRpcError, match="11000"):
                await plugin.delete(kept)

    asyncio.run(life())


def test_an_imported_resource_has_the_inputs_that_describe_it(plugin_at, provider_account):
    async def life() -> None:
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            inputs = {"accountId": ACCOUNT, "queueName": "exports-queue"}
            made = await plugin.create(token("Queue"), "jobs", inputs)
            imported = await plugin.import_(token("Queue"), "jobs", f"{ACCOUNT}/{made.id}")
            assert (imported.id, imported.outputs) == (made.id, made.outputs)
            assert imported.inputs.items() >= inputs.items()
            assert not (await plugin.diff(imported, inputs)).changes

    asyncio.run(life())


def test_an_import_id_may_hold_escaped_slashes(plugin_at, provider_account):
    async def life() -> None:
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            space = await plugin.create(token("WorkersKvNamespace"), "cache", {"accountId": ACCOUNT, "title": "CACHE"})
            inputs = {"accountId": ACCOUNT, "namespaceId": space.id, "keyName": "a/b c", "value": "one"}
            await plugin.create(token("WorkersKv"), "settings", inputs)
            imported = await plugin.import_(token("WorkersKv"), "settings", f"{ACCOUNT}/{space.id}/a%2Fb%20c")
            assert plain(imported.inputs).items() >= inputs.items()

    asyncio.run(life())


def test_the_notes_of_somebody_elses_upload_are_no_drift_but_its_code_is(plugin_at, provider_account):
    migrations = {"newTag": "v1", "newSqliteClasses": ["ExportCoordinatorDO"]}
    inputs = inheriting(migrations=migrations)

    async def life() -> None:
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            kept = await plugin.create(token("WorkersScript"), "script", inputs)
            other = {name: value for name, value in inputs.items() if name != "migrations"}
            other["annotations"] = {"workersTag": "by hand"}
            await plugin.update(kept, other)
            refreshed = await plugin.read(kept)
            assert not (await plugin.diff(refreshed, inputs)).changes
            await plugin.update(kept, {**other, "content": MODULE + "// by hand\n"})
            refreshed = await plugin.read(kept)
            assert "content" in (await plugin.diff(refreshed, inputs)).names

    asyncio.run(life())
