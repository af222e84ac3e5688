"""The Workers of an environment, and what they are told in the clear."""

import json
from collections.abc import Iterator

from policies.properties import Properties

TEXT_OF_BINDING = {"plain_text": "text", "json": "json"}
"""Type of a binding that shows its text to everybody → property that holds it."""


def workers(environment: Properties) -> Iterator[tuple[str, Properties]]:
    """(what begins the path of its properties, the Worker) for the main Worker of a WorkerEnvironment and its companions."""
    yield "", environment
    for index, companion in enumerate(environment.tables("companions")):
        yield f"companions[{index}].", companion


def variables(environment: Properties) -> Iterator[tuple[str, str, str]]:
    """Path, name and text of each variable of a WorkerEnvironment."""
    for prefix, worker in workers(environment):
        texts = worker.table("vars")
        for name in texts:
            yield f"{prefix}vars", name, texts.text(name) or ""


def plain_bindings(script: Properties) -> Iterator[tuple[str, str]]:
    """Name and text of the bindings of a WorkersScript that are stored in the clear; JSON as it is written."""
    for binding in script.tables("bindings"):
        key = TEXT_OF_BINDING.get(binding.text("type") or "")
        if key:
            yield binding.text("name") or "", binding.text(key) or ""


def texts_in(name: str, value: str) -> Iterator[tuple[str, str]]:
    """A text under its name, and where it is a JSON document, each scalar in it under the key that it lies under."""
    yield name, value
    try:
        unvisited = [(name, json.loads(value))]
    except (ValueError, RecursionError):
        return
    while unvisited:
        key, node = unvisited.pop()
        if isinstance(node, dict):
            unvisited.extend(node.items())
        elif isinstance(node, list):
            unvisited.extend((key, element) for element in node)
        else:
            yield key, node if isinstance(node, str) else json.dumps(node)
