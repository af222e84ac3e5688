"""What a stack's state says, without running anything: outputs and export; and breaking its lock."""

import json
import sys
from typing import Any

from ruamel.yaml import YAML

from headworks.account import Access, find_access
from headworks.deploy import Engine, choose, official, refuse_unknown_stack
from headworks.deploy.embedded import stack_options
from headworks.failure import Failure
from headworks.workspace import Workspace
from sandbox import engine as embedded_engine


def show_outputs(workspace: Workspace, stack: str, engine: Engine, *, as_json: bool, show_secrets: bool) -> int:
    """Print the outputs of the last `up`: JSON, or YAML for people."""
    refuse_unknown_stack(workspace, stack)
    if _by_pulumi(workspace, engine):
        words = [
            "stack",
            "output",
            "--stack",
            stack,
            *(["--json"] if as_json else []),
            *(["--show-secrets"] if show_secrets else []),
        ]
        return official.query(workspace, _access(workspace), words)
    outputs = embedded_engine.outputs(stack_options(workspace, stack), show_secrets=show_secrets)
    if as_json:
        _print_json(outputs)
    elif outputs:
        yaml = YAML()
        yaml.default_flow_style = False
        yaml.dump(outputs, sys.stdout)
    else:
        print(f"{stack} has no outputs yet; `headworks up {stack}` makes them.", file=sys.stderr)
    return 0


def outputs_of(workspace: Workspace, stack: str, engine: Engine) -> dict[str, Any]:
    """The outputs of the last `up`, for a program; empty before the first."""
    refuse_unknown_stack(workspace, stack)
    if _by_pulumi(workspace, engine):
        words = ["stack", "output", "--stack", stack, "--json"]
        answered: dict[str, Any] = json.loads(official.answer(workspace, _access(workspace), words))
        return answered
    return embedded_engine.outputs(stack_options(workspace, stack))


def show_export(workspace: Workspace, stack: str, engine: Engine, *, show_secrets: bool) -> int:
    """Print the state in the envelope of `pulumi stack export`."""
    refuse_unknown_stack(workspace, stack)
    if _by_pulumi(workspace, engine):
        words = ["stack", "export", "--stack", stack, *(["--show-secrets"] if show_secrets else [])]
        return official.query(workspace, _access(workspace), words)
    _print_json(embedded_engine.export(stack_options(workspace, stack), show_secrets=show_secrets))
    return 0


def resources_of(workspace: Workspace, stack: str, engine: Engine) -> list[dict[str, Any]]:
    """The resources of the state, for a program, with their secrets encrypted; none before the first `up`."""
    refuse_unknown_stack(workspace, stack)
    if _by_pulumi(workspace, engine):
        words = ["stack", "export", "--stack", stack]
        exported = json.loads(official.answer(workspace, _access(workspace), words))
    else:
        exported = embedded_engine.export(stack_options(workspace, stack))
    found: list[dict[str, Any]] = exported["deployment"].get("resources") or []
    return [resource for resource in found if not resource.get("delete")]


def cancel(workspace: Workspace, stack: str, engine: Engine) -> int:
    """Break the lock of a deployment that was killed."""
    refuse_unknown_stack(workspace, stack)
    if _by_pulumi(workspace, engine):
        return official.query(workspace, _access(workspace), ["cancel", "--stack", stack, "--yes"])
    embedded_engine.cancel(stack_options(workspace, stack))
    print(f"{stack} can be deployed again.")
    return 0


def _by_pulumi(workspace: Workspace, engine: Engine) -> bool:
    return choose(engine, _access(workspace)) is Engine.PULUMI


def _access(workspace: Workspace) -> Access | None:
    """Where the stack lives decides which states are meant; reading a state needs no account."""
    try:
        return find_access(workspace)
    except Failure:
        return None


def _print_json(document: object) -> None:
    print(json.dumps(document, indent=4))
