"""Rules about waivers themselves: they count while they hold and are needed, and are shown as long as they do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from pulumi_policy import Severity

from policies.clock import now
from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import ADVISED_EVERYWHERE, EVERYWHERE, MANDATORY, STACK, ResourceRule, Rule, StackRule, Violation
from policies.tokens import WORKER_ENVIRONMENT
from policies.waivers import Waiver, stated_waivers


def rules_about_waivers(of: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules about waivers of these rules."""
    by_id = {rule.id: rule for rule in of}
    return (
        StackRule(
            id="waivers-must-hold",
            title="Waivers hold, and are needed",
            description="Every waiver counts today, and something breaks the rule that it waives.",
            details="A waiver ends at most 90 days after it was granted; one for an incident (break-glass) at most 4 hours. One that ended, or that nothing needs any more, stops the deployment until it is taken out: forgotten, it would hide the next violation. Waived can be what a rule says of a component, and what a rule about the graph says of any resource.",
            requirements=("R35", "R78", "D4", "D27", "D37"),
            severity=Severity.HIGH,
            levels=EVERYWHERE,
            remediation="Take the waiver out of waivers.yaml, or let its owner grant it anew, with a new end.",
            check=lambda stack, _: _faulty(stack, by_id),
        ),
        StackRule(
            id="waivers-must-end",
            title="Waived violations are shown",
            description="What is broken and waived is mended before the waiver ends.",
            details="Advice in every environment: each waived violation, with who answers for it and until when.",
            requirements=("R35", "R78", "D4", "D27", "D37"),
            severity=Severity.MEDIUM,
            levels=ADVISED_EVERYWHERE,
            remediation="Mend what the rule asks for, and take the waiver out.",
            check=lambda stack, _: _waived(stack, by_id),
        ),
    )


def _faulty(stack: Stack, rules: Mapping[str, Rule]) -> Iterator[Violation]:
    for environment, index, waiver in _waivers(stack):
        before = len(stack.unread)
        reason = waiver.refusal(now()) or _unneeded(stack, waiver, rules.get(waiver.rule), [*rules])
        if reason is None:
            del stack.unread[before:]  # what is broken for certain needs nothing that is not known yet
        elif len(stack.unread) == before:
            yield Violation(
                f"the waiver of {waiver.rule} for {waiver.resource} does not count: {reason}.",
                "take it out of waivers.yaml, or correct it there.",
                property=f"waivers[{index}]",
                resource=environment,
            )


def _unneeded(stack: Stack, waiver: Waiver, rule: Rule | None, known: Sequence[str]) -> str | None:
    """Why the waiver waives nothing; None if it does."""
    if rule is None:
        near = get_close_matches(waiver.rule, known, n=1)
        return f"there is no such rule{f'; did you mean {near[0]}?' if near else ''}"
    broken = [resource for resource, _ in _broken(stack, rule) if waiver.matches(rule.id, _name(resource))]
    if not broken:
        return "nothing that it is for breaks the rule here"
    if isinstance(rule, ResourceRule) and not any(resource and resource.is_ours for resource in broken):
        return "the rule judges inputs, and only a component knows its waivers"
    return None


def _waived(stack: Stack, rules: Mapping[str, Rule]) -> Iterator[Violation]:
    for _, _, waiver in _waivers(stack):
        rule, before = rules.get(waiver.rule), len(stack.unread)
        if rule is None or waiver.refusal(now()) is not None:
            continue
        for resource, violation in _broken(stack, rule):
            if waiver.matches(rule.id, _name(resource)):
                consequence = f"{rule.id} is {waiver}. {violation.consequence}"
                yield replace(violation, consequence=consequence, resource=resource)
        del stack.unread[before:]  # the rule itself tells what it could not judge


def _waivers(stack: Stack) -> Iterator[tuple[Resource, int, Waiver]]:
    for environment in stack.of_type(WORKER_ENVIRONMENT):
        for index, waiver in enumerate(stated_waivers(environment.properties)):
            yield environment, index, waiver


def _broken(stack: Stack, rule: Rule) -> Iterator[tuple[Resource | None, Violation]]:
    """What would stop the deployment if nothing were waived: who is to blame, and for what."""
    settings = Properties({}, [])
    if isinstance(rule, StackRule) and rule.levels.of(stack.environment) is MANDATORY:
        yield from ((violation.resource, violation) for violation in rule.check(stack, settings))
    elif isinstance(rule, ResourceRule):
        for resource in stack.of_type(*sorted(rule.types)):
            if rule.levels.of(resource.environment) is MANDATORY:
                yield from ((resource, violation) for violation in rule.check(resource, settings))


def _name(resource: Resource | None) -> str:
    return resource.name if resource else STACK
