"""What holds the lines of the runbooks: it exists, it is for the stacks in which they ask, and nothing is held by nothing."""

from collections import defaultdict

import pytest

from headworks.checks.registry import CHECKS
from headworks.evidence.attestations import KINDS
from headworks.model.files import load_environment
from headworks.runbooks.lines import Attestation, Check, Policy, Probe
from headworks.runbooks.reading import load_runbook
from policies.pack import RULES
from policies.rule import OFF
from tests.workspace import ROOT, SYSTEMS

RUNBOOKS = {system: load_runbook(ROOT / f"runbooks/{system}.yaml").lines for system in SYSTEMS}
LINES = [line for lines in RUNBOOKS.values() for line in lines]
LAST = {"rockhounding-api": ("R", 95), "triggers-api": ("T", 142), "parquedb": ("P", 81), "dotdo": ("D", 45)}
"""What the lines of the four runbooks were numbered with."""
RULES_BY_ID = {rule.id: rule for rule in RULES}

every_system = pytest.mark.parametrize("system", RUNBOOKS)


def holders(kind, lines=LINES):
    """Every holder of the kind, with its line and the stacks that it is for."""
    for line in lines:
        for holder in line.held_by:
            if isinstance(holder, kind):
                yield line, holder, holder.stacks or line.stacks


@pytest.mark.parametrize("system", LAST)
def test_the_lines_are_those_of_the_four_runbooks(system):
    letter, last = LAST[system]
    assert [line.id for line in RUNBOOKS[system]] == [f"{letter}{number}" for number in range(1, last + 1)]


def test_they_are_363_lines():
    assert sum(len(RUNBOOKS[system]) for system in LAST) == sum(last for _, last in LAST.values()) == 363


@every_system
def test_in_each_stack_where_a_line_asks_something_holds_it_or_a_reason_is_given(system):
    held = {
        (line.id, stack)
        for line in RUNBOOKS[system]
        for holder in line.held_by
        for stack in (getattr(holder, "stacks", ()) or line.stacks)
    }
    asked = {(line.id, stack) for line in RUNBOOKS[system] for stack in line.stacks}
    assert asked - held == set(), "nothing holds the line there"
    assert held - asked == set(), "the line does not ask there"


@every_system
def test_a_line_names_a_rule_only_for_stacks_where_it_is_on(system):
    named = list(holders(Policy, RUNBOOKS[system]))
    assert {holder.policy for _, holder, _ in named} <= set(RULES_BY_ID)
    off = [
        f"{line.id}: {holder.policy} is off in {stack}"
        for line, holder, stacks in named
        for stack in stacks
        if getattr(RULES_BY_ID[holder.policy].levels, stack) is OFF
    ]
    assert off == []


def test_a_rule_serves_the_lines_that_name_it_and_there_are_some():
    named = defaultdict(set)
    for line, holder, _ in holders(Policy):
        named[holder.policy].add(line.id)
    assert named == {rule.id: set(rule.requirements) for rule in RULES}
    assert all(rule.requirements for rule in RULES)


@every_system
def test_a_check_exists_and_understands_what_the_line_says_to_it(system):
    asked = [holder for _, holder, _ in holders(Check, RUNBOOKS[system])]
    assert {holder.check for holder in asked} <= set(CHECKS)
    for holder in asked:
        CHECKS[holder.check].arguments.model_validate(holder.arguments)


def test_every_check_is_asked_by_a_line():
    assert {holder.check for _, holder, _ in holders(Check)} == set(CHECKS)


def test_every_kind_of_attestation_is_asked_for_and_no_other():
    assert {holder.attestation for _, holder, _ in holders(Attestation)} == set(KINDS)


def test_few_lines_rest_on_what_people_say_alone():
    alone = [line.id for line in LINES if all(isinstance(holder, Attestation) for holder in line.held_by)]
    assert len(alone) <= 34, alone


@every_system
def test_a_probe_asks_a_host_that_leads_to_the_system(system):
    hosts = {
        stack: [route.host for each in load_environment(SYSTEMS[system], stack).workers for route in each.routes]
        for stack in ("production", "staging", "development")
    }
    first = {stack: of_stack[:1] for stack, of_stack in hosts.items()}
    # A line may ask whether staging is good enough for production, and never the other way round.
    hosts["production"] += hosts["staging"]
    unknown = [
        f"{line.id}: {holder.host or 'the first host'} in {stack}"
        for line, holder, stacks in holders(Probe, RUNBOOKS[system])
        for stack in stacks
        if (holder.host not in hosts[stack] if holder.host else not first[stack])
    ]
    assert unknown == []


def test_the_files_that_lines_look_for_are_there():
    paths = [holder.arguments["path"] for _, holder, _ in holders(Check) if "path" in holder.arguments]
    assert paths
    assert [path for path in paths if not (ROOT / path).is_file()] == []
