"""A rule of the linter, what it finds, and where."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headworks.lint_runbook.runbook import Runbook


class Severity(StrEnum):
    """The words are those of SARIF."""

    ERROR = "error"
    """Whoever follows the step fails, or damages something."""
    WARNING = "warning"
    """The step works, on something else than its reader thinks."""
    NOTE = "note"
    """The step works, and its reader should know more than the runbook says."""


@dataclass(frozen=True, order=True)
class Place:
    """Line and column of a character, both from 1, as editors count."""

    line: int
    column: int = 1


@dataclass(frozen=True)
class Defect:
    """What a rule saw."""

    place: Place
    reason: str
    """What is wrong here, without its consequence, which is the rule's."""
    instead: str
    """The working command or text, or what to do."""


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    consequence: str
    """What comes of it, for whoever follows the runbook."""
    _: KW_ONLY
    severity: Severity = Severity.ERROR
    requirements: tuple[str, ...] = ()
    """The lines of the runbooks (`runbooks/*.yaml`) that it serves."""
    check: Callable[[Runbook], Iterator[Defect]]


@dataclass(frozen=True)
class Finding:
    rule: Rule
    defect: Defect
