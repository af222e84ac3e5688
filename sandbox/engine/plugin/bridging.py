"""What lies between the engine's values and a provider that knows no secrets, or no references to resources."""

from collections.abc import Mapping
from typing import Any

from sandbox.engine.resource.values import RESOURCE, SIGNATURE, Properties, Secret, contains_secret, secret


def mark_secrets(values: Properties, like: Mapping[str, Any]) -> None:
    """Makes secret, in place, what was secret under the same key in `like`; a dictionary key by key, anything else whole."""
    for key, before in like.items():
        if key not in values:
            continue
        if isinstance(values[key], dict) and isinstance(before, dict):
            mark_secrets(values[key], before)
        elif contains_secret(before):
            values[key] = secret(values[key])


def without_references(value: Any) -> Any:
    """References to resources become the id, for providers that know no references; a component's becomes its URN."""
    match value:
        case dict() if value.get(SIGNATURE) == RESOURCE:
            return value["urn"] if value.get("id") is None else value["id"]
        case dict():
            return {key: without_references(item) for key, item in value.items()}
        case list():
            return [without_references(item) for item in value]
        case Secret():
            return Secret(without_references(value.value))
        case _:
            return value
