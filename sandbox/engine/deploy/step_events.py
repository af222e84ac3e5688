"""The events that tell of a step: announced, done, failed."""

from typing import Any

from sandbox.engine.deploy.steps import Step
from sandbox.engine.events import Event, Events
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, masked


def before_step(events: Events, step: Step) -> None:
    _send(events, "resourcePreEvent", step, step.op, whole=events.preview)


def after_step(events: Events, step: Step, op: str) -> None:
    """`op` is what the step turned out to be."""
    _send(events, "resOutputsEvent", step, op, whole=events.preview and step.op == "refresh")


def step_failed(events: Events, step: Step, status: int, steps: int) -> None:
    _send(events, "resOpFailedEvent", step, step.op, status=status, steps=steps)


def _send(events: Events, kind: str, step: Step, op: str, *, whole: bool = False, **more: Any) -> None:
    body: Event = {"metadata": _metadata(step, op, whole=whole), **more}
    if events.preview and kind != "resOpFailedEvent":
        body["planning"] = True
    if step.internal:
        body["internal"] = True
    events.send(kind, body)


def _metadata(step: Step, op: str, *, whole: bool) -> Event:
    metadata: Event = {
        "op": op,
        "urn": step.urn,
        "type": step.type,
        "old": _state(step.old, whole=whole),
        "new": _state(step.new, whole=whole),
    }
    metadata |= {"keys": list(step.keys)} if step.keys else {}
    metadata |= {"diffs": list(step.diffs)} if step.diffs else {}
    metadata["detailedDiff"] = (
        {path: {"diffKind": diff.kind, "inputDiff": diff.input_diff} for path, diff in step.detailed_diff.items()}
        if step.detailed_diff
        else None
    )
    if step.old is not None and step.new is not None and step.op != "same":
        metadata["changed"] = _changed(step.old.inputs, step.new.inputs)
    metadata |= {"logical": True} if step.logical else {}
    metadata["provider"] = step.provider
    return metadata


def _changed(old: Properties, new: Properties) -> list[str]:
    absent = object()
    return sorted(key for key in {*old, *new} if old.get(key, absent) != new.get(key, absent))


def _state(state: ResourceState | None, *, whole: bool) -> Event | None:
    if state is None:
        return None
    written: Event = {
        "type": state.type,
        "urn": state.urn,
        "custom": state.custom,
        "delete": state.delete,
        "id": state.id,
        "parent": state.parent,
        "protect": state.protect,
        "external": state.external,
        "retainOnDelete": state.retain_on_delete,
        "inputs": masked(state.inputs),
        "outputs": masked(state.outputs),
        "provider": state.provider,
        "initErrors": state.init_errors,
        "hideDiffs": [[path] for path in state.hide_diff],
    }
    always = ("id", "parent", "inputs", "outputs", "provider")
    shown = {key: value for key, value in written.items() if value or key in always}
    return shown | ({"state": state.to_json(lambda _: "[secret]")} if whole else {})
