"""The files under `runbooks/`: every line of a system's runbook with its id, in our words, and with what holds it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML


class Written(BaseModel):
    """Something that people write: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResourceProperty(Written):
    """A property of resources in a stack's graph. It holds a line while the resources with the wanted values exist."""

    resource: str
    """Name of the type without its package, as in code: `R2Bucket`, or `WorkQueue` for a component."""
    stacks: tuple[str, ...]
    """The environments in which it has to be so."""
    property: str
    """Path in the inputs or outputs: `settings.maxRetries`, `bindings[].name`, `bindings[name=DB].type`; `[]` is any item,
    `[word=text]` any item with that text, `{}` any key."""
    values: tuple[Any, ...] = ()
    """Each of them is found on some resource of the type; without any, the property has to be there with any value."""
    where: dict[str, Any] = {}
    """Only resources that have these values at these paths count."""
    given: dict[str, Any] = {}
    """What the environment has to say for it, over its file: a switch that is off in everyday life."""


class Unsupported(Written):
    """Nothing of Cloudflare, or of its provider, can hold the line."""

    unsupported: Annotated[str, Field(min_length=20)]
    """Why, and what is done instead."""


Kind = Literal["I", "P", "C", "A"]
"""Infrastructure, policy, check, attestation."""


class Line(Written):
    id: Annotated[str, Field(pattern=r"^[RTPD][1-9]\d*$")]
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    text: Annotated[str, Field(min_length=10)]
    held_by: tuple[ResourceProperty | Unsupported, ...] = ()


class Runbook(Written):
    system: str
    lines: tuple[Line, ...]

    @model_validator(mode="after")
    def _ids_are_unique_and_in_order(self) -> "Runbook":
        numbers = [int(line.id[1:]) for line in self.lines]
        if numbers != sorted(set(numbers)) or len({line.id[0] for line in self.lines}) > 1:
            raise ValueError("the ids of a runbook are unique, of one letter, and in order")
        return self


def load_runbook(file: Path) -> Runbook:
    """The runbook in a file; raises pydantic's ValidationError where it is not one."""
    return Runbook.model_validate(YAML(typ="safe", pure=True).load(file))
