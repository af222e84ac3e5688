"""Checks of D1: the databases, and what is in them."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check, all_there, none_wrong
from headworks.facts.live import storage as live
from headworks.model.environment import Database
from headworks.model.schema_paths import schema_paths


class Tables(Arguments):
    database: str
    """Its binding."""
    tables: Annotated[tuple[str, ...], Field(min_length=1)]


class Indexes(Arguments):
    database: str
    indexes: Annotated[tuple[str, ...], Field(min_length=1)]


_SCHEMA = "SELECT type, name FROM sqlite_master"


def _databases_exist(context: Context, _: Arguments) -> Finding:
    names = context.environment.names.databases
    return all_there("D1 database", names, live.databases(context.account), "Bring the stack up.")


def _tables_exist(context: Context, given: Tables) -> Finding:
    return _has(context, given.database, "table", given.tables)


def _indexes_exist(context: Context, given: Indexes) -> Finding:
    return _has(context, given.database, "index", given.indexes)


def _has(context: Context, binding: str, kind: str, names: tuple[str, ...]) -> Finding:
    declared = next((each for each in context.environment.databases if each.binding == binding), None)
    if declared is None:
        return Finding.missing(
            f"The stack declares no database under {binding}. Declare it, or correct the line's `with`."
        )
    identifier = live.databases(context.account).get(declared.name)
    if identifier is None:
        return Finding.missing(f"The account lacks the D1 database {declared.name}. Bring the stack up.")
    present = _names(context, identifier, kind)
    mend = "Apply the schema's files: bring the stack up, or `wrangler d1 migrations apply` where the app does it."
    return none_wrong([name for name in names if name not in present], f"{declared.name} lacks the {kind}", mend, names)


def _names(context: Context, database_id: str, kind: str) -> set[str]:
    return {row["name"] for row in live.rows(context.account, database_id, _SCHEMA) if row["type"] == kind}


def _migrations_are_applied(context: Context, _: Arguments) -> Finding:
    databases = [each for each in context.environment.databases if each.migrations_dir is not None]
    if not databases:
        return Finding.not_verified(
            "No database of the stack has `migrations_dir`: the files of the schema are not here. Name their folder there."
        )
    wrong = [fault for database in databases for fault in _faults(context, database)]
    mend = (
        "Bring the stack up: it applies what is pending. Put files that only the database knows back into the folder."
    )
    return none_wrong(wrong, "Schema and files differ:", mend, [database.name for database in databases])


def _faults(context: Context, database: Database) -> Iterator[str]:
    files = [path.name for path in schema_paths(context.workspace.root / str(database.migrations_dir))]
    if not files:
        yield f"{database.name} ({database.migrations_dir} has no .sql files)"
        return
    identifier = live.databases(context.account).get(database.name)
    if identifier is None:
        yield f"{database.name} (not in the account)"
        return
    applied = _applied(context, identifier, database.migrations_table)
    yield from (f"{name} ({database.name} has not applied it)" for name in files if name not in applied)
    yield from (
        f"{name} ({database.name} has applied it, and no file is there)" for name in applied if name not in files
    )


def _applied(context: Context, database_id: str, table: str) -> list[str]:
    """Names of the applied files; none without wrangler's table of them."""
    if table not in _names(context, database_id, "table"):
        return []
    quoted = '"' + table.replace('"', '""') + '"'
    query = f"SELECT name FROM {quoted} ORDER BY id"  # noqa: S608
    return [row["name"] for row in live.rows(context.account, database_id, query)]


CHECKS = (
    account_check("databases-exist", "the account has each D1 database of the stack", _databases_exist),
    account_check(
        "d1-migrations-are-applied",
        "each database has applied the files of its folder, all of them and no others",
        _migrations_are_applied,
    ),
    account_check("d1-tables-exist", "the database has these tables", _tables_exist, Tables),
    account_check("d1-indexes-exist", "the database has these indexes", _indexes_exist, Indexes),
)
