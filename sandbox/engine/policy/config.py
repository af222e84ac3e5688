"""The configuration of a policy pack: levels and values per policy, and their check against what each policy declares.

A file of `--policy-pack-config` is `{"POLICY": "LEVEL" | {"enforcementLevel": "LEVEL", VALUE…}, "all": …}`. It comes over the pack's own
initial configuration, and that over the defaults in the schemas. Complaints have the words of Pulumi's validator.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from sandbox.engine.errors import EngineError, Unsupported

LEVELS = ("advisory", "mandatory", "remediate", "disabled")
ALL = "all"


class PolicyConfigError(EngineError):
    """A configuration file that cannot be read, or values that a policy does not accept."""


@dataclass(frozen=True, kw_only=True)
class PolicyConfig:
    """What one policy is told. An empty level leaves it as it is."""

    level: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)

    def over(self, below: "PolicyConfig") -> "PolicyConfig":
        return PolicyConfig(level=self.level or below.level, properties={**below.properties, **self.properties})


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy as its pack describes it."""

    name: str
    level: str
    stack: bool
    """Whether it judges the stack as a whole."""
    properties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """JSON schemas of its configuration."""
    required: tuple[str, ...] = ()


def read_config(path: Path) -> dict[str, PolicyConfig]:
    """Reads a file of `--policy-pack-config`."""
    try:
        text = path.read_text()
        document = json.loads(text) if text.strip() else {}
    except (OSError, ValueError) as error:
        raise PolicyConfigError(f"the policy configuration {path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise PolicyConfigError(f"the policy configuration {path} must be an object with a key per policy")
    if "environments" in document:
        raise Unsupported(f"`environments` in a policy configuration ({path})")
    return {name: _parsed(path, name, value) for name, value in document.items()}


def _parsed(path: Path, name: str, value: Any) -> PolicyConfig:
    match value:
        case str():
            level, properties = value, {}
        case dict():
            properties = {key: item for key, item in value.items() if key != "enforcementLevel"}
            level = value.get("enforcementLevel", "")
        case _:
            raise PolicyConfigError(
                f"{path}: {name}: {value!r} is neither an enforcement level nor an object with values"
            )
    if level and level not in LEVELS:
        raise PolicyConfigError(
            f"{path}: {name}: {level!r} is not a valid enforcement level; valid are {', '.join(LEVELS)}"
        )
    return PolicyConfig(level=level, properties=properties)


def reconcile(
    policies: list[Policy], initial: Mapping[str, PolicyConfig], given: Mapping[str, PolicyConfig]
) -> dict[str, PolicyConfig]:
    """The configuration of every policy; raises `PolicyConfigError` with all complaints, one a line."""
    result = {policy.name: PolicyConfig(level=policy.level, properties=_defaults(policy)) for policy in policies}
    for layer in (initial, given):
        everyone = PolicyConfig(level=layer[ALL].level) if ALL in layer else PolicyConfig()
        result = {name: layer.get(name, PolicyConfig()).over(everyone.over(below)) for name, below in result.items()}
    complaints = [
        f"{policy.name}: {complaint}"
        for policy in policies
        for complaint in validate(policy, result[policy.name].properties)
    ]
    if complaints:
        raise PolicyConfigError("\n".join(complaints))
    return result


def _defaults(policy: Policy) -> dict[str, Any]:
    return {key: schema["default"] for key, schema in policy.properties.items() if "default" in schema}


# JSON schema ---------------------------------------------------------------------------------------------------------


def validate(policy: Policy, properties: Mapping[str, Any]) -> list[str]:
    schema = {"type": "object", "properties": policy.properties, "required": list(policy.required)}
    return [f"{place}: {problem}" if place else problem for place, problem in _problems(schema, dict(properties), "")]


def _problems(schema: Mapping[str, Any], value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Places (`limits.0`, empty for the whole) and what is wrong there."""
    unknown = set(schema) - set(_CHECKS) - _SILENT
    if unknown:
        raise Unsupported(f"the keyword {min(unknown)!r} in the configuration schema of a policy")
    expected = schema.get("type")
    if expected is not None and not _is_type(value, expected):
        wanted = expected if isinstance(expected, str) else "[" + ",".join(expected) + "]"
        yield place, f"Invalid type. Expected: {wanted}, given: {_type(value)}"
        return
    for keyword, argument in schema.items():
        if keyword in _CHECKS:
            yield from ((place, problem) for problem in _CHECKS[keyword](argument, value, place) if problem)
    below = f"{place}." if place else ""
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        for key, item in value.items():
            if key not in known and others is False:
                yield place, f"Additional property {key} is not allowed"
            else:
                yield from _problems(known.get(key, others if isinstance(others, dict) else {}), item, f"{below}{key}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems(schema.get("items", {}), item, f"{below}{index}")


def _type(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "null"


def _is_type(value: Any, expected: str | list[str]) -> bool:
    found = _type(value)
    names = [expected] if isinstance(expected, str) else expected
    return found in names or (found == "integer" and "number" in names)


def _equal(one: Any, other: Any) -> bool:
    """Equality of JSON: 1 is 1.0, and neither is true, which Python's `==` would have."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(_equal(value, other[key]) for key, value in one.items())
        case list(), list():
            return len(one) == len(other) and all(map(_equal, one, other))
        case _:
            return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _bound(
    kind: type | tuple[type, ...], holds: Callable[[Any, Any], bool], text: str
) -> Callable[[Any, Any, str], list[str]]:
    """A check of values of one kind; others pass, their type is another keyword's business."""

    def check(argument: Any, value: Any, _place: str) -> list[str]:
        concerned = isinstance(value, kind) and not isinstance(value, bool)
        return [text.format(argument)] if concerned and not holds(value, argument) else []

    return check


_NUMBER = (int, float)
_CHECKS: dict[str, Callable[[Any, Any, str], list[str]]] = {
    "required": lambda names, value, _: [
        f"{name} is required" for name in names if isinstance(value, dict) and name not in value
    ],
    "enum": lambda allowed, value, place: (
        []
        if any(_equal(value, item) for item in allowed)
        else [f"{place} must be one of the following: {', '.join(json.dumps(item) for item in allowed)}"]
    ),
    "const": lambda only, value, place: [] if _equal(value, only) else [f"{place} does not match: {json.dumps(only)}"],
    "minimum": _bound(_NUMBER, lambda value, limit: value >= limit, "Must be greater than or equal to {}"),
    "exclusiveMinimum": _bound(_NUMBER, lambda value, limit: value > limit, "Must be greater than {}"),
    "maximum": _bound(_NUMBER, lambda value, limit: value <= limit, "Must be less than or equal to {}"),
    "exclusiveMaximum": _bound(_NUMBER, lambda value, limit: value < limit, "Must be less than {}"),
    "multipleOf": _bound(_NUMBER, lambda value, step: value % step == 0, "Must be a multiple of {}"),
    "minLength": _bound(
        str, lambda value, least: len(value) >= least, "String length must be greater than or equal to {}"
    ),
    "maxLength": _bound(str, lambda value, most: len(value) <= most, "String length must be less than or equal to {}"),
    "pattern": _bound(str, lambda value, pattern: re.search(pattern, value) is not None, "Does not match pattern '{}'"),
    "minItems": _bound(list, lambda value, least: len(value) >= least, "Array must have at least {} items"),
    "maxItems": _bound(list, lambda value, most: len(value) <= most, "Array must have at most {} items"),
    "uniqueItems": _bound(
        list,
        lambda value, wanted: not wanted or not any(_equal(*pair) for pair in combinations(value, 2)),
        "array items must be unique",
    ),
    "minProperties": _bound(dict, lambda value, least: len(value) >= least, "Must have at least {} properties"),
    "maxProperties": _bound(dict, lambda value, most: len(value) <= most, "Must have at most {} properties"),
}
_SILENT = frozenset(
    {"type", "properties", "additionalProperties", "items", "title", "description", "default", "examples", "$comment"}
)
"""Keywords that `_problems` sees to itself, or that say nothing about values."""
