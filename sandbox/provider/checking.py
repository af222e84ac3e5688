"""Check: what the plugin says about inputs before any request, and which of them it marks secret."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.provider.bodies import holds_unknown
from sandbox.provider.conversion import NUMBERS
from sandbox.provider.schema import Kind, Property, Resource, Values, snake_case
from sandbox.provider.values import UNKNOWN, Secret

SHAPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.TIME: (str,),
    Kind.JSON: (str,),
    Kind.NUMBER: (int, float),
    Kind.WHOLE: (int,),
    Kind.FLAG: (bool,),
    Kind.OBJECT: (dict,),
    Kind.MAP: (dict,),
    Kind.LIST: (list,),
    Kind.SET: (list,),
    Kind.ANY: (object,),
}
"""Python types that a value of the kind may have."""


@dataclass
class Verdict:
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check(resource: Resource, type_name: str, name: str, inputs: Values) -> Verdict:
    """Failures are in the plugin's words, as far as they are known; each names the property and the value's place."""
    verdict = Verdict()
    for problem, place in _problems(resource.properties, inputs, "", type_name, verdict):
        verdict.failures.append(_examined(problem, name, place))
    if resource.special.check is not None:
        verdict.failures += [_examined(problem, name, place) for place, problem in resource.special.check(inputs)]
    return verdict


def problems(properties: Mapping[str, Property], values: Values, owner: str) -> list[str]:
    """What is wrong with values that belong to no resource."""
    return [problem for problem, _ in _problems(properties, values, "", owner, Verdict())]


def _examined(problem: str, name: str, place: str) -> str:
    return f"{problem}. Examine values at '{name}.{place}'." if place else problem


def _problems(
    properties: Mapping[str, Property], values: Values, prefix: str, owner: str, verdict: Verdict
) -> Iterator[tuple[str, str]]:
    for name in sorted({*values} - {*properties}):
        yield (
            f"Unknown property '{prefix}{name}': {owner} has none of that name here. Take it out of the program",
            prefix + name,
        )
    for name, property_ in properties.items():
        value, place = values.get(name), prefix + name
        if value is None:
            if property_.required:
                yield f"Missing required property '{place}'" + (f": {property_.about}" if property_.about else ""), ""
            continue
        if not property_.required and not property_.optional:
            yield f"Invalid Configuration for Read-Only Attribute. {place} is set by the API", place
            continue
        if property_.deprecated and value is not UNKNOWN:
            verdict.warnings.append(f'[WARNING] property "{place}" is deprecated: {property_.deprecated}')
        if UNKNOWN is not value and values.get(property_.excludes) not in (None, UNKNOWN):
            one, other = snake_case(place), snake_case(prefix + property_.excludes)
            yield (
                f'Invalid Attribute Combination. Attribute "{other}" cannot be specified when "{one}" is specified',
                place,
            )
        yield from _value_problems(property_, value, place, owner, verdict)


def _value_problems(
    property_: Property, value: Any, place: str, owner: str, verdict: Verdict
) -> Iterator[tuple[str, str]]:
    if value is UNKNOWN:
        return
    fitting = isinstance(value, SHAPES[property_.kind])
    if not fitting or (property_.kind in NUMBERS and isinstance(value, bool)):
        wanted = "whole number" if property_.kind is Kind.WHOLE else property_.kind.name.lower()
        yield f"Wrong type. Attribute {place} must be a {wanted}, got a {type(value).__name__}", place
        return
    match property_.kind:
        case Kind.OBJECT:
            yield from _problems(property_.properties, value, f"{place}.", owner, verdict)
        case Kind.LIST | Kind.SET if property_.of:
            if property_.kind is Kind.SET and (double := _double(value)) is not None:
                yield f"Duplicate Set Element. This attribute contains duplicate values of: {double!r}", place
            for index, item in enumerate(value):
                yield from _value_problems(
                    property_.of, _looked_into(property_.of, item), f"{place}[{index}]", owner, verdict
                )
        case Kind.MAP if property_.of:
            for key, item in value.items():
                yield from _value_problems(
                    property_.of, _looked_into(property_.of, item), f"{place}.{key}", owner, verdict
                )
        case _:
            problem = _scalar_problem(property_, value, snake_case(place))
            yield from [(problem, place)] if problem else []


def _scalar_problem(property_: Property, value: Any, attribute: str) -> str:
    """What is wrong with a value of the right type; empty if nothing is."""
    if property_.kind is Kind.JSON and not _is_json(value):
        return (
            "Invalid JSON String Value. A string value was provided that is not valid JSON string format (RFC 7159)."
            f"\n\nGiven Value: {value}\n"
        )
    if property_.values and value.lower() not in {known.lower() for known in property_.values}:
        known = " ".join(f'"{known}"' for known in property_.values)
        return f'Invalid Attribute Value Match. Attribute {attribute} value must be one of: [{known}], got: "{value}"'
    if property_.between and not property_.between[0] <= value <= property_.between[1]:
        least, greatest = property_.between
        bounds = f"at least {least}" if greatest == math.inf else f"between {least} and {greatest}"
        return f"Invalid Attribute Value. Attribute {attribute} value must be {bounds}, got: {value}"
    return ""


def _looked_into(of: Property, element: Any) -> Any:
    """An object in a list or map that is not known yet is looked into all the same, and has nothing."""
    return {} if element is UNKNOWN and of.kind is Kind.OBJECT else element


def _double(elements: list[Any]) -> Any:
    """An element that is there twice; None if there is none. What is not known yet may still differ."""
    return next((e for place, e in enumerate(elements) if e in elements[:place] and not holds_unknown(e)), None)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def marked(properties: Mapping[str, Property], values: Values, *, unknown: bool = False) -> Values:
    """The same values, with what the resource calls sensitive wrapped as a secret; what is `unknown` only on request."""
    return {
        name: _marked(properties[name], value, unknown=unknown) if name in properties and value is not None else value
        for name, value in values.items()
    }


def _marked(property_: Property, value: Any, *, unknown: bool) -> Any:
    if property_.secret:
        return value if value is UNKNOWN and not unknown else Secret(value)
    match property_.kind, value:
        case Kind.OBJECT, dict():
            return marked(property_.properties, value, unknown=unknown)
        case ((Kind.LIST | Kind.SET), list()) if property_.of:
            return [_marked(property_.of, item, unknown=unknown) for item in value]
        case Kind.MAP, dict() if property_.of:
            return {key: _marked(property_.of, item, unknown=unknown) for key, item in value.items()}
        case _:
            return value


# Inputs that follow from what was read -------------------------------------------------------------------------------


def refreshed(properties: Mapping[str, Property], inputs: Values, outputs: Values) -> Values:
    """The program's inputs with the values that a refresh found: same shape, no more keys or elements than before."""
    return {
        name: _refreshed(properties.get(name), value, outputs[name])
        for name, value in inputs.items()
        if name in outputs
    }


def _refreshed(property_: Property | None, given: Any, found: Any) -> Any:
    match given, found:
        case dict(), dict():
            inner = property_.properties if property_ else {}
            each = property_.of if property_ else None
            return {
                key: _refreshed(inner.get(key, each), value, found[key]) for key, value in given.items() if key in found
            }
        case list(), list():
            each = property_.of if property_ else None
            order = _matched(given, found) if property_ and property_.kind is Kind.SET else found
            return [_refreshed(each, old, new) for old, new in zip(given, order, strict=False)]
        case _:
            return found


def _matched(given: list[Any], found: list[Any]) -> list[Any]:
    """Objects of a set in the order of the inputs that they are most like; anything else stays in its place."""
    if not all(isinstance(element, dict) for element in [*given, *found]):
        return found
    left = [element for element in found if element not in given]
    order = []
    for element in given:
        if element in found:
            order.append(element)
        elif left:
            best = max(left, key=lambda other: sum(other.get(key) == value for key, value in element.items()))
            left.remove(best)
            order.append(best)
    return order


def imported(properties: Mapping[str, Property], outputs: Values) -> Values:
    """Inputs that would produce an imported state: what can be an input and is neither null nor a zero value."""
    found = {}
    for name, value in outputs.items():
        property_ = properties.get(name)
        if property_ is None or not (property_.required or property_.optional):
            continue
        given = _imported(property_, value)
        if property_.required or not _is_zero(given):
            found[name] = given
    return found


def _imported(property_: Property, value: Any) -> Any:
    match property_.kind, value:
        case Kind.OBJECT, dict():
            return imported(property_.properties, value)
        case ((Kind.LIST | Kind.SET), list()) if property_.of:
            return [_imported(property_.of, item) for item in value]
        case Kind.MAP, dict() if property_.of:
            return {key: _imported(property_.of, item) for key, item in value.items()}
        case _:
            return value


def _is_zero(value: Any) -> bool:
    return not (value.value if isinstance(value, Secret) else value)
