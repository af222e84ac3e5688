"""The operations that run: what the command line calls, and how one is put together.

A stack on disk, a deployment of what it holds, a source of what is wanted, and a deployment executor that brings the two together.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, aclosing, nullcontext, suppress
from pathlib import Path
from typing import Any

from sandbox.engine.backend.checkpoint import Writer
from sandbox.engine.backend.stack import Stack, frame, shown
from sandbox.engine.deploy.deployment import Deployment
from sandbox.engine.deploy.deployment_executor import DeploymentExecutor
from sandbox.engine.deploy.snapshot import Document, Snapshot
from sandbox.engine.errors import EngineError, Stopped
from sandbox.engine.events import Emit, Events
from sandbox.engine.options import ExitCode, Options, Result
from sandbox.engine.resource import urns
from sandbox.engine.source.evaluation import Evaluation
from sandbox.engine.source.host import Host
from sandbox.engine.workspace.import_file import read_import_file

UNCHANGED = {"same", "read", "refresh"}
"""Operations that `expect_no_changes` tolerates."""

Operation = Callable[[DeploymentExecutor], Awaitable[None]]
"""Its name is that of the operation, in locks and in messages about them."""


def preview(options: Options, emit: Emit) -> Result:
    """Tells what an update would do."""
    return _run(options, emit, DeploymentExecutor.update, preview=True)


def up(options: Options, emit: Emit) -> Result:
    """Brings the world in line with the program."""
    return _run(options, emit, DeploymentExecutor.update)


def refresh(options: Options, emit: Emit) -> Result:
    """Takes over into the state what the world is like."""
    return _run(options, emit, DeploymentExecutor.refresh, preview=options.preview_only, refresh_only=True)


def destroy(options: Options, emit: Emit) -> Result:
    """Deletes everything in the state. The program is not run."""
    return _run(options, emit, DeploymentExecutor.destroy, preview=options.preview_only)


def bulk_import(options: Options, emit: Emit, file: Path, *, protect: bool = True) -> Result:
    """Takes the objects of an import file into the state. The program is not run, and nothing is written to the world."""
    wanted = read_import_file(file)

    async def bulk_import(executor: DeploymentExecutor) -> None:
        await executor.import_(wanted, protect=protect)

    return _run(options, emit, bulk_import, preview=options.preview_only)


def _run(
    options: Options, emit: Emit, operation: Operation, *, preview: bool = False, refresh_only: bool = False
) -> Result:
    stack = Stack(options)
    writing: AbstractContextManager[Writer | None] = (
        nullcontext() if preview else stack.checkpoint.write(operation.__name__, take_over=options.take_over)
    )
    with writing as writer:
        document = stack.checkpoint.load() if writer is None else writer.deployment
        return asyncio.run(_operate(stack, emit, operation, writer, document or {}, refresh_only=refresh_only))


async def _operate(
    stack: Stack, emit: Emit, operation: Operation, writer: Writer | None, document: Document, *, refresh_only: bool
) -> Result:
    """Without a writer it is a preview."""
    began = time.monotonic()
    secrets = stack.secrets(document)
    settled = stack.configuration(secrets)
    snapshot = Snapshot(document, encrypt=secrets.encrypt, decrypt=stack.decrypt(document, secrets))
    if writer is not None:
        snapshot.write_to(writer, frame(secrets))
    events = Events(emit, preview=writer is None)
    events.prelude(settled.shown())
    host = Host(stack.project, stack.options, settled, events)
    deployment = Deployment(
        stack.project,
        stack.options,
        settled,
        snapshot,
        events,
        start_provider=host.start_provider,
        outputs_of_stack=stack.outputs_of,
        refresh_only=refresh_only,
    )
    if writer is not None and writer.former is not None:
        deployment.warn(f"going on after {writer.former}, which was interrupted")
    await _carry_out(operation, deployment, host)
    changes = dict(sorted(deployment.executor.changes.items()))
    seconds = time.monotonic() - began
    result = "failed" if deployment.failed else "succeeded"
    events.summary(changes=changes, seconds=seconds, packs=deployment.reviews.packs.versions, result=result)
    exit_code, complaint = _verdict(deployment, changes)
    events.cancel()
    return Result(exit_code=exit_code, changes=changes, outputs=_outputs(snapshot), duration=seconds, error=complaint)


async def _carry_out(operation: Operation, deployment: Deployment, host: Host) -> None:
    loop = asyncio.get_running_loop()
    with suppress(ValueError, RuntimeError):  # only the main thread hears signals
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, deployment.cancel)
    source = Evaluation(deployment, host)
    try:
        async with source.serving(), aclosing(deployment.registry):
            await operation(DeploymentExecutor(deployment, source))
    except Stopped:
        deployment.failed = True
    except EngineError as error:
        deployment.error(str(error))
    except asyncio.CancelledError:  # Ctrl-C for the second time
        deployment.error("abandoned: run the operation again, which tells the steps that were under way and goes on")


def _verdict(deployment: Deployment, changes: dict[str, int]) -> tuple[ExitCode, str]:
    """The exit code, and what the command has to say to it beyond the events."""
    if deployment.failed:
        return ExitCode.FAILED, ""
    if deployment.options.expect_no_changes and not UNCHANGED.issuperset(changes):
        kind = "preview" if deployment.preview else "update"
        return ExitCode.CHANGES_NOT_EXPECTED, f"no changes were expected for {kind} but changes were proposed"
    return ExitCode.SUCCESS, ""


def _outputs(snapshot: Snapshot) -> dict[str, Any]:
    stacks = (state.outputs for state in snapshot.states if state.type == urns.STACK_TYPE and not state.delete)
    return shown(next(stacks, {}))
