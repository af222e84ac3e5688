"""Bodies of requests from planned states, and states from the bodies of answers."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sandbox.provider.schema import Kind, Property, Values, snake_case
from sandbox.provider.values import UNKNOWN

Properties = Mapping[str, Property]
NOTHING = object()
"""No part of a body: nothing in it changes."""


def api_name(name: str, property_: Property) -> str:
    """Name in bodies; the API writes snake_case where the table does not say otherwise."""
    return snake_case(name) if property_.api is None else property_.api


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def sorted_sets(properties: Properties, values: Values) -> Values:
    """The same values, with sets in the order of a plan. Answers keep the API's order, so compare only what went through here."""
    return {
        name: _sorted_sets(properties[name], value) if name in properties else value for name, value in values.items()
    }


def _sorted_sets(property_: Property, value: Any) -> Any:
    match property_.kind, value:
        case Kind.OBJECT, dict():
            return sorted_sets(property_.properties, value)
        case Kind.SET, list() if property_.of:
            return in_order(property_.of, [_sorted_sets(property_.of, item) for item in value])
        case Kind.LIST, list() if property_.of:
            return [_sorted_sets(property_.of, item) for item in value]
        case Kind.MAP, dict() if property_.of:
            return {key: _sorted_sets(property_.of, item) for key, item in value.items()}
        case _:
            return value


def in_order(of: Property, elements: Iterable[Any]) -> list[Any]:
    """Elements of a set, without doubles, in the order that they have in a plan: what is unknown comes last."""
    found: list[Any] = []
    for element in elements:
        if element not in found or holds_unknown(element):
            found.append(element)
    return sorted(found, key=lambda element: _rank(of, element))


def _rank(of: Property, element: Any) -> tuple[bool, str]:
    return element is UNKNOWN, element if of.kind is Kind.TEXT and isinstance(element, str) else _spelled(of, element)


def _spelled(property_: Property, value: Any) -> str:
    """A value as Terraform spells it to order objects, which it compares by their text, property by property."""
    match value:
        case None:
            return "~"
        case dict() if property_.kind is Kind.OBJECT:
            parts = (_spelled(property_.properties[name], value.get(name)) for name in sorted(property_.properties))
            return f"<{''.join(f'{part};' for part in parts)}>"
        case list() if property_.of:
            return f"[{''.join(f'{_spelled(property_.of, item)};' for item in value)}]"
        case _ if value is UNKNOWN:
            return "?"
        case _:
            return json.dumps(value, sort_keys=True, ensure_ascii=False)


def holds_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(holds_unknown(item) for item in value.values())
    return any(holds_unknown(item) for item in value) if isinstance(value, list) else value is UNKNOWN


# Requests -------------------------------------------------------------------------------------------------------------


def body(properties: Properties, planned: Values, state: Values | None = None) -> dict[str, Any]:
    """The body that creates, or with a `state` updates: what is planned, and null for what the state has and the plan has not.

    Keys are in alphabetical order at every level, as the plugin sends them.
    """
    return _object(properties, planned, planned if state is None else state)


def _object(properties: Properties, planned: Values, state: Values) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, property_ in properties.items():
        key = api_name(name, property_)
        only_computed = property_.computed and not property_.optional
        if not key or only_computed:
            continue
        value, before = planned.get(name), state.get(name)
        if value is UNKNOWN or (value is None and before is None):
            continue
        found[key] = None if value is None else encoded(property_, value, before)
    return dict(sorted(found.items()))


def changes(properties: Properties, planned: Values, state: Values) -> dict[str, Any]:
    """The body that updates by what differs: objects and maps in their parts, lists whole, null for what left."""
    found: dict[str, Any] = {}
    for name, property_ in properties.items():
        key, value, before = api_name(name, property_), planned.get(name), state.get(name)
        only_computed = property_.computed and not property_.optional
        if not key or only_computed or value is UNKNOWN or value == before:
            continue
        part = _changed(property_, value, before)
        if part is not NOTHING:
            found[key] = part
    return dict(sorted(found.items()))


def _changed(property_: Property, value: Any, before: Any) -> Any:
    match property_.kind, value, before:
        case Kind.OBJECT, dict(), dict():
            return changes(property_.properties, value, before) or NOTHING
        case Kind.MAP, dict(), dict() if property_.of:
            keys = sorted(key for key in {*value, *before} if value.get(key) != before.get(key))
            return {key: _changed(property_.of, value.get(key), before.get(key)) for key in keys}
        case _:
            return encoded(property_, value)


def encoded(property_: Property, value: Any, before: Any = None) -> Any:
    match property_.kind, value:
        case _, None:
            return None
        case Kind.OBJECT, dict():
            return _object(property_.properties, value, before if isinstance(before, dict) else value)
        case ((Kind.LIST | Kind.SET), list()) if property_.of:
            return [encoded(property_.of, item, item) for item in value]
        case Kind.MAP, dict() if property_.of:
            others = before if isinstance(before, dict) else {}
            return {key: encoded(property_.of, value[key], others.get(key)) for key in sorted(value)}
        case Kind.JSON, str():
            return json.loads(value)
        case Kind.TIME, str():
            return whole_seconds(value)
        case _:
            return value


def whole_seconds(text: str) -> str:
    """RFC 3339 without fraction: `2026-01-01T00:00:00.25Z` is `2026-01-01T00:00:00Z`. Text that is no time stays."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


# Answers --------------------------------------------------------------------------------------------------------------


class Taking(Enum):
    """What of an answer is taken over."""

    ALL = auto()
    IF_UNSET = auto()
    NESTED = auto()
    """Nothing of the value itself, only what is computed within."""


def after_write(properties: Properties, planned: Values, answer: Any) -> Values:
    """The state after a create or update: the plan, with computed values from the answer."""
    return _taken(properties, planned, answer, reading=False)


def after_read(properties: Properties, state: Values, answer: Any) -> Values:
    """The state after a read: the answer, save what is never refreshed and what only differs in writing."""
    return _taken(properties, state, answer, reading=True)


def _taken(properties: Properties, state: Values, answer: Any, *, reading: bool) -> Values:
    document = answer if isinstance(answer, dict) else {}
    found: Values = {}
    for name, property_ in properties.items():
        key, value = api_name(name, property_), state.get(name)
        if key and (not reading or property_.refreshed):
            taking = Taking.ALL if reading else _taking(property_)
            value = _decoded(property_, document.get(key), value, taking, reading=reading)
        if value is not None:
            found[name] = value
    return found


def _taking(property_: Property) -> Taking:
    if not property_.computed:
        return Taking.NESTED
    return Taking.IF_UNSET if property_.optional else Taking.ALL


def _decoded(property_: Property, node: Any, value: Any, taking: Taking, *, reading: bool) -> Any:
    unset = value is None or value is UNKNOWN
    match property_.kind:
        case Kind.OBJECT:
            return _decoded_object(property_, node, value, taking, reading=reading)
        case Kind.LIST | Kind.SET:
            return _decoded_list(property_, node, value, taking, reading=reading)
        case Kind.MAP:
            return _decoded_map(property_, node, value, taking, reading=reading)
        case _ if taking is Taking.NESTED or (taking is Taking.IF_UNSET and not unset):
            return value
        case _:
            return _scalar(property_.kind, node, value)


def _decoded_object(property_: Property, node: Any, value: Any, taking: Taking, *, reading: bool) -> Any:
    unset = value is None or value is UNKNOWN
    if taking is Taking.NESTED and unset:
        return value
    if node is None and (unset or (taking is Taking.ALL and property_.computed)):
        return None
    return _taken(property_.properties, {} if unset else value, node, reading=reading)


def _decoded_list(property_: Property, node: Any, value: Any, taking: Taking, *, reading: bool) -> Any:
    unset = value is None or value is UNKNOWN
    assert property_.of
    if taking is Taking.NESTED and unset:
        return value
    if node is None and (unset or taking is Taking.ALL):
        return None
    existing = [] if unset else value
    nodes = node if isinstance(node, list) else []
    whole = taking is Taking.ALL or unset
    inner = Taking.ALL if whole else taking
    length = len(nodes) if whole else len(existing)
    return [
        _decoded(
            property_.of,
            nodes[place] if place < len(nodes) else None,
            existing[place] if place < len(existing) else None,
            inner,
            reading=reading or (unset and taking is Taking.IF_UNSET),
        )
        for place in range(length)
    ]


def _decoded_map(property_: Property, node: Any, value: Any, taking: Taking, *, reading: bool) -> Any:
    unset = value is None or value is UNKNOWN
    assert property_.of
    if (taking is Taking.NESTED and unset) or (taking is Taking.IF_UNSET and not unset):
        return value
    if node is None and (unset or (taking is Taking.ALL and property_.computed)):
        return None
    existing = {} if unset else value
    nodes = node if isinstance(node, dict) else {}
    keys = existing if taking is Taking.NESTED else nodes
    items = {
        key: _decoded(
            property_.of, nodes.get(key), existing.get(key), taking, reading=reading or taking is Taking.IF_UNSET
        )
        for key in keys
    }
    return items if items or (property_.computed and not property_.optional) else value


def _scalar(kind: Kind, node: Any, value: Any) -> Any:
    if node is None:
        return None
    match kind:
        case Kind.JSON:
            return document_text(node, value)
        case Kind.TIME:
            text = whole_seconds(str(node))
            return value if isinstance(value, str) and whole_seconds(value) == text else text
        case _:
            return node


def document_text(document: Any, value: Any = None) -> str:
    """A JSON document as text: the state's own text where it says the same."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            if json.loads(value) == document:
                return value
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
