"""The pack: all rules, and the policies that they become."""

from pulumi_policy import EnforcementLevel, Policy, PolicyPack

from policies import (
    account,
    alerts,
    caching,
    code,
    completeness,
    consumers,
    credentials,
    databases,
    dispatch,
    durable_objects,
    entrances,
    exposure,
    isolation,
    likeness,
    live_state,
    queues,
    residency,
    runtime,
    stateful,
    storage,
    variables,
)
from policies.rule import Rule

NAME = "headworks"

RULES: tuple[Rule, ...] = (
    *queues.RULES,
    *consumers.RULES,
    *storage.RULES,
    *databases.RULES,
    *durable_objects.RULES,
    *stateful.RULES,
    *residency.RULES,
    *credentials.RULES,
    *variables.RULES,
    *caching.RULES,
    *account.RULES,
    *isolation.RULES,
    *likeness.RULES,
    *exposure.RULES,
    *entrances.RULES,
    *code.RULES,
    *runtime.RULES,
    *dispatch.RULES,
    *alerts.RULES,
    *completeness.RULES,
    *live_state.RULES,
)


def policies() -> list[Policy]:
    return [policy for rule in RULES for policy in rule.policies()]


def start() -> None:
    """Serve the pack to the engine. Does not return."""
    PolicyPack(NAME, policies(), enforcement_level=EnforcementLevel.MANDATORY)
