"""From what an operation did to the record that the suite compares."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

EFFECTS = ("create", "update", "delete", "read")
OUTCOMES = (("resourcePreEvent", None), ("resOutputsEvent", "done"), ("resOpFailedEvent", "failed"))
ASKED = {
    "policyRemediateSummaryEvent": "remediate",
    "policyAnalyzeSummaryEvent": "analyze",
    "policyAnalyzeStackSummaryEvent": "analyze-stack",
}
SHOWING_CHANGES = ("update", "replace", "create-replacement")

Event = dict[str, Any]
Entry = dict[str, Any]


def of_events(events: Sequence[Event], order: Any, *, preview: bool, policies: bool) -> Entry:
    """The parts of a record that come from events; none if no step was ever begun."""
    if not any("resourcePreEvent" in event or "summaryEvent" in event for event in events):
        return {}
    record = {"steps": order.steps(steps(events, preview=preview)), "summary": summary(events)}
    return record | ({"policy": policy(events), "policy_asked": policy_asked(events)} if policies else {})


def steps(events: Sequence[Event], *, preview: bool) -> list[Entry]:
    """Announced steps in order, each with how it ended."""
    found: list[Entry] = []
    for event in events:
        for kind, outcome in OUTCOMES:
            if kind not in event:
                continue
            metadata = event[kind]["metadata"]
            if outcome is None:
                found.append(_announced(metadata, preview=preview))
            else:
                _end(found, metadata, outcome)
    return found


def _announced(metadata: Entry, *, preview: bool) -> Entry:
    step = {"op": metadata["op"], "urn": metadata["urn"]}
    changed = _changed(metadata, "inputs") if metadata["op"] in SHOWING_CHANGES else []
    step |= {"changed": changed} if changed else {}
    step |= {key: metadata[key] for key in ("keys", "diffs", "detailedDiff") if metadata.get(key)}
    if preview and metadata.get("new"):
        step["inputs"] = metadata["new"].get("inputs")
    return step


def _end(found: list[Entry], metadata: Entry, outcome: str) -> None:
    """Ends the step that the event belongs to; what was never announced is a step of its own."""
    op, urn = metadata["op"], metadata["urn"]
    for step in reversed(found):
        if (step["op"], step["urn"]) == (op, urn) and "outcome" not in step:
            step["outcome"] = outcome
            return
    for step in found:
        if (step["op"], step["urn"]) == ("refresh", urn) and "outcome" not in step:
            changed = _changed(metadata, "outputs")
            step.update({"outcome": outcome, "found": op} | ({"changed": changed} if changed else {}))
            break
    # A component ends once more when its outputs are registered.
    if not any(step["urn"] == urn and op in (step["op"], step.get("found")) for step in found):
        found.append({"op": op, "urn": urn, "outcome": outcome, "unannounced": True})


def _changed(metadata: Entry, where: str) -> list[str]:
    old, new = ((metadata.get(side) or {}).get(where) or {} for side in ("old", "new"))
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))


def summary(events: Iterable[Event]) -> Entry | None:
    for event in events:
        if "summaryEvent" in event:
            found = event["summaryEvent"]
            return {key: found[key] for key in ("resourceChanges", "result", "isPreview") if key in found}
    return None


def policy(events: Iterable[Event]) -> list[Entry]:
    found = []
    for event in events:
        for kind in ("policyEvent", "policyRemediationEvent"):
            if kind in event:
                body = {
                    key: value for key, value in event[kind].items() if key not in ("color", "policyPackVersionTag")
                }
                body["message"] = body.get("message", "").rstrip()
                found.append({"event": kind} | {key: value for key, value in body.items() if value not in ("", None)})
    return sorted(
        found, key=lambda body: [body.get(key, "") for key in ("event", "resourceUrn", "policyName", "message")]
    )


def policy_asked(events: Iterable[Event]) -> list[str]:
    return [
        f"{ASKED[kind]} {body.get('resourceUrn', '')}".strip()
        for event in events
        for kind, body in event.items()
        if kind in ASKED
    ]


def diagnostics(events: Iterable[Event]) -> list[Entry]:
    found = []
    for event in events:
        body = event.get("diagnosticEvent")
        if not body or body["severity"] in ("debug", "info#err") or body.get("ephemeral"):
            continue
        entry = {key: body[key] for key in ("severity", "urn", "message") if body.get(key)}
        entry["message"] = entry.get("message", "").rstrip()
        if entry["message"] and not entry["message"].startswith("using pulumi-resource-"):
            found.append(entry)
    return sorted(found, key=lambda entry: json.dumps(entry, sort_keys=True))


def errors(raised: Iterable[str], told: Iterable[Entry]) -> list[str]:
    """What the command said beside the diagnostics."""
    known = {entry["message"].split("\n")[0].strip() for entry in told}
    return sorted({f"error: {line}" for line in raised if line not in known})


def calls(called: Sequence[str], order: Any) -> Entry:
    return {
        "effects": order.calls([call for call in called if call.split()[0] in EFFECTS]),
        "checks": sorted({call for call in called if call.split()[0] not in EFFECTS}),
    }


def outputs(shown: Entry, unveil: Any) -> Entry:
    """The stack's outputs in a deployment with plaintext secrets."""
    for resource in shown.get("resources", []):
        if resource["type"] == "pulumi:pulumi:Stack":
            unveiled: Entry = unveil(resource.get("outputs", {}))
            return unveiled
    return {}
