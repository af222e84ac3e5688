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
    token,
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


_SUBJECTS = (
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
    token,
    workers,
)

CHECKS: Mapping[str, Check] = by_id(check for subject in _SUBJECTS for check in subject.CHECKS)
