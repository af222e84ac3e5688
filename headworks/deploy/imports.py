"""Import: what exists in the account becomes part of a stack's state.

Pulumi's import knows objects, and of components only that they are there. What a component says is in the program, and in no
account, so the state learns it from an `up` of the components alone. With that the first preview is about the account, and
finds nothing to do where nothing differs.
"""

import sys
from dataclasses import replace
from pathlib import Path

from headworks.deploy import Engine, Observation, Operation, Request, deployer, refuse_silent_change
from headworks.failure import Failure

_CONTACTS_NOBODY = frozenset({"pulumi-python:dynamic/headworks:PhysicalNames"})
"""Types of resources that are not components, and are nothing but state either."""


def run(request: Request, engine: Engine, file: Path, *, protect: bool) -> int:
    """Import the file's resources, and record the components that they belong to. Returns the exit code."""
    refuse_silent_change(request)
    if not file.is_file():
        raise Failure(
            f"{file}: there is no such file.", fix="`headworks adopt` writes one for each stack.", exit_code=2
        )
    by = deployer(engine, request.access)
    if code := by.bulk_import(request, file, protect=protect):
        return code
    previewed = by.observe(replace(request, operation=Operation.PREVIEW))
    recorded = _of_state_only(previewed)
    ended = previewed
    if recorded and not previewed.exit_code:
        ended = by.observe(
            replace(request, operation=Operation.UP, yes=True, skip_preview=True, targets=tuple(recorded))
        )
    if ended.exit_code:
        raise Failure(
            f"The objects are imported, but what the program says of its components could not be recorded: {_why(ended)}",
            fix=f"Mend that, and repeat the command; or go on with `headworks up {request.stack}`, which records them, too.",
        )
    if not request.json:
        print(
            f"{len(recorded)} components recorded. `headworks preview {request.stack}` shows what differs.",
            file=sys.stderr,
        )
    return 0


def _of_state_only(previewed: Observation) -> list[str]:
    """URNs of what the preview would change in the state and nowhere else."""
    steps = [event["resourcePreEvent"]["metadata"] for event in previewed.events if "resourcePreEvent" in event]
    return [
        step["urn"]
        for step in steps
        if step["op"] in {"create", "update"}
        and step["type"] != "pulumi:pulumi:Stack"
        and (not (step.get("new") or {}).get("custom") or step["type"] in _CONTACTS_NOBODY)
    ]


def _why(observation: Observation) -> str:
    said = [
        event["diagnosticEvent"]["message"].strip()
        for event in observation.events
        if event.get("diagnosticEvent", {}).get("severity") == "error"
    ]
    return "\n".join([*said, *([observation.error] if observation.error else [])]) or "the engine did not say why."
