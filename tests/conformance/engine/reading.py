"""The parts of a record that are read from the engine's events, from what the command wrote, and from an export."""

from __future__ import annotations

import json
from typing import Any

from normalise import unveil


def steps(events: list[dict[str, Any]], preview: bool) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for event in events:
        for kind, outcome in (("resourcePreEvent", None), ("resOutputsEvent", "done"), ("resOpFailedEvent", "failed")):
            if kind not in event:
                continue
            meta = event[kind]["metadata"]
            if outcome:
                for step in reversed(steps):
                    if step["urn"] == meta["urn"] and step["op"] == meta["op"] and "outcome" not in step:
                        step["outcome"] = outcome
                        break
                else:
                    for step in steps:
                        if step["urn"] == meta["urn"] and step["op"] == "refresh" and "outcome" not in step:
                            step.update(outcome=outcome, found=meta["op"])
                            changed = differing(meta, "outputs")
                            if changed:
                                step["changed"] = changed
                            break
                    # A component is reported once more when its outputs are registered.
                    if not any(step["urn"] == meta["urn"] and meta["op"] in (step["op"], step.get("found")) for step in steps):
                        steps.append({"op": meta["op"], "urn": meta["urn"], "outcome": outcome, "unannounced": True})
                continue
            step = {"op": meta["op"], "urn": meta["urn"]}
            changed = differing(meta) if meta["op"] in ("update", "replace", "create-replacement") else []
            if changed:
                step["changed"] = changed
            for key in ("keys", "diffs", "detailedDiff"):
                if meta.get(key):
                    step[key] = meta[key]
            if preview and meta.get("new"):
                step["inputs"] = meta["new"].get("inputs")
            steps.append(step)
    return steps


def differing(meta: dict[str, Any], where: str = "inputs") -> list[str]:
    old, new = ((meta.get(side) or {}).get(where) or {} for side in ("old", "new"))
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))


def summary(events: list[dict[str, Any]]) -> dict[str, Any] | None:
    for event in events:
        if "summaryEvent" in event:
            found = event["summaryEvent"]
            return {key: found[key] for key in ("resourceChanges", "result", "isPreview") if key in found}
    return None


def policy(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Violations and remediations, those of one resource (or of the stack's end) in alphabetical order."""
    found = []
    for event in events:
        for kind in ("policyEvent", "policyRemediationEvent"):
            if kind in event:
                body = {key: value for key, value in event[kind].items() if key not in ("color", "policyPackVersionTag")}
                body["message"] = body.get("message", "").rstrip()
                found.append({"event": kind, **{key: value for key, value in body.items() if value not in ("", None)}})
    return sorted(found, key=lambda body: (body["event"], body.get("resourceUrn", ""), body["policyName"], body.get("message", "")))


def asked(events: list[dict[str, Any]]) -> list[str]:
    """For which resources policies were asked, in order: `remediate URN`, `analyze URN`, `analyze-stack`."""
    kinds = {
        "policyRemediateSummaryEvent": "remediate",
        "policyAnalyzeSummaryEvent": "analyze",
        "policyAnalyzeStackSummaryEvent": "analyze-stack",
    }
    return [
        f"{kinds[kind]} {body.get('resourceUrn', '')}".strip()
        for event in events for kind, body in event.items() if kind in kinds
    ]


def diagnostics(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for event in events:
        body = event.get("diagnosticEvent")
        if body and body["severity"] not in ("debug", "info#err") and not body.get("ephemeral"):
            entry = {key: body[key] for key in ("severity", "urn", "message") if body.get(key)}
            entry["message"] = entry.get("message", "").rstrip()
            if entry["message"] and not entry["message"].startswith("using pulumi-resource-"):
                found.append(entry)
    return sorted(found, key=lambda entry: json.dumps(entry, sort_keys=True))


def errors(output: str, diagnostics: list[dict[str, Any]]) -> list[str]:
    told = {entry["message"].split("\n")[0].strip() for entry in diagnostics}
    lines = {line.strip() for line in output.splitlines() if line.strip().startswith("error: ")}
    return sorted(line for line in lines if line.removeprefix("error: ") not in told)


def outputs(shown: dict[str, Any]) -> dict[str, Any]:
    for resource in shown.get("resources", []):
        if resource["type"] == "pulumi:pulumi:Stack":
            return unveil(resource.get("outputs", {}))
    return {}
