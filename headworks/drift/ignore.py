"""Differences that somebody answers for: `drift-ignore.yaml` beside a system's Pulumi.yaml, under review like code."""

from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from headworks.drift.difference import Difference, How
from headworks.drift.kinds import WORDS
from headworks.evidence.dated_list import DatedEntry, Moment, Text, read_dated_list

IGNORE_FILE = "drift-ignore.yaml"

_FIX = (
    "An entry has stack, kind, name, owner, reason (at least 10 characters) and until; docs/drift.md lists the kinds."
)


def _known(kind: str) -> str:
    if kind not in WORDS:
        raise ValueError(f"there is no kind {kind!r}")
    return kind


class Entry(DatedEntry):
    kind: Annotated[str, AfterValidator(_known)]
    name: Text
    """As the report shows it; `*` stands for any characters."""
    until: Moment

    def fits(self, difference: Difference) -> bool:
        return difference.kind == self.kind and fnmatchcase(difference.name, _literal(self.name))


def _literal(pattern: str) -> str:
    """A pattern in which only `*` is special."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def read_entries(directory: Path) -> tuple[Entry, ...]:
    """The entries of a system; none without a file. Raises Failure (exit 2) with everything that is wrong in it."""
    return read_dated_list(directory / IGNORE_FILE, Entry, fix=_FIX)


def sift(
    differences: Sequence[Difference], entries: Sequence[Entry], now: datetime
) -> tuple[list[Difference], dict[Difference, Entry]]:
    """The differences that count, and those that an entry covers today."""
    current = [entry for entry in entries if now < entry.until]
    covered = {
        difference: entry
        for difference in differences
        for entry in [next((entry for entry in current if entry.fits(difference)), None)]
        if entry
    }
    return [difference for difference in differences if difference not in covered], covered


def outdated(entries: Sequence[Entry], differences: Sequence[Difference], now: datetime) -> list[Difference]:
    """Entries that have ended, and entries that fit nothing: whoever reads the file would believe that they are needed."""
    ended = [(entry, f"ended on {entry.until:%Y-%m-%d}") for entry in entries if entry.until <= now]
    unused = [
        (entry, "fits nothing any more")
        for entry in entries
        if now < entry.until and not any(entry.fits(difference) for difference in differences)
    ]
    return [
        Difference(
            How.OUTDATED,
            "ignored-entry",
            f"{entry.kind} {entry.name}",
            f"{why}; {entry.owner} answers for it in {IGNORE_FILE}: take it out, or look again and renew it",
        )
        for entry, why in (*ended, *unused)
    ]
