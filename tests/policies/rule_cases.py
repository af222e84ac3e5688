"""What a case of a rule is: how an environment in order is spoiled, and what the rule has to say of it."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Spoiled(NamedTuple):
    rule: str
    how: str
    spoil: Callable[[Any], object]
    says: str
    """Part of the message that tells this violation from others of the rule."""
    fix: str
    also: set[str] = frozenset()  # type: ignore[assignment]
    """Rules that the same mistake breaks, too."""
    stack: str = "production"
    """Where the rule is at its strictest."""


class Unknown(NamedTuple):
    rule: str
    spoil: Callable[[Any], object]
    and_certainly: Callable[[Any], object] | None = None
    """A violation that does not depend on the unknown value: it must be told all the same."""
    stack: str = "production"
