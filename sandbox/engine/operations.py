"""The operations on a stack: what the command line calls."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.engine.backend.checkpoint import (
    Checkpoint,
    Writer,
    envelope,
    from_envelope,
    manifest,
    reencrypted,
    with_plaintext,
)
from sandbox.engine.backend.lock import Owner
from sandbox.engine.backend.secrets import PassphraseManager
from sandbox.engine.deploy.deployment import Deployment
from sandbox.engine.deploy.imports import read_import_file
from sandbox.engine.deploy.snapshot import Document, Snapshot
from sandbox.engine.errors import EngineError, Stopped
from sandbox.engine.events import Events
from sandbox.engine.options import Emit, ExitCode, Options, Result
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, hidden, masked, plain
from sandbox.engine.workspace.config import (
    Configuration,
    Project,
    StackSettings,
    configuration,
    load_project,
    load_stack,
)

VERSION = "v3.260.0"
"""The release of Pulumi whose state this engine writes."""
UNCHANGED = {"same", "read", "refresh"}
"""Operations that `expect_no_changes` tolerates."""


def preview(options: Options, emit: Emit) -> Result:
    """Tells what an update would do."""
    return _run(options, emit, Deployment.update, preview=True)


def up(options: Options, emit: Emit) -> Result:
    """Brings the world in line with the program."""
    return _run(options, emit, Deployment.update)


def refresh(options: Options, emit: Emit) -> Result:
    """Takes over into the state what the world is like."""
    return _run(options, emit, Deployment.refresh, preview=options.preview_only, refresh_only=True)


def destroy(options: Options, emit: Emit) -> Result:
    """Deletes everything in the state. The program is not run."""
    return _run(options, emit, Deployment.destroy, preview=options.preview_only)


def bulk_import(options: Options, emit: Emit, file: Path, *, protect: bool = True) -> Result:
    """Takes the objects of an import file into the state. The program is not run, and nothing is written to the world."""
    wanted = read_import_file(file)

    async def bulk_import(deployment: Deployment) -> None:
        await deployment.import_(wanted, protect=protect)

    return _run(options, emit, bulk_import, preview=options.preview_only)


class Stack:
    """A stack on disk: its files, its state, its secrets."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.project: Project = load_project(options.project)
        self.settings: StackSettings = load_stack(self.project, options.stack)
        self.checkpoint = Checkpoint(options.state / self.project.name / f"{options.stack}.json")

    def secrets(self, document: Document | None) -> PassphraseManager:
        """Under the salt of the stack's file, else that of the state, else a new one."""
        state_salt = ((document or {}).get("secrets_providers") or {}).get("state", {}).get("salt", "")
        salt = self.settings.salt or state_salt
        if not salt:
            return PassphraseManager.create(self.options.passphrase)
        return PassphraseManager(self.options.passphrase, salt)

    def decrypt(self, document: Document | None, secrets: PassphraseManager) -> Callable[[str], str]:
        """Reads secrets of the state, which may have been written under another salt than the stack's file has."""
        salt = ((document or {}).get("secrets_providers") or {}).get("state", {}).get("salt", "")
        return (
            secrets.decrypt if salt in ("", secrets.salt) else PassphraseManager(self.options.passphrase, salt).decrypt
        )

    def configuration(self, secrets: PassphraseManager) -> Configuration:
        return configuration(self.project, self.settings, secrets.decrypt)


def _run(
    options: Options,
    emit: Emit,
    operation: Callable[[Deployment], Awaitable[None]],
    *,
    preview: bool = False,
    refresh_only: bool = False,
) -> Result:
    stack = Stack(options)
    name = operation.__name__
    with ExitStack() as held:
        writing: AbstractContextManager[Writer | None] = (
            nullcontext() if preview else stack.checkpoint.write(name, take_over=options.take_over)
        )
        writer = held.enter_context(writing)
        document = stack.checkpoint.load() if writer is None else writer.deployment
        return asyncio.run(
            _operate(stack, emit, operation, writer, document or {}, preview=preview, refresh_only=refresh_only)
        )


async def _operate(
    stack: Stack,
    emit: Emit,
    operation: Callable[[Deployment], Awaitable[None]],
    writer: Writer | None,
    document: Document,
    *,
    preview: bool,
    refresh_only: bool,
) -> Result:
    began = time.monotonic()
    secrets = stack.secrets(document)
    settled = stack.configuration(secrets)
    snapshot = Snapshot(document, encrypt=secrets.encrypt, decrypt=stack.decrypt(document, secrets))
    if writer is not None:
        snapshot.write_to(writer, _frame(secrets))
    events = Events(emit, preview=preview)
    events.prelude(settled.shown())
    deployment = Deployment(
        stack.project,
        stack.options,
        settled,
        snapshot,
        events,
        lambda name: _outputs_of(stack, name),
        refresh_only=refresh_only,
    )
    if writer is not None and writer.former is not None:
        deployment.warn(f"going on after {writer.former}, which was interrupted")
    loop = asyncio.get_running_loop()
    with suppress(ValueError, RuntimeError):  # only the main thread hears signals
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, deployment.cancel)
    try:
        await operation(deployment)
    except Stopped:
        deployment.failed = True
    except EngineError as error:
        deployment.error(str(error))
    except asyncio.CancelledError:  # Ctrl-C for the second time
        deployment.error("abandoned: run the operation again, which tells the steps that were under way and goes on")
    changes = dict(sorted(deployment.executor.changes.items()))
    failed = deployment.failed
    seconds = time.monotonic() - began
    events.summary(
        changes=changes, seconds=seconds, packs=deployment.pack_versions, result="failed" if failed else "succeeded"
    )
    exit_code, complaint = ExitCode.FAILED if failed else ExitCode.SUCCESS, ""
    if not failed and stack.options.expect_no_changes and not UNCHANGED.issuperset(changes):
        exit_code = ExitCode.CHANGES_NOT_EXPECTED
        kind = "preview" if preview else "update"
        complaint = f"no changes were expected for {kind} but changes were proposed"
    events.cancel()
    return Result(
        exit_code=exit_code, changes=changes, outputs=_shown_outputs(snapshot), duration=seconds, error=complaint
    )


def _frame(secrets: PassphraseManager) -> Document:
    written = manifest(datetime.now(UTC).isoformat(), VERSION)
    provider = {"type": "passphrase", "state": {"salt": secrets.salt}}
    return {"manifest": written, "secrets_providers": provider}


def _shown_outputs(snapshot: Snapshot) -> dict[str, Any]:
    outputs = next(
        (state.outputs for state in snapshot.states if state.type == urns.STACK_TYPE and not state.delete), {}
    )
    return _hidden(outputs)


# reading -------------------------------------------------------------------------------------------------------------


def outputs(options: Options, *, show_secrets: bool = False) -> dict[str, Any]:
    """The stack's outputs; a secret is the text `[secret]` unless it is to be shown."""
    stack = Stack(options)
    found = _stack_outputs(stack, stack.checkpoint.load())
    if show_secrets:
        return {key: plain(found[key]) for key in sorted(found)}
    return _hidden(found)


def _stack_outputs(stack: Stack, document: Document | None) -> Properties:
    for written in (document or {}).get("resources") or []:
        if written["type"] == urns.STACK_TYPE and not written.get("delete"):
            decrypt = stack.decrypt(document, stack.secrets(document))
            state = ResourceState.from_json(written, decrypt)
            return state.outputs
    return {}


def _outputs_of(stack: Stack, name: str) -> Properties:
    """Outputs of another stack beside this one, by `organization/project/stack` (or the end of it)."""
    parts = name.split("/")
    project = parts[-2] if len(parts) > 1 else stack.project.name
    document = Checkpoint(stack.options.state / project / f"{parts[-1]}.json").load()
    if document is None:
        raise EngineError(f'unknown stack "{name}"')
    return _stack_outputs(stack, document)


def _hidden(outputs: Properties) -> dict[str, Any]:
    """In the order of their keys; what is not known is the text that stands for it in a checkpoint."""
    return {key: hidden(value) for key, value in sorted(masked(outputs).items())}


def export(options: Options, *, show_secrets: bool = False) -> dict[str, Any]:
    """The state as `pulumi stack export` writes it."""
    stack = Stack(options)
    document = stack.checkpoint.load()
    if document is None:
        document = _frame(stack.secrets(None)) | {"metadata": {}}
    if show_secrets:
        document = with_plaintext(document, stack.decrypt(document, stack.secrets(document)))
    return envelope(document)


def import_(options: Options, exported: dict[str, Any]) -> None:
    """Puts an export in the place of the state; its secrets are encrypted for this stack."""
    stack = Stack(options)
    document = from_envelope(exported)
    with stack.checkpoint.write("import") as writer:
        secrets = stack.secrets(writer.deployment)
        fresh = reencrypted(document, stack.decrypt(document, secrets), secrets.encrypt)
        writer.save(fresh | _frame(secrets))


def cancel(options: Options) -> Owner | None:
    """Breaks the stack's lock; returns whose it was."""
    return Stack(options).checkpoint.cancel()
