"""Schedules of cron triggers, as Cloudflare reads them: five fields in UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class _Field:
    name: str
    least: int
    most: int
    names: str = ""
    special: str = r"(?!)"
    """A form that only this field has."""


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31, special=r"L|LW|\d{1,2}W"),
    _Field("month", 1, 12, names="jan feb mar apr may jun jul aug sep oct nov dec"),
    _Field("day of week", 1, 7, names="sun mon tue wed thu fri sat", special=r"L|[a-z]{3}L|[a-z]{3}#[1-5]"),
)

WEEKDAY = "day of week"
_ITEM = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>\d+))?")


def refusal(cron: str) -> str | None:
    """Why this is not a schedule that everyone reads in the same way, or None."""
    for field, written in zip(_FIELDS, cron.split(" "), strict=True):
        for item in written.split(","):
            if reason := _refusal(field, item):
                return reason
    return None


def _refusal(field: _Field, item: str) -> str | None:
    if re.fullmatch(field.special, item, re.IGNORECASE):
        return None
    match = _ITEM.fullmatch(item)
    if match is None:
        return f"{item!r} says nothing for the {field.name}"
    ends = [match["first"], *([match["last"]] if match["last"] else [])]
    if field.name == WEEKDAY and any(end.isdecimal() for end in ends):
        return f"{item!r} as the {field.name}: Cloudflare counts from 1 for Sunday, others from 0, so a number is a day off"
    known = _values(field)
    values = [known.get(end.lower()) for end in ends if end != "*"]
    if None in values or (match["first"] == "*" and match["last"]):
        return f"{item!r} says nothing for the {field.name}, which goes from {field.least} to {field.most}"
    if len(values) == 2 and (values[0] or 0) > (values[1] or 0):
        return f"{item!r} ends before it begins, for the {field.name}"
    if match["step"] and not 1 <= int(match["step"]) <= field.most:
        return f"{item!r} has a step that the {field.name} does not have"
    return None


def _values(field: _Field) -> Mapping[str, int]:
    numbers = {f"{value:0{width}}": value for value in range(field.least, field.most + 1) for width in (1, 2)}
    return numbers | {name: value for value, name in enumerate(field.names.split(), start=field.least)}
