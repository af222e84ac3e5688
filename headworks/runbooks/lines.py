"""The files under `runbooks/`: every line of a system's runbook with its id, in our words, and with what holds it."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Written(BaseModel):
    """Something that people write: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Holder(Written):
    """Something that holds a line."""

    stacks: tuple[str, ...] = ()
    """The environments in which it has to; without any, in all in which the line asks."""


class ResourceProperty(Holder):
    """A property of resources in a stack's graph. It holds a line while the resources with the wanted values exist."""

    resource: str
    """Name of the type without its package, as in code: `R2Bucket`, or `WorkQueue` for a component."""
    stacks: Annotated[tuple[str, ...], Field(min_length=1)]
    property: str
    """Path in the inputs or outputs: `settings.maxRetries`, `bindings[].name`, `bindings[name=DB].type`; `[]` is any item,
    `[word=text]` any item with that text, `{}` any key."""
    values: tuple[Any, ...] = ()
    """Each of them is found on some resource of the type; without any, the property has to be there with any value."""
    where: dict[str, Any] = {}
    """Only resources that have these values at these paths count."""
    given: dict[str, Any] = {}
    """What the environment has to say for it, over its file: a switch that is off in everyday life."""


class Policy(Holder):
    """A rule of the pack. It holds a line while it finds nothing, or what it finds is waived."""

    policy: str
    """Id of the rule."""


class Check(Holder):
    """Something that is looked up where it is true: in the account, in the repository, on this machine."""

    check: str
    """Id of the check; `headworks/checks/` has them."""
    arguments: Annotated[dict[str, Any], Field(alias="with")] = {}


class Probe(Holder):
    """A request that the deployed Worker answers as it should. Only requests that change nothing are sent."""

    probe: Annotated[str, Field(pattern=r"^/[!-~]*$")]
    """Path, such as `/health`."""
    host: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")] | None = None
    """Where a system has several: the host that is asked. Without one, that of the Worker's first route or domain."""
    status: int = 200
    contains: dict[str, Any] = {}
    """What the JSON object of the answer has, beside anything else."""
    within_ms: Annotated[int, Field(gt=0)] | None = None


class Attestation(Holder):
    """What a person vouches for (docs/evidence.md)."""

    attestation: str
    """Kind of attestation."""


class Unsupported(Written):
    """Nothing of Cloudflare, or of its provider, can hold the line."""

    unsupported: Annotated[str, Field(min_length=20)]
    """Why, and what is done instead."""


class Unassigned(Written):
    """Nothing holds the line."""

    unassigned: Annotated[str, Field(min_length=20)]
    """Why not, and who looks at it meanwhile."""


Kind = Literal["I", "P", "C", "A"]
"""Infrastructure, policy, check, attestation."""


class When(StrEnum):
    """When a line asks."""

    BEFORE = "before"
    """Before the stack is deployed: the gate waits for it."""
    AFTER = "after"
    """Once it is deployed: only then it can be seen."""
    INCIDENT = "incident"
    """When something is wrong; on other days nobody has to answer."""


class Line(Written):
    id: Annotated[str, Field(pattern=r"^[RTPD][1-9]\d*$")]
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    text: Annotated[str, Field(min_length=10)]
    stacks: Annotated[tuple[str, ...], Field(min_length=1)] = ("development", "staging", "production")
    """The environments in which it asks."""
    when: When = When.BEFORE
    held_by: tuple[ResourceProperty | Policy | Check | Probe | Attestation | Unsupported | Unassigned, ...] = ()
    """All of those that are for a stack have to hold there."""

    @property
    def rests_on_attestation_alone(self) -> bool:
        return bool(self.held_by) and all(isinstance(holder, Attestation) for holder in self.held_by)


class Runbook(Written):
    system: str
    lines: tuple[Line, ...]

    @model_validator(mode="after")
    def _ids_are_unique_and_in_order(self) -> "Runbook":
        numbers = [int(line.id[1:]) for line in self.lines]
        if numbers != sorted(set(numbers)) or len({line.id[0] for line in self.lines}) > 1:
            raise ValueError("the ids of a runbook are unique, of one letter, and in order")
        return self
