"""The pack: all rules, and the policies that they become."""

from collections.abc import Mapping

from pulumi_policy import EnforcementLevel, Policy, PolicyPack

from policies import (
    account,
    alerts,
    bindings,
    caching,
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
from policies.clock import now
from policies.conversion import convert_once
from policies.rule import Rule
from policies.waiver_rules import rules_about_waivers

NAME = "headworks"

_SUBJECTS: Mapping[str, tuple[Rule, ...]] = {
    "Queues": (*queues.RULES, *consumers.RULES),
    "Storage": (*storage.RULES, *stateful.RULES, *residency.RULES),
    "Databases": databases.RULES,
    "Durable Objects": durable_objects.RULES,
    "Secrets": credentials.RULES,
    "Variables": (*variables.RULES, *caching.RULES),
    "Account": (*account.RULES, *live_state.RULES),
    "Environments": (*likeness.RULES, *isolation.RULES, *completeness.RULES),
    "Entrances": (*exposure.RULES, *entrances.RULES),
    "Code and runtime": (*bindings.RULES, *runtime.RULES),
    "Workers for Platforms": dispatch.RULES,
    "Alerts": alerts.RULES,
}

SUBJECTS: Mapping[str, tuple[Rule, ...]] = {
    **_SUBJECTS,
    "Waivers": rules_about_waivers([rule for rules in _SUBJECTS.values() for rule in rules]),
}
"""The rules by what they are about."""

RULES: tuple[Rule, ...] = tuple(rule for rules in SUBJECTS.values() for rule in rules)


def policies() -> list[Policy]:
    return [policy for rule in RULES for policy in rule.policies()]


def start() -> None:
    """Serve the pack to the engine. Does not return. Raises ValueError if it is told a day that is none."""
    now()
    convert_once()
    PolicyPack(NAME, policies(), enforcement_level=EnforcementLevel.MANDATORY)
