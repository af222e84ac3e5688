"""Properties of a resource, read so that no shape of them can stop a rule.

What a pack gets are proxies: a value that a preview does not know raises when it is touched, and the whole rule would
fall silent even where another property violates it. Here such a value reads as absent and is remembered; the rule goes
on with what is known, and the caller tells Pulumi at the end what could not be read. A value of an unexpected type reads
as absent, too: judging types is the provider's task.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy.proxy import UnknownValueError


class Properties:
    """A mapping of properties. `unread` collects, in order, the unknown values that somebody wanted to read."""

    def __init__(self, values: object, unread: list[UnknownValueError]) -> None:
        self._values: Mapping[object, object] = values if isinstance(values, Mapping) else {}
        self._unread = unread

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._values if isinstance(key, str))

    def __contains__(self, key: str) -> bool:
        """Whether the property is there, known or not; asking a proxy would touch the value."""
        return any(present == key for present in self)

    def is_unknown(self, key: str) -> bool:
        """Whether the property is there but not known yet; asking is not reading."""
        try:
            self._values.get(key)
        except UnknownValueError:
            return True
        return False

    def is_known(self, key: str) -> bool:
        """Whether nothing in the property is unknown; one that is absent is known to be."""
        return not self.is_unknown(key) and _is_known(self._values.get(key))

    def is_missing(self, key: str) -> bool:
        """Whether nothing is said: the property is not there, or null."""
        return not self.is_unknown(key) and self._values.get(key) is None

    def text(self, key: str) -> str | None:
        value = self._value(key)
        return value if isinstance(value, str) else None

    def flag(self, key: str) -> bool | None:
        value = self._value(key)
        return value if isinstance(value, bool) else None

    def number(self, key: str) -> float | None:
        """A finite number; Pulumi knows no others, and hands whole ones over as floats."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return float(value)

    def texts(self, key: str) -> list[str]:
        """The texts of a list; what is not a text is left out."""
        return [element for element in self._elements(key) if isinstance(element, str)]

    def table(self, key: str) -> "Properties":
        """A nested mapping, empty if there is none."""
        return Properties(self._value(key), self._unread)

    def tables(self, key: str) -> list["Properties"]:
        """The mappings of a list; what is not a mapping is left out."""
        return [Properties(element, self._unread) for element in self._elements(key) if isinstance(element, Mapping)]

    def _elements(self, key: str) -> Iterator[object]:
        value = self._value(key)
        if not isinstance(value, Sequence) or isinstance(value, str):
            return
        for index in range(len(value)):
            try:
                yield value[index]
            except UnknownValueError as error:
                self._unread.append(error)

    def _value(self, key: str) -> object:
        try:
            return self._values.get(key)
        except UnknownValueError as error:
            self._unread.append(error)
            return None


def _is_known(value: object) -> bool:
    try:
        if isinstance(value, Mapping):
            return all(_is_known(value[key]) for key in value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return all(_is_known(value[index]) for index in range(len(value)))
    except UnknownValueError:
        return False
    return True
