"""Values without secrets' envelopes and bookkeeping, and steps in an order that does not depend on chance. See README.md."""

from __future__ import annotations

import json
from typing import Any

SIG, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BRIDGE = {"__meta", "__pulumi_raw_state_delta", "__defaults"}
Json = Any


def unveil(value: Json) -> Json:
    """Secret envelopes become {"<secret>": value}, bookkeeping of the bridge goes."""
    if isinstance(value, dict):
        if value.get(SIG) == SECRET:
            inner = json.loads(value["plaintext"]) if "plaintext" in value else value.get("value")
            return {"<secret>": unveil(inner)}
        return {k: unveil(v) for k, v in value.items() if k not in BRIDGE}
    if isinstance(value, list):
        return [unveil(v) for v in value]
    return "<unknown>" if value == UNKNOWN else value


def plain(value: Json) -> Json:
    """Without secret marks, to compare values."""
    if isinstance(value, dict):
        return plain(value["<secret>"]) if set(value) == {"<secret>"} else {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


def changed(old: Json, new: Json) -> list[str]:
    old, new = plain(old or {}), plain(new or {})
    return sorted(k for k in {*old, *new} if old.get(k) != new.get(k))


def settle(items: list[Json], deps: dict[str, set[str]]) -> list[Json]:
    """One order for all runs: items of one resource, and of resources that depend on each other, keep their order; where
    chance decides, the name does."""
    def who(item: Json) -> str:
        return item.get("for") or item.get("urn") or item.get("tok") or ""

    waiting, out = list(items), []
    while waiting:
        free = []
        for n, item in enumerate(waiting):
            mine = who(item)
            if not any(who(e) == mine or who(e) in deps.get(mine, ()) or mine in deps.get(who(e), ()) for e in waiting[:n]):
                free.append(item)
        first = min(free, key=lambda i: who(i).rsplit("::", 1)[-1])
        waiting.remove(first)
        out.append(first)
    return out


def links(steps: list[Json]) -> dict[str, set[str]]:
    """Resource -> everything that it needs, over the given steps."""
    deps: dict[str, set[str]] = {}
    for step in steps:
        for r in step["resources"] if isinstance(step["resources"], list) else []:
            deps.setdefault(r["urn"], set()).update(r.get("dependencies", []))
    for _ in deps:
        for mine in deps.values():
            mine.update(*(deps.get(d, set()) for d in list(mine)))
    return deps


def order(spec: list[Json], cassette: list[Json], expected: list[Json]) -> None:
    """Settles each step by the dependencies of the state before and after it, and of its variant where it is deployed."""
    after: Json = []
    for asked, sent, step in zip(spec, cassette, expected):
        before, after = after, step["resources"] if isinstance(step["resources"], list) else after
        same = [e for s, e in zip(spec, expected) if s["op"] == "up" and asked["op"] in ("up", "preview") and s["variant"] == asked["variant"]]
        if asked["op"] in ("up", "preview"):  # what stays is ordered by what it needs now, what goes by what it needed
            stays = {r["urn"] for r in after}
            before = [r for r in before if r["urn"] not in stays]
        deps = links([{"resources": before}, {"resources": after}, *same])
        sent["exchanges"] = settle(sent["exchanges"], deps)
        for key in ("ops", "provider"):
            step[key] = settle(step[key], deps)


def compare_inputs(steps: list[Json]) -> None:
    """Adds `changed` to updates and replacements. (The engine's events hide secrets, so they cannot tell.)"""
    old: dict[str, Json] = {}
    for step in steps:
        new = {c["urn"]: c.get("checked", c["inputs"]) for c in step["provider"] if c["call"] == "check"}
        for item in step["ops"]:
            if item["op"] in ("update", "replace", "create-replacement"):
                item["changed"] = changed(old.get(item["urn"]), new.get(item["urn"]))
        if isinstance(step["resources"], list):
            old = {r["urn"]: r["inputs"] for r in step["resources"] if not r.get("delete")}
