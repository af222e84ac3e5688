"""Whether one JSON value contains another."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

_SHORT = 60
"""Characters of a value that are told."""


def differences(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where `found` lacks what is wanted, in words; nothing when it contains it.

    An object contains another with some of its members, a list another with some of its items in any order; else they are equal.
    """
    match wanted, found:
        case dict(), dict():
            yield from chain.from_iterable(_member(key, wanted[key], found, path) for key in wanted)
        case list() | tuple(), list():
            for item in wanted:
                if not any(contains(each, item) for each in found):
                    yield f"{path or 'it'} has no {_told(item)}"
        case _:
            # In Python true is 1, in JSON it is not.
            if isinstance(wanted, bool) is not isinstance(found, bool) or wanted != found:
                yield f"{path or 'it'} is {_told(found)} and not {_told(wanted)}"


def contains(found: Any, wanted: Any) -> bool:
    return next(differences(wanted, found), None) is None


def _member(key: str, wanted: Any, found: dict[str, Any], path: str) -> Iterator[str]:
    inner = f"{path}.{key}" if path else key
    return differences(wanted, found[key], inner) if key in found else iter([f"{inner} is not there"])


def _told(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
