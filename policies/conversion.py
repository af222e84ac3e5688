"""Properties of a resource, converted once for all policies.

The SDK turns the properties of every resource from protobuf into Python anew for each policy. With some sixty policies that, and
not the rules, is what a preview waits for. The results are equal for all of them and nobody may change them, so one will do.
"""

from collections.abc import Callable
from typing import Any

from google.protobuf import json_format
from pulumi_policy import policy as sdk

MOST = 4096
"""So many results are kept: more than a large stack has resources."""


class Once:
    """A function of one object, which keeps its result for the same object."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._kept: dict[int, tuple[object, Any]] = {}
        """By identity, with the object itself, so that no other one gets its identity."""

    def __call__(self, argument: object, *others: object) -> Any:
        if others:
            return self._function(argument, *others)
        kept = self._kept.get(id(argument))
        if kept is None:
            if len(self._kept) >= MOST:
                self._kept.clear()
            kept = self._kept[id(argument)] = (argument, self._function(argument))
        return kept[1]


class _JsonFormat:
    MessageToDict = staticmethod(Once(json_format.MessageToDict))


def convert_once() -> None:
    """Let the SDK of this process convert each resource once. Raises AttributeError if the SDK no longer has what is replaced."""
    for name, replacement in (("json_format", _JsonFormat), ("deserialize_properties", None)):
        original = getattr(sdk, name)
        setattr(sdk, name, replacement or Once(original))
