"""Child processes that serve gRPC: provider plugins and policy packs.

By Pulumi's convention such a process writes the port that it listens on as its first line of output. What it writes after that,
and its standard error, is for people. Each gets a process group of its own, so that Ctrl-C in a terminal reaches the engine
alone, which then lets what is under way finish; stopping a process ends its whole group. An engine that is killed cannot stop
anything, so each process has a guard that does it then: a create that goes on without an engine would be nobody's.
"""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from sandbox.engine.errors import EngineError

Severity = Literal["info", "info#err"]
Report = Callable[[Severity, str], None]
"""Gets each line that a process writes, as the severity that Pulumi gives it: standard error is `info#err`."""

GUARD = 'read -r _; kill -KILL "-$1"'
"""Waits for the end of its input, which comes with the end of the engine, and ends the process group."""
LAST_WORDS = 20
GRACE_SECONDS = 2.0
LINE_LIMIT = 16 * 1024 * 1024


def unheard(_severity: Severity, _line: str) -> None:
    """For processes whose output interests nobody while they work."""


async def spawn(
    what: str, command: Sequence[str], *, directory: Path, environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    """Starts a process in a group of its own, with its output in pipes; `what` names it in the error."""
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=directory,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            process_group=0,
            limit=LINE_LIMIT,
        )
    except OSError as error:
        raise EngineError(f"{what} could not be started: {error}") from error


class ServingProcess:
    """A started process that has told its port."""

    def __init__(self, what: str, process: asyncio.subprocess.Process, report: Report) -> None:
        self.what = what
        self.address = ""
        self._process = process
        self._report = report
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._listeners: list[asyncio.Task[None]] = []
        self._guard: asyncio.subprocess.Process | None = None

    @classmethod
    async def start(
        cls,
        what: str,
        command: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        report: Report = unheard,
    ) -> Self:
        """`what` names the process in messages. Raises `EngineError` with its last words when it does not come up."""
        child = await spawn(what, command, directory=directory, environment=environment)
        started = cls(what, child, report)
        try:
            started._guard = await asyncio.create_subprocess_exec(
                "sh", "-c", GUARD, "guard", str(child.pid), stdin=asyncio.subprocess.PIPE, process_group=0
            )
            await started._come_up()
        except BaseException:
            await started.stop()
            raise
        return started

    async def stop(self) -> None:
        """Ends the process group: first asked, then forced. Safe to call twice."""
        if self._guard is not None:
            with suppress(ProcessLookupError):
                self._guard.kill()
            await self._guard.wait()
            self._guard = None
        for sign in (signal.SIGTERM, signal.SIGKILL):  # both: what ends the process may be ignored by its children
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, sign)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
        with suppress(TimeoutError):  # a child in a group of its own may hold the pipes open
            await asyncio.wait_for(asyncio.gather(*self._listeners, return_exceptions=True), GRACE_SECONDS)

    async def fate(self) -> str:
        """Why a call to it failed: ` (exit status 3)` and its last words if it died, else nothing."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
            await asyncio.gather(*self._listeners)
            return self._obituary()
        return ""

    async def _come_up(self) -> None:
        output, errors = self._process.stdout, self._process.stderr
        assert output is not None
        assert errors is not None
        self._listeners.append(asyncio.create_task(self._listen(errors, "info#err")))
        first = (await output.readline()).decode(errors="replace")
        if not first:
            await self._process.wait()
            await asyncio.gather(*self._listeners)
            raise EngineError(f"{self.what} ended before it told its port{self._obituary()}")
        if not (first.strip().isdecimal() and 0 < int(first) < 65_536):
            raise EngineError(
                f"{self.what} wrote {first.strip()[:200]!r} where its port was expected: "
                "nothing may be printed to standard output while it loads"
            )
        self.address = f"127.0.0.1:{int(first)}"
        self._listeners.append(asyncio.create_task(self._listen(output, "info")))

    async def _listen(self, stream: asyncio.StreamReader, severity: Severity) -> None:
        async for line in stream:
            text = line.decode(errors="replace").rstrip("\n")
            self._last_words.append(text)
            if text.strip():
                self._report(severity, text)

    def _obituary(self) -> str:
        status = self._process.returncode or 0
        how = f"exit status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"
        words = "".join(f"\n    {line}" for line in self._last_words)
        return f" ({how}){words and ':'}{words}"
