"""Which SQL files make up the schema of a database."""

import re
from pathlib import Path


def schema_paths(folder: Path) -> list[Path]:
    """The files of a folder in wrangler's order: by the number that a name begins with, then by name."""
    paths = [path for path in folder.glob("*.sql") if path.is_file() and not path.name.startswith(".")]
    return sorted(paths, key=_position)


def _position(path: Path) -> tuple[bool, int, str]:
    number = re.match(r"\d+", path.name)
    return (number is None, int(number[0]) if number else 0, path.name)
