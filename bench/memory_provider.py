"""The provider `memory`: a plugin of its own process whose objects are nothing but what it is told, so that only the engine costs time."""
# ruff: noqa: N802 - gRPC's names

import asyncio
import sys
import uuid
from typing import Any

import grpc.aio
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc


class Memory(provider_pb2_grpc.ResourceProviderServicer):
    async def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="1.0.0")

    async def CheckConfig(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    async def Configure(self, _request: Any, _context: Any) -> provider_pb2.ConfigureResponse:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    async def Check(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    async def Diff(self, request: Any, _context: Any) -> provider_pb2.DiffResponse:
        changed = [key for key in request.news.fields if request.news.fields[key] != request.old_inputs.fields[key]]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
        )

    async def Create(self, request: Any, _context: Any) -> provider_pb2.CreateResponse:
        return provider_pb2.CreateResponse(
            id="" if request.preview else str(uuid.uuid4()), properties=request.properties
        )

    async def Read(self, request: Any, _context: Any) -> provider_pb2.ReadResponse:
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    async def Update(self, request: Any, _context: Any) -> provider_pb2.UpdateResponse:
        return provider_pb2.UpdateResponse(properties=request.news)

    async def Delete(self, _request: Any, _context: Any) -> Empty:
        return Empty()

    async def Cancel(self, _request: Any, _context: Any) -> Empty:
        return Empty()


async def serve() -> None:
    server = grpc.aio.server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Memory(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve())
