"""The contents of D1 databases: one SQLite file each, and the SQL that D1 lets through.

Not known here, and therefore not answered: `rows_read` and `rows_written`, which D1 counts inside of its own storage.
"""

import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.account import d1_history
from sandbox.account.d1_history import database_file
from sandbox.account.envelope import Json

LONGEST_RUN = 30.0
"""Seconds; D1's own limit for a query."""
PRAGMAS = frozenset(
    {
        "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
        "foreign_key_check", "foreign_keys", "defer_foreign_keys", "quick_check", "integrity_check", "optimize",
        "function_list", "case_sensitive_like", "ignore_check_constraints", "legacy_alter_table", "recursive_triggers",
        "reverse_unordered_selects", "user_version", "data_version", "page_count", "page_size",
    }
)  # fmt: skip
"""Those that D1 allows."""
FORBIDDEN = frozenset(
    {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT}
)


class SqlError(Exception):
    """A statement failed. Nothing of the request has been kept."""


@dataclass(frozen=True)
class Result:
    """What one statement gave."""

    columns: list[str]
    rows: list[list[Any]]
    meta: Json


def run(folder: Path, database: str, batch: Iterable[tuple[str, Sequence[Any]]]) -> list[Result]:
    """Runs all statements in one transaction, as D1 runs a batch. Raises SqlError."""
    path = database_file(folder, database)
    with closing(_connect(path)) as connection:
        deadline = time.monotonic() + LONGEST_RUN
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
        connection.execute("BEGIN IMMEDIATE")
        connection.set_authorizer(_authorize)
        try:
            results = [
                _execute(connection, path, statement, parameters)
                for sql, parameters in batch
                for statement in statements(sql)
            ]
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as problem:
            connection.set_authorizer(None)
            connection.execute("ROLLBACK")
            raise SqlError(_reason(problem)) from None
        connection.set_authorizer(None)
        connection.execute("COMMIT")
    d1_history.current(folder, database)
    return results


def statements(sql: str) -> Iterator[str]:
    """The statements of a text; a `;` in a string, a comment or a trigger does not end one."""
    start = 0
    for end in (match.end() for match in re.finditer(";", sql)):
        if sqlite3.complete_statement(sql[start:end]):
            if _says_something(sql[start:end]):
                yield sql[start:end].strip()
            start = end
    if _says_something(sql[start:]):
        yield sql[start:].strip()


def measure(folder: Path, database: str) -> Json:
    """`num_tables` and `file_size`; a database that nobody has written to is empty."""
    path = database_file(folder, database)
    if not path.exists():
        return {"num_tables": 0, "file_size": 0}
    with closing(_connect(path)) as connection:
        query = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        (tables,) = connection.execute(query).fetchone()
    return {"num_tables": tables, "file_size": path.stat().st_size}


def dump(folder: Path, database: str, *, schema: bool, data: bool, tables: Sequence[str] | None) -> str:
    """The database as SQL that an import takes. Raises SqlError for what D1 does not export."""
    with closing(_connect(database_file(folder, database))) as connection:
        made = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type <> 'table', rowid"
        ).fetchall()
        if virtual := [name for _, name, _, sql in made if sql.upper().startswith("CREATE VIRTUAL TABLE")]:
            raise SqlError(f"cannot export databases with virtual tables ({', '.join(virtual)})")
        wanted = [entry for entry in made if tables is None or entry[2] in tables]
        lines = ["PRAGMA defer_foreign_keys=TRUE;"]
        lines += [f"{sql};" for kind, _, _, sql in wanted if schema and kind == "table"]
        lines += [row for kind, name, _, _ in wanted if data and kind == "table" for row in _inserts(connection, name)]
        if data and tables is None and _has_sequence(connection):
            lines += ["DELETE FROM sqlite_sequence;", *_inserts(connection, "sqlite_sequence")]
        # After the rows: a trigger would fire for each of them.
        lines += [f"{sql};" for kind, _, _, sql in wanted if schema and kind != "table"]
    return "\n".join(lines) + "\n"


def _has_sequence(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchall())


def _inserts(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    columns = [
        _identifier(name)
        for _, name, *_, hidden in connection.execute(f"PRAGMA table_xinfo({_identifier(table)})")
        if not hidden  # a generated column is not written
    ]
    values = " || ',' || ".join(f"quote({column})" for column in columns)
    head = f"INSERT INTO {_identifier(table)} ({','.join(columns)}) VALUES("
    for (row,) in connection.execute(f"SELECT {values} FROM {_identifier(table)}"):  # noqa: S608 - quoted
        yield f"{head}{row});"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, timeout=LONGEST_RUN)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _execute(connection: sqlite3.Connection, path: Path, statement: str, parameters: Sequence[Any]) -> Result:
    changes, started = connection.total_changes, time.perf_counter()
    cursor = connection.execute(statement, tuple(_bound(value) for value in parameters))
    rows = [[_shown(value) for value in row] for row in cursor.fetchall()]
    duration = (time.perf_counter() - started) * 1000
    changed = connection.total_changes - changes
    meta = {
        "served_by": "local account",
        "duration": duration,
        "timings": {"sql_duration_ms": duration},
        "changes": changed,
        "last_row_id": cursor.lastrowid or 0,
        "changed_db": changed > 0,
        "size_after": path.stat().st_size,
        "served_by_primary": True,
    }
    return Result([name for name, *_ in cursor.description or ()], rows, meta)


def _authorize(action: int, first: str | None, *_rest: str | None) -> int:
    if action in FORBIDDEN or (action == sqlite3.SQLITE_PRAGMA and str(first).lower() not in PRAGMAS):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _reason(problem: Exception) -> str:
    name = getattr(problem, "sqlite_errorname", "SQLITE_ERROR")
    return f"{problem}: {name}"


def _says_something(sql: str) -> bool:
    without_comments = re.sub(r"--[^\n]*|/\*.*?\*/", "", sql, flags=re.DOTALL)
    return bool(without_comments.strip("; \t\r\n"))


def _bound(value: Any) -> Any:
    return bytes(value) if isinstance(value, list) else value


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, bytes) else value
