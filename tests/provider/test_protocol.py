"""What an engine is told: at start, by Check, in previews, and when something cannot be done."""

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.provider import start
from sandbox.provider.values import UNKNOWN, Secret, from_struct, to_struct

BUCKET = "cloudflare:index/r2Bucket:R2Bucket"
SCRIPT = "cloudflare:index/workersScript:WorkersScript"
NOWHERE = "http://127.0.0.1:1/client/v4"
"""Nobody listens here: what follows asks no API."""


@asynccontextmanager
async def unconfigured(environment: dict[str, str]):
    server = await start(environment=environment)
    try:
        async with grpc.aio.insecure_channel(server.address) as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        await server.stop()


def configured(environment: dict[str, str], args: Struct | None = None, variables: dict[str, str] | None = None) -> Any:
    async def configure() -> Any:
        async with unconfigured(environment) as stub:
            return await stub.Configure(provider_pb2.ConfigureRequest(args=args, variables=variables))

    return asyncio.run(configure())


@asynccontextmanager
async def plugin_process(engine: str):
    """Its port, and the process: the plugin as the real engine starts it."""
    command = [sys.executable, "-m", "sandbox.provider", engine, "--check-engine-every", "0.1"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout
    try:
        yield int(await process.stdout.readline()), process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An engine that says nothing."""
    await reader.read()
    writer.close()


def test_the_plugin_process_prints_its_port_serves_and_ends_with_its_engine():
    async def life() -> None:
        engine = await asyncio.start_server(silent, "127.0.0.1", 0)
        address = f"127.0.0.1:{engine.sockets[0].getsockname()[1]}"
        async with plugin_process(address) as (port, process):
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                await asyncio.sleep(0.5)
                assert (await stub.GetPluginInfo(empty_pb2.Empty())).version.count(".") == 2
            engine.close()
            assert await asyncio.wait_for(process.wait(), 20) == 0

    asyncio.run(life())


def test_it_accepts_no_secrets_and_plans_previews_as_the_real_one():
    answer = configured({"CLOUDFLARE_BASE_URL": NOWHERE, "CLOUDFLARE_API_TOKEN": "t" * 40})
    assert (answer.acceptSecrets, answer.supportsPreview, answer.acceptResources) == (False, True, True)


def test_arguments_beat_the_environment():
    elsewhere = {"CLOUDFLARE_BASE_URL": "https://api.cloudflare.com/client/v4", "CLOUDFLARE_API_TOKEN": "t" * 40}
    assert configured(elsewhere, args=to_struct({"baseUrl": NOWHERE, "apiToken": Secret("a" * 40)})).supportsPreview
    assert configured(elsewhere, variables={"cloudflare:config:baseUrl": NOWHERE}).supportsPreview


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CLOUDFLARE_BASE_URL": "https://api.cloudflare.com/client/v4", "CLOUDFLARE_API_TOKEN": "t" * 40}, "loopback"),
        (
            {"CLOUDFLARE_BASE_URL": "http://127.0.0.1.example.com/client/v4", "CLOUDFLARE_API_TOKEN": "t" * 40},
            "loopback",
        ),
        ({"CLOUDFLARE_API_TOKEN": "t" * 40}, "CLOUDFLARE_BASE_URL is not set"),
        ({"CLOUDFLARE_BASE_URL": NOWHERE}, "CLOUDFLARE_API_TOKEN"),
    ],
    ids=["the real account", "a name that only looks local", "no address", "no token"],
)
def test_it_refuses_to_talk_to(environment, said):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        configured(environment)
    assert said in (refused.value.details() or "")
    assert "t" * 40 not in (refused.value.details() or "")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, []),
        ({"apiToken": "t" * 40, "baseUrl": NOWHERE, "version": "6.23.1"}, []),
        ({"apiToken": UNKNOWN}, []),
        ({"apiToken": "not a token"}, ["api_token"]),
        ({"apiToken": 7}, ["api_token"]),
        ({"apiKey": "k" * 37}, ["email"]),
        ({"apiKey": "k" * 37, "email": "a@example.com"}, []),
        ({"token": "t" * 40}, ["`cloudflare:token` is not a valid configuration key"]),
    ],
)
def test_the_configuration_is_checked_and_credentials_become_secrets(config, said):
    async def check() -> Any:
        async with unconfigured({}) as stub:
            return await stub.CheckConfig(provider_pb2.CheckRequest(news=to_struct(config)))

    answer = asyncio.run(check())
    reasons = [failure.reason for failure in answer.failures]
    assert [part for part in said if part not in " ".join(reasons)] == []
    assert len(reasons) == len(said)
    assert not any(str(value) in reason for value in config.values() for reason in reasons if value is not UNKNOWN)
    secret = {key for key, value in from_struct(answer.inputs).items() if isinstance(value, Secret)}
    assert secret == {key for key in config if key in {"apiToken", "apiKey"} and config[key] is not UNKNOWN}


def asked(plugin_at: Any, question: Any) -> Any:
    async def ask() -> Any:
        async with plugin_at(NOWHERE) as plugin:
            return await question(plugin)

    return asyncio.run(ask())


def test_an_unknown_type_is_an_error_by_name(plugin_at):
    token = "cloudflare:index/zoneLockdown:ZoneLockdown"
    with pytest.raises(grpc.aio.AioRpcError, match=token):
        asked(plugin_at, lambda plugin: plugin.check(token, "it", {}))


def test_an_unknown_function_is_an_error_by_name(plugin_at):
    with pytest.raises(grpc.aio.AioRpcError, match="getIpRanges"):
        asked(plugin_at, lambda plugin: plugin.invoke("cloudflare:index/getIpRanges:getIpRanges", {}))


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        ("getZone:getZone", {"zoneId": "z", "filter": {"name": "example.com"}}, '"filter" cannot be specified'),
        ("getZone:getZone", {"filter": {"match": "some"}}, "filter.match value must be one of"),
        ("getZone:getZone", {}, "Exactly one of these attributes"),
        ("getZones:getZones", {"maxItems": 1.5}, "maxItems must be a whole number"),
        ("getZones:getZones", {"nom": "example.com"}, "Unknown property 'nom'"),
        ("getWorkersScripts:getWorkersScripts", {}, "Missing required property 'accountId'"),
    ],
)
def test_arguments_of_a_function_are_checked_before_it_asks_anybody(plugin_at, function, arguments, said):
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        asked(plugin_at, lambda plugin: plugin.invoke(f"cloudflare:index/{function}", arguments))
    assert said in (refused.value.details() or "")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"accountId": "a", "name": "b", "colour": "red"}, "Unknown property 'colour'"),
        ({"accountId": "a"}, "Missing required property 'name'"),
        ({"accountId": "a", "name": ["b"]}, "Attribute name must be a text"),
        ({"accountId": "a", "name": "b", "creationDate": "now"}, "creationDate is set by the API"),
        ({"accountId": "a", "name": "b", "storageClass": "Frozen"}, 'got: "Frozen"'),
    ],
    ids=["an unknown property", "a missing one", "a wrong type", "an output", "a value that there is not"],
)
def test_check_names(plugin_at, inputs, said):
    _, failures = asked(plugin_at, lambda plugin: plugin.check(BUCKET, "it", inputs))
    assert len(failures) == 1
    assert said in failures[0]


def test_check_finds_nested_slips_with_their_place(plugin_at):
    inputs = {
        "accountId": "a",
        "scriptName": "s",
        "content": "x",
        "bindings": [{"name": "A", "type": "kv_namespace", "namespace_id": "n"}],
    }
    _, failures = asked(plugin_at, lambda plugin: plugin.check(SCRIPT, "it", inputs))
    assert "'it.bindings[0].namespace_id'" in failures[0]


def test_values_in_any_case_and_unknown_values_pass_the_check(plugin_at):
    inputs = {"accountId": UNKNOWN, "name": UNKNOWN, "storageClass": "standard", "location": UNKNOWN}
    checked, failures = asked(plugin_at, lambda plugin: plugin.check(BUCKET, "it", inputs))
    assert (checked, failures) == (inputs, [])


def test_texts_of_bindings_come_back_from_check_as_secrets(plugin_at):
    inputs = {
        "accountId": "a",
        "scriptName": "s",
        "content": "x",
        "bindings": [{"name": "A", "type": "plain_text", "text": "t"}],
    }
    checked, _ = asked(plugin_at, lambda plugin: plugin.check(SCRIPT, "it", inputs))
    assert checked["bindings"][0]["text"] == Secret("t")


def test_a_preview_promises_defaults_and_leaves_the_rest_unknown(plugin_at):
    inputs = {"accountId": "a", "name": "b"}
    planned = asked(plugin_at, lambda plugin: plugin.create(BUCKET, "it", inputs, preview=True))
    assert (planned.outputs["storageClass"], planned.outputs["location"], planned.id) == ("Standard", UNKNOWN, "")


def test_ignored_changes_are_no_changes(plugin_at):
    async def question(plugin: Any) -> Any:
        planned = await plugin.create(BUCKET, "it", {"accountId": "a", "name": "b"}, preview=True)
        planned.outputs |= {"location": "ENAM", "creationDate": "2026", "id": "b"}
        other = {"accountId": "a", "name": "c", "storageClass": "InfrequentAccess"}
        return await plugin.diff(planned, other, ignored=("name", "storageClass")), await plugin.diff(planned, other)

    ignored, seen = asked(plugin_at, question)
    assert (ignored.changes, seen.replaces) == (False, ["name"])


def test_an_import_id_of_the_wrong_form_is_refused_with_the_right_one(plugin_at):
    with pytest.raises(grpc.aio.AioRpcError, match="<account_id>/<bucket_name>/<jurisdiction>"):
        asked(plugin_at, lambda plugin: plugin.import_(BUCKET, "it", "a/b"))


def test_what_cannot_be_imported_says_so(plugin_at):
    token = "cloudflare:index/queueConsumer:QueueConsumer"
    with pytest.raises(grpc.aio.AioRpcError, match="does not support import"):
        asked(plugin_at, lambda plugin: plugin.import_(token, "it", "a/b"))


def test_uploads_of_asset_directories_are_refused_by_name(plugin_at):
    inputs = {"accountId": "a", "scriptName": "s", "assets": {"directory": "public"}}
    with pytest.raises(grpc.aio.AioRpcError, match=r"assets\.directory"):
        asked(plugin_at, lambda plugin: plugin.create(SCRIPT, "it", inputs))


def test_a_preview_of_an_update_asks_no_api(plugin_at):
    async def question(plugin: Any) -> Any:
        planned = await plugin.create(BUCKET, "it", {"accountId": "a", "name": "b"}, preview=True)
        planned.outputs |= {"location": "ENAM", "creationDate": "2026", "id": "b"}
        other = {"accountId": "a", "name": "b", "storageClass": "InfrequentAccess"}
        return await plugin.update(planned, other, preview=True)

    planned = asked(plugin_at, question)
    assert (planned.outputs["storageClass"], planned.outputs["creationDate"]) == ("InfrequentAccess", "2026")


def test_a_state_says_its_schema_version_as_the_real_provider_does(plugin_at):
    """Without it the real provider takes the state for one of its first release, and cannot go on from an exported stack."""
    planned = asked(
        plugin_at, lambda plugin: plugin.create(BUCKET, "it", {"accountId": "a", "name": "b"}, preview=True)
    )
    assert planned.outputs["__meta"] == '{"schema_version":"500"}'
    assert "__meta" not in planned.inputs


def test_bookkeeping_of_engines_is_no_property(plugin_at):
    inputs = {"accountId": "a", "name": "b", "__defaults": ["name"]}
    checked, failures = asked(plugin_at, lambda plugin: plugin.check(BUCKET, "it", inputs))
    assert (checked, failures) == ({"accountId": "a", "name": "b"}, [])


def test_a_refusal_is_in_the_engines_log_too(plugin_at):
    async def question(plugin: Any) -> list[str]:
        with pytest.raises(grpc.aio.AioRpcError):
            await plugin.import_(BUCKET, "it", "a/b")
        return plugin.logged

    (line,) = asked(plugin_at, question)
    assert line.startswith("[ERROR] ")
    assert line.endswith(": invalid ID")
