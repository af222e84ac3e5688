"""The process of the Pulumi program."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sandbox.engine.plugin.processes import Report, spawn
from sandbox.engine.workspace.project import ORGANIZATION, Project

EXECUTOR = Path(__file__).with_name("executor.py")
GRACE_SECONDS = 5.0
"""How long a program has to end after SIGINT."""


class Program:
    """A program that was started; it ends by itself, or is interrupted."""

    def __init__(self, process: asyncio.subprocess.Process, report: Report) -> None:
        self._process = process
        assert process.stdout is not None
        assert process.stderr is not None
        self._listeners = [
            asyncio.create_task(_listen(process.stdout, "info", report)),
            asyncio.create_task(_listen(process.stderr, "info#err", report)),
        ]

    @classmethod
    async def start(
        cls,
        project: Project,
        stack: str,
        *,
        address: str,
        preview: bool,
        parallel: int,
        environment: Mapping[str, str],
        report: Report,
    ) -> "Program":
        """`address` is that of the engine's gRPC server; `environment` is the whole one, with the configuration in it."""
        command = [
            *(project.runtime.python(project.directory), "-u", str(EXECUTOR)),
            *("--monitor", address, "--engine", address),
            *("--project", project.name, "--root_directory", str(project.directory), "--stack", stack),
            *("--organization", ORGANIZATION, "--pwd", str(project.program)),
            *("--dry_run", "true" if preview else "false", "--parallel", str(parallel), "."),
        ]
        process = await spawn("the program", command, directory=project.program, environment=environment)
        return cls(process, report)

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def wait(self) -> int:
        """The exit status, when all that the program wrote has been reported."""
        status = await self._process.wait()
        await asyncio.gather(*self._listeners)
        return status

    async def interrupt(self) -> None:
        """Ends the program as Ctrl-C would, and by force when that does not help. Safe to call for one that has ended."""
        for sign in (signal.SIGINT, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, sign)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), GRACE_SECONDS)
                return


async def _listen(stream: asyncio.StreamReader, severity: str, report: Report) -> None:
    async for line in stream:
        report(severity, line.decode(errors="replace").rstrip("\n"))  # type: ignore[arg-type] # one of the two literals
