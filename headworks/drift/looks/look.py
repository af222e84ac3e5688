"""What a look is, and what it is given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference
from headworks.facts.account import AccountReader


@dataclass(frozen=True)
class Look:
    at: str
    """What it looks at, for the report of one that could not: `secrets of each Worker`."""
    look: Callable[[Deployed, AccountReader], Iterable[Difference]]
