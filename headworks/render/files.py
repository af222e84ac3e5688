"""Rendered texts and the files on disk: written whole or not at all, and only when they differ."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from headworks.failure import Failure
from headworks.render.ownership import MARK
from headworks.render.rendering import CONFIGURATION

_WINS = "wrangler.json"
"""Wrangler reads it instead of a wrangler.jsonc beside it."""


@dataclass(frozen=True, kw_only=True)
class File:
    """One file, as it is and as it is to be."""

    path: Path
    name: str
    """Its path in the folder that was named."""
    text: str
    found: str | None
    """None when there is no such file."""

    @property
    def is_current(self) -> bool:
        return self.found == self.text

    @property
    def diff(self) -> str:
        """What writing it would change, as a unified diff."""
        before = (self.found or "").splitlines(keepends=True)
        name = self.name if self.found is not None else "/dev/null"
        return "".join(difflib.unified_diff(before, self.text.splitlines(keepends=True), name, self.name))


def compare(directory: Path, texts: Mapping[PurePosixPath, str]) -> list[File]:
    """Every file with what is there now. Raises Failure (exit 2) for what cannot be read, or what wrangler would read instead."""
    return [
        File(path=directory / name, name=name.as_posix(), text=text, found=_read(directory / name))
        for name, text in texts.items()
    ]


def write(files: list[File]) -> None:
    """Bring all files up to date. Raises Failure (exit 2) before the first one if somebody else wrote a configuration."""
    _refuse_strangers(files)
    for file in files:
        if not file.is_current:
            _replace(file)


def _refuse_strangers(files: list[File]) -> None:
    for file in files:
        if file.path.name == CONFIGURATION and file.found is not None and MARK not in file.found.partition("\n")[0]:
            raise Failure(
                f"{file.path} was not written by `headworks render`, and would be lost.",
                fix="Bring what it says into the system's files, and move it away.",
                exit_code=2,
            )


def _read(path: Path) -> str | None:
    if path.name == CONFIGURATION and path.with_name(_WINS).exists():
        raise Failure(
            f"{path.with_name(_WINS)} is there, and wrangler reads it instead of {CONFIGURATION}.",
            fix="Move it away.",
            exit_code=2,
        )
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}.", fix="Move it away.", exit_code=2) from error


def _replace(file: File) -> None:
    """By a file beside it that takes its place: whoever reads finds the old one or the new one."""
    partial = file.path.with_name(f".{file.path.name}.{os.getpid()}")
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(file.text.encode())
        partial.replace(file.path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise Failure(
            f"{file.path} could not be written: {error.strerror}.", fix="Name another folder with --to.", exit_code=2
        ) from error
