"""Import: what exists in the account becomes part of a stack's state.

Pulumi's import knows the objects of providers, and of components only that they are there. What a component says is in the
program, and in no account, so the state learns it from an `up` of the components alone; and with them of those dynamic resources
whose objects the account has as the program says, which are found there and not made. With that the first preview is about the
account, and finds nothing to do where nothing differs.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from headworks.deploy import Engine, Observation, Operation, Request, deployer, refuse_silent_change
from headworks.facts.account import AccountReader
from headworks.facts.live import platform, storage
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
    if complete(state := by.export(request)):
        by.replace_state(request, state)
    previewed = by.observe(replace(request, operation=Operation.PREVIEW))
    recorded = _to_be_recorded(previewed, request)
    ended = previewed
    if recorded and not previewed.exit_code:
        ended = by.observe(
            replace(
                request, operation=Operation.UP, yes=True, skip_preview=True, targets=tuple(recorded), takes_over=True
            )
        )
    if ended.exit_code:
        raise Failure(
            f"The objects are imported, but what the program says of its components could not be recorded: {_why(ended)}",
            fix=f"Mend that, and repeat the command; or go on with `headworks up {request.stack}`, which records them, too.",
        )
    if not request.json:
        print(
            f"{len(recorded)} components and dynamic resources recorded. `headworks preview {request.stack}` shows what differs.",
            file=sys.stderr,
        )
    return 0


_LEFT_OUT = {
    "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace": {
        "name": "namespaceName"
    }
}
"""By type: inputs that the provider leaves out of an import, with the outputs that say the same. Without them the next `up` would
want to replace the object."""


_RAW_STATE = "__pulumi_raw_state_delta"
"""Under the official engine: how the outputs differ from what the provider itself keeps, where the name is lost just so. A state
without it is read as the outputs say."""


def complete(state: Mapping[str, Any]) -> bool:
    """Write into an exported state what was left out of it. Returns whether anything was."""
    lacking = [
        (each, name, each["outputs"][told])
        for each in state["deployment"].get("resources") or ()
        for name, told in _LEFT_OUT.get(each["type"], {}).items()
        if name not in each.setdefault("inputs", {})
    ]
    for each, name, value in lacking:
        each["inputs"][name] = each["outputs"][name] = value
        each["outputs"].pop(_RAW_STATE, None)
    return bool(lacking)


def _to_be_recorded(previewed: Observation, request: Request) -> list[str]:
    """URNs of what the preview would change in the state and nowhere else."""
    steps = [event["resourcePreEvent"]["metadata"] for event in previewed.events if "resourcePreEvent" in event]
    changing = [step for step in steps if step["op"] in {"create", "update"} and step["type"] != "pulumi:pulumi:Stack"]
    return [
        step["urn"]
        for step in changing
        if not (step.get("new") or {}).get("custom") or step["type"] in _CONTACTS_NOBODY or _is_there(step, request)
    ]


def _is_there(step: Mapping[str, Any], request: Request) -> bool:
    """Whether the account has the object of a new dynamic resource as the program says."""
    look = _LOOKS.get(step["type"])
    if look is None or step["op"] != "create":
        return False
    said = step["new"]["inputs"]
    with AccountReader(request.access, said["accountId"]) as account:
        return look(account, said)


def _is_of_this_mode(account: AccountReader, said: Mapping[str, Any]) -> bool:
    return platform.dispatch_namespaces(account).get(said["namespace"]) is said["trusted"]


def _leads_to_this_database(account: AccountReader, said: Mapping[str, Any]) -> bool:
    found = storage.hyperdrives(account).get(said["name"])
    return found is not None and found.origin == said["origin"] and found.is_cached is said["caching"]


_LOOKS: Mapping[str, Callable[[AccountReader, Mapping[str, Any]], bool]] = {
    "pulumi-python:dynamic/headworks:DispatchNamespaceTrust": _is_of_this_mode,
    "pulumi-python:dynamic/headworks:Hyperdrive": _leads_to_this_database,
}
"""By type of a dynamic resource that takes over what is there."""


def _why(observation: Observation) -> str:
    said = [
        event["diagnosticEvent"]["message"].strip()
        for event in observation.events
        if event.get("diagnosticEvent", {}).get("severity") == "error"
    ]
    return "\n".join([*said, *([observation.error] if observation.error else [])]) or "the engine did not say why."
