"""Where two records differ, for people to read."""

import difflib
import json
from typing import Any

UNCOMPARED = ("checks",)
"""Parts that an engine may come to in another way: it may check and diff more or less often."""
CONTEXT_LINES = 3
LONGEST = 80

Record = dict[str, Any]


def arranged(record: Record, order: Any) -> Record:
    """The record with the members of each unordered group in their agreed order."""
    result = dict(record)
    if "steps" in result:
        result["steps"] = order.steps(result["steps"])
    if "calls" in result:
        result["calls"] = {**result["calls"], "effects": order.calls(result["calls"]["effects"])}
    for key in ("state", "state_shown"):
        if key in result:
            result[key] = order.state(dict(result[key]))
    return result


def comparable(record: Record) -> Record:
    """What is compared: exit by class, errors of the command by whether there are any, as their wording is a product's own."""
    result = {**record, "exit": _exit_class(record["exit"])}
    result["errors"] = ["an error of the command's own"] if record["errors"] else []
    result["calls"] = {key: value for key, value in record["calls"].items() if key not in UNCOMPARED}
    return result


def differences(expected: Record, found: Record, order: Any) -> str:
    """Empty if the records agree, else lines of a diff (`-` expected, `+` found)."""
    one, other = (comparable(arranged(record, order)) for record in (expected, found))
    if one == other:
        return ""
    parts = []
    for key in sorted({*one, *other}):
        if one.get(key, ...) != other.get(key, ...):
            lines = difflib.unified_diff(_lines(one, key), _lines(other, key), lineterm="", n=CONTEXT_LINES)
            shown = list(lines)[2:]
            more = [f"… {len(shown) - LONGEST} more lines"] if len(shown) > LONGEST else []
            parts.append("\n".join([f"{key}:", *shown[:LONGEST], *more]))
    return "\n".join(parts)


def _lines(record: Record, key: str) -> list[str]:
    return (
        json.dumps(_plain(record[key]), indent=1, sort_keys=True, ensure_ascii=False).splitlines()
        if key in record
        else []
    )


def _plain(value: Any) -> Any:
    """Numbers as JSON would compare them: `1` and `1.0` are equal."""
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _exit_class(code: Any) -> str:
    return code if isinstance(code, str) else "success" if code == 0 else "failure"
