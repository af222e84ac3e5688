"""Every check by its id."""

from collections.abc import Iterable, Mapping

from headworks.checks import (
    account,
    alerts,
    bundle,
    databases,
    github,
    machine,
    platform,
    queues,
    repository,
    staging,
    storage,
    workers,
)
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
        *account.CHECKS,
        *storage.CHECKS,
        *databases.CHECKS,
        *queues.CHECKS,
        *workers.CHECKS,
        *platform.CHECKS,
        *alerts.CHECKS,
        *staging.CHECKS,
        *repository.CHECKS,
        *github.CHECKS,
        *machine.CHECKS,
        *bundle.CHECKS,
    )
)
