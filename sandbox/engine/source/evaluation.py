"""The source of a deployment's goals: its program, which is run, and the services that it talks to meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import grpc.aio
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from sandbox.engine.deploy.deployment import Deployment
from sandbox.engine.plugin.channels import CHANNEL_OPTIONS
from sandbox.engine.policy.packs import PolicyPacks
from sandbox.engine.source.engine_service import EngineService
from sandbox.engine.source.host import Host, stop_packs
from sandbox.engine.source.monitor import Monitor
from sandbox.engine.source.program import Program

EXIT_TOLD = 32
"""Exit status of a program that has told the user itself why it failed."""


class Evaluation:
    """Runs the program of a deployment once. Plugins need the services too, so that they are served for every operation."""

    def __init__(self, deployment: Deployment, host: Host) -> None:
        self._deployment = deployment
        self._host = host
        self._monitor = Monitor(deployment)
        self._server = grpc.aio.server(options=CHANNEL_OPTIONS)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self._monitor, self._server)
        engine_pb2_grpc.add_EngineServicer_to_server(EngineService(deployment.events, host), self._server)
        host.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._program: Program | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        await self._server.start()
        try:
            yield
        finally:
            self._monitor.stopped.set()
            await self._monitor.close()
            await self._server.stop(grace=1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[PolicyPacks]:
        """Starts packs and program side by side."""
        async with AsyncExitStack() as running:
            packs = asyncio.create_task(self._host.start_packs())
            running.push_async_callback(stop_packs, packs)
            self._program = await self._host.start_program()
            running.push_async_callback(self._stop, self._program)
            yield await packs

    async def exhausted(self) -> None:
        """Returns when the program wants nothing more, has ended, or can get nothing more."""
        assert self._program is not None
        exited = asyncio.create_task(self._program.wait())
        cancelled = self._deployment.executor.cancelled
        waits = [exited, *(asyncio.create_task(event.wait()) for event in (self._monitor.finished, cancelled))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if exited.done() and not cancelled.is_set():
            self._judge_exit(exited.result())
        for wait in waits:
            wait.cancel()

    async def release(self) -> None:
        assert self._program is not None
        self._monitor.released.set()
        if not self._deployment.executor.cancelled.is_set():
            await self._program.wait()

    async def _stop(self, program: Program) -> None:
        self._host.interrupting = program.running
        self._monitor.stopped.set()
        await program.interrupt()

    def _judge_exit(self, status: int) -> None:
        if status == 0:
            return
        if status != EXIT_TOLD:
            self._deployment.error(f"an unhandled error occurred: program exited with non-zero exit code: {status}")
        self._deployment.stop()
