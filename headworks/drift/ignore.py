"""Differences that somebody answers for: `drift-ignore.yaml` beside a system's Pulumi.yaml, under review like code."""

from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headworks.drift.difference import Difference, How
from headworks.drift.kinds import WORDS
from headworks.evidence.waivers import Moment
from headworks.failure import Failure
from headworks.model.stack_files import stacks_of

IGNORE_FILE = "drift-ignore.yaml"

_FIX = (
    "An entry has stack, kind, name, owner, reason (at least 10 characters) and until; docs/drift.md lists the kinds."
)


def _known(kind: str) -> str:
    if kind not in WORDS:
        raise ValueError(f"there is no kind {kind!r}")
    return kind


Text = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    stack: Text
    kind: Annotated[str, AfterValidator(_known)]
    name: Text
    """As the report shows it; `*` stands for any characters."""
    owner: Text
    """Who answers for it."""
    reason: Annotated[str, Field(min_length=10)]
    until: Moment

    def fits(self, difference: Difference) -> bool:
        return difference.kind == self.kind and fnmatchcase(difference.name, _literal(self.name))


def _literal(pattern: str) -> str:
    """A pattern in which only `*` is special."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def read_entries(directory: Path) -> tuple[Entry, ...]:
    """The entries of a system; none without a file. Raises Failure (exit 2) with everything that is wrong in it."""
    file = directory / IGNORE_FILE
    if not file.is_file():
        return ()
    try:
        entries = TypeAdapter(tuple[Entry, ...]).validate_python(YAML(typ="safe", pure=True).load(file) or ())
    except YAMLError as error:
        raise Failure(f"{file} is not YAML: {error}", fix="Mend the line that is named.", exit_code=2) from error
    except ValidationError as error:
        problems = "\n".join(
            f"  {'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
        )
        raise Failure(f"{file} does not say what drift is to be ignored:\n{problems}", fix=_FIX, exit_code=2) from error
    _refuse_unknown_stacks(file, entries)
    return entries


def _refuse_unknown_stacks(file: Path, entries: Sequence[Entry]) -> None:
    """An entry for a stack that does not exist would never be found to have ended."""
    stacks = stacks_of(file.parent)
    if unknown := sorted({entry.stack for entry in entries} - set(stacks)):
        raise Failure(
            f"{file} names {', '.join(unknown)}, which is no stack of the system.",
            fix=f"Name one of {', '.join(stacks) or 'none'}, or take the entry out.",
            exit_code=2,
        )


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
