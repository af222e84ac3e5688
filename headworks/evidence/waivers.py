"""Waivers: a rule that does not hold for a while, for a reason, and on somebody's word.

They stand in `waivers.yaml` beside a system's Pulumi.yaml, under review like code. A waiver has an end, at most 90 days
after it was granted; one for an incident (break-glass) at most 4 hours.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headworks.failure import Failure

WAIVERS_FILE = "waivers.yaml"
LONGEST = timedelta(days=90)
LONGEST_OF_INCIDENT = timedelta(hours=4)


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

    def matches(self, rule: str, resource: str) -> bool:
        return self.rule == rule and fnmatchcase(resource, self.resource)


def read_waivers(directory: Path) -> tuple[Waiver, ...]:
    """The waivers of a system; none without a file. Raises Failure (exit 2) with everything that is wrong in it."""
    file = directory / WAIVERS_FILE
    if not file.is_file():
        return ()
    try:
        return TypeAdapter(tuple[Waiver, ...]).validate_python(YAML(typ="safe", pure=True).load(file) or ())
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


def waivers_of_stack(directory: Path, stack: str) -> tuple[Waiver, ...]:
    """Those of the system's waivers that are for this stack."""
    return tuple(waiver for waiver in read_waivers(directory) if waiver.stack == stack)


def refusals(waivers: tuple[Waiver, ...], *, now: datetime) -> Iterator[tuple[Waiver, str]]:
    """Waivers that do not count, each with its reason."""
    for waiver in waivers:
        longest = LONGEST_OF_INCIDENT if waiver.incident else LONGEST
        checks = (
            (waiver.granted <= now, f"it is granted only from {waiver.granted:%Y-%m-%d %H:%M %Z}"),
            (now < waiver.expires, f"it ended at {waiver.expires:%Y-%m-%d %H:%M %Z}"),
            (waiver.granted < waiver.expires, "it ends before it begins"),
            (
                waiver.expires - waiver.granted <= longest,
                "break-glass ends after 4 hours"
                if waiver.incident
                else "it ends later than 90 days after it was granted",
            ),
        )
        reason = next((reason for holds, reason in checks if not holds), None)
        if reason:
            yield waiver, reason
