"""Transforms: callbacks in the program's process that may change a resource before the engine sees it."""

from collections.abc import Iterable, Mapping
from typing import Any

import grpc
import grpc.aio
from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from sandbox.engine.plugin.channels import CHANNEL_OPTIONS
from sandbox.engine.resource.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN_TEXTS

Callback = callback_pb2.Callback
Options = resource_pb2.TransformResourceOptions


class Callbacks:
    """Connections to the processes that serve callbacks: one per address."""

    def __init__(self) -> None:
        self._channels: dict[str, grpc.aio.Channel] = {}

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close(None)

    async def invoke(self, callback: Callback, request: bytes) -> bytes:
        if callback.target not in self._channels:
            self._channels[callback.target] = grpc.aio.insecure_channel(callback.target, options=CHANNEL_OPTIONS)
        stub: Any = callback_pb2_grpc.CallbacksStub(self._channels[callback.target])
        answer = await stub.Invoke(callback_pb2.CallbackInvokeRequest(token=callback.token, request=request))
        return bytes(answer.response)

    async def transform(
        self, callback: Callback, request: resource_pb2.RegisterResourceRequest, properties: Struct, options: Options
    ) -> tuple[Struct, Options]:
        asked = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=properties,
            options=options,
        )
        answer = resource_pb2.TransformResponse.FromString(await self.invoke(callback, asked.SerializeToString()))
        return (
            answer.properties if answer.HasField("properties") else properties,
            answer.options if answer.HasField("options") else options,
        )

    async def transform_invoke(
        self, callback: Callback, token: str, arguments: Struct, options: resource_pb2.TransformInvokeOptions
    ) -> tuple[Struct, resource_pb2.TransformInvokeOptions]:
        asked = resource_pb2.TransformInvokeRequest(token=token, args=arguments, options=options)
        answer = resource_pb2.TransformInvokeResponse.FromString(await self.invoke(callback, asked.SerializeToString()))
        return (
            answer.args if answer.HasField("args") else arguments,
            answer.options if answer.HasField("options") else options,
        )


def with_dependencies(properties: Struct, dependencies: Mapping[str, Iterable[str]]) -> Struct:
    """Properties whose values carry what they depend on, so that a transform hands it on."""
    result = Struct()
    for key, value in properties.fields.items():
        needed = list(dependencies.get(key, ()))
        if needed:
            _wrap(result.fields[key], value, needed)
        else:
            result.fields[key].CopyFrom(value)
    return result


def _wrap(target: Value, value: Value, needed: list[str]) -> None:
    output = target.struct_value.fields
    output[SIGNATURE].string_value = OUTPUT
    inner = value
    if _signed(value) and value.struct_value.fields[SIGNATURE].string_value == SECRET:
        output["secret"].bool_value = True
        inner = value.struct_value.fields["value"]
    if inner.string_value not in UNKNOWN_TEXTS:
        output["value"].CopyFrom(inner)
    for urn in needed:
        output["dependencies"].list_value.values.add().string_value = urn


def _signed(value: Value) -> bool:
    return value.WhichOneof("kind") == "struct_value" and SIGNATURE in value.struct_value.fields


def dependencies_in(value: Value) -> set[str]:
    """The URNs that outputs within the value depend on."""
    match value.WhichOneof("kind"):
        case "struct_value":
            fields = value.struct_value.fields
            own = fields["dependencies"].list_value.values if _signed(value) and "dependencies" in fields else ()
            found = {item.string_value for item in own}
            return found.union(*(dependencies_in(item) for item in fields.values()))
        case "list_value":
            return set[str]().union(*(dependencies_in(item) for item in value.list_value.values))
        case _:
            return set()
