"""The SQL files of a database's schema: which there are, and in which order they are applied."""

import hashlib
from pathlib import Path
from typing import TypedDict

import pulumi

from headworks.model.schema_paths import schema_paths


class SchemaFile(TypedDict):
    name: str
    """In the database's list of applied files: the file's name in its folder, as wrangler writes it."""
    sha256: str
    """Of the content, hexadecimal."""
    sql: str


def read_schema_files(directory: Path, folder: str) -> list[SchemaFile]:
    """The files of `directory`/`folder` in wrangler's order: by the number that a name begins with, then by name.

    Raises pulumi.RunError when there is none: a mistyped folder would be a database without tables.
    """
    paths = schema_paths(directory / folder)
    if not paths:
        raise pulumi.RunError(
            f"{folder}: there are no .sql files beside the program, so the database would stay without tables. "
            "Correct `migrations_dir` of the database, or leave it out if the app makes its tables itself."
        )
    return [_schema_file(path) for path in paths]


def _schema_file(path: Path) -> SchemaFile:
    content = path.read_bytes()
    return SchemaFile(name=path.name, sha256=hashlib.sha256(content).hexdigest(), sql=content.decode())
