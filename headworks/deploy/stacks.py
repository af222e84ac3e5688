"""What a stack's state says, without running anything: outputs and export; and breaking its lock."""

from typing import Any

from headworks.account import Access, find_access
from headworks.deploy import Deployer, Engine, Place, deployer, refuse_unknown_stack
from headworks.failure import Failure
from headworks.workspace import Workspace


def show_outputs(workspace: Workspace, stack: str, engine: Engine, *, as_json: bool, show_secrets: bool) -> int:
    """Print the outputs of the last `up`: JSON, or what people read."""
    by, place = _at(workspace, stack, engine)
    return by.show_outputs(place, as_json=as_json, show_secrets=show_secrets)


def outputs_of(workspace: Workspace, stack: str, engine: Engine) -> dict[str, Any]:
    """The outputs of the last `up`, for a program; empty before the first."""
    by, place = _at(workspace, stack, engine)
    return by.outputs(place)


def show_export(workspace: Workspace, stack: str, engine: Engine, *, show_secrets: bool) -> int:
    """Print the state in the envelope of `pulumi stack export`."""
    by, place = _at(workspace, stack, engine)
    return by.show_export(place, show_secrets=show_secrets)


def resources_of(workspace: Workspace, stack: str, engine: Engine) -> list[dict[str, Any]]:
    """The resources of the state, for a program, with their secrets encrypted; none before the first `up`."""
    by, place = _at(workspace, stack, engine)
    found: list[dict[str, Any]] = by.export(place)["deployment"].get("resources") or []
    return [resource for resource in found if not resource.get("delete")]


def cancel(workspace: Workspace, stack: str, engine: Engine) -> int:
    """Break the lock of a deployment that was killed."""
    by, place = _at(workspace, stack, engine)
    return by.cancel(place)


def _at(workspace: Workspace, stack: str, engine: Engine) -> tuple[Deployer, Place]:
    refuse_unknown_stack(workspace, stack)
    access = _access(workspace)
    return deployer(engine, access), Place(workspace=workspace, stack=stack, access=access)


def _access(workspace: Workspace) -> Access | None:
    """Where the stack lives decides which states are meant; reading a state needs no account."""
    try:
        return find_access(workspace)
    except Failure:
        return None
