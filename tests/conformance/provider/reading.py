"""What the engine's log of events and the log of its calls to the provider say, as parts of a record."""

from __future__ import annotations

import re
from typing import Any

from normalise import changed, unveil

RPC = "/pulumirpc.ResourceProvider/"
Json = Any


def ops(lines: list[Json], op: str) -> list[Json]:
    found: list[Json] = []
    for line in lines:
        event = line.get("resourcePreEvent") or line.get("resOutputsEvent") or line.get("resOpFailedEvent")
        meta = (event or {}).get("metadata", {})
        if not meta.get("type", "").startswith("cloudflare:"):
            continue
        if "resourcePreEvent" in line:
            item: Json = {"op": meta["op"], "urn": meta["urn"]}
            if meta.get("keys") and meta["op"] != "delete-replaced":
                item["keys"] = sorted(meta["keys"])
            found.append(item)
        elif "resOpFailedEvent" in line:
            next(i for i in reversed(found) if i["urn"] == meta["urn"])["failed"] = True
        elif op == "refresh":
            item = next(i for i in reversed(found) if i["urn"] == meta["urn"])
            item["found"] = meta["op"]
            if meta["op"] == "update":
                item["changed outputs"] = changed(unveil((meta["old"] or {}).get("outputs")), unveil((meta["new"] or {}).get("outputs")))
    return found


def decisions(entries: list[Json]) -> list[Json]:
    """What the provider answered when asked: check failures and defaults, diffs, and what it read."""
    found = []
    for entry in entries:
        name, asked, said = entry["method"].removeprefix(RPC), entry.get("request") or {}, entry.get("response") or {}
        if entry["progress"] == "request_started":
            continue
        if name == "Check":
            item: Json = {"call": "check", "urn": asked["urn"], "inputs": unveil(asked["news"])}
            checked = unveil(said.get("inputs") or {})
            if checked != item["inputs"]:
                item["checked"] = checked
            if said.get("failures"):
                item["failures"] = said["failures"]
            found.append(item)
        elif name == "Diff" and said:
            item = {"call": "diff", "urn": asked["urn"], "changes": str(said.get("changes", "DIFF_UNKNOWN")).removeprefix("DIFF_").lower()}
            item.update({k: sorted(set(said[k])) for k in ("replaces", "diffs") if said.get(k)})
            item.update({"deleteBeforeReplace": True} if said.get("deleteBeforeReplace") else {})
            found.append(item)
        elif name in ("Invoke",):
            item = {"call": "invoke", "tok": asked["tok"], "args": unveil(asked.get("args") or {})}
            item.update({"returns": unveil(said["return"])} if said.get("return") else {})
            item.update({"failures": said["failures"]} if said.get("failures") else {})
            found.append(item)
        elif name in ("Create", "Update", "Delete", "Read"):
            item = {"call": name.lower(), "urn": asked["urn"]}
            if asked.get("preview"):
                item["preview"] = True
                item["planned"] = unveil(said.get("properties") or {})
            if name == "Read":
                item["id"] = said.get("id", "")
                item["inputs"] = unveil(said.get("inputs") or {})
            found.append(item)
    return found


def messages(lines: list[Json], said: list[str]) -> Json:
    out: dict[str, list[str]] = {"errors": list(said), "warnings": []}
    for line in lines:
        event = line.get("diagnosticEvent")
        if event and event.get("severity") in ("error", "warning"):
            text = re.sub(r"<\{%.*?%\}>", "", event["message"]).strip()
            if "PATH" in text and "plugin" in text or "Traceback" in text:
                continue
            who = event.get("urn", "").rsplit("::", 1)[-1]
            out[event["severity"] + "s"].append(f"{who}: {text}" if who else text)
    return {k: sorted(set(v)) for k, v in out.items() if v}
