"""A check as a gate asks it: by its id, with what a line says to it."""

from datetime import UTC, datetime
from typing import Any

from headworks.checks.check import Context, Finding
from headworks.checks.registry import CHECKS
from headworks.facts.account import AccountReader
from headworks.model.environment import Environment
from headworks.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ask(
    id_: str,
    workspace: Workspace,
    environment: Environment,
    account: AccountReader,
    *,
    now: datetime = NOW,
    **arguments: Any,
) -> Finding:
    check = CHECKS[id_]
    context = Context(workspace=workspace, environment=environment, account=account, now=now)
    return check.look(context, check.arguments.model_validate(arguments))
