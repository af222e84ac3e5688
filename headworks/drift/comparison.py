"""The comparison of a stack with its account, for one moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from headworks.account import Access
from headworks.checks.looking import read_each
from headworks.deploy import Engine, Observation, Operation, Request, observe
from headworks.deploy.stacks import resources_of
from headworks.drift import refresh
from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference, How, NotVerified
from headworks.drift.ignore import Entry, outdated, read_entries, sift
from headworks.drift.looks import names, platform, queues, routing, storage, uploads, workers
from headworks.drift.looks.look import Look
from headworks.facts.account import AccountReader, UnreadableError
from headworks.workspace import Workspace

LOOKS: tuple[Look, ...] = tuple(
    look for module in (workers, uploads, queues, routing, storage, platform, names) for look in module.LOOKS
)

DRIFTED = 8
FAILED = 1


@dataclass(frozen=True)
class Comparison:
    stack: str
    differences: Sequence[Difference]
    not_verified: Sequence[NotVerified]
    ignored: dict[Difference, Entry] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """What could not be looked at may have drifted, so it is never a pass."""
        if self.not_verified:
            return FAILED
        return DRIFTED if self.differences else 0


def compare(workspace: Workspace, stack: str, access: Access, engine: Engine, now: datetime) -> Comparison:
    """Look at everything. Raises Failure when there is nothing to compare with, or the ignore file is wrong."""
    entries = [entry for entry in read_entries(workspace.system) if entry.stack == stack]
    deployed = Deployed.of_state(stack, resources_of(workspace, stack, engine))
    request = Request(operation=Operation.REFRESH, preview_only=True, workspace=workspace, stack=stack, access=access)
    found, unseen = _found(observe(request, engine), deployed, access)
    counting, ignored = sift(found, entries, now)
    # An entry for what could not be seen today may well be needed.
    stale = [] if unseen else outdated(entries, found, now)
    return Comparison(stack, sorted([*counting, *stale]), sorted(unseen), ignored)


def _found(observation: Observation, deployed: Deployed, access: Access) -> tuple[list[Difference], list[NotVerified]]:
    found = refresh.differences(deployed, observation)
    unseen = refresh.not_verified(deployed, observation)
    with AccountReader(access, deployed.account_id) as account:
        for seen in read_each(lambda look: _seen(look, deployed, account), LOOKS).values():
            if isinstance(seen, NotVerified):
                unseen.append(seen)
            else:
                found += seen
    return _joined(found), unseen


def _joined(differences: Sequence[Difference]) -> list[Difference]:
    """One for each thing, however many have seen it."""
    told: dict[tuple[How, str, str], list[str]] = {}
    for each in differences:
        told.setdefault((each.how, each.kind, each.name), []).append(each.says)
    return [Difference(*key, "; ".join(dict.fromkeys(says))) for key, says in told.items()]


def _seen(look: Look, deployed: Deployed, account: AccountReader) -> list[Difference] | NotVerified:
    try:
        return list(look.look(deployed, account))
    except UnreadableError as error:
        return NotVerified(look.at, str(error))
