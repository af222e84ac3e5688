"""Each rule through the real pack process: Rockhounding's production passes, and one spoiled thing is one clear refusal."""

import pytest

from policies.pack import RULES
from policies.rule import ADVICE, ResourceRule
from tests.policies import (
    cases_of_code,
    cases_of_data,
    cases_of_durable_objects,
    cases_of_environments,
    cases_of_foundations,
)
from tests.policies.rule_cases import Spoiled, Unknown

BY_ID = {rule.id: rule for rule in RULES}
SUBJECTS = (cases_of_foundations, cases_of_durable_objects, cases_of_data, cases_of_environments, cases_of_code)
SPOILED: list[Spoiled] = [case for subject in SUBJECTS for case in subject.SPOILED]
UNKNOWN: list[Unknown] = [case for subject in SUBJECTS for case in subject.UNKNOWN]


@pytest.mark.parametrize("rule", BY_ID)
def test_production_of_the_rockhounding_api_passes(production, rule):
    assert not [finding for finding in production.judged() if finding.policy == rule]


@pytest.mark.parametrize("case", SPOILED, ids=lambda case: f"{case.rule}: {case.how}")
def test_an_environment_is_refused_for(production, complaints, case):
    if case.stack != "production":
        production.become(case.stack)
    case.spoil(production)
    findings = production.judged()
    assert complaints(findings) == {case.rule, *case.also}
    (finding,) = [finding for finding in findings if finding.policy == case.rule]
    assert finding.level == getattr(BY_ID[case.rule].levels, case.stack).value
    assert finding.urn
    description, message = finding.message.split("\n")
    assert description == BY_ID[case.rule].description
    assert case.says in message
    consequence, fix = message.split(" Fix: ")
    assert consequence
    assert case.fix in fix
    assert message.endswith(f"({', '.join(BY_ID[case.rule].requirements)})")
    assert "planted" not in message


def test_every_rule_has_a_failing_test():
    assert {case.rule for case in SPOILED} == set(BY_ID)


@pytest.mark.parametrize("case", UNKNOWN, ids=lambda case: case.rule)
def test_what_a_preview_does_not_know_is_told_and_not_passed_in_silence(production, complaints, case):
    if case.stack != "production":
        production.become(case.stack)
    case.spoil(production)
    findings = production.judged()
    assert complaints(findings) == set()
    notes = [finding for finding in findings if finding.policy == case.rule]
    assert notes
    for note in notes:
        assert note.level == "advisory"
        assert note.message.startswith(f"can't run policy '{case.rule}' from policy pack 'headworks@v")


@pytest.mark.parametrize("case", [case for case in UNKNOWN if case.and_certainly], ids=lambda case: case.rule)
def test_an_unknown_value_does_not_hide_a_violation_beside_it(production, complaints, case):
    if case.stack != "production":
        production.become(case.stack)
    case.spoil(production)
    case.and_certainly(production)
    assert case.rule in complaints(production.judged())


def test_every_rule_has_an_unknown_at_preview_test():
    assert {case.rule for case in UNKNOWN} == set(BY_ID)


@pytest.mark.parametrize("environment", ["staging", "development"])
@pytest.mark.parametrize(
    "case", [case for case in SPOILED if case.stack == "production"], ids=lambda case: f"{case.rule}: {case.how}"
)
def test_elsewhere_the_same_mistake_has_the_level_that_the_rule_s_table_says(production, case, environment):
    production.become(environment)
    case.spoil(production)
    levels = {finding.level for finding in production.judged() if finding.policy.removesuffix(ADVICE) == case.rule}
    expected = getattr(BY_ID[case.rule].levels, environment).value
    assert levels == ({expected} if expected != "disabled" else set())


def test_a_rule_about_one_resource_stops_the_change_before_the_provider_is_called(production):
    """At `up`, only what Analyze says of a registration comes early enough; the graph is judged when all is made."""
    stopping = {rule.id for rule in RULES if isinstance(rule, ResourceRule)}
    assert {
        "queues-must-have-dead-letter-queue",
        "declared-secrets-must-be-set",
        "environments-must-not-share-names",
    } <= stopping
    production["exports"]["consumer"].pop("deadLetterQueue")
    assert [finding.policy for finding in production.judged("exports")] == ["queues-must-have-dead-letter-queue"]
