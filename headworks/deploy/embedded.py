"""Deployments by the embedded engine, on the local account."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import typer

from headworks import terminal
from headworks.deploy import Operation, Request
from headworks.deploy.observation import Event, Observation
from headworks.deploy.passphrase import passphrase
from headworks.workspace import Workspace
from sandbox import engine
from sandbox.engine.display import Display
from sandbox.engine.display.json_output import Digest, EventLines

Run = Callable[[engine.Options, engine.Emit], engine.Result]

RUN: dict[Operation, Run] = {
    Operation.PREVIEW: engine.preview,
    Operation.UP: engine.up,
    Operation.REFRESH: engine.refresh,
    Operation.DESTROY: engine.destroy,
}
PREVIEW: dict[Operation, Run] = {**RUN, Operation.UP: engine.preview}
"""What shows beforehand what an operation would do; refresh and destroy have a mode for it."""
QUESTION = {
    Operation.UP: "Do you want to perform this update",
    Operation.REFRESH: "Do you want to perform this refresh",
    Operation.DESTROY: "Do you want to perform this destroy",
    Operation.IMPORT: "Do you want to perform this import",
}


def run(request: Request) -> int:
    """Preview, ask, do; returns the exit code of the last of them that ran."""
    options = options_of(request)
    if request.operation is Operation.PREVIEW:
        return _show(engine.preview, options, request, preview=True)
    if not request.skip_preview:
        beforehand = replace(options, preview_only=True, expect_no_changes=False)
        if code := _show(PREVIEW[request.operation], beforehand, request, preview=True):
            return code
        if not request.yes:
            typer.confirm(QUESTION[request.operation], abort=True)
    return _show(RUN[request.operation], options, request, preview=False)


def bulk_import(request: Request, file: Path, *, protect: bool) -> int:
    """Preview, ask, do."""
    options = options_of(request)
    run_import = partial(engine.bulk_import, file=file, protect=protect)
    if not request.yes:
        if code := _show(run_import, replace(options, preview_only=True), request, preview=True):
            return code
        typer.confirm(QUESTION[Operation.IMPORT], abort=True)
    return _show(run_import, options, request, preview=False)


def observe(request: Request) -> Observation:
    """Preview without a display."""
    events: list[Event] = []
    result = PREVIEW[request.operation](replace(options_of(request), preview_only=True), events.append)
    return Observation(events, int(result.exit_code), result.error)


def carry_out(request: Request) -> Observation:
    """Do what is asked, without a display."""
    events: list[Event] = []
    result = RUN[request.operation](options_of(request), events.append)
    return Observation(events, int(result.exit_code), result.error)


def options_of(request: Request) -> engine.Options:
    """A request in the engine's words."""
    return replace(
        stack_options(request.workspace, request.stack),
        policy_packs=request.policy_packs if request.runs_program else (),
        policy_pack_configs=request.policy_pack_configs if request.runs_program else (),
        parallel=request.parallel,
        targets=request.targets,
        refresh=request.refresh,
        expect_no_changes=request.expect_no_changes,
        ignore_protect=request.ignore_protect,
        continue_on_error=request.continue_on_error,
        take_over=True,  # the lock of a killed deployment on this machine hinders nobody; what it left is completed
        environment=request.access.environment,
    )


def stack_options(workspace: Workspace, stack: str) -> engine.Options:
    """Options that name a stack and its state, for what only reads it."""
    return engine.Options(
        project=workspace.system, stack=stack, state=workspace.home / "state", passphrase=passphrase(workspace.home)
    )


def _show(run_operation: Run, options: engine.Options, request: Request, *, preview: bool) -> int:
    if request.json:
        return _show_json(run_operation, options, digest=request.operation is Operation.PREVIEW)
    display = Display(
        sys.stdout,
        operation=request.operation,
        stack=request.stack,
        preview=preview,
        color=terminal.has_color(),
        diff=request.diff,
        suppress_outputs=request.suppress_outputs,
    )
    try:
        result = run_operation(options, display)
    finally:
        display.close()
    return _exit_code(result)


def _show_json(run_operation: Run, options: engine.Options, *, digest: bool) -> int:
    """A preview is one document, everything else a line per event, as with `pulumi`."""
    if not digest:
        return _exit_code(run_operation(options, EventLines(sys.stdout)))
    collected = Digest()
    result = run_operation(options, collected)
    document: dict[str, Any] = collected.document()
    print(json.dumps(document, indent=2))
    return _exit_code(result)


def _exit_code(result: engine.Result) -> int:
    """The exit code, after what no event said."""
    if result.error:
        print(f"error: {result.error}", file=sys.stderr)
    return int(result.exit_code)
