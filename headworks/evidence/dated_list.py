"""Lists of what somebody answers for until a day: YAML beside a system's Pulumi.yaml, under review like code."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headworks.failure import Failure, problems_of
from headworks.model.stack_files import stacks_of


def _moment(value: Any) -> Any:
    """A bare date is its midnight in UTC, and so is a time without a zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Text = Annotated[str, Field(min_length=1)]


class DatedEntry(BaseModel):
    """What every entry says, beside its subject and its end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stack: Text
    owner: Text
    """Who answers for it."""
    reason: Annotated[str, Field(min_length=10)]


E = TypeVar("E", bound=DatedEntry)


def read_dated_list(file: Path, entry: type[E], *, fix: str) -> tuple[E, ...]:
    """The entries of a file; none without it. Raises Failure (exit 2) with everything that is wrong; `fix` says what an entry has."""
    if not file.is_file():
        return ()
    try:
        written = YAML(typ="safe", pure=True).load(file) or ()
        entries: tuple[E, ...] = TypeAdapter(tuple[entry, ...]).validate_python(written)  # type: ignore[valid-type]
    except YAMLError as error:
        raise _refusal(file, f" it is not YAML: {error}", "Mend the line that is named.") from error
    except ValidationError as error:
        wrong = "\n".join(f"  {problem}" for problem in problems_of(error))
        raise _refusal(file, f"\n{wrong}", fix) from error
    _refuse_unknown_stacks(file, entries)
    return entries


def _refuse_unknown_stacks(file: Path, entries: Sequence[DatedEntry]) -> None:
    """An entry for a stack that does not exist would never be looked at, and so never be found to have ended."""
    stacks = stacks_of(file.parent)
    unknown = {number: each.stack for number, each in enumerate(entries) if each.stack not in stacks}
    if unknown:
        wrong = "\n".join(
            f"  {number}.stack: it is for {stack}, which is no stack of the system" for number, stack in unknown.items()
        )
        raise _refusal(file, f"\n{wrong}", f"Name one of {', '.join(stacks) or 'none'}, or take the entry out.")


def _refusal(file: Path, wrong: str, fix: str) -> Failure:
    return Failure(f"Nothing is done, since {file} cannot be read as it is:{wrong}", fix=fix, exit_code=2)
