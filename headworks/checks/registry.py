"""Every check by its id."""

from collections.abc import Iterable, Mapping

from headworks.checks import bundle, github, machine, repository
from headworks.checks.check import Check


def by_id(checks: Iterable[Check]) -> Mapping[str, Check]:
    """Raises ValueError when two checks have the same id."""
    found: dict[str, Check] = {}
    for check in checks:
        if check.id in found:
            raise ValueError(f"two checks are called {check.id}: a line of a runbook could not tell them apart")
        found[check.id] = check
    return found


CHECKS: Mapping[str, Check] = by_id(
    (
        *repository.CHECKS,
        *github.CHECKS,
        *machine.CHECKS,
        *bundle.CHECKS,
    )
)
