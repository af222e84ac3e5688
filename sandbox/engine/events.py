"""Engine events: Pulumi's JSON (`pulumi up --json`, `--event-log`), one dictionary each, secrets masked.

Three keys are for displays in this process and are no part of Pulumi's JSON; whoever writes events out drops them:
`internal` (beside `metadata`) marks steps that are not shown, such as those of default providers; `state` (in
`metadata.old` and `metadata.new`, at a preview of each step announced and of what a refresh found) is the resource as the
checkpoint would hold it; `changed` (in `metadata`) names the inputs that differ, which masks would hide of secrets.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from sandbox.engine.options import Emit
from sandbox.engine.resource.urns import STACK_TYPE
from sandbox.engine.resource.values import Properties, masked

if TYPE_CHECKING:
    from sandbox.engine.deploy.steps import Step
    from sandbox.engine.resource.state import ResourceState

Severity = Literal["debug", "info", "info#err", "warning", "error"]
Event = dict[str, Any]
COLOR = "raw"
LOCAL_KEYS = frozenset({"changed", "internal", "state"})
REPLACING = frozenset(
    {
        "create-replacement",
        "delete-replaced",
        "discard-replaced",
        "import-replacement",
        "read-replacement",
        "remove-pending-replace",
        "replace",
    }
)
"""Parts of a replacement, of which only the logical one counts: mostly its `replace`."""


class Events:
    """Numbers events, stamps them and hands them on."""

    def __init__(self, emit: Emit, *, preview: bool) -> None:
        self._emit = emit
        self._sequence = 0
        self.preview = preview

    def send(self, kind: str, body: Event) -> None:
        self._emit({"sequence": self._sequence, "timestamp": int(time.time()), kind: body})
        self._sequence += 1

    def prelude(self, configuration: Mapping[str, str]) -> None:
        """The configuration, secrets as `[secret]` already."""
        self.send("preludeEvent", {"config": dict(configuration)})

    def diagnostic(
        self, severity: Severity, message: str, urn: str = "", *, stream: int = 0, ephemeral: bool = False
    ) -> None:
        body: Event = {
            "message": message if message.endswith("\n") else message + "\n",
            "color": COLOR,
            "severity": severity,
        }
        body |= {"prefix": f"{severity}: "} if severity not in {"info", "info#err"} else {}
        body |= {"urn": urn} if urn else {}
        body |= {"streamID": stream} if stream else {}
        body |= {"ephemeral": True} if ephemeral else {}
        self.send("diagnosticEvent", body)

    def before_step(self, step: "Step") -> None:
        self._step("resourcePreEvent", step, step.op, whole=self.preview)

    def after_step(self, step: "Step", op: str) -> None:
        self._step("resOutputsEvent", step, op, whole=self.preview and step.op == "refresh")

    def step_failed(self, step: "Step", status: int, steps: int) -> None:
        self._step("resOpFailedEvent", step, step.op, status=status, steps=steps)

    def summary(self, *, changes: Mapping[str, int], seconds: float, packs: Mapping[str, str], result: str) -> None:
        """`result` is `succeeded` or `failed`."""
        self.send(
            "summaryEvent",
            {
                "maybeCorrupt": False,
                "durationSeconds": round(seconds),
                "resourceChanges": dict(changes),
                "PolicyPacks": dict(packs),
                "isPreview": self.preview,
                "result": result,
            },
        )

    def cancel(self) -> None:
        """Nothing follows: the stream is complete."""
        self.send("cancelEvent", {})

    def _step(self, kind: str, step: "Step", op: str, *, whole: bool = False, **more: Any) -> None:
        body: Event = {"metadata": _metadata(step, op, whole=whole), **more}
        if self.preview and kind != "resOpFailedEvent":
            body["planning"] = True
        if step.internal:
            body["internal"] = True
        self.send(kind, body)


def _metadata(step: "Step", op: str, *, whole: bool) -> Event:
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


def _state(state: "ResourceState | None", *, whole: bool) -> Event | None:
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


def is_shown(metadata: Mapping[str, Any]) -> bool:
    """Whether a step is one for people: a replacement is its `replace` alone, what stays the same is left out, but for the stack."""
    old, new = metadata.get("old"), metadata.get("new")
    if metadata["op"] == "same":
        protected = [bool((side or {}).get("protect")) for side in (old, new)]
        return metadata["type"] == STACK_TYPE or protected[0] != protected[1]
    return metadata["op"] not in REPLACING or bool(metadata.get("logical"))
