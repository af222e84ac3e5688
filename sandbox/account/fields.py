"""What a request's body may say, as a table: its fields by name, with their types and defaults.

Whatever the table does not have is refused by name, and so is a value of another type: a field that is taken in silence and
then ignored would look as if it had worked. `null` stands for a field that is not there, as the provider sends it for what a
program no longer says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.account.envelope import Failure, Json

Kind = Callable[[Any], Any]
"""The value as it is kept. Raises Unfit."""

ABSENT: Any = object()


class Unfit(Exception):  # noqa: N818 - a value that does not fit, not an error of this program
    """A value is not what its field takes; `place` is filled in on the way out."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place

    def within(self, place: str) -> "Unfit":
        inner = self.place if self.place.startswith("[") or not self.place else f".{self.place}"
        return Unfit(self.reason, f"{place}{inner}")

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason


@dataclass(frozen=True)
class Field:
    kind: Kind
    required: bool = False
    default: Any = ABSENT
    """What an answer shows where nothing was said; ABSENT leaves the field out."""


Fields = Mapping[str, Field]


def read(body: Any, fields: Fields, failure: Failure) -> Json:
    """The fields of a body. Raises the error of `failure`, whose message has a `{reason}`."""
    try:
        return _object(body, fields)
    except Unfit as unfit:
        raise failure.error(reason=unfit) from None


def _object(value: Any, fields: Fields) -> Json:
    if not isinstance(value, dict):
        raise Unfit(f"an object is expected, not {_named(value)}")
    if unknown := sorted(set(value) - set(fields)):
        raise Unfit(f"there is no such field; there are {', '.join(fields)}", unknown[0])
    kept: Json = {}
    for name, field in fields.items():
        given = value.get(name)
        if given is not None:
            try:
                kept[name] = field.kind(given)
            except Unfit as unfit:
                raise unfit.within(name) from None
        elif field.required:
            raise Unfit("it is required", name)
        elif field.default is not ABSENT:
            # Read like a value that was sent, which fills in the defaults of what is in it.
            kept[name] = field.kind(field.default) if isinstance(field.default, dict | list) else field.default
    return kept


def shaped(**fields: Field) -> Kind:
    """An object of these fields."""
    return lambda value: _object(value, fields)


def text(pattern: str | None = None, *, least: int = 0, most: int | None = None) -> Kind:
    """A string; `pattern` is matched against all of it."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Unfit(f"a string is expected, not {_kind_of(value)}")
        if len(value) < least or (most is not None and len(value) > most):
            raise Unfit(f"a string of {least} to {most or 'any number of'} characters is expected")
        if pattern is not None and not re.fullmatch(pattern, value):
            raise Unfit(f"{value!r} does not match {pattern}")
        return value

    return check


def number(least: int, most: int | None = None) -> Kind:
    """A whole number."""

    def check(value: Any) -> int:
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
        if not whole or value < least or (most is not None and value > most):
            upper = "" if most is None else f" to {most}"
            raise Unfit(f"a whole number from {least}{upper} is expected, not {_named(value)}")
        return int(value)

    return check


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit(f"true or false is expected, not {_named(value)}")
    return value


def one_of(*choices: str | int) -> Kind:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or value not in choices:
            raise Unfit(f"one of {', '.join(map(str, choices))} is expected, not {_named(value)}")
        return value

    return check


def listed(kind: Kind, *, least: int = 0, most: int | None = None) -> Kind:
    def check(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) < least or (most is not None and len(value) > most):
            size = f" of {least} to {'any number of' if most is None else most} entries" if least or most else ""
            raise Unfit(f"a list{size} is expected, not {_named(value)}")
        kept = []
        for position, entry in enumerate(value):
            try:
                kept.append(kind(entry))
            except Unfit as unfit:
                raise unfit.within(f"[{position}]") from None
        return kept

    return check


def mapped(kind: Kind) -> Kind:
    """An object of any names."""

    def check(value: Any) -> Json:
        if not isinstance(value, dict):
            raise Unfit(f"an object is expected, not {_named(value)}")
        kept = {}
        for name, entry in value.items():
            try:
                kept[name] = kind(entry)
            except Unfit as unfit:
                raise unfit.within(name) from None
        return kept

    return check


def _named(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool | int | float) else _kind_of(value)


def _kind_of(value: Any) -> str:
    """Not the value itself: it may be a secret."""
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
    return names.get(type(value), "a number")
