"""Everything the account knows, in one SQLite file that outlives the process.

Each request is one transaction that takes the write lock at its start (`BEGIN IMMEDIATE`): what a handler has read is still
true when it writes, also while another process uses the same file. WAL survives SIGKILL.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.account.envelope import Json

SCHEMA_VERSION = 1
LOCK_TIMEOUT = 60.0
"""Seconds to wait for another process's transaction."""
JOURNAL_KEPT = 100_000
"""Lines; older ones go when the account starts."""

SCHEMA = """
CREATE TABLE resource (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL,
    UNIQUE (kind, scope, id), UNIQUE (kind, scope, name)
);
CREATE TABLE content (
    kind TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, document TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (kind, scope, key)
);
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
    status INTEGER NOT NULL, code INTEGER, known INTEGER NOT NULL
);
"""


class IncompatibleDatabase(Exception):  # noqa: N818 - says what it is, not that it is an error
    """The file was written by a later version of the account."""


@dataclass(frozen=True)
class Content:
    """Bytes with what is said about them: a KV value, an R2 object, a module, an encrypted secret."""

    key: str
    document: Json
    data: bytes


class Storage:
    """The database of an account. `transaction` is the only way in."""

    def __init__(self, path: Path) -> None:
        """Opens or creates `path`, readable by its owner only. Raises IncompatibleDatabase."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            # Before SQLite does it with a wider mode; the -wal and -shm files take over this mode.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self.path = path
        self._connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            self._migrate()

    def _migrate(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise IncompatibleDatabase(
                f"{self.path} has schema version {version}, this program knows {SCHEMA_VERSION}. "
                "Use the program that wrote it, or delete the file to start with an empty account."
            )
        if version == 0:
            for statement in filter(str.strip, SCHEMA.split(";")):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self._connection.execute(
            "DELETE FROM journal WHERE sequence <= (SELECT MAX(sequence) FROM journal) - ?", (JOURNAL_KEPT,)
        )

    @contextmanager
    def transaction(self) -> Iterator["Store"]:
        """Commits at the end; an exception undoes everything that was done."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield Store(self._connection)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class Store:
    """What a handler sees of the database during one request.

    A resource has a kind, a scope (the account, zone, script … that it lives in), an id and a name, both unique in the scope.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, kind: str, scope: str, identifier: str) -> Json | None:
        return self._one("id", kind, scope, identifier)

    def named(self, kind: str, scope: str, name: str) -> Json | None:
        return self._one("name", kind, scope, name)

    def _one(self, column: str, kind: str, scope: str, value: str) -> Json | None:
        row = self._connection.execute(
            f"SELECT document FROM resource WHERE kind = ? AND scope = ? AND {column} = ?",  # noqa: S608 - two literals
            (kind, scope, value),
        ).fetchone()
        return None if row is None else _document(row[0])

    def all(self, kind: str, scope: str) -> list[Json]:
        """In order of creation."""
        rows = self._connection.execute(
            "SELECT document FROM resource WHERE kind = ? AND scope = ? ORDER BY sequence", (kind, scope)
        )
        return [_document(text) for (text,) in rows]

    def put(self, kind: str, scope: str, identifier: str, document: Json, *, name: str | None = None) -> None:
        """Creates the resource, or changes it in place (it keeps its position in lists)."""
        self._connection.execute(
            "INSERT INTO resource (kind, scope, id, name, document) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, scope, id) DO UPDATE SET name = excluded.name, document = excluded.document",
            (kind, scope, identifier, identifier if name is None else name, _text(document)),
        )

    def delete(self, kind: str, scope: str, identifier: str) -> None:
        self._connection.execute(
            "DELETE FROM resource WHERE kind = ? AND scope = ? AND id = ?", (kind, scope, identifier)
        )

    def clear(self, kind: str, scope: str) -> None:
        """Deletes resources and contents of one kind in one scope."""
        self._connection.execute("DELETE FROM resource WHERE kind = ? AND scope = ?", (kind, scope))
        self._connection.execute("DELETE FROM content WHERE kind = ? AND scope = ?", (kind, scope))

    def write(self, kind: str, scope: str, key: str, data: bytes, document: Json | None = None) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO content (kind, scope, key, document, data) VALUES (?, ?, ?, ?, ?)",
            (kind, scope, key, _text(document or {}), data),
        )

    def read(self, kind: str, scope: str, key: str) -> Content | None:
        row = self._connection.execute(
            "SELECT document, data FROM content WHERE kind = ? AND scope = ? AND key = ?", (kind, scope, key)
        ).fetchone()
        return None if row is None else Content(key, _document(row[0]), row[1])

    def keys(self, kind: str, scope: str) -> list[tuple[str, Json]]:
        """(key, document) without the bytes, in order of the keys."""
        rows = self._connection.execute(
            "SELECT key, document FROM content WHERE kind = ? AND scope = ? ORDER BY key", (kind, scope)
        )
        return [(key, _document(text)) for key, text in rows]

    def erase(self, kind: str, scope: str, key: str) -> None:
        self._connection.execute("DELETE FROM content WHERE kind = ? AND scope = ? AND key = ?", (kind, scope, key))

    def record(
        self, *, time: str, method: str, path: str, query: str, status: int, code: int | None, known: bool
    ) -> None:
        """One line in the journal. Never bodies, never headers: they may hold secrets."""
        self._connection.execute(
            "INSERT INTO journal (time, method, path, query, status, code, known) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (time, method, path, query, status, code, known),
        )


def _text(document: Json) -> str:
    return json.dumps(document, separators=(",", ":"))


def _document(text: str) -> Json:
    document: Any = json.loads(text)
    assert isinstance(document, dict)
    return document
