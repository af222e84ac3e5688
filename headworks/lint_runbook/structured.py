"""JSON with comments, TOML and YAML, as values with the places of their keys."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]
Position = tuple[int, int]
"""Line and column, both from 0."""

STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])')
TOML_TABLE = re.compile(r"^\s*\[(\[)?\s*([\w.\"'-]+)\s*\]")
TOML_KEY = re.compile(r"^\s*([\w.\"'-]+)\s*=")


class SyntaxProblem(Exception):  # noqa: N818 - an answer, not a bug
    """The text is not of its language, from `position` on."""

    def __init__(self, position: Position, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


class Structure:
    """A value and where its parts stand."""

    def __init__(self, value: Any, places: dict[Path, Position]) -> None:
        self.value = value
        self._places = places

    def position(self, *path: str | int) -> Position:
        """Of the key or item at `path`, or of the nearest thing around it."""
        return next(
            (self._places[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self._places), (0, 0)
        )

    def walk(self) -> Iterator[tuple[Path, Any]]:
        """Every key and item with its value, from the outside in."""
        waiting: list[tuple[Path, Any]] = [((), self.value)]
        while waiting:
            path, value = waiting.pop(0)
            yield path, value
            parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            waiting += [((*path, key), item) for key, item in parts]


def read_json(text: str) -> Structure:
    """JSON as wrangler.jsonc may be: with comments, commas at the end, and without the braces when it is a part.

    Raises SyntaxProblem.
    """
    plain = STRING_OR_COMMA.sub(_blank_unless_string, STRING_OR_COMMENT.sub(_blank_unless_string, text))
    is_part = bool(re.match(r'\s*"(?:\\.|[^"\\\n])*"\s*:', plain))
    inner = plain.rstrip().removesuffix(",") if is_part else plain
    try:
        value = json.loads(f"{{{inner}\n}}" if is_part else inner)
    except json.JSONDecodeError as error:
        column = error.colno - 1 - (1 if is_part and error.lineno == 1 else 0)
        raise SyntaxProblem((error.lineno - 1, max(column, 0)), error.msg) from None
    except RecursionError:
        raise SyntaxProblem((0, 0), "it is nested too deeply") from None
    return Structure(value, _places_of_yaml(f"{{{inner}\n}}" if is_part else inner, first_column=1 if is_part else 0))


def read_yaml(text: str) -> Structure:
    """Raises SyntaxProblem."""
    try:
        value = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, TypeError, KeyError, RecursionError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        reason = error.problem if isinstance(error, MarkedYAMLError) and error.problem else "it is no YAML"
        raise SyntaxProblem((mark.line, mark.column) if mark else (0, 0), reason) from None
    return Structure(value, _places_of_yaml(text))


def read_toml(text: str) -> Structure:
    """Raises SyntaxProblem."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        lines = text.rstrip().count("\n")
        position = (int(found.group(1)) - 1, int(found.group(2)) - 1) if found else (lines, 0)
        raise SyntaxProblem(position, str(error).partition(" (at ")[0]) from None
    except RecursionError:
        raise SyntaxProblem((0, 0), "it is nested too deeply") from None
    return Structure(value, _places_of_toml(text))


def _blank_unless_string(found: re.Match[str]) -> str:
    text = found.group()
    return text if text.startswith('"') else re.sub(r"[^\n]", " ", text)


def _places_of_yaml(text: str, first_column: int = 0) -> dict[Path, Position]:
    """JSON without comments is YAML. What is not, such as a tab in it, only has no places."""
    try:
        root = YAML(typ="rt", pure=True).compose(text.replace("\t", " "))
    except (YAMLError, ValueError, RecursionError):
        return {}
    places: dict[Path, Position] = {}
    waiting: list[tuple[Path, Node | None]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if isinstance(key, ScalarNode):
                    below = (*path, key.value)
                    places[below] = _position(key, first_column)
                    waiting.append((below, value))
        elif isinstance(node, SequenceNode):
            for index, item in enumerate(node.value):
                places[*path, index] = _position(item, first_column)
                waiting.append(((*path, index), item))
    return places


def _position(node: Node, first_column: int) -> Position:
    line, column = node.start_mark.line, node.start_mark.column
    return line, max(column - (first_column if line == 0 else 0), 0)


def _places_of_toml(text: str) -> dict[Path, Position]:
    """By its tables and keys at the start of lines; what stands in one line has the place of the first of it."""
    places: dict[Path, Position] = {}
    items: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.split("\n")):
        if found := TOML_TABLE.match(line):
            table = tuple(_names(found.group(2)))
            position = (number, len(line) - len(line.lstrip()))
            if found.group(1):
                items[table] = items.get(table, -1) + 1
                places.setdefault(table, position)
                table = (*table, items[table])
            for end in range(1, len(table) + 1):
                places.setdefault(table[:end], position)
        elif found := TOML_KEY.match(line):
            places.setdefault((*table, *_names(found.group(1))), (number, len(line) - len(line.lstrip())))
    return places


def _names(dotted: str) -> list[str]:
    return [name.strip("\"' ") for name in dotted.split(".")]
