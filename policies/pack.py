"""The pack: all rules, and the policies that they become."""

from pulumi_policy import EnforcementLevel, Policy, PolicyPack

from policies import (
    account,
    completeness,
    credentials,
    durable_objects,
    exposure,
    isolation,
    live_state,
    queues,
    stateful,
    variables,
)
from policies.rule import Rule

NAME = "headworks"

RULES: tuple[Rule, ...] = (
    *queues.RULES,
    *credentials.RULES,
    *isolation.RULES,
    *stateful.RULES,
    *account.RULES,
    *variables.RULES,
    *exposure.RULES,
    *durable_objects.RULES,
    *completeness.RULES,
    *live_state.RULES,
)


def policies() -> list[Policy]:
    return [policy for rule in RULES for policy in rule.policies()]


def start() -> None:
    """Serve the pack to the engine. Does not return."""
    PolicyPack(NAME, policies(), enforcement_level=EnforcementLevel.MANDATORY)
