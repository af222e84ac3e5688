"""The past of D1 databases: a copy of the file after each change, so that a bookmark can be gone back to.

A bookmark names a state. The header of a SQLite file counts its transactions, which tells whether a file has changed since
its newest copy - also when the process was killed between the change and the copy.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

STATES_KEPT = 200
"""Of a database; older ones are forgotten, as Cloudflare forgets those older than a month."""
COUNTER = slice(24, 28)
"""Bytes of a SQLite file's header that count its transactions."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class State:
    """A database at one time."""

    file: Path
    number: int
    since: datetime

    @property
    def bookmark(self) -> str:
        """As Cloudflare writes them: four groups of 8, 8, 8 and 32 hexadecimal digits, which sort by time."""
        digest = hashlib.md5(f"{self.file.parent.name}/{self.file.name}".encode(), usedforsecurity=False).hexdigest()
        return f"{self.number:08x}-{_counter(self.file):08x}-{0:08x}-{digest}"


def database_file(folder: Path, database: str) -> Path:
    return folder / f"{database}.sqlite"


def current(folder: Path, database: str) -> State:
    """The present state, kept from now on."""
    path, states = database_file(folder, database), list(_states(folder, database))
    _make(path)
    _recover(path)
    if states and _counter(states[-1].file) == _counter(path):
        return states[-1]
    number = states[-1].number + 1 if states else 0
    since = datetime.now(UTC)
    file = _history(folder, database) / f"{number:08x}-{(since - EPOCH) // timedelta(microseconds=1)}.sqlite"
    _copy(path, file)
    for old in states[: max(0, len(states) + 1 - STATES_KEPT)]:
        old.file.unlink()
    return State(file, number, since)


def at(folder: Path, database: str, moment: datetime) -> State | None:
    """The state that the database was in, or None if that is not known any more."""
    current(folder, database)
    return max(
        (state for state in _states(folder, database) if state.since <= moment), key=lambda s: s.number, default=None
    )


def named(folder: Path, database: str, bookmark: str) -> State | None:
    current(folder, database)
    return next((state for state in _states(folder, database) if state.bookmark == bookmark), None)


def restore(folder: Path, database: str, state: State) -> State:
    """Goes back. That is a change like any other: what was there before stays in the history."""
    _copy(state.file, database_file(folder, database))
    return current(folder, database)


def destroy(folder: Path, database: str) -> None:
    shutil.rmtree(_history(folder, database), ignore_errors=True)
    database_file(folder, database).unlink(missing_ok=True)


def _states(folder: Path, database: str) -> Iterator[State]:
    """Oldest first."""
    for file in sorted(_history(folder, database).glob("*.sqlite")):
        number, since = file.stem.split("-")
        yield State(file, int(number, 16), EPOCH + timedelta(microseconds=int(since)))


def _history(folder: Path, database: str) -> Path:
    return folder / f"{database}.history"


def _counter(file: Path) -> int:
    """0 for a database that nobody has written to."""
    with file.open("rb") as opened:
        return int.from_bytes(opened.read(COUNTER.stop)[COUNTER])


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _recover(path: Path) -> None:
    """Takes back what a killed process has half written; SQLite does so whenever a file is read."""
    if path.with_name(f"{path.name}-journal").exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all, and as private as the original."""
    draft = target.with_suffix(".draft")
    _make(draft)
    shutil.copyfile(source, draft)
    draft.replace(target)
