"""Engine events: Pulumi's JSON (`pulumi up --json`, `--event-log`), one dictionary each, secrets masked.

Three keys are for displays in this process and are no part of Pulumi's JSON; whoever writes events out drops them:
`internal` (beside `metadata`) marks steps that are not shown, such as those of default providers; `state` (in
`metadata.old` and `metadata.new`, at a preview of each step announced and of what a refresh found) is the resource as the
checkpoint would hold it; `changed` (in `metadata`) names the inputs that differ, which masks would hide of secrets.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from sandbox.engine.resource.urns import STACK_TYPE

Event = dict[str, Any]
Emit = Callable[[Event], None]
Severity = Literal["debug", "info", "info#err", "warning", "error"]
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


def is_shown(metadata: Mapping[str, Any]) -> bool:
    """Whether a step is one for people: a replacement is its `replace` alone, what stays the same is left out, but for the stack."""
    old, new = metadata.get("old"), metadata.get("new")
    if metadata["op"] == "same":
        protected = [bool((side or {}).get("protect")) for side in (old, new)]
        return metadata["type"] == STACK_TYPE or protected[0] != protected[1]
    return metadata["op"] not in REPLACING or bool(metadata.get("logical"))
