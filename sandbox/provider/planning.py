"""What would change: the plan of a resource from its state and the program's inputs, and the decisions that follow.

The rules are those of Terraform's plugin framework, which the real plugin runs on: propose a new state, let defaults
enter, make computed values unknown if anything changes, then let single properties keep their value or ask for a
replacement. Objects never hold None: a null property is an absent one.
"""

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.provider.bodies import sorted_sets, without_nulls
from sandbox.provider.schema import Kind, Property, RefusedError, Replaces, Values
from sandbox.provider.values import UNKNOWN

Path = tuple[str | int, ...]
Properties = Mapping[str, Property]


@dataclass
class Plan:
    state: Values
    """The planned state; UNKNOWN where only the API can tell."""
    replacing: set[Path] = field(default_factory=set)

    def replaces(self, prior: Values) -> list[str]:
        """Names of properties that force a replacement: those whose change survived all rules."""
        return sorted({str(path[0]) for path in self.replacing if at(prior, path) != at(self.state, path)})

    def changes(self, prior: Values) -> list[str]:
        return sorted(name for name in {*prior, *self.state} if prior.get(name) != self.state.get(name))


def at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def plan(
    properties: Properties,
    prior: Values | None,
    inputs: Values,
    adjust: Callable[[Values, Values | None, Values], None] | None = None,
) -> Plan:
    """`prior` is None for a resource that is to be created. `adjust` is what the resource does beyond the rules.

    RefusedError for inputs that cannot be planned.
    """
    for name, property_ in properties.items():
        if property_.must_be_known and inputs.get(name) is UNKNOWN:
            detail = f"{name} is not known yet. Give an object; the values in it may be unknown."
            raise RefusedError("Value Conversion Error", detail)
    inputs = sorted_sets(properties, inputs)
    state = _propose(properties, copy.deepcopy(prior or {}), inputs)
    _enter_defaults(properties, state, inputs)
    if state != (prior if prior is not None else {}):
        _forget_computed(properties, state, inputs)
    result = Plan(state)
    if prior is not None:
        _apply_rules(properties, state, prior, inputs, (), result.replacing)
    result.state = without_nulls(state)
    if adjust:
        adjust(result.state, prior, inputs)
        result.state = without_nulls(result.state)
    return result


# The proposed state ---------------------------------------------------------------------------------------------------


def _propose(properties: Properties, prior: Values, inputs: Values) -> Values:
    return without_nulls_at_top(
        {name: _propose_one(property_, prior.get(name), inputs.get(name)) for name, property_ in properties.items()},
    )


def without_nulls_at_top(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def _propose_one(property_: Property, prior: Any, given: Any) -> Any:
    if property_.computed and given is None:
        return None if property_.optional and _holds_configured(property_, prior) else prior
    return _propose_nested(property_, prior, given)


def _propose_nested(property_: Property, prior: Any, given: Any) -> Any:
    match property_.kind, given:
        case Kind.OBJECT, dict():
            return _propose(property_.properties, prior if isinstance(prior, dict) else {}, given)
        case ((Kind.LIST | Kind.SET), list()) if property_.of and property_.of.kind is Kind.OBJECT:
            before = _counterparts(property_, prior, given)
            return [_propose_nested(property_.of, old, new) for old, new in zip(before, given, strict=True)]
        case Kind.MAP, dict() if property_.of and property_.of.kind is Kind.OBJECT:
            old = prior if isinstance(prior, dict) else {}
            return {key: _propose_nested(property_.of, old.get(key), item) for key, item in given.items()}
        case _:
            return given


def _counterparts(property_: Property, prior: Any, given: list[Any]) -> list[Any]:
    """For each element of the inputs the one of the state that it continues: by place, in a set by what it says."""
    before = list(prior) if isinstance(prior, list) else []
    if property_.kind is Kind.LIST:
        return [before[place] if place < len(before) else None for place in range(len(given))]
    assert property_.of
    found = []
    for element in given:
        match = next((old for old in before if _continues(property_.of, old, element)), None)
        if match is not None:
            before.remove(match)
        found.append(match)
    return found


def _continues(property_: Property, prior: Any, given: Any) -> bool:
    """Whether the state's element is the input's plus values that only the API chose."""
    if prior == given:
        return True
    if not (property_.kind is Kind.OBJECT and isinstance(prior, dict) and isinstance(given, dict)):
        return property_.computed and given is None
    return all(_continues(inner, prior.get(name), given.get(name)) for name, inner in property_.properties.items())


def _holds_configured(property_: Property, value: Any) -> bool:
    """Whether a nested value has parts that only a program can have set: then their absence now is a removal."""
    return any(value is not None and not inner.computed for inner, value in _nested_properties(property_, value))


def _nested_properties(property_: Property, value: Any) -> Iterator[tuple[Property, Any]]:
    match property_.kind, value:
        case Kind.OBJECT, dict():
            for name, inner in property_.properties.items():
                yield inner, value.get(name)
                yield from _nested_properties(inner, value.get(name))
        case ((Kind.LIST | Kind.SET), list()) if property_.of:
            for item in value:
                yield from _nested_properties(property_.of, item)
        case Kind.MAP, dict() if property_.of:
            for item in value.values():
                yield from _nested_properties(property_.of, item)
        case _:
            pass


# Defaults and unknowns ------------------------------------------------------------------------------------------------


def _enter_defaults(properties: Properties, state: Values, inputs: Values) -> None:
    for name, property_ in properties.items():
        given = inputs.get(name)
        if given is None and property_.default is not None:
            state[name] = copy.deepcopy(property_.default)
        for inner, nested, told in _objects_in(property_, state.get(name), given):
            _enter_defaults(inner, nested, told)


def _forget_computed(properties: Properties, state: Values, inputs: Values) -> None:
    for name, property_ in properties.items():
        given = inputs.get(name)
        for inner, nested, told in _objects_in(property_, state.get(name), given):
            _forget_computed(inner, nested, told)
        if given is None and property_.computed and property_.default is None:
            state[name] = UNKNOWN


def _objects_in(property_: Property, value: Any, other: Any) -> Iterator[tuple[Properties, Values, Values]]:
    """The objects directly within a value, each with its properties and with what `other` has in its place."""
    match property_.kind, value:
        case Kind.OBJECT, dict():
            yield property_.properties, value, other if isinstance(other, dict) else {}
        case ((Kind.LIST | Kind.SET), list()) if property_.of:
            for place, item in enumerate(value):
                yield from _objects_in(property_.of, item, at(other, (place,)))
        case Kind.MAP, dict() if property_.of:
            for key, item in value.items():
                yield from _objects_in(property_.of, item, at(other, (key,)))
        case _:
            pass


# Rules of single properties -------------------------------------------------------------------------------------------


def _apply_rules(
    properties: Properties, state: Values, prior: Values, inputs: Values, path: Path, replacing: set[Path]
) -> None:
    for name, property_ in properties.items():
        here, before, given = (*path, name), prior.get(name), inputs.get(name)
        if property_.keep and state.get(name) is UNKNOWN and given is not UNKNOWN:
            state[name] = before
        if state.get(name) != before and _replaces(property_, state.get(name), before, given):
            replacing.add(here)
        _apply_nested_rules(property_, state.get(name), before, given, here, replacing)


def _replaces(property_: Property, value: Any, before: Any, given: Any) -> bool:
    match property_.replaces:
        case Replaces.ALWAYS:
            return True
        case Replaces.IF_CONFIGURED:
            return given is not None
        case Replaces.IF_CONFIGURED_BEFORE:
            return given is not None and before is not None and _said(property_, value) != _said(property_, before)
        case _:
            return False


def _said(property_: Property, value: Any) -> Any:
    """The part of an object that a program can state."""
    if not isinstance(value, dict):
        return value
    return {name: item for name, item in value.items() if property_.properties[name].optional}


def _apply_nested_rules(
    property_: Property, value: Any, prior: Any, given: Any, path: Path, replacing: set[Path]
) -> None:
    match property_.kind, value:
        case Kind.OBJECT, dict():
            before, told = (side if isinstance(side, dict) else {} for side in (prior, given))
            _apply_rules(property_.properties, value, before, told, path, replacing)
        case ((Kind.LIST | Kind.SET), list()) if property_.of:
            for place, item in enumerate(value):
                before, told = at(prior, (place,)), at(given, (place,))
                _apply_nested_rules(property_.of, item, before, told, (*path, place), replacing)
        case Kind.MAP, dict() if property_.of:
            for key, item in value.items():
                before, told = at(prior, (key,)), at(given, (key,))
                _apply_nested_rules(property_.of, item, before, told, (*path, key), replacing)
        case _:
            pass


# Ignored changes ------------------------------------------------------------------------------------------------------

_STEP = re.compile(r"""([^.\[\]"]+)|\["?([^"\]]+)"?\]""")


def keep_ignored(prior: Values, inputs: Values, ignored: Iterable[str]) -> Values:
    """The inputs with the state's values at the ignored paths (`settings.deliveryDelay`, `rules[0].id`)."""
    for text in ignored:
        path = [_place(named or index) for named, index in _STEP.findall(text)]
        inputs = _with(inputs, path, at(prior, tuple(path)))
    return without_nulls_at_top(inputs)


def _place(step: str) -> str | int:
    return int(step) if step.isdigit() else step


def _with(value: Any, path: list[str | int], new: Any) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, dict):
        return {**value, step: _with(value.get(step), rest, new)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [*value[:step], _with(value[step], rest, new), *value[step + 1 :]]
    return value
