"""YAML files as data that knows its lines."""

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from headworks.model.problems import Path, Problem, SpecificationError


class Document:
    """A YAML file: `content` is what JSON can hold, `line` tells where a part of it was written."""

    def __init__(self, file: FilePath) -> None:
        """Raise SpecificationError when the file is not YAML."""
        self.file = shown(file)
        yaml = YAML(typ="safe", pure=True)
        try:
            self._root: Node | None = yaml.compose(file.read_text(encoding="utf-8"))
            content = None if self._root is None else yaml.constructor.construct_document(self._root)
        except (YAMLError, UnicodeDecodeError) as error:
            raise SpecificationError((_syntax_problem(self.file, error),)) from None
        self.dates = tuple(path for path, value in _walk(content) if isinstance(value, dt.date))
        """Where a date stands without quotes: YAML takes it for a point in time, and engines write that differently."""
        self.encrypted = tuple(path for path, value in _walk(content) if _is_encrypted(value))
        """Where `pulumi config set --secret` put a value."""
        self.content = _plain(content)

    def at(self, *path: str) -> object:
        """What stands at this path; None where nothing does."""
        content = self.content
        for key in path:
            content = content.get(key) if isinstance(content, Mapping) else None
        return content

    def line(self, path: Path) -> int | None:
        """The line, counted from 1, of the deepest part of the path that was written."""
        line: int | None = None
        node = self._root
        for key in path:
            found = _step(node, key)
            if found is None:
                break
            line, node = found
        return line


def shown(file: FilePath) -> str:
    """The file as people name it: seen from where they are, if it lies below."""
    relative = os.path.relpath(file)
    return str(file) if relative.startswith("..") else relative


def _syntax_problem(file: str, error: Exception) -> Problem:
    mark = (error.problem_mark or error.context_mark) if isinstance(error, MarkedYAMLError) else None
    what = error.problem if isinstance(error, MarkedYAMLError) and error.problem else str(error)
    return Problem(
        file=file,
        line=mark.line + 1 if mark else None,
        path="",
        value=None,
        reason=f"this is not YAML: {what.splitlines()[0]}",
        fix="mend this line or the one before it; mind the indentation, the quotes and the blank after a colon",
    )


def _walk(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    yield path, value
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in parts:
        yield from _walk(item, (*path, key))


def _is_encrypted(value: object) -> bool:
    return isinstance(value, Mapping) and list(value) == ["secure"]


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def _step(node: Node | None, key: str | int) -> tuple[int, Node] | None:
    """One key down: its line, and the node of its value."""
    if isinstance(node, MappingNode):
        for written, value in node.value:
            if isinstance(written, ScalarNode) and written.value == key:
                return written.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item.start_mark.line + 1, item
    return None
