"""What people approved is what is deployed, or nothing is."""

import json

import pytest

from headworks.failure import Failure
from headworks.gate.approval import read_plan
from headworks.gate.formats import FORMATS, Format
from headworks.gate.verdict import Kind, Verdict
from tests.readiness.conftest import URN, Scene, step

OTHER = URN.replace("shop-orders", "shop-mails")


def update(*properties):
    event = step("update", {})
    event["resourcePreEvent"]["metadata"]["diffs"] = list(properties)
    return event


@pytest.fixture
def judged(tmp_path):
    """Judges a preview of `now` after one of `then` was approved."""

    def judge(then, now):
        approved, later = Scene(), Scene()
        approved.events, later.events = then, now
        file = tmp_path / "approved.json"
        file.write_text(FORMATS[Format.JSON](Verdict(approved.readiness())))
        readiness = later.readiness()
        return Verdict(readiness, read_plan(file, readiness))

    return judge


def test_the_same_plan_is_let_through_in_whatever_order_it_is_told(judged):
    then = [step("create", {}), step("delete", {}, OTHER), update("content", "routes")]
    now = [update("routes", "content"), step("delete", {}, OTHER), step("create", {}), step("same", {}, OTHER)]
    assert judged(then, now).passes


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ([], [step("delete", {})], ["shop-orders: delete: nobody has approved that"]),
        ([step("create", {}, OTHER)], [], ["shop-mails: create: that was approved, and would not be done"]),
        (
            [update("content")],
            [update("content", "name")],
            ["shop-orders: update for content: that was approved", "shop-orders: update for content, name: nobody"],
        ),
    ],
)
def test_another_plan_stops_the_deployment_and_every_difference_is_told(judged, then, now, told):
    verdict = judged(then, now)
    assert not verdict.passes
    assert {reason.kind for reason in verdict.reasons} == {Kind.PLAN}
    for reason, expected in zip(verdict.reasons, told, strict=True):
        assert f"{reason.subject}: {reason.says}".startswith(expected)
    for format_ in Format:
        assert "approved" in FORMATS[format_](verdict)


@pytest.mark.parametrize("what", ["system", "stack", "commit"])
def test_an_approval_of_something_else_is_none(tmp_path, what):
    readiness = Scene().readiness()
    document = json.loads(FORMATS[Format.JSON](Verdict(readiness)))
    document["readiness"][what] = "another"
    (tmp_path / "approved.json").write_text(json.dumps(document))
    with pytest.raises(Failure, match=f"verdict on the {what} another"):
        read_plan(tmp_path / "approved.json", readiness)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"plan": {}, "readiness": {}}', None])
def test_what_is_no_verdict_approves_nothing(tmp_path, content):
    if content is not None:
        (tmp_path / "approved.json").write_text(content)
    with pytest.raises(Failure, match="cannot be taken for what was approved"):
        read_plan(tmp_path / "approved.json", Scene().readiness())
