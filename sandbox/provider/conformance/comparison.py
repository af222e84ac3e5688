"""Differences between recorded values and ours, one line each."""

import json
from collections.abc import Mapping
from typing import Any

MISSING = object()
SECRET = "<secret>"  # noqa: S105 - the mark in the records


def differences(expected: Any, ours: Any, place: str = "") -> list[str]:
    match expected, ours:
        case dict(), dict():
            keys = sorted({*expected, *ours})
            found = [
                differences(expected.get(key, MISSING), ours.get(key, MISSING), f"{place}.{key}" if place else key)
                for key in keys
            ]
            return [line for lines in found for line in lines]
        case list(), list() if len(expected) == len(ours):
            found = [
                differences(old, new, f"{place}[{index}]")
                for index, (old, new) in enumerate(zip(expected, ours, strict=True))
            ]
            return [line for lines in found for line in lines]
        case _ if type(expected) is type(ours) and expected == ours:
            return []
        case ((int() | float()), (int() | float())) if expected == ours and not isinstance(expected, bool):
            return []
        case _:
            return [f"{place}: recorded {shown(expected)}, ours {shown(ours)}"]


def shown(value: Any) -> str:
    if value is MISSING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"


def engines_marks_undone(recorded: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """The recorded properties without the secret marks that the engine put around whole properties.

    A provider that accepts no secrets gets a program's secret in clear; the engine marks the property anew afterwards.
    """
    return {
        key: value[SECRET] if _is_marked(value) and not _is_marked(ours.get(key)) else value
        for key, value in recorded.items()
    }


def _is_marked(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {SECRET}
