"""The account: the one that is meant, and no other."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import OUTSIDE_DEVELOPMENT, ResourceRule, StackRule, Violation
from policies.tokens import WORKER_ENVIRONMENT

ACCOUNT_ID = re.compile(r"[0-9a-f]{32}")

SETTINGS = {
    "accounts": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "default": [],
        "description": "Ids of the only accounts that may be used, whatever the stack's file says.",
    }
}


def not_pinned(resource: Resource, settings: Properties) -> Iterator[Violation]:
    environment, accounts = resource.properties, settings.texts("accounts")
    account, seen = environment.text("accountId"), environment.table("facts").table("account").text("id")
    if account is None or not ACCOUNT_ID.fullmatch(account):
        yield Violation(
            "the account is not a literal id of 32 hexadecimal digits, so the same command may deploy to whatever account is at hand.",
            "write `account_id` into the stack's file, as `headworks doctor` or the dashboard shows it.",
            property="accountId",
        )
    elif accounts and account not in accounts:
        yield Violation(
            "the account is none of those that this pack's configuration allows.",
            "correct `account_id` in the stack's file, or add the account to `accounts`.",
            property="accountId",
        )
    elif seen and seen != account:
        yield Violation(
            "the credentials at hand are for another account than the environment is pinned to.",
            "use a token of the pinned account.",
            property="facts.account.id",
        )


def strays(stack: Stack, settings: Properties) -> Iterator[Violation]:
    """Without an environment that pins an account, all resources must at least agree on one."""
    environments = stack.of_type(WORKER_ENVIRONMENT)
    accounts = {e.properties.text("accountId") for e in environments} or set(settings.texts("accounts"))
    for resource in stack.resources:
        account = resource.properties.text("accountId")
        if account is None or account in accounts or None in accounts:
            continue
        if not accounts:
            accounts = {account}
            continue
        yield Violation(
            "the resource is in another account than its environment, where nobody looks for it.",
            "pass the environment's `account_id`, or make a stack of its own for the other account.",
            property="accountId",
            resource=resource,
        )


RULES = (
    ResourceRule(
        id="account-must-be-pinned",
        title="The account is pinned",
        description="Staging and production name their account by a literal id, and the credentials are for that account.",
        details="`accountId` of the `WorkerEnvironment` is literal also at a preview, and it is the account that the credentials at hand reach.",
        requirements=("R22", "T38"),
        severity=Severity.CRITICAL,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Set `account_id` in Pulumi.<stack>.yaml to the account's 32-digit id and use a token that is limited to it.",
        settings=SETTINGS,
        types=frozenset({WORKER_ENVIRONMENT}),
        check=not_pinned,
    ),
    StackRule(
        id="resources-must-stay-in-their-account",
        title="All resources are in the pinned account",
        description="No resource of a stack is in another account than the one that its environment is pinned to.",
        details="Every `accountId` in the stack is the one that the `WorkerEnvironment` is pinned to. Without such a component all must agree.",
        requirements=("R22", "T38"),
        severity=Severity.CRITICAL,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Take `account_id` from the environment wherever a resource needs it; never from the surroundings.",
        settings=SETTINGS,
        check=strays,
    ),
)
