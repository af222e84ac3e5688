"""Schema migrations of a D1 database: a dynamic resource, because the provider makes databases without tables.

The database itself keeps the names of the applied files, in the table in which wrangler keeps them: each of the two can
go on where the other one stopped. The state keeps what a file was when it was applied, so that one that was changed
afterwards is refused in the preview (docs/decisions/d1-migrations.md).
"""

import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.schema_files import SchemaFile
from headworks.v4 import Api, ApiError

WRANGLERS_TABLE = "d1_migrations"

_SILENCE = 60.0
"""Seconds; D1 gives a query 30."""

_NOT_FOUND = 404

_SHOWN = 200
"""Characters of a statement in a message."""


class MigrationError(Exception):
    """A file could not be applied, or the database went through others than the folder has."""


class D1MigrationsProvider(ResourceProvider):
    """Create and update apply the pending files; delete does nothing, since nobody wrote how to take one back."""

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        applied: list[SchemaFile] = olds["files"] if _is_same_database(olds, news) else []
        failures = [CheckFailure("files", reason) for reason in _rewritten(applied, news["files"])]
        if applied and olds["table"] != news["table"]:
            failures.append(CheckFailure("table", _other_table(olds["table"], news["table"])))
        return CheckResult(news, failures)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("accountId", "database") if olds[key] != news[key]]
        missing = {file["name"] for file in news["files"]} - set(olds["applied"])
        return DiffResult(
            changes=bool(replaces or missing) or olds["files"] != _named(news["files"]), replaces=replaces
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["database"], _applied(props, bookmark=""))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_applied(news, bookmark=olds["bookmark"]))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        with Api.from_environment(timeout=_SILENCE) as api:
            try:
                applied = _Database(api, props).applied()
            except ApiError as error:
                if error.status != _NOT_FOUND:
                    raise
                return ReadResult("", {})  # the database is gone, and its tables with it: everything is pending again
        return ReadResult(id_, props | {"applied": applied})

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        database = props["database"]
        print(f"The schema of the database {database} stays as it is: it goes when the database goes.", file=sys.stderr)


def _is_same_database(olds: dict[str, Any], news: dict[str, Any]) -> bool:
    return all(olds.get(key) == news[key] for key in ("accountId", "database"))


def _rewritten(applied: Sequence[SchemaFile], declared: Sequence[SchemaFile]) -> Iterator[str]:
    """Why `declared` is not `applied` with files added."""
    hashes = {file["name"]: file["sha256"] for file in declared}
    for file in applied:
        name = file["name"]
        if name not in hashes:
            yield f"{name} was applied and is no longer there, so another database would get another schema. Put the file back."
        elif hashes[name] != file["sha256"]:
            yield (
                f"{name} was applied and has been changed since, which no database that has it will notice. "
                "Restore the file, and put the change into a new one with the next number."
            )


def _other_table(before: str, now: str) -> str:
    return (
        f"the applied files are listed in {before!r}, and {now!r} is empty: all of them would be applied again. "
        "Put the name back, or rename the table in the database first and import the list."
    )


def _applied(props: dict[str, Any], bookmark: str) -> dict[str, Any]:
    """Apply what the database lacks, and return the resource's state; `bookmark` is that of the last time.

    Raises MigrationError, ApiError, or NotConfiguredError without a token.
    """
    files: list[SchemaFile] = props["files"]
    with Api.from_environment(timeout=_SILENCE) as api:
        database = _Database(api, props)
        done = database.applied()
        if unknown := sorted(set(done) - {file["name"] for file in files}):
            raise MigrationError(
                f"the database has applied {', '.join(unknown)}, which the folder does not have, so what it contains is not "
                "what the files say. Put the files into the folder as they were applied; then bring the stack up again."
            )
        pending = [file for file in files if file["name"] not in done]
        if pending:
            bookmark = database.bookmark()
            database.prepare()
        for file in pending:
            database.apply(file)
    return {
        "accountId": props["accountId"],
        "database": props["database"],
        "table": props["table"],
        "files": _named(files),
        "applied": [*done, *(file["name"] for file in pending)],
        "bookmark": bookmark,
    }


def _named(files: Sequence[SchemaFile]) -> list[dict[str, str]]:
    return [{"name": file["name"], "sha256": file["sha256"]} for file in files]


class _Database:
    """One D1 database, and wrangler's list of applied files in it."""

    def __init__(self, api: Api, props: dict[str, Any]) -> None:
        self._api = api
        self._path = f"/accounts/{props['accountId']}/d1/database/{props['database']}"
        self._name: str = props["table"]
        self._table = '"' + self._name.replace('"', '""') + '"'

    def bookmark(self) -> str:
        """Where time travel would go back to."""
        return str(self._api.get(f"{self._path}/time_travel/bookmark")["bookmark"])

    def applied(self) -> list[str]:
        """Names of the applied files, in the order in which they were; none without the table."""
        if not self._rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?", self._name):
            return []
        return [row["name"] for row in self._rows(f"SELECT name FROM {self._table} ORDER BY id")]  # noqa: S608

    def prepare(self) -> None:
        """Make the table, in wrangler's shape."""
        self._rows(
            f"CREATE TABLE IF NOT EXISTS {self._table} (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
            "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)"
        )

    def apply(self, file: SchemaFile) -> None:
        """Run the file and list it, in one batch: D1 runs that as a transaction, so a file is applied whole or not at all."""
        parts = statements(file["sql"])
        listed = {"sql": f"INSERT INTO {self._table} (name) VALUES (?)", "params": [file["name"]]}  # noqa: S608
        batch = [*({"sql": statement} for statement in parts), listed]
        try:
            self._api.post(f"{self._path}/query", json={"batch": batch})
        except ApiError as error:
            culprit = _first_failing(self._schema(), parts)
            where = f"the statement `{_shortened(culprit)}`" if culprit else f"one of its {len(parts)} statements"
            raise MigrationError(
                f"{file['name']}: D1 refused {where}: {error.reason} [code: {error.code}]. Nothing of this file was applied, and "
                "the files before it stay applied. Correct it and bring the stack up again: it goes on with this file."
            ) from error

    def _schema(self) -> list[str]:
        rows = self._rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        return [row["sql"] for row in rows]

    def _rows(self, sql: str, *params: str) -> list[dict[str, Any]]:
        (result,) = self._api.post(f"{self._path}/query", json={"sql": sql, "params": list(params)})
        rows: list[dict[str, Any]] = result["results"]
        return rows


def statements(sql: str) -> list[str]:
    """The statements of a file; a `;` in a text, a comment or a trigger does not end one."""
    found, start = [], 0
    for end in (match.end() for match in re.finditer(";", sql)):
        if sqlite3.complete_statement(sql[start:end]):
            found.append(sql[start:end])
            start = end
    return [statement.strip() for statement in (*found, sql[start:]) if _says_something(statement)]


def _says_something(sql: str) -> bool:
    return bool(re.sub(r"--[^\n]*|/\*.*?\*/|;", "", sql, flags=re.DOTALL).strip())


def _first_failing(schema: Sequence[str], parts: Sequence[str]) -> str | None:
    """The statement that fails on an empty copy of the schema, since D1 does not say which one of a batch did.

    None when all of them pass: then it is the rows that it fails on.
    """
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.set_authorizer(_without_files)
        for statement in schema:
            with suppress(sqlite3.Error):
                copy.execute(statement)
        for statement in parts:
            try:
                copy.execute(statement)
            except sqlite3.Error:
                return statement
    return None


def _without_files(action: int, *_: object) -> int:
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


def _shortened(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class D1Migrations(Resource, module="headworks", name="D1Migrations"):
    """The schema files applied to one database. What depends on it comes after them."""

    database: pulumi.Output[str]
    """The database's id."""
    applied: pulumi.Output[list[str]]
    """Names of the files, in the order in which they were applied."""
    bookmark: pulumi.Output[str]
    """Where the database was before the last files were applied; empty while none was."""

    def __init__(
        self,
        name: str,
        *,
        account_id: str,
        database: pulumi.Input[str],
        table: str,
        files: Sequence[SchemaFile],
        opts: pulumi.ResourceOptions,
    ) -> None:
        inputs = {
            "accountId": account_id,
            "database": database,
            "table": table,
            "files": [dict(file) for file in files],
        }
        super().__init__(D1MigrationsProvider(), name, inputs | {"applied": None, "bookmark": None}, opts)
