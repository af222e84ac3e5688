"""A resource provider as the engine sees it: Pulumi's ResourceProvider protocol in property values.

`Provider` keeps what a provider said about itself (does it take secrets, does it preview) and bridges the difference: plain
values go to one that knows no secrets, and what comes back under the key of a secret is secret again. While its configuration
is not known, at a preview, it is not asked at all.
"""

import json
from collections.abc import Sequence
from typing import Any

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.answers import (
    CheckResult,
    DiffResult,
    InvokeResult,
    OperationResult,
    check_failures,
    diff_result,
    init_failed,
)
from sandbox.engine.plugin.bridging import mark_secrets, without_references
from sandbox.engine.plugin.channels import CHANNEL_OPTIONS
from sandbox.engine.plugin.resource_provider import Check, Create, Delete, Diff, Read, ResourceProvider, Update
from sandbox.engine.resource.urns import name_of, type_of
from sandbox.engine.resource.values import (
    Properties,
    contains_unknown,
    from_struct,
    from_value,
    to_struct,
)

INTERRUPTED_CREATE = "interrupted-create"
"""Metadata of a Create whose predecessor was killed. Not Pulumi's: the provider of the local account listens, others do not."""


class ProviderError(EngineError):
    """A call that the provider refused or did not answer; the message is the provider's own."""

    def __init__(self, message: str, code: grpc.StatusCode = grpc.StatusCode.UNKNOWN) -> None:
        super().__init__(message)
        self.code = code


class Provider(ResourceProvider):
    """One running provider. `configure` comes before everything but `check_config` and `diff_config`."""

    def __init__(self, package: str, address: str) -> None:
        self.package = package
        self.accept_secrets = False
        self.accept_resources = False
        self.supports_preview = False
        self._shook_hands = False
        self._channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
        self._stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)

    async def handshake(self, engine_address: str, directory: str) -> None:
        """Tells the provider where the engine is. One that does not know the call (dynamic ones) is all right."""
        answer = await self._optional(
            "Handshake",
            provider_pb2.ProviderHandshakeRequest(
                engine_address=engine_address,
                root_directory=directory,
                program_directory=directory,
                configure_with_urn=True,
                invoke_with_preview=True,
            ),
        )
        if answer is not None:
            self.accept_secrets = answer.accept_secrets
            self.accept_resources = answer.accept_resources
            self.supports_preview = True
            self._shook_hands = True

    # configuration ---------------------------------------------------------------------------------------------------

    async def check_config(self, asked: Check) -> CheckResult:
        request = provider_pb2.CheckRequest(
            **_identity(asked.urn),
            olds=to_struct(asked.olds, keep_secrets=False),
            news=to_struct(asked.news, keep_secrets=False),
        )
        answer = await self._optional("CheckConfig", request)
        if answer is None:
            return CheckResult(inputs=asked.news)
        inputs = from_struct(answer.inputs)
        mark_secrets(inputs, asked.news)
        return CheckResult(inputs=inputs, failures=check_failures(answer.failures))

    async def diff_config(self, asked: Diff) -> DiffResult:
        """`changes` is "unknown" for a provider that cannot tell: the caller compares the inputs itself."""
        request = provider_pb2.DiffRequest(
            **_identity(asked.urn),
            old_inputs=to_struct(asked.old_inputs, keep_secrets=False),
            olds=to_struct(asked.old_outputs, keep_secrets=False),
            news=to_struct(asked.news, keep_secrets=False),
            ignoreChanges=asked.ignore_changes,
        )
        answer = await self._optional("DiffConfig", request)
        return DiffResult(changes="unknown") if answer is None else diff_result(answer)

    async def configure(self, urn: str, id_: str, inputs: Properties) -> None:
        """`inputs` are the checked ones; `variables` repeat them as texts for providers that read only those."""
        if contains_unknown(inputs):
            self.known = False
            return
        plain = to_struct(inputs, keep_secrets=False)
        answer = await self._call(
            "Configure",
            provider_pb2.ConfigureRequest(
                **_identity(urn),
                id=id_,
                variables={
                    f"{self.package}:config:{key}": _text(value)
                    for key, value in plain.fields.items()
                    if key != "version"
                },
                args=to_struct(inputs),
                acceptSecrets=True,
                acceptResources=True,
                sends_old_inputs=True,
                sends_old_inputs_to_delete=True,
            ),
        )
        if not self._shook_hands:
            self.accept_secrets = answer.acceptSecrets
            self.accept_resources = answer.acceptResources
            self.supports_preview = answer.supportsPreview

    # resources -------------------------------------------------------------------------------------------------------

    async def check(self, asked: Check) -> CheckResult:
        if not self.known:
            return CheckResult(inputs=asked.news)
        request = provider_pb2.CheckRequest(
            **_identity(asked.urn),
            olds=self._struct(asked.olds),
            news=self._struct(asked.news),
            randomSeed=asked.random_seed,
        )
        answer = await self._call("Check", request)
        return CheckResult(inputs=self._read(answer.inputs, asked.news), failures=check_failures(answer.failures))

    async def diff(self, asked: Diff) -> DiffResult:
        if not self.known:
            return DiffResult(changes="unknown")
        request = provider_pb2.DiffRequest(
            **_identity(asked.urn),
            id=asked.id,
            old_inputs=self._struct(asked.old_inputs),
            olds=self._struct(asked.old_outputs),
            news=self._struct(asked.news),
            ignoreChanges=asked.ignore_changes,
        )
        return diff_result(await self._call("Diff", request))

    async def create(self, asked: Create) -> OperationResult:
        """A provider that cannot preview answers with the inputs."""
        if asked.preview and not (self.known and self.supports_preview):
            return OperationResult(id="", outputs=dict(asked.inputs) if self.known else {})
        request = provider_pb2.CreateRequest(
            **_identity(asked.urn),
            properties=self._struct(asked.inputs),
            timeout=asked.seconds,
            preview=asked.preview,
        )
        metadata = ((INTERRUPTED_CREATE, "true"),) if asked.interrupted else ()
        result = await self._operation("Create", request, "", outputs_like=asked.inputs, metadata=metadata)
        if not result.id and not asked.preview:
            raise ProviderError(f"plugin returned empty resource.ID from create {asked.urn!r}")
        return result

    async def read(self, asked: Read) -> OperationResult:
        if not self.known:
            return OperationResult(id=asked.id, outputs={}, inputs={})
        request = provider_pb2.ReadRequest(
            **_identity(asked.urn),
            id=asked.id,
            properties=self._struct(asked.state),
            inputs=None if asked.inputs is None else self._struct(asked.inputs),
            timeout=asked.seconds,
        )
        return await self._operation("Read", request, "", outputs_like=asked.state, inputs_like=asked.inputs)

    async def update(self, asked: Update) -> OperationResult:
        if asked.preview and not (self.known and self.supports_preview):
            return OperationResult(id=asked.id, outputs=dict(asked.news) if self.known else {})
        request = provider_pb2.UpdateRequest(
            **_identity(asked.urn),
            id=asked.id,
            old_inputs=self._struct(asked.old_inputs),
            olds=self._struct(asked.old_outputs),
            news=self._struct(asked.news),
            timeout=asked.seconds,
            ignoreChanges=asked.ignore_changes,
            preview=asked.preview,
        )
        return await self._operation("Update", request, asked.id, outputs_like=asked.news)

    async def delete(self, asked: Delete) -> None:
        request = provider_pb2.DeleteRequest(
            **_identity(asked.urn),
            id=asked.id,
            properties=self._struct(asked.outputs),
            old_inputs=self._struct(asked.inputs),
            timeout=asked.seconds,
        )
        await self._call("Delete", request)

    async def invoke(self, token: str, arguments: Properties, *, preview: bool = False) -> InvokeResult:
        request = provider_pb2.InvokeRequest(tok=token, args=self._struct(arguments), preview=preview)
        answer = await self._call("Invoke", request)
        return InvokeResult(values=from_struct(getattr(answer, "return")), failures=check_failures(answer.failures))

    async def cancel(self) -> None:
        """Asks the provider to give up what is under way; it need not know how."""
        await self._optional("Cancel", Empty())

    async def close(self) -> None:
        await self._channel.close(None)

    # the wire --------------------------------------------------------------------------------------------------------

    def _struct(self, values: Properties) -> Struct:
        sent = values if self.accept_resources else without_references(values)
        return to_struct(sent, keep_secrets=self.accept_secrets)

    def _read(self, struct: Struct, like: Properties | None) -> Properties:
        values = from_struct(struct)
        if not self.accept_secrets:
            mark_secrets(values, like or {})
        return values

    async def _call(self, method: str, request: Any) -> Any:
        try:
            return await getattr(self._stub, method)(request)
        except grpc.aio.AioRpcError as error:
            raise self._error(method, error) from error

    async def _optional(self, method: str, request: Any) -> Any | None:
        """None from a provider that has no such method."""
        try:
            return await self._call(method, request)
        except ProviderError as error:
            if error.code is grpc.StatusCode.UNIMPLEMENTED:
                return None
            raise

    async def _operation(
        self,
        method: str,
        request: Any,
        id_: str,
        *,
        outputs_like: Properties,
        inputs_like: Properties | None = None,
        metadata: Sequence[tuple[str, str]] = (),
    ) -> OperationResult:
        """Runs Create, Update or Read; an object that exists but failed to get ready is a result with `init_errors`."""
        reasons: list[str] = []
        try:
            answer = await getattr(self._stub, method)(request, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            partial = init_failed(error)
            if partial is None:
                raise self._error(method, error) from error
            answer, reasons = partial, list(partial.reasons)
        has_inputs = "inputs" in answer.DESCRIPTOR.fields_by_name and answer.HasField("inputs")
        return OperationResult(
            id=answer.id if "id" in answer.DESCRIPTOR.fields_by_name and method != "Update" else id_,
            outputs=self._read(answer.properties, outputs_like),
            inputs=self._read(answer.inputs, inputs_like) if has_inputs and method == "Read" else None,
            init_errors=reasons,
            refresh_before_update=answer.refresh_before_update,
        )

    def _error(self, method: str, error: grpc.aio.AioRpcError) -> ProviderError:
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            return ProviderError(
                f"the provider {self.package!r} ended or cannot be reached during {method}: {error.details()}",
                error.code(),
            )
        return ProviderError(error.details() or f"{method} failed with {error.code().name}", error.code())


def _identity(urn: str) -> dict[str, Any]:
    return {"urn": urn, "name": name_of(urn), "type": type_of(urn)}


def _text(value: Value) -> str:
    found = from_value(value)
    return found if isinstance(found, str) else json.dumps(found, separators=(",", ":"), sort_keys=True)
