"""What the preview of a refresh shows: resources that are gone, and properties that are not what the last `up` left."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from headworks.deploy import Event, Observation
from headworks.drift.deployed import Deployed, short
from headworks.drift.difference import Difference, How, NotVerified
from headworks.drift.noise import is_noise

_SHOWN = 80
"""Characters of a value: more of it is a file, and tells nobody anything on one line."""

_MASK = "[secret]"

_ABSENT = object()

Metadata = Mapping[str, Any]
"""Of a step: the resource before and after it."""


def differences(deployed: Deployed, observation: Observation) -> list[Difference]:
    """Of the resources that could be read."""
    outcomes = _outcomes(observation)
    found = [
        _difference(*deployed.named(resource), outcomes[resource.urn])
        for resource in deployed.resources
        if resource.is_of_the_account and resource.urn in outcomes
    ]
    return [difference for difference in found if difference]


def not_verified(deployed: Deployed, observation: Observation) -> list[NotVerified]:
    """What the refresh did not read, with the reason: whatever the state has and no outcome is told of is among it."""
    outcomes, reasons = _outcomes(observation), _reasons(observation.events)
    found = [
        NotVerified(" ".join(deployed.named(resource)), reasons.get(resource.urn, "the refresh ended before"))
        for resource in deployed.resources
        if resource.is_of_the_account and resource.urn not in outcomes
    ]
    if observation.exit_code and not found:
        return [NotVerified("the state's resources", observation.error or reasons.get("") or "the refresh failed")]
    return found


def _outcomes(observation: Observation) -> dict[str, Metadata]:
    """What was read, by URN."""
    told = (event["resOutputsEvent"]["metadata"] for event in observation.events if "resOutputsEvent" in event)
    return {metadata["urn"]: metadata for metadata in told}


def _reasons(events: Iterable[Event]) -> dict[str, str]:
    """The last error of each resource, by URN."""
    told = (event["diagnosticEvent"] for event in events if "diagnosticEvent" in event)
    return {each.get("urn", ""): each["message"].strip() for each in told if each["severity"] == "error"}


def _difference(kind: str, name: str, metadata: Metadata) -> Difference | None:
    if metadata["op"] == "delete" or metadata.get("new") is None:
        return Difference(How.MISSING, kind, name, "the last `up` left it, and it is gone")
    says = [*_visible(metadata), *_hidden(metadata)]
    return Difference(How.CHANGED, kind, name, "; ".join(says)) if says else None


def _visible(metadata: Metadata) -> Iterator[str]:
    old, new = metadata["old"].get("outputs") or {}, metadata["new"].get("outputs") or {}
    for key in sorted({*old, *new}):
        if not key.startswith("__") and not is_noise(short(metadata["type"]), key):
            yield from _differing(key, old.get(key, _ABSENT), new.get(key, _ABSENT))


def _differing(path: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _differing(f"{path}.{key}", old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif old != new:
        yield f"{path}: {_short(old)} → {_short(new)}" if _fits(old) and _fits(new) else f"{path} is another"


def _fits(value: Any) -> bool:
    return len(_short(value)) <= _SHOWN


def _short(value: Any) -> str:
    return "nothing" if value is _ABSENT or value is None else json.dumps(value, ensure_ascii=False)


def _hidden(metadata: Metadata) -> Iterator[str]:
    """What the engine says has changed, and shows to nobody."""
    if metadata["op"] != "update":
        return
    for key in metadata.get("diffs") or ():
        sides = [(metadata[side].get("outputs") or {}).get(key) for side in ("old", "new")]
        if sides[0] == sides[1] and _MASK in json.dumps(sides) and not is_noise(short(metadata["type"]), key):
            yield f"{key} is another (with a value that is secret)"
