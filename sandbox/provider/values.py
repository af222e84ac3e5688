"""Property values of the provider protocol: between protobuf's Struct and Python.

Inside the provider a value is JSON-like Python, or UNKNOWN. Secret is only for the way out: the provider tells the
engine that it accepts no secrets, so what comes in is plain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type tag of the protocol
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
LARGEST_WHOLE: Final = 2**53


class Unknown:
    """A value that there is only after the operation that is being previewed. There is one, UNKNOWN."""

    def __repr__(self) -> str:
        return "<unknown>"

    def __deepcopy__(self, memo: dict[int, Any]) -> "Unknown":
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine must keep encrypted; not even its repr shows it."""

    value: Any

    def __repr__(self) -> str:
        return "<secret>"


def from_struct(struct: Struct) -> dict[str, Any]:
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            return _from_envelope(from_struct(value.struct_value))
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() and abs(number) < LARGEST_WHOLE else number
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_TEXT else value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def _from_envelope(values: dict[str, Any]) -> Any:
    match values.get(SIGNATURE):
        case signature if signature == SECRET:
            return Secret(values.get("value"))
        case signature if signature == OUTPUT:
            return values.get("value", UNKNOWN)
        case _:
            return values


def plain(value: Any) -> Any:
    """The value without its secret marks."""
    match value:
        case Secret():
            return plain(value.value)
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value


def to_struct(properties: Mapping[str, Any]) -> Struct:
    struct = Struct()
    for key, value in properties.items():
        _fill(struct.fields[key], value)
    return struct


def _fill(target: Value, value: Any) -> None:
    match value:
        case None:
            target.null_value = 0  # type: ignore[assignment] # the enumeration's only member
        case Secret():
            _fill(target, {SIGNATURE: SECRET, "value": value.value})
        case Unknown():
            target.string_value = UNKNOWN_TEXT
        case bool():
            target.bool_value = value
        case int() | float():
            target.number_value = value
        case str():
            target.string_value = value
        case dict():
            target.struct_value.CopyFrom(to_struct(value))
        case list():
            target.list_value.SetInParent()
            for item in value:
                _fill(target.list_value.values.add(), item)
        case _:
            raise TypeError(f"{type(value).__name__} is no property value: only JSON's kinds travel to engines")
