"""Where a line stands: by each kind of holder, by the worst of several, and what stops a deployment."""

from datetime import timedelta

import pytest

from headworks.checks.check import Finding
from headworks.readiness.evidence import Source, questions
from headworks.readiness.standing import State
from tests.readiness.conftest import NOW, step, verdict, violation

QUEUE = {"resource": "WorkQueue", "property": "queueName", "values": ["orders"], "stacks": ["production"]}
POLICY = {"policy": "queues-must-have-dead-letter-queue"}
CHECK = {"check": "token-is-valid"}
PROBE = {"probe": "/health"}
ATTESTATION = {"attestation": "on-call"}
UNASSIGNED = {"unassigned": "nobody reads these numbers yet"}


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([step("create", {"queueName": "orders"})], State.HELD),
        ([step("same", {"queueName": "orders"})], State.HELD),
        ([step("create", {"queueName": "parcels"})], State.MISSING),
        ([step("delete", {"queueName": "orders"})], State.MISSING),
        ([], State.MISSING),
    ],
)
def test_a_resource_holds_by_the_graph_that_the_stack_will_have(scene, events, state):
    scene.events = events
    assert scene.stand(QUEUE).state is state


def test_what_only_the_deployment_makes_is_not_missing_before_it(scene):
    made = {"resource": "WorkQueue", "property": "ids.orders", "values": ["7"], "stacks": ["production"]}
    assert scene.stand(made).state is State.MISSING
    scene.events = [step("create", {"queueName": "orders"})]
    assert scene.stand(made).state is State.LATER
    scene.events = [step("create", {"queueName": "orders", "ids": {"parcels": "8"}})]
    assert scene.stand(made).state is State.MISSING
    scene.events = [step("same", {"queueName": "orders"})]
    assert scene.stand(made).state is State.MISSING


def test_a_switch_that_is_off_in_everyday_life_is_not_said_to_be_well(scene):
    standing = scene.stand({**QUEUE, "given": {"routes_enabled": False}})
    assert (standing.state, "routes_enabled" in standing.holdings[0].says) == (State.LATER, True)


def test_a_line_that_asks_and_that_nothing_holds_says_so(scene):
    assert scene.stand().state is State.UNASSIGNED
    assert scene.stand({**ATTESTATION, "stacks": ["staging"]}).state is State.UNASSIGNED


@pytest.mark.parametrize(
    ("policy", "events", "state"),
    [
        ("queues-must-have-dead-letter-queue", [verdict("queues-must-have-dead-letter-queue")], State.HELD),
        ("queues-must-have-dead-letter-queue", [], State.NOT_VERIFIED),
        ("queues-must-have-dead-letter-queue", [violation("queues-must-have-dead-letter-queue")], State.MISSING),
        ("alerts-must-have-a-mechanism", [violation("alerts-must-have-a-mechanism")], State.ADVISED),
        (
            "queues-must-have-dead-letter-queue",
            [
                verdict("queues-must-have-dead-letter-queue"),
                violation("queues-must-have-dead-letter-queue", "can't run policy 'x' during preview: unknown"),
            ],
            State.NOT_VERIFIED,
        ),
    ],
)
def test_a_policy_holds_when_it_was_asked_and_found_nothing(scene, policy, events, state):
    scene.events = events
    assert scene.stand({"policy": policy}).state is state


def test_a_waived_policy_says_who_answers_for_it_until_when(scene):
    scene.events = [verdict(POLICY["policy"])]
    scene.waive(POLICY["policy"], days=9)
    scene.waive(POLICY["policy"], days=7)
    standing = scene.stand(POLICY)
    assert (standing.state, standing.until, standing.is_blocking) == (State.WAIVED, NOW + timedelta(days=7), False)


def test_a_waiver_of_one_rule_says_nothing_of_another(scene):
    scene.events = [verdict(POLICY["policy"])]
    scene.waive("consumers-must-retry")
    assert scene.stand(POLICY).state is State.HELD


def test_a_rule_that_is_off_in_an_environment_is_not_asked_there(scene):
    scene.stack = "development"
    assert scene.stand({"policy": "production-names-must-be-complete"}).state is State.NOT_ASKED


@pytest.mark.parametrize("holder", [CHECK, PROBE], ids=["check", "probe"])
@pytest.mark.parametrize(
    ("finding", "state"),
    [
        (Finding.held("seen"), State.VERIFIED),
        (Finding.missing("not there"), State.MISSING),
        (Finding.not_verified("no answer"), State.NOT_VERIFIED),
    ],
)
def test_a_check_or_probe_says_what_it_found(scene, holder, finding, state):
    scene.findings = {"token-is-valid": finding, "/health": finding}
    standing = scene.stand(holder)
    assert (standing.state, standing.holdings[0].says) == (state, finding.says)


def test_an_attestation_holds_while_it_counts(scene):
    assert scene.stand(ATTESTATION).state is State.MISSING
    scene.attest("on-call", refused="it held until yesterday")
    refused = scene.stand(ATTESTATION)
    assert (refused.state, "it held until yesterday" in refused.holdings[0].says) == (State.MISSING, True)
    scene.attest("on-call")
    attested = scene.stand(ATTESTATION)
    assert (attested.state, attested.until) == (State.ATTESTED, NOW + timedelta(hours=8))


@pytest.mark.parametrize(
    ("reason", "state"),
    [({"unsupported": "Cloudflare has no such notification"}, State.UNSUPPORTED), (UNASSIGNED, State.UNASSIGNED)],
)
def test_what_nobody_holds_says_why_and_stops_nothing(scene, reason, state):
    standing = scene.stand(reason)
    assert (standing.state, standing.is_blocking) == (state, False)
    assert standing.holdings[0].says in reason.values()


def test_a_line_stands_where_the_worst_of_its_holders_does(scene):
    scene.events = [verdict(POLICY["policy"]), step("create", {"queueName": "orders"})]
    scene.findings = {"token-is-valid": Finding.held("seen")}
    assert scene.stand(QUEUE, POLICY, CHECK).state is State.VERIFIED
    assert scene.stand(QUEUE, POLICY, UNASSIGNED).state is State.UNASSIGNED
    standing = scene.stand(QUEUE, ATTESTATION, UNASSIGNED)
    assert (standing.state, [each.by for each in standing.deciding]) == (State.MISSING, ["attestation on-call"])


def test_a_holder_for_other_environments_says_nothing_here(scene):
    scene.events = [step("create", {"queueName": "orders"})]
    standing = scene.stand(QUEUE, {**ATTESTATION, "stacks": ["staging"]})
    assert [holding.state for holding in standing.holdings] == [State.HELD]


@pytest.mark.parametrize(
    ("stack", "finding", "blocks"),
    [
        ("production", Finding.missing("not there"), True),
        ("production", Finding.not_verified("no answer"), True),
        ("staging", Finding.missing("not there"), True),
        ("staging", Finding.not_verified("no answer"), False),
        ("production", Finding.held("seen"), False),
    ],
)
def test_production_takes_what_is_not_verified_for_a_no(scene, stack, finding, blocks):
    scene.stack, scene.findings = stack, {"token-is-valid": finding}
    assert scene.stand(CHECK).is_blocking is blocks


def test_what_only_a_deployed_worker_shows_is_asked_once_it_is_deployed_and_never_stops_it(scene):
    scene.findings = {"/health": Finding.missing("it does not answer")}
    scene.events = [step("create", {})]
    assert scene.stand(PROBE, when="after").state is State.LATER
    scene.events = [step("same", {})]
    standing = scene.stand(PROBE, when="after")
    assert (standing.state, standing.is_blocking) == (State.MISSING, False)


def test_nobody_answers_for_an_incident_on_other_days(scene):
    scene.events = [step("same", {})]
    assert scene.stand(ATTESTATION, when="incident").state is State.LATER


def test_of_other_environments_nothing_is_asked(scene):
    assert scene.stand(ATTESTATION, stacks=["staging"]).state is State.NOT_ASKED
    assert scene.stand(ATTESTATION, stacks=["staging"], when="incident").state is State.NOT_ASKED


@pytest.mark.parametrize(
    ("source", "holder"),
    [(Source.ATTESTATIONS, ATTESTATION), (Source.CHECKS, CHECK), (Source.PROBES, PROBE)],
)
def test_what_is_left_out_is_said_to_be_and_does_not_stop(scene, source, holder):
    scene.left_out = frozenset({source})
    standing = scene.stand(holder)
    assert (standing.state, standing.is_blocking) == (State.LEFT_OUT, False)
    assert questions([scene.line(holder)], "production", scene.left_out) == {}


def test_what_several_lines_ask_is_asked_once(scene):
    lines = [
        scene.line(CHECK, {"check": "tools-are-installed", "with": {"node": "22"}}),
        scene.line({**CHECK, "stacks": ["production"]}, {"check": "tools-are-installed", "with": {"node": "20"}}),
        scene.line({**CHECK, "stacks": ["staging"]}),
        scene.line(PROBE, stacks=["staging"]),
    ]
    asked = [getattr(each, "check", "probe") for each in questions(lines, "production", frozenset()).values()]
    assert asked == ["token-is-valid", "tools-are-installed", "tools-are-installed"]
