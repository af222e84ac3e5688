"""Paths into property values, as in `ignore_changes` and detailed diffs: `tags.team`, `rules[0].ports[*]`, `a["b.c"]`."""

import re
from typing import Any

from sandbox.engine.resource.values import Properties, Secret

Path = tuple[str | int, ...]
_PART = re.compile(r'\.?(?P<name>[^.\["\]]+)|\[(?P<index>\d+|\*)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]')
ANY = "*"
_MISSING = object()


def parse(text: str) -> Path:
    """The path's keys and indices. Raises ValueError where the text is not a path."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise ValueError(f"{text!r} is not a property path: {text[position:]!r} is neither a name nor an index")
        if found["name"] is not None:
            parts.append(found["name"])
        elif found["quoted"] is not None:
            parts.append(re.sub(r"\\(.)", r"\1", found["quoted"]))
        else:
            parts.append(ANY if found["index"] == ANY else int(found["index"]))
        position = found.end()
    return tuple(parts)


def contains(outer: Path, inner: Path) -> bool:
    """Whether a change at `inner` is a change at or below `outer`."""
    return len(inner) >= len(outer) and all(mine in (ANY, theirs) for mine, theirs in zip(outer, inner, strict=False))


def reset(path: Path, old: Properties, new: Properties) -> tuple[Properties, bool]:
    """`new` with what lies at the path as it is in `old`, and whether that could be done.

    It cannot where the path leads through a list element or a container that only one side has.
    """
    result = _reset(path, old, new)
    return (new, False) if result is _MISSING else (result, True)


def _reset(path: Path, old: Any, new: Any) -> Any:
    if isinstance(new, Secret):
        inner = _reset(path, old.value if isinstance(old, Secret) else old, new.value)
        return inner if inner is _MISSING else Secret(inner)
    if isinstance(old, Secret):
        return _reset(path, old.value, new)
    key, rest = path[0], path[1:]
    if isinstance(new, dict):
        return _reset_in_dictionary(key, rest, old if isinstance(old, dict) else {}, new)
    if isinstance(new, list) and isinstance(old, list):
        return _reset_in_list(key, rest, old, new)
    return _MISSING


def _reset_in_dictionary(key: str | int, rest: Path, old: Properties, new: Properties) -> Any:
    result = dict(new)
    for name in sorted({*old, *new}) if key == ANY else [str(key)]:
        if not rest:
            result.pop(name, None)
            if name in old:
                result[name] = old[name]
        elif name in old and name in new:
            inner = _reset(rest, old[name], new[name])
            if inner is _MISSING:
                return _MISSING
            result[name] = inner
        elif name in old or name in new:
            return _MISSING
    return result


def _reset_in_list(key: str | int, rest: Path, old: list[Any], new: list[Any]) -> Any:
    places = range(max(len(old), len(new))) if key == ANY else [key]
    result = list(new)
    for place in places:
        if not isinstance(place, int) or place >= len(old) or place >= len(new):
            return _MISSING
        inner = _reset(rest, old[place], new[place]) if rest else old[place]
        if inner is _MISSING:
            return _MISSING
        result[place] = inner
    return result
