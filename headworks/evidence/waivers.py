"""Waivers: a rule that does not hold for a while, for a reason, and on somebody's word.

They stand in `waivers.yaml` beside a system's Pulumi.yaml, under review like code. Here they are read; whether one counts
today is for the pack to say (`policies/waivers.py`), which is given them with the graph.
"""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headworks.failure import Failure
from headworks.model.stack_files import stacks_of

WAIVERS_FILE = "waivers.yaml"


def _moment(value: Any) -> Any:
    """A bare date is its midnight in UTC, and so is a time without a zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Text = Annotated[str, Field(min_length=1)]


class Waiver(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Text
    """Id of the policy."""
    resource: Text
    """Logical name of the resources; `*` stands for any characters."""
    stack: Text
    owner: Text
    """Who answers for it."""
    reason: Annotated[str, Field(min_length=10)]
    granted: Moment
    expires: Moment
    incident: Text | None = None
    """Id of the incident that needs it; such a waiver ends after hours."""


def read_waivers(directory: Path) -> tuple[Waiver, ...]:
    """The waivers of a system; none without a file. Raises Failure (exit 2) with everything that is wrong in it."""
    file = directory / WAIVERS_FILE
    if not file.is_file():
        return ()
    try:
        waivers = TypeAdapter(tuple[Waiver, ...]).validate_python(YAML(typ="safe", pure=True).load(file) or ())
    except YAMLError as error:
        raise Failure(f"{file} is not YAML: {error}", fix="Mend the line that is named.", exit_code=2) from error
    except ValidationError as error:
        problems = "\n".join(
            f"  {'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
        )
        raise Failure(
            f"{file} does not hold waivers:\n{problems}",
            fix="A waiver has rule, resource, stack, owner, reason, granted and expires, and for break-glass an incident.",
            exit_code=2,
        ) from error
    _refuse_unknown_stacks(file, waivers)
    return waivers


def waivers_of_stack(directory: Path, stack: str) -> tuple[Waiver, ...]:
    """Those of the system's waivers that are for this stack."""
    return tuple(waiver for waiver in read_waivers(directory) if waiver.stack == stack)


def _refuse_unknown_stacks(file: Path, waivers: tuple[Waiver, ...]) -> None:
    """A waiver for a stack that does not exist would never be looked at, and so never be found to have ended."""
    stacks = stacks_of(file.parent)
    if unknown := sorted({waiver.stack for waiver in waivers} - set(stacks)):
        raise Failure(
            f"{file} waives rules for {', '.join(unknown)}, which is no stack of the system.",
            fix=f"Name one of {', '.join(stacks) or 'none'}, or take the waiver out.",
            exit_code=2,
        )
