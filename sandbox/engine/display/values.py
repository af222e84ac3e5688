"""Property values and their differences as lines of text.

Values come from events: a secret is its envelope, an unknown value the engine's sentinel text. Which secrets changed cannot be
seen in them any more, so a step tells which keys changed.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from sandbox.engine.display.words import OPERATIONS
from sandbox.engine.resource.values import ARCHIVE, ASSET, MASK, SECRET, SIGNATURE, UNKNOWN_TEXTS

INDENT = "    "
INTERNAL = "__"
SHORT_HASH = 7
MISSING = object()


@dataclass(frozen=True)
class Line:
    """One line of a property; `op` gives its sign and colour."""

    depth: int
    op: str
    text: str
    signed: bool = False

    def render(self) -> Text:
        words = OPERATIONS[self.op]
        indent = INDENT * self.depth
        if self.signed and indent:
            indent = indent[:-2] + words.sign
        return Text(indent + self.text, style=words.color)


def visible(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: properties[key] for key in sorted(properties) if not key.startswith(INTERNAL)}


def whole(properties: Mapping[str, Any], depth: int, op: str = "same", *, signed: bool = False) -> Iterator[Line]:
    """All properties of an object."""
    shown = visible(properties)
    width = max(map(len, shown), default=0)
    for key, value in shown.items():
        yield from _entry(f"{key:<{width}}: ", value, depth, op, signed=signed)


def changes(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    depth: int,
    *,
    include: Collection[str] = (),
    secrets: Collection[str] = (),
    hidden: Collection[str] = (),
    sames: bool = False,
) -> Iterator[Line]:
    """The differences of two objects; with `sames` what did not change, too.

    `include` limits them to some keys, `hidden` names those that are not shown, `secrets` those that changed although nobody
    sees it.
    """
    keys = [key for key in sorted({*visible(old), *visible(new)}) if not include or key in include]
    for key in keys:
        if key in hidden and (old.get(key, MISSING) != new.get(key, MISSING) or key in secrets):
            yield Line(depth, "update", f"{key} (hidden)", signed=True)
    keys = [key for key in keys if key not in hidden]
    if not sames:
        keys = [key for key in keys if old.get(key, MISSING) != new.get(key, MISSING) or key in secrets]
    width = max(map(len, keys), default=0)
    for key in keys:
        yield from _change(
            f"{key:<{width}}: ", old.get(key, MISSING), new.get(key, MISSING), depth, forced=key in secrets
        )


def short(
    old: Mapping[str, Any], new: Mapping[str, Any], include: Collection[str] = (), secrets: Collection[str] = ()
) -> str:
    """The keys that were added, deleted and changed, as in `+comes-goes~size`; empty if there are none."""
    before, after = visible(old), visible(new)
    kinds = {
        "+": [key for key in after if key not in before],
        "-": [key for key in before if key not in after],
        "~": [key for key in after if key in before and (before[key] != after[key] or key in secrets)],
    }
    chosen = {sign: [key for key in keys if not include or key in include] for sign, keys in kinds.items()}
    return "".join(f"{sign}{','.join(keys)}" for sign, keys in chosen.items() if keys)


def _change(title: str, old: Any, new: Any, depth: int, *, forced: bool) -> Iterator[Line]:
    if old is MISSING or not _worth_showing(old):
        if new is not MISSING and _worth_showing(new):
            yield from _entry(title, new, depth, "create" if old != new else "same", signed=old != new)
    elif new is MISSING or not _worth_showing(new):
        yield from _entry(title, old, depth, "delete", signed=True)
    elif old == new and not forced:
        yield from _entry(title, new, depth, "same")
    elif _is_plain_dict(old) and _is_plain_dict(new):
        yield Line(depth, "update", f"{title}{{", signed=True)
        yield from changes(
            old,
            new,
            depth + 1,
            secrets=[key for key in new if forced and old.get(key) == new[key] and _is_secret(new[key])],
        )
        yield Line(depth, "update", "}")
    elif isinstance(old, list) and isinstance(new, list):
        yield Line(depth, "update", f"{title}[", signed=True)
        for place in range(max(len(old), len(new))):
            before, after = (items[place] if place < len(items) else MISSING for items in (old, new))
            if before != after:
                yield from _change(f"[{place}]: ", before, after, depth + 1, forced=False)
        yield Line(depth, "update", "]")
    elif _is_primitive(old) and _is_primitive(new):
        yield Line(depth, "update", f"{title}{_primitive(old)} => {_primitive(new)}", signed=True)
    else:
        yield from _entry(title, old, depth, "delete", signed=True)
        yield from _entry(title, new, depth, "create", signed=True)


def _entry(title: str, value: Any, depth: int, op: str, *, signed: bool = False) -> Iterator[Line]:
    match value:
        case _ if _is_primitive(value):
            yield Line(depth, op, f"{title}{_primitive(value)}", signed=signed)
        case dict() | list() if not value:
            yield Line(depth, op, f"{title}{'{}' if isinstance(value, dict) else '[]'}", signed=signed)
        case dict():
            yield Line(depth, op, f"{title}{{", signed=signed)
            yield from whole(value, depth + 1, op, signed=signed)
            yield Line(depth, op, "}")
        case _:
            yield Line(depth, op, f"{title}[", signed=signed)
            for place, item in enumerate(value):
                yield from _entry(f"[{place}]: ", item, depth + 1, op, signed=signed)
            yield Line(depth, op, "]")


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def _is_plain_dict(value: Any) -> bool:
    return isinstance(value, dict) and SIGNATURE not in value


def _is_primitive(value: Any) -> bool:
    return not isinstance(value, dict | list) or (isinstance(value, dict) and SIGNATURE in value)


def _worth_showing(value: Any) -> bool:
    """Nothing, an empty text and an empty list say as little as no property at all."""
    return value is not None and value not in ("", [], {})


def _primitive(value: Any) -> str:
    match value:
        case None:
            return "<null>"
        case str() if value in UNKNOWN_TEXTS:
            return "[unknown]"
        case dict() if value.get(SIGNATURE) == ASSET:
            kind = next((kind for kind in ("text", "path", "uri") if kind in value), "unknown")
            name = {"path": "file"}.get(kind, kind)
            return f"asset({name}:{value.get('hash', '')[:SHORT_HASH]}) {{ {'…' if kind == 'text' else value.get(kind, '')} }}"
        case dict() if value.get(SIGNATURE) == ARCHIVE:
            return f"archive({value.get('hash', '')[:SHORT_HASH]}) {{ {', '.join(sorted(value.get('assets', {})))} }}"
        case dict() if _is_secret(value):
            return MASK
        case dict():
            return json.dumps({key: item for key, item in value.items() if key != SIGNATURE}, ensure_ascii=False)
        case _:
            return json.dumps(value, ensure_ascii=False)
