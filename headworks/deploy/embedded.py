"""Deployments by the embedded engine, on the local account."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import typer
from ruamel.yaml import YAML

from headworks import terminal
from headworks.deploy import Event, Observation, Operation, Place, Request
from headworks.deploy.passphrase import passphrase
from headworks.workspace import Workspace
from sandbox import engine
from sandbox.engine.display import Display
from sandbox.engine.display.json_output import Digest, EventLines

Run = Callable[[engine.Options, engine.Emit], engine.Result]

_RUN: dict[Operation, Run] = {
    Operation.PREVIEW: engine.preview,
    Operation.UP: engine.up,
    Operation.REFRESH: engine.refresh,
    Operation.DESTROY: engine.destroy,
}
_QUESTION = {
    Operation.UP: "Do you want to perform this update",
    Operation.REFRESH: "Do you want to perform this refresh",
    Operation.DESTROY: "Do you want to perform this destroy",
    Operation.IMPORT: "Do you want to perform this import",
}


def run(request: Request) -> int:
    do = _RUN[request.operation]
    if not request.changes:
        return _show(do, options_of(request), request, preview=True)
    # Refresh and destroy have a mode that shows beforehand what they would do.
    return _preview_ask_do(request, engine.preview if request.operation is Operation.UP else do, do)


def bulk_import(request: Request, file: Path, *, protect: bool) -> int:
    do = partial(engine.bulk_import, file=file, protect=protect)
    return _preview_ask_do(replace(request, skip_preview=request.yes), do, do)


def observe(request: Request) -> Observation:
    events: list[Event] = []
    result = _RUN[request.operation](options_of(request), events.append)
    return Observation(events, int(result.exit_code), result.error)


def outputs(place: Place) -> dict[str, Any]:
    return engine.outputs(stack_options(place.workspace, place.stack))


def show_outputs(place: Place, *, as_json: bool, show_secrets: bool) -> int:
    """JSON, or YAML for people."""
    found = engine.outputs(stack_options(place.workspace, place.stack), show_secrets=show_secrets)
    if as_json:
        print(json.dumps(found, indent=4))
    elif found:
        yaml = YAML()
        yaml.default_flow_style = False
        yaml.dump(found, sys.stdout)
    else:
        print(f"{place.stack} has no outputs yet; `headworks up {place.stack}` makes them.", file=sys.stderr)
    return 0


def export(place: Place) -> dict[str, Any]:
    return engine.export(stack_options(place.workspace, place.stack))


def replace_state(place: Place, exported: Mapping[str, Any]) -> None:
    engine.import_(stack_options(place.workspace, place.stack), dict(exported))


def show_export(place: Place, *, show_secrets: bool) -> int:
    state = engine.export(stack_options(place.workspace, place.stack), show_secrets=show_secrets)
    print(json.dumps(state, indent=4))
    return 0


def cancel(place: Place) -> int:
    engine.cancel(stack_options(place.workspace, place.stack))
    print(f"{place.stack} can be deployed again.")
    return 0


def options_of(request: Request) -> engine.Options:
    """A request in the engine's words."""
    return replace(
        stack_options(request.workspace, request.stack),
        policy_packs=request.policy_packs if request.runs_program else (),
        policy_pack_configs=request.policy_pack_configs if request.runs_program else (),
        parallel=request.parallel,
        targets=request.targets,
        target_dependents=request.target_dependents,
        excludes=request.excludes,
        exclude_dependents=request.exclude_dependents,
        exclude_protected=request.exclude_protected,
        replaces=request.replaces,
        refresh=request.refresh,
        expect_no_changes=request.expect_no_changes,
        ignore_protect=request.ignore_protect,
        preview_only=request.preview_only,
        continue_on_error=request.continue_on_error,
        take_over=True,  # the lock of a killed deployment on this machine hinders nobody; what it left is completed
        environment=request.environment,
    )


def stack_options(workspace: Workspace, stack: str) -> engine.Options:
    """Options that name a stack and its state, for what only reads it."""
    return engine.Options(
        project=workspace.system, stack=stack, state=workspace.home / "state", passphrase=passphrase(workspace.home)
    )


def _preview_ask_do(request: Request, preview: Run, do: Run) -> int:
    options = options_of(request)
    if not request.skip_preview:
        beforehand = replace(options, preview_only=True, expect_no_changes=False)
        if code := _show(preview, beforehand, request, preview=True):
            return code
        if not request.yes:
            typer.confirm(_QUESTION[request.operation], abort=True)
    return _show(do, options, request, preview=False)


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
