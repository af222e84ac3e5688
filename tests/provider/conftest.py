"""A provider behind real gRPC, asked as an engine asks it, and a real account process for it to talk to."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from sandbox.provider import start
from sandbox.provider.values import from_struct, plain, to_struct

ACCOUNT = "0123456789abcdef0123456789abcdef"


@dataclass
class Kept:
    """A resource as an engine keeps it."""

    urn: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


@dataclass
class Difference:
    changes: bool
    names: list[str]
    replaces: list[str]


@dataclass
class Plugin:
    """The operations of an engine, by type token and name. Failures are AssertionError for Check, AioRpcError else."""

    stub: Any
    logged: list[str] = field(default_factory=list)

    async def check(self, token: str, name: str, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        request = provider_pb2.CheckRequest(urn=urn_of(token, name), news=to_struct(inputs))
        answer = await self.stub.Check(request)
        return from_struct(answer.inputs), [failure.reason for failure in answer.failures]

    async def create(self, token: str, name: str, inputs: Mapping[str, Any], *, preview: bool = False) -> Kept:
        checked, failures = await self.check(token, name, inputs)
        assert not failures, failures
        urn = urn_of(token, name)
        answer = await self.stub.Create(
            provider_pb2.CreateRequest(urn=urn, properties=to_struct(plain(checked)), preview=preview)
        )
        return Kept(urn, answer.id, checked, from_struct(answer.properties))

    async def diff(self, kept: Kept, inputs: Mapping[str, Any], *, ignored: tuple[str, ...] = ()) -> Difference:
        request = provider_pb2.DiffRequest(
            id=kept.id,
            urn=kept.urn,
            olds=to_struct(plain(kept.outputs)),
            news=to_struct(plain(dict(inputs))),
            ignoreChanges=ignored,
        )
        answer = await self.stub.Diff(request)
        changes = answer.changes == provider_pb2.DiffResponse.DIFF_SOME
        return Difference(changes, sorted(answer.diffs), sorted(answer.replaces))

    async def update(self, kept: Kept, inputs: Mapping[str, Any], *, preview: bool = False) -> Kept:
        olds, news = to_struct(plain(kept.outputs)), to_struct(plain(dict(inputs)))
        request = provider_pb2.UpdateRequest(id=kept.id, urn=kept.urn, olds=olds, news=news, preview=preview)
        answer = await self.stub.Update(request)
        return Kept(kept.urn, kept.id, dict(inputs), from_struct(answer.properties))

    async def read(self, kept: Kept) -> Kept:
        """The id is empty if the resource is gone."""
        properties, inputs = to_struct(plain(kept.outputs)), to_struct(plain(kept.inputs))
        request = provider_pb2.ReadRequest(id=kept.id, urn=kept.urn, properties=properties, inputs=inputs)
        answer = await self.stub.Read(request)
        return Kept(kept.urn, answer.id, from_struct(answer.inputs), from_struct(answer.properties))

    async def import_(self, token: str, name: str, import_id: str) -> Kept:
        urn = urn_of(token, name)
        answer = await self.stub.Read(provider_pb2.ReadRequest(id=import_id, urn=urn))
        return Kept(urn, answer.id, from_struct(answer.inputs), from_struct(answer.properties))

    async def delete(self, kept: Kept) -> None:
        properties = to_struct(plain(kept.outputs))
        await self.stub.Delete(provider_pb2.DeleteRequest(id=kept.id, urn=kept.urn, properties=properties))

    async def invoke(self, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=to_struct(arguments)))
        return from_struct(getattr(answer, "return"))


def urn_of(token: str, name: str) -> str:
    return f"urn:pulumi:test::provider::{token}::{name}"


class EngineLog(engine_pb2_grpc.EngineServicer):
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    async def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802 - gRPC name
        self.lines.append(request.message)
        return empty_pb2.Empty()


@asynccontextmanager
async def _plugin_at(base_url: str, token: str = "x" * 40) -> AsyncIterator[Plugin]:
    lines: list[str] = []
    engine = grpc.aio.server()
    engine_pb2_grpc.add_EngineServicer_to_server(EngineLog(lines), engine)
    port = engine.add_insecure_port("127.0.0.1:0")
    await engine.start()
    server = await start(environment={"CLOUDFLARE_BASE_URL": base_url, "CLOUDFLARE_API_TOKEN": token})
    try:
        async with grpc.aio.insecure_channel(server.address) as channel:
            stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
            await stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=f"127.0.0.1:{port}"))
            await stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
            yield Plugin(stub, lines)
    finally:
        await server.stop()
        await engine.stop(None)


@pytest.fixture
def plugin_at() -> Callable[..., AbstractAsyncContextManager[Plugin]]:
    """Gives a configured provider for an API's address: `async with plugin_at(address, token) as plugin`."""
    return _plugin_at


@dataclass
class Account:
    """A running account and a client that reads it without the provider."""

    address: str
    token: str
    http: httpx.Client

    def result(self, method: str, path: str, **request: Any) -> Any:
        answer = self.http.request(method, path, **request)
        answer.raise_for_status()
        return answer.json()["result"]


@pytest.fixture
def provider_account(tmp_path: Path) -> Iterator[Account]:
    """An account in its own process, with nothing in it but itself."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDFLARE_")}
    with (tmp_path / "account.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.account", "--directory", str(tmp_path), "--account", f"{ACCOUNT}=test"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
    assert process.stdout
    address = process.stdout.readline().strip()
    token = (tmp_path / "token").read_text().strip()
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        yield Account(address, token, client)
    process.terminate()
    process.communicate(timeout=20)
