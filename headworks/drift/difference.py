"""What is told of an account: how it differs from the state, and what could not be seen."""

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    CHANGED = "changed"
    """It is there, and is not what the last `up` left."""
    MISSING = "missing"
    """The last `up` left it, and it is gone."""
    UNOWNED = "unowned"
    """It is there under a name, or in a place, of this stack, and no `up` made it."""
    OUTDATED = "outdated"
    """An entry of the ignore file that has ended, or fits nothing."""


@dataclass(frozen=True, order=True)
class Difference:
    how: How
    kind: str
    """One of `headworks.drift.kinds.WORDS`, such as `queue-consumer`."""
    name: str
    """As the account shows it."""
    says: str
    """What differs. Never a secret's value."""


@dataclass(frozen=True, order=True)
class NotVerified:
    """Something that could not be looked at, which is no answer."""

    what: str
    reason: str
