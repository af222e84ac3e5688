"""Pulumi's ResourceProvider protocol for the table: what an engine talks to."""
# ruff: noqa: N802, ARG002 - names and parameters of the protocol

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.provider import checking, configuration
from sandbox.provider.adoption import INTERRUPTED_CREATE
from sandbox.provider.api import Api
from sandbox.provider.bodies import sorted_sets, without_nulls
from sandbox.provider.conversion import converted
from sandbox.provider.invokes import invoke
from sandbox.provider.lifecycle import Lifecycle
from sandbox.provider.planning import Plan, keep_ignored, plan
from sandbox.provider.schema import RefusedError, Resource, Values
from sandbox.provider.table import RESOURCES
from sandbox.provider.values import from_struct, plain, to_struct

VERSION = "6.23.1"
"""The release of pulumi-cloudflare whose programs this provider runs."""
BOOKKEEPING = "__"
"""Keys that begin so (`__meta`, `__defaults`) belong to engine and bridge, not to the resource."""
UNLIMITED_MESSAGES = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME

Context = grpc.aio.ServicerContext[Any, Any]


def properties_of(struct: Struct) -> Values:
    """Plain values: the provider accepts no secrets, and has no use for bookkeeping."""
    values = plain(from_struct(struct))
    return {key: value for key, value in without_nulls(values).items() if not key.startswith(BOOKKEEPING)}


META = "__meta"


class Log:
    """The engine's log, if there is an engine that listens."""

    def __init__(self, engine: str = "") -> None:
        self._channel: grpc.aio.Channel | None = None
        self.listen_at(engine)

    def listen_at(self, engine: str) -> None:
        if engine:
            self._channel = grpc.aio.insecure_channel(engine)

    async def warning(self, urn: str, text: str) -> None:
        await self._say(engine_pb2.WARNING, urn, text)

    async def error(self, urn: str, text: str) -> None:
        await self._say(engine_pb2.ERROR, urn, text)

    async def _say(self, severity: engine_pb2.LogSeverity.ValueType, urn: str, text: str) -> None:
        if self._channel is not None:
            stub: Any = engine_pb2_grpc.EngineStub(self._channel)  # the generated types know the blocking stub only
            await stub.Log(engine_pb2.LogRequest(severity=severity, message=text, urn=urn))

    async def close(self) -> None:
        if self._channel is not None:
            await self._channel.close(None)


@dataclass
class Operation:
    """One request about one resource, with what it wants to tell the engine."""

    urn: str
    resource: Resource
    lifecycle: Lifecycle
    warnings: list[str]

    def inputs(self, news: Struct) -> Values:
        return converted(self.resource.properties, properties_of(news))

    def prior(self, olds: Struct) -> Values:
        """The state to plan from: in the API's order a set would differ from itself."""
        return sorted_sets(self.resource.properties, properties_of(olds))

    def planned(self, prior: Values | None, inputs: Values) -> Plan:
        return plan(self.resource.properties, prior, inputs, self.resource.special.plan)

    def answer(self, state: Values) -> Struct:
        return self.stated(checking.marked(self.resource.properties, state))

    def stated(self, outputs: Values) -> Struct:
        """Outputs with the note by which the real provider takes a state of ours over as it is."""
        version = self.resource.schema_version
        return to_struct(
            outputs
            if version is None
            else {**outputs, META: json.dumps({"schema_version": str(version)}, separators=(",", ":"))}
        )


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One configured provider: one account's address and token. An engine starts one for each provider resource."""

    def __init__(self, environment: Mapping[str, str], log: Log) -> None:
        self._environment = environment
        self._log = log
        self._api: Api | None = None

    async def close(self) -> None:
        await self._log.close()
        if self._api is not None:
            await self._api.close()

    # Start and configuration -----------------------------------------------------------------------------------------

    async def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        self._log.listen_at(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_resources=True)

    async def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:
        self._log.listen_at(request.address)
        return empty_pb2.Empty()

    async def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    async def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        inputs = properties_of(request.news)
        return provider_pb2.CheckResponse(
            inputs=to_struct(checking.marked(configuration.KEYS, inputs)),
            failures=[provider_pb2.CheckFailure(reason=reason) for reason in configuration.failures(inputs)],
        )

    async def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        return provider_pb2.DiffResponse()  # unknown: the engine compares the inputs itself

    async def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        given = {key.rpartition(":")[2]: value for key, value in request.variables.items()} | properties_of(
            request.args
        )
        base_url = given.get("baseUrl") or self._environment.get("CLOUDFLARE_BASE_URL", "")
        token = given.get("apiToken") or self._environment.get("CLOUDFLARE_API_TOKEN", "")
        async with self._refusals("", context):
            if not token:
                raise RefusedError(
                    "no API token",
                    "set CLOUDFLARE_API_TOKEN (`headworks sandbox env` prints it for the local account) or cloudflare:apiToken",
                )
            try:
                self._api = Api(str(base_url), str(token))
            except ValueError as error:
                raise RefusedError("no local address", str(error)) from error
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=True, supports_autonaming_configuration=True
        )

    async def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    # Decisions -------------------------------------------------------------------------------------------------------

    async def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        async with self._operation(request.urn, context) as operation:
            type_name, name = request.urn.split("::")[-2:]
            verdict = checking.check(operation.resource, type_name, name, operation.inputs(request.news))
            operation.warnings += verdict.warnings
            given = checking.marked(operation.resource.properties, properties_of(request.news), unknown=True)
            return provider_pb2.CheckResponse(
                inputs=to_struct(given),
                failures=[provider_pb2.CheckFailure(reason=reason) for reason in verdict.failures],
            )

    async def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        async with self._operation(request.urn, context) as operation:
            prior = operation.prior(request.olds)
            inputs = keep_ignored(prior, operation.inputs(request.news), request.ignoreChanges)
            planned = operation.planned(prior, inputs)
            changed = planned.changes(prior)
            return provider_pb2.DiffResponse(
                changes=SOME if changed else NONE, replaces=planned.replaces(prior), diffs=changed
            )

    # The life of a resource ------------------------------------------------------------------------------------------

    async def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        async with self._operation(request.urn, context) as operation:
            planned = operation.planned(None, operation.inputs(request.properties)).state
            if operation.resource.warns_of_staying:
                operation.warnings.append(
                    "[WARNING] This resource cannot be destroyed from Terraform. If you create this resource, it will be "
                    "present in the API until manually deleted.: Resource Destruction Considerations"
                )
            if request.preview:
                return provider_pb2.CreateResponse(properties=operation.answer(planned))
            metadata = dict(context.invocation_metadata() or ())
            state = await operation.lifecycle.adopt(planned) if INTERRUPTED_CREATE in metadata else None
            state = state or await operation.lifecycle.create(planned)
            return provider_pb2.CreateResponse(id=operation.lifecycle.id_of(state), properties=operation.answer(state))

    async def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        async with self._operation(request.urn, context) as operation:
            prior = operation.prior(request.olds)
            inputs = keep_ignored(prior, operation.inputs(request.news), request.ignoreChanges)
            state = operation.planned(prior, inputs).state
            if not request.preview:
                state = await operation.lifecycle.update(state, prior)
            return provider_pb2.UpdateResponse(properties=operation.answer(state))

    async def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        async with self._operation(request.urn, context) as operation:
            before = properties_of(request.properties)
            if before:
                state = await operation.lifecycle.read(before)
            else:
                state = await operation.lifecycle.import_(request.id)
            if state is None:
                return provider_pb2.ReadResponse()
            outputs = checking.marked(operation.resource.properties, state)
            if before:
                inputs = checking.refreshed(operation.resource.properties, properties_of(request.inputs), outputs)
            else:
                inputs = checking.imported(operation.resource.properties, outputs)
            return provider_pb2.ReadResponse(
                id=operation.lifecycle.id_of(state), properties=operation.stated(outputs), inputs=to_struct(inputs)
            )

    async def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        async with self._operation(request.urn, context) as operation:
            await operation.lifecycle.delete(properties_of(request.properties))
            return empty_pb2.Empty()

    # Functions -------------------------------------------------------------------------------------------------------

    async def Invoke(self, request: provider_pb2.InvokeRequest, context: Context) -> provider_pb2.InvokeResponse:
        async with self._refusals("", context):
            found = await invoke(request.tok, properties_of(request.args), self._ready())
            fields: dict[str, Any] = {"return": to_struct(found)}  # a keyword of Python
            return provider_pb2.InvokeResponse(**fields)

    # Around every operation ------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _operation(self, urn: str, context: Context) -> AsyncIterator[Operation]:
        """The resource that a URN is about. Warnings are logged at the end, refusals end the call."""
        warnings: list[str] = []
        async with self._refusals(urn, context):
            type_name = urn.split("::")[-2].rpartition("$")[2]
            resource = RESOURCES.get(type_name)
            if resource is None:
                raise RefusedError(
                    "unsupported resource type",
                    f"{type_name} is not in the local provider's table; it exists with the real provider only",
                )
            lifecycle = Lifecycle(
                resource, self._ready(), lambda summary, detail: warnings.append(f"[WARNING] {detail}: {summary}")
            )
            try:
                yield Operation(urn, resource, lifecycle, warnings)
            finally:
                for warning in warnings:
                    await self._log.warning(urn, warning)

    @asynccontextmanager
    async def _refusals(self, urn: str, context: Context) -> AsyncIterator[None]:
        try:
            yield
        except RefusedError as refused:
            await self._log.error(urn, f"[ERROR] {refused.detail}: {refused.summary}")
            await self._abort(context, str(refused))

    @staticmethod
    async def _abort(context: Context, text: str) -> NoReturn:
        await context.abort(grpc.StatusCode.UNKNOWN, text)

    def _ready(self) -> Api:
        if self._api is None:
            raise RefusedError("not configured", "Configure comes before every other request")
        return self._api


@dataclass
class Server:
    """A provider that listens on `address`, for one Configure and what follows it."""

    address: str
    _server: grpc.aio.Server
    _provider: Provider

    async def stop(self) -> None:
        await self._server.stop(grace=None)
        await self._provider.close()

    async def wait(self) -> None:
        await self._server.wait_for_termination()


async def start(host: str = "127.0.0.1", *, engine: str = "", environment: Mapping[str, str] = os.environ) -> Server:
    """Serves on a free port. `engine` is the address for the log, if it does not come with Handshake or Attach."""
    server = grpc.aio.server(options=UNLIMITED_MESSAGES)
    provider = Provider(environment, Log(engine))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port(f"{host}:0")
    await server.start()
    return Server(f"{host}:{port}", server, provider)
