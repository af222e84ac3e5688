"""What a stack's graph says of a line: the resources that were registered, and the values at a path in them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headworks.runbooks.lines import ResourceProperty


@dataclass(frozen=True)
class Resource:
    """A resource of a state or of a preview."""

    type: str
    """Token, such as `cloudflare:index/r2Bucket:R2Bucket`."""
    properties: Mapping[str, Any]
    """Inputs, and over them those outputs that are no secret: a Worker's bindings are one as a whole, but not as they were given."""


def resources_of(states: Iterable[Mapping[str, Any]]) -> tuple[Resource, ...]:
    """Resources from the `resources` of an exported state, or the `newState`s of a preview."""
    return tuple(
        Resource(state["type"], {**(state.get("inputs") or {}), **_readable(state.get("outputs") or {})})
        for state in states
    )


def _readable(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in outputs.items()
        if not (isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET)
    }


_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""How a state marks a value that is encrypted."""


def missing(holder: ResourceProperty, resources: Sequence[Resource]) -> list[Any]:
    """The wanted values that no resource has; `[…]` with the path if the property is nowhere. Empty: the line is held."""
    found = [
        value
        for resource in resources
        if resource.type.rpartition(":")[2] == holder.resource and _matches(resource, holder.where)
        for value in at(resource.properties, holder.property)
    ]
    if not holder.values:
        return [] if found else [f"any {holder.resource}.{holder.property}"]
    return [value for value in holder.values if not any(_same(value, each) for each in found)]


def is_for_the_provider(holder: ResourceProperty, resources: Sequence[Resource]) -> bool:
    """Whether the resources are there and none says anything of the property: then it is for their provider to make."""
    first, *_ = _KEY.findall(holder.property)
    named = [each for each in resources if each.type.rpartition(":")[2] == holder.resource]
    return bool(named) and not any(first in each.properties for each in named)


def at(value: Any, path: str) -> Iterator[Any]:
    """Every value at the path; nothing where the path leads nowhere."""
    yield from _walk(value, _KEY.findall(path))


_KEY = re.compile(r"\[[^]]*\]|\{\}|[^.[{]+")
"""A step of a path: `[]` and `[word=text]` into a list, `{}` into any key of a mapping, else the key itself."""


def _walk(value: Any, keys: Sequence[str]) -> Iterator[Any]:
    if not keys:
        if value is not None:
            yield value
        return
    key, *rest = keys
    match key, value:
        case "[]", list():
            inner: Iterable[Any] = value
        case _, list() if key.startswith("["):
            word, _, text = key[1:-1].partition("=")
            inner = [item for item in value if isinstance(item, dict) and str(item.get(word)) == text]
        case "{}", dict():
            inner = value.values()
        case _, dict() if key in value:
            inner = [value[key]]
        case _:
            return
    for each in inner:
        yield from _walk(each, rest)


def _matches(resource: Resource, where: Mapping[str, Any]) -> bool:
    return all(any(_same(wanted, each) for each in at(resource.properties, path)) for path, wanted in where.items())


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
