"""What the events of a preview tell."""

import pytest

from headworks.deploy import Observation
from headworks.readiness.preview import Preview
from headworks.runbooks.graph import Resource
from tests.readiness.conftest import URN, step, verdict, violation


def preview(*events, exit_code=0, error=""):
    return Preview(Observation(events, exit_code, error))


def test_the_stack_has_what_is_not_deleted_as_it_will_be():
    other = URN.replace("orders", "old")
    told = preview(step("same", {"queueName": "a"}), step("update", {"queueName": "b"}), step("delete", {}, other))
    assert told.resources == (Resource("headworks:index:WorkQueue", {"queueName": "b"}),)


def test_what_stays_has_the_outputs_of_the_last_deployment():
    event = step("same", {"queueName": "a"})
    event["resourcePreEvent"]["metadata"]["old"] = {"outputs": {"queueName": "a", "queueId": "7"}}
    (resource,) = preview(event).resources
    assert resource.properties == {"queueName": "a", "queueId": "7"}


@pytest.mark.parametrize(("op", "deployed"), [("create", False), ("same", True), ("delete", True)])
def test_a_stack_is_deployed_when_anything_of_it_was_there(op, deployed):
    assert preview(step(op, {})).is_deployed is deployed


def test_names_are_looked_up_of_what_is_made_anew():
    urn = URN.replace("headworks:index:WorkQueue", "cloudflare:index/queue:Queue")
    told = preview(step("create", {"queueName": "new"}, urn), step("same", {"queueName": "old"}, urn + "2"))
    assert [planned.inputs["queueName"] for planned in told.planned] == ["new"]


def test_a_finding_counts_as_the_packs_own_table_says_and_is_told_once():
    told = preview(
        violation("consumers-must-retry"),
        violation("consumers-must-retry"),
        violation("queues-must-have-consumer-advice"),
        violation("alerts-must-have-a-mechanism"),
    )
    assert [(finding.rule, finding.mandatory) for finding in told.findings] == [
        ("consumers-must-retry", True),
        ("queues-must-have-consumer", False),
        ("alerts-must-have-a-mechanism", False),
    ]


def test_what_another_pack_says_is_not_ours():
    foreign = {"policyEvent": violation("consumers-must-retry")["policyEvent"] | {"policyPackName": "other"}}
    passed = {"policyAnalyzeSummaryEvent": {"policyPackName": "other", "passed": ["consumers-must-retry"]}}
    told = preview(foreign, passed)
    assert (told.findings, told.judged) == ((), frozenset())


def test_a_rule_that_was_asked_and_passed_or_failed_is_judged_and_one_that_could_not_be_is_not():
    told = preview(
        verdict("consumers-must-retry", failed=["secrets-must-not-be-plain"]),
        violation("queues-must-have-consumer", "can't run policy 'queues-must-have-consumer' during preview"),
    )
    assert told.judged == {"consumers-must-retry", "secrets-must-not-be-plain"}
    assert (told.undecided, told.findings) == ({"queues-must-have-consumer"}, ())


@pytest.mark.parametrize(
    ("events", "error", "errors"),
    [
        ([{"diagnosticEvent": {"severity": "error", "message": "no such zone\n"}}], "", ["no such zone"]),
        ([{"diagnosticEvent": {"severity": "info", "message": "hello"}}], "it was cancelled", ["it was cancelled"]),
        ([], "", ["the preview failed"]),
    ],
)
def test_a_preview_that_failed_says_why(events, error, errors):
    assert list(preview(*events, exit_code=1, error=error).errors) == errors
    assert list(preview(*events).errors) == []
