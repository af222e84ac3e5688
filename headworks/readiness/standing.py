"""Where a line stands, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headworks.runbooks.lines import Line


class State(StrEnum):
    """From the worst to the best: a line stands where the worst of its holders does."""

    MISSING = "missing"
    NOT_VERIFIED = "not verified"
    """It could not be looked up, or only a deployment will know."""
    ADVISED = "advised"
    """A rule that only advises in this environment finds fault."""
    UNASSIGNED = "unassigned"
    """Nothing holds it; the reason is given."""
    UNSUPPORTED = "unsupported"
    """Cloudflare or its provider has nothing for it."""
    LEFT_OUT = "left out"
    """This run was told not to look."""
    WAIVED = "waived"
    ATTESTED = "attested"
    VERIFIED = "verified"
    """A check or a probe saw it."""
    HELD = "held"
    """By the stack's own resources and the policies."""
    LATER = "later"
    """It can be seen only once the stack is deployed, or it is switched on, or is asked in an incident."""
    NOT_ASKED = "not asked"
    """Of this environment nothing is asked."""


OPEN = frozenset({State.MISSING, State.NOT_VERIFIED})
"""What somebody has to do something about."""


class HolderKind(StrEnum):
    """Of what holds a line."""

    RESOURCE = "resource"
    POLICY = "policy"
    CHECK = "check"
    PROBE = "probe"
    ATTESTATION = "attestation"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Holding:
    """One holder of a line, and where it stands."""

    kind: HolderKind
    name: str
    """Id of the policy or check, path of the probe, kind of attestation, property of a resource (`R2Bucket.name`)."""
    state: State
    says: str
    until: datetime | None = None
    """For waived and attested: when that ends."""

    @property
    def by(self) -> str:
        """For people: `policy queues-must-have-consumer`, `R2Bucket.name`."""
        return self.name if self.kind in {HolderKind.RESOURCE, HolderKind.NOBODY} else f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Standing:
    line: Line
    state: State
    holdings: Sequence[Holding]
    is_blocking: bool = False
    """The stack must not be deployed while it stands so."""

    @property
    def until(self) -> datetime | None:
        """When the first of what it rests on ends."""
        ends = [holding.until for holding in self.holdings if holding.until]
        return min(ends, default=None)

    @property
    def deciding(self) -> Sequence[Holding]:
        """The holders that are to thank, or to blame, for the state."""
        return [holding for holding in self.holdings if holding.state is self.state]


def worst(states: Sequence[State]) -> State:
    """Of several holders; one that nothing is asked of says nothing beside another that is asked."""
    return min(states, key=list(State).index)
