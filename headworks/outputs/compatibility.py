"""What in a new schema of the outputs would break a reader of an old one.

A reader relies on keys that are always there, on the types of values, and on the words that a value may be. So within a
version a key may be added, a type may become narrower, and what could be missing may be promised; nothing else.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_REMARKS = frozenset({"$schema", "title", "description", "$defs"})
"""What a schema says to people."""


def breaks(old: Schema, new: Schema) -> list[str]:
    """One sentence for each thing that readers of `old` rely on and documents of `new` need not have."""
    return list(_compare(_Place(old, old, ""), _Place(new, new, "")))


class _Place:
    """A part of a schema, with the whole that its references lead into."""

    def __init__(self, part: Schema, whole: Schema, path: str) -> None:
        while "$ref" in part:
            part = whole["$defs"][part["$ref"].removeprefix("#/$defs/")]
        self.part, self.whole, self.path = part, whole, path

    def below(self, part: Schema, step: str) -> "_Place":
        return _Place(part, self.whole, f"{self.path}{step}")

    @property
    def rest(self) -> Schema:
        """What is neither a remark nor compared by itself."""
        return {key: value for key, value in self.part.items() if key not in _REMARKS | _COMPARED}


_COMPARED = frozenset({"properties", "required", "items", "additionalProperties", "enum", "const"})


def _compare(old: _Place, new: _Place) -> Iterator[str]:
    place = old.path or "the outputs"
    if old.rest != new.rest:
        yield f"{place}: was {old.rest}, is {new.rest}"
        return
    if (allowed := _words(old.part)) is not None:
        possible = _words(new.part)
        if possible is None or not possible <= allowed:
            yield f"{place}: may be something else than {', '.join(sorted(allowed))}"
    for key, part in old.part.get("properties", {}).items():
        if key not in new.part.get("properties", {}):
            yield f"{old.path}.{key}: is gone"
            continue
        if key in old.part.get("required", ()) and key not in new.part.get("required", ()):
            yield f"{old.path}.{key}: may be missing"
        yield from _compare(old.below(part, f".{key}"), new.below(new.part["properties"][key], f".{key}"))
    for kind, step in (("items", "[]"), ("additionalProperties", ".*")):
        if kind in old.part:
            if kind not in new.part:
                yield f"{place}{step}: may be anything"
            else:
                yield from _compare(old.below(old.part[kind], step), new.below(new.part[kind], step))


def _words(part: Schema) -> set[str] | None:
    """The values that are possible, as JSON would have them; None where nothing lists them."""
    if "const" in part:
        return {repr(part["const"])}
    return {repr(word) for word in part["enum"]} if "enum" in part else None
