"""What machines read: the digest of `pulumi preview --json`, and the event lines of `pulumi up --json`."""

import json
from collections.abc import Mapping
from typing import Any, TextIO

from sandbox.engine.events import LOCAL_KEYS, Event, is_shown
from sandbox.engine.resource.values import hidden


class EventLines:
    """Writes each event as one line of JSON; steps of default providers are left out."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        body = next(value for value in event.values() if isinstance(value, dict))
        if not body.get("internal"):
            self._stream.write(json.dumps(_without_local_keys(event), ensure_ascii=False) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is held back."""


class Digest:
    """Collects the events of a preview into one document."""

    def __init__(self) -> None:
        self._config: dict[str, str] = {}
        self._steps: list[dict[str, Any]] = []
        self._diagnostics: list[dict[str, Any]] = []
        self._summary: dict[str, Any] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case {"preludeEvent": body}:
                self._config = body["config"]
            case {"resourcePreEvent": body} if not body.get("internal") and is_shown(body["metadata"]):
                self._steps.append(_step(body["metadata"]))
            case {"resOutputsEvent": body} if not body.get("internal") and _tells_of_drift(body["metadata"]):
                self._replace_refresh(body["metadata"])
            case {"diagnosticEvent": body} if body["severity"] != "debug" and not body.get("ephemeral"):
                self._diagnostics.append(_diagnostic(body))
            case {"summaryEvent": body}:
                self._summary = body
            case _:
                pass

    def _replace_refresh(self, metadata: Mapping[str, Any]) -> None:
        """What a refresh found takes the place of its announcement."""
        for place, step in enumerate(self._steps):
            if step["op"] == "refresh" and step["urn"] == metadata["urn"]:
                self._steps[place] = _step(metadata)

    def document(self) -> dict[str, Any]:
        parts = {
            "config": self._config,
            "steps": self._steps,
            "diagnostics": self._diagnostics,
            "duration": int(self._summary.get("durationSeconds", 0) * 1_000_000_000),
            "changeSummary": self._summary.get("resourceChanges", {}),
        }
        return {key: value for key, value in parts.items() if value or key == "duration"}


def _tells_of_drift(metadata: Mapping[str, Any]) -> bool:
    return metadata["op"] == "delete" or (metadata["op"] == "update" and metadata.get("detailedDiff") is not None)


def _step(metadata: Mapping[str, Any]) -> dict[str, Any]:
    given = {
        "op": metadata["op"],
        "urn": metadata["urn"],
        "provider": metadata.get("provider"),
        "oldState": _state(metadata.get("old")),
        "newState": _state(metadata.get("new")),
        "diffReasons": metadata.get("diffs"),
        "replaceReasons": metadata.get("keys"),
    }
    detailed = metadata.get("detailedDiff")
    step = {key: value for key, value in given.items() if value}
    step["detailedDiff"] = detailed and {path: _property_diff(diff) for path, diff in detailed.items()}
    return step


def _property_diff(diff: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind" if key == "diffKind" else key: value for key, value in diff.items()}


def _state(side: Mapping[str, Any] | None) -> Any:
    return None if side is None else hidden(side["state"])


def _diagnostic(body: Mapping[str, Any]) -> dict[str, Any]:
    urn = {"urn": body["urn"]} if body.get("urn") else {}
    return {**urn, "message": f"{body.get('prefix', '')}{body['message']}", "severity": body["severity"]}


def _without_local_keys(value: Any) -> Any:
    """The event as Pulumi would write it; local keys lie in its body, in `metadata`, and in that one's `old` and `new`."""
    if not isinstance(value, dict):
        return value
    return {
        key: _without_local_keys(item) if key.endswith("Event") or key in ("metadata", "old", "new") else item
        for key, item in value.items()
        if key not in LOCAL_KEYS
    }
