"""Scalars in the type that a property has: a program may write a number for a text, and a text for a number."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.provider.schema import Kind, Property, Values

TEXTS = (Kind.TEXT, Kind.TIME, Kind.JSON)
NUMBERS = (Kind.NUMBER, Kind.WHOLE)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


def converted(properties: Mapping[str, Property], values: Values) -> Values:
    """The values as the provider takes them. What fits no type stays as it is, for Check to refuse."""
    found = {
        name: _converted(properties[name], value) if name in properties else value for name, value in values.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def _converted(property_: Property, value: Any) -> Any:
    match value:
        case bool() if property_.kind in TEXTS:
            return str(value).lower()
        case int() | float() if property_.kind in TEXTS:
            return format(Decimal(repr(value)), "f")
        case "" if property_.kind in NUMBERS:
            return None
        case str() if property_.kind in NUMBERS and _NUMBER.fullmatch(value):
            number = float(value)
            return int(number) if number.is_integer() else number
        case dict() if property_.kind is Kind.OBJECT:
            return converted(property_.properties, value)
        case dict() if property_.of and property_.kind is Kind.MAP:
            return {key: _converted(property_.of, item) for key, item in value.items()}
        case list() if property_.of:
            return [_converted(property_.of, item) for item in value]
        case _:
            return value
