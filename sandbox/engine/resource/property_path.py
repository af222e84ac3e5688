"""Paths into property values, as in `ignore_changes` and detailed diffs: `tags.team`, `rules[0].ports[*]`, `a["b.c"]`."""

import re
from typing import Any

from sandbox.engine.errors import EngineError
from sandbox.engine.resource.values import Properties, Secret, secret

Path = tuple[str | int, ...]
_PART = re.compile(r'\.?(?P<name>[^.\["\]]+)|\[(?P<index>\d+|\*)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]')
ANY = "*"


def parse(text: str) -> Path:
    """The path's keys and indices. Raises EngineError where the text is not a path."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise EngineError(f"{text!r} is not a property path: {text[position:]!r} is neither a name nor an index")
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
    """`new` with what lies at the path as it is in `old`, as far as that can be done, and whether it could be done in full.

    It cannot where the path leads through a list element that only one side has, or a property that only `old` has.
    """
    return _reset(path, old, new)


def _reset(path: Path, old: Any, new: Any) -> tuple[Any, bool]:
    if isinstance(new, Secret):
        inner, done = _reset(path, old.value if isinstance(old, Secret) else old, new.value)
        return Secret(inner), done
    old = _shared_out(old)
    match path[0], path[1:]:
        case int(place), rest:
            return _reset_element(place, rest, old, new)
        case "*", ():
            return _reset_all(old, new)
        case "*", rest:
            return _reset_below(rest, old, new)
        case name, rest:
            return _reset_property(str(name), rest, old, new)


def _shared_out(value: Any) -> Any:
    """A secret object or list as a plain one of secrets: what is taken out of it stays secret."""
    match value:
        case Secret(dict(inner)):
            return {key: secret(item) for key, item in inner.items()}
        case Secret(list(inner)):
            return [secret(item) for item in inner]
        case _:
            return value


def _reset_property(name: str, rest: Path, old: Any, new: Any) -> tuple[Any, bool]:
    if not isinstance(new, dict):
        return new, not (isinstance(old, dict) and (rest or name in old))
    before = old if isinstance(old, dict) else {}
    others = {key: value for key, value in new.items() if key != name}
    if not rest:
        return (others | {name: before[name]} if name in before else others), True
    if not isinstance(old, dict):
        return new, False
    if name not in new:
        return new, name not in before
    inner, done = _reset(rest, before.get(name), new[name])
    return others | {name: inner}, done


def _reset_element(place: int, rest: Path, old: Any, new: Any) -> tuple[Any, bool]:
    if not isinstance(old, list) or not isinstance(new, list):
        return new, not isinstance(old, list) and not isinstance(new, list)
    if place >= len(old) or place >= len(new):
        return new, not rest and place >= max(len(old), len(new))
    inner, done = _reset(rest, old[place], new[place]) if rest else (old[place], True)
    return [*new[:place], inner, *new[place + 1 :]], done


def _reset_all(old: Any, new: Any) -> tuple[Any, bool]:
    match old, new:
        case dict(), dict():
            return old, True
        case list(), list():
            return [*old[: len(new)], *new[len(old) :]], len(old) == len(new)
        case _:
            return new, isinstance(new, dict | list)


def _reset_below(rest: Path, old: Any, new: Any) -> tuple[Any, bool]:
    match old, new:
        case dict(), dict():
            places: list[Any] = [key for key in old if key in new]
            complete = len(places) == len(old)
        case list(), list():
            places = list(range(min(len(old), len(new))))
            complete = len(old) == len(new)
        case _:
            return new, False
    result = new.copy()
    for place in places:
        result[place], done = _reset(rest, old[place], new[place])
        if not done:
            return result, False
    return result, complete
