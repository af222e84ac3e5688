"""What changed since the state file was written: one line of JSON per save, on disk before the save returns.

    {"base": DIGEST}                                first line: the SHA-256 of the state file that the journal continues
    {"set": {KEY: VALUE}, "unset": [KEY], "resources": [FROM, TO, ITEMS], "pending_operations": [FROM, TO, ITEMS]}
    {"becomes": DIGEST}                             the file with all of it in is about to take its place

`[FROM, TO, ITEMS]` puts ITEMS in the place of the list's items from FROM to TO; an item that is a number stands for the item which
had that place before. A last line that was cut off was never reported as saved: it is dropped.
"""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandbox.engine.errors import EngineError

Document = dict[str, Any]
Line = dict[str, Any]
LISTS = ("resources", "pending_operations")


class Journal:
    """An open journal. Its file is there as long as the state file is behind."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._size = size

    @classmethod
    def create(cls, path: Path, base: str) -> "Journal":
        journal = cls(path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 0)
        journal.append({"base": base})
        return journal

    @classmethod
    def reopen(cls, path: Path) -> "Journal":
        """Goes on with the journal of an operation that was killed, behind its last whole line."""
        size = read(path)[1]
        descriptor = os.open(path, os.O_WRONLY)
        os.truncate(descriptor, size)
        return cls(path, descriptor, size)

    def append(self, line: Line) -> None:
        data = json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        try:
            written = os.pwrite(self._descriptor, data, self._size)
            if written < len(data):
                raise OSError(f"only {written} of {len(data)} bytes were written")  # noqa: TRY301 - one way out
            os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):
                os.truncate(self._descriptor, self._size)
            raise EngineError(
                f"the state could not be saved to {self._path}: {error}. What was saved before is intact; "
                "make room on the disk, run `refresh`, then the operation again"
            ) from error
        self._size += len(data)

    def close(self) -> None:
        os.close(self._descriptor)


def read(path: Path) -> tuple[list[Line], int]:
    """The whole lines of the journal, and how many bytes they take. No journal is an empty one."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    lines: list[Line] = []
    *texts, torn = content.split(b"\n")
    for number, text in enumerate(texts, 1):
        try:
            lines.append(json.loads(text))
        except ValueError:
            raise EngineError(
                f"line {number} of the journal {path} is not JSON: the file was changed after it was written. Nothing was changed. "
                f"Keep a copy; to go on from the last state without a journal, remove {path.name} and run `refresh`"
            ) from None
    return lines, len(content) - len(torn)


def change(before: Document, after: Document) -> Line | None:
    """The line that makes `after` of `before`, None if they are the same. Items of lists are compared by identity."""
    line: Line = {}
    for name in LISTS:
        spliced = _splice(before.get(name) or [], after.get(name) or [])
        if spliced is not None:
            line[name] = spliced
    plain = {key: value for key, value in after.items() if key not in LISTS and before.get(key, ...) != value}
    if plain:
        line["set"] = plain
    gone = [key for key in before if key not in after and key not in LISTS]
    if gone:
        line["unset"] = gone
    return line or None


def apply(deployment: Document, line: Line) -> Document:
    after: Document = {key: value for key, value in deployment.items() if key not in line.get("unset", ())}
    after |= line.get("set", {})
    for name in LISTS:
        if name in line:
            start, stop, items = line[name]
            old = deployment.get(name) or []
            fresh = [old[item] if isinstance(item, int) else item for item in items]
            after[name] = [*old[:start], *fresh, *old[stop:]]
            if not after[name]:
                del after[name]
    return after


def _splice(old: Sequence[Any], new: Sequence[Any]) -> list[Any] | None:
    start, shortest = 0, min(len(old), len(new))
    while start < shortest and old[start] is new[start]:
        start += 1
    if start == len(old) == len(new):
        return None
    tail = 0
    while tail < shortest - start and old[-1 - tail] is new[-1 - tail]:
        tail += 1
    stop = len(old) - tail
    places = {id(old[place]): place for place in range(start, stop)}
    return [start, stop, [places.get(id(item), item) for item in new[start : len(new) - tail]]]
