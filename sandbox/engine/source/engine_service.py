"""The engine service: what programs, plugins and policy packs tell the engine beside resources."""

from typing import Any

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from sandbox.engine.errors import Unsupported
from sandbox.engine.events import Events, Severity
from sandbox.engine.source.host import Host

Context = grpc.aio.ServicerContext[Any, Any]

SEVERITIES: dict[int, Severity] = {0: "debug", 1: "info", 2: "warning", 3: "error"}
"""Of the protocol."""


class EngineService(engine_pb2_grpc.EngineServicer):
    def __init__(self, events: Events, host: Host) -> None:
        self._events = events
        self._host = host
        self._root = ""

    async def Log(self, request: Any, _context: Context) -> Empty:  # noqa: N802
        severity = SEVERITIES[request.severity]
        if severity != "debug" and not self._host.interrupting:
            self._events.diagnostic(
                severity, request.message, request.urn, stream=request.streamId, ephemeral=request.ephemeral
            )
        return Empty()

    async def GetRootResource(self, _request: Any, _context: Context) -> engine_pb2.GetRootResourceResponse:  # noqa: N802
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    async def SetRootResource(self, request: Any, _context: Context) -> engine_pb2.SetRootResourceResponse:  # noqa: N802
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    async def StartDebugging(self, _request: Any, context: Context) -> Empty:  # noqa: N802
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, str(Unsupported("debuggers")))

    async def RequirePulumiVersion(self, _request: Any, _context: Context) -> engine_pb2.RequirePulumiVersionResponse:  # noqa: N802
        """Any version will do: this is no release of Pulumi, and a program that needs a feature is refused by its name."""
        return engine_pb2.RequirePulumiVersionResponse()
