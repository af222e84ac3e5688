"""Property values of resources, and their written forms: protobuf Struct, checkpoint JSON, plain.

Inside the engine a value is JSON-like Python (None, bool, int, float, str, list, dict), with two additions: `Secret`
marks what must not be shown or stored in clear, `UNKNOWN` stands for what a preview cannot know. Assets, archives and
references to resources stay the dictionaries with a signature key that the SDKs send.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""Key that tells what a dictionary stands for, when it is not just a dictionary."""
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type tag of the protocol
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine itself writes for an unknown value of any kind."""
UNKNOWN_TEXTS: Final = frozenset(
    {
        UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    },
)

MASK: Final = "[secret]"
LARGEST_PLAIN_NUMBER: Final = 1e21
"""From here on JSON of the real engine has an exponent, so a whole number stays a float."""

Properties = dict[str, Any]


class Unknown:
    """The type of `UNKNOWN`, of which there is one."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> "Unknown":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Unknown":
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is encrypted in state and masked everywhere else; its repr hides it too."""

    value: Any

    def __repr__(self) -> str:
        return f"Secret({MASK})"


def secret(value: Any) -> Secret:
    """The value as a secret, once."""
    return value if isinstance(value, Secret) else Secret(value)


def number(value: float) -> int | float:
    """A protobuf or JSON number the way the real engine writes it: `3`, not `3.0`."""
    value = float(value)
    return int(value) if value.is_integer() and abs(value) < LARGEST_PLAIN_NUMBER else value


# protobuf ------------------------------------------------------------------------------------------------------------


def from_struct(struct: Struct) -> Properties:
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in UNKNOWN_TEXTS else value.string_value
        case "number_value":
            return number(value.number_value)
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [from_value(item) for item in value.list_value.values]
        case "struct_value":
            return _interpreted(from_struct(value.struct_value))
        case _:
            return None


def _interpreted(values: Properties) -> Any:
    """A dictionary whose signature says secret or output becomes that; all others stay dictionaries."""
    match values.get(SIGNATURE):
        case signature if signature == SECRET:
            return secret(values.get("value"))
        case signature if signature == OUTPUT:
            known = values.get("value", UNKNOWN)
            return secret(known) if values.get("secret") else known
        case _:
            return values


def to_struct(values: Mapping[str, Any], *, keep_secrets: bool = True) -> Struct:
    """The values as a Struct. Without `keep_secrets` the receiver is one that knows only plain values."""
    struct = Struct()
    for key, value in values.items():
        _fill(struct.fields[key], value, keep_secrets=keep_secrets)
    return struct


def _fill(target: Value, value: Any, *, keep_secrets: bool) -> None:  # noqa: C901 - one case per kind of value
    match value:
        case None:
            target.null_value = 0  # type: ignore[assignment] # the enumeration's only member
        case bool():
            target.bool_value = value
        case int() | float():
            target.number_value = value
        case str():
            target.string_value = value
        case Unknown():
            target.string_value = UNKNOWN_TEXT
        case Secret() if keep_secrets:
            target.struct_value.fields[SIGNATURE].string_value = SECRET
            _fill(target.struct_value.fields["value"], value.value, keep_secrets=True)
        case Secret():
            _fill(target, value.value, keep_secrets=False)
        case list() | tuple():
            target.list_value.SetInParent()
            for item in value:
                _fill(target.list_value.values.add(), item, keep_secrets=keep_secrets)
        case Mapping():
            target.struct_value.SetInParent()
            for key, item in value.items():
                _fill(target.struct_value.fields[key], item, keep_secrets=keep_secrets)
        case _:
            raise TypeError(
                f"a property value cannot be a {type(value).__name__}: only JSON's kinds travel to providers"
            )


# checkpoint ----------------------------------------------------------------------------------------------------------


def to_checkpoint(value: Any, encrypt: Callable[[str], str], *, key: str = "ciphertext") -> Any:
    """The value as the checkpoint holds it; what is encrypted is the JSON of a secret's value.

    With `key="plaintext"` and `encrypt=str` it is the form of `pulumi stack export --show-secrets`.
    """
    match value:
        case Secret():
            inner = to_checkpoint(value.value, str, key=key)  # what lies inside a secret is encrypted once, as a whole
            return {SIGNATURE: SECRET, key: encrypt(json.dumps(inner, separators=(",", ":"), ensure_ascii=False))}
        case Unknown():
            return UNKNOWN_TEXT
        case list() | tuple():
            return [to_checkpoint(item, encrypt, key=key) for item in value]
        case Mapping():
            return {name: to_checkpoint(value[name], encrypt, key=key) for name in sorted(value)}
        case _:
            return value


def from_checkpoint(value: Any, decrypt: Callable[[str], str]) -> Any:
    match value:
        case dict() if value.get(SIGNATURE) == SECRET:
            text = value["plaintext"] if "plaintext" in value else decrypt(value["ciphertext"])
            return secret(from_checkpoint(json.loads(text), str))
        case dict():
            return {key: from_checkpoint(item, decrypt) for key, item in value.items()}
        case list():
            return [from_checkpoint(item, decrypt) for item in value]
        case str() if value in UNKNOWN_TEXTS:
            return UNKNOWN
        case int() | float() if not isinstance(value, bool):
            return number(value)
        case _:
            return value


def masked(value: Any) -> Any:
    """The value as events show it: the envelope of a secret stays, what is in it does not."""
    return to_checkpoint(value, lambda _: MASK)


def hidden(value: Any) -> Any:
    """The value as people see it: of a secret, written out or masked, the text `[secret]` and nothing else."""
    match value:
        case Secret():
            return MASK
        case dict() if value.get(SIGNATURE) == SECRET:
            return MASK
        case dict():
            return {key: hidden(item) for key, item in value.items()}
        case list():
            return [hidden(item) for item in value]
        case _:
            return value


# questions about values ----------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """The value without its secret marks. Never for anything that is shown or stored."""
    match value:
        case Secret():
            return plain(value.value)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case _:
            return value


def contains_secret(value: Any) -> bool:
    return any(isinstance(part, Secret) for part in _parts(value))


def contains_unknown(value: Any) -> bool:
    return any(part is UNKNOWN for part in _parts(value))


def _parts(value: Any) -> Iterator[Any]:
    yield value
    match value:
        case Secret():
            yield from _parts(value.value)
        case list():
            for item in value:
                yield from _parts(item)
        case dict():
            for item in value.values():
                yield from _parts(item)
        case _:
            pass
