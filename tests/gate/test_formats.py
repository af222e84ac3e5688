"""The verdict in each of its formats."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headworks.checks.check import Finding
from headworks.checks.names import TakenName
from headworks.comment import LONGEST
from headworks.gate.formats import FORMATS, Format
from headworks.gate.formats.markdown import as_markdown
from headworks.gate.formats.text import changes, conclusion
from headworks.gate.verdict import Kind, Verdict
from headworks.readiness.evidence import Source
from headworks.readiness.standing import State
from headworks.runbooks.reading import load_runbook
from tests.readiness.conftest import URN, Scene, step, verdict, violation

REPOSITORY = Path(__file__).parents[2]
RUNBOOK = REPOSITORY / "runbooks/rockhounding-api.yaml"
RULE = "queues-must-have-dead-letter-queue"


def refused(message="shop-orders: it is broken. Fix: mend it.") -> Verdict:
    """Production with a broken policy, an advice, an attestation that two lines wait for, and a check without an answer."""
    scene = Scene()
    scene.events = [
        step("create", {}),
        verdict("consumers-must-retry", failed=[RULE]),
        violation(RULE, message),
        violation("alerts-must-have-a-mechanism"),
    ]
    scene.findings = {"token-is-valid": Finding.not_verified("the account did not answer")}
    scene.taken = [TakenName(URN, Finding.missing("The account has the queue orders already."))]
    lines = [
        scene.line({"attestation": "on-call"}, {"policy": RULE}, id="R16", kinds=["A"]),
        scene.line({"attestation": "on-call"}, id="R92", kinds=["A"]),
        scene.line({"check": "token-is-valid"}, id="R28", kinds=["C"]),
        scene.line({"unassigned": "nobody reads these numbers"}, id="R73", kinds=["A"]),
    ]
    return Verdict(scene.readiness(*lines, runbook=RUNBOOK))


def passing() -> Verdict:
    scene = Scene()
    scene.events = [step("same", {}), verdict(RULE), violation("alerts-must-have-a-mechanism")]
    return Verdict(scene.readiness(scene.line({"policy": RULE}), runbook=RUNBOOK))


def test_the_reasons_are_the_policies_that_are_broken_and_what_lines_wait_for_each_once():
    found = {(reason.kind, reason.id): reason for reason in refused().reasons}
    assert set(found) == {
        (Kind.NAME, "name-is-taken"),
        (Kind.POLICY, RULE),
        (Kind.POLICY, "alerts-must-have-a-mechanism"),
        (Kind.LINE, "attestation on-call"),
        (Kind.LINE, "check token-is-valid"),
    }
    assert {reason.id for reason in found.values() if not reason.blocks} == {"alerts-must-have-a-mechanism"}
    assert found[Kind.LINE, "attestation on-call"].lines == ("R16", "R92")


def test_a_preview_that_failed_lets_nothing_through():
    readiness = Scene(exit_code=1, error="no such zone").readiness()
    assert not readiness.stands
    (reason,) = Verdict(readiness).reasons
    assert (reason.kind, reason.says, reason.blocks) == (Kind.PREVIEW, "no such zone", True)


def test_advice_lets_a_stack_through():
    assert passing().passes
    assert not refused().passes


def test_what_is_asked_of_a_deployed_worker_is_told_and_never_stops_the_next_deployment():
    """It may be what the deployment is to mend."""
    scene = Scene(events=[step("same", {})], findings={"/health": Finding.missing("it does not answer")})
    found = Verdict(scene.readiness(scene.line({"probe": "/health"}, when="after"), runbook=RUNBOOK))
    assert [(reason.id, reason.blocks) for reason in found.reasons] == [("probe /health", False)]
    assert found.passes
    assert not found.readiness.stands


def test_a_rule_that_the_preview_could_not_decide_is_told_and_stops_nothing():
    """A quiet pass otherwise: nobody would know that the rule has yet to judge."""
    unknown = violation(RULE, "can't run policy during preview: name is not known")
    found = Verdict(Scene(events=[step("create", {}), verdict(RULE), unknown]).readiness(runbook=RUNBOOK))
    assert [(reason.id, reason.state, reason.blocks) for reason in found.remarks] == [(RULE, State.NOT_VERIFIED, False)]
    assert found.passes


def test_the_word_says_what_it_is_given_without():
    scene = Scene(events=[step("same", {}), verdict(RULE)], left_out=frozenset({Source.PROBES, Source.ATTESTATIONS}))
    scene.waive(RULE)
    line = scene.line({"policy": RULE})
    assert conclusion(Verdict(scene.readiness(line, runbook=RUNBOOK))) == (
        "rockhounding-api production may be deployed, with 1 waived line, as far as it goes without attestations, probes."
    )
    nothing = Verdict(Scene(events=[step("same", {})]).readiness())
    assert conclusion(nothing).endswith("may be deployed, as far as it goes without a runbook.")


def test_what_stays_as_it_is_is_no_change():
    summary = {"summaryEvent": {"resourceChanges": {"create": 1, "same": 1}}}
    found = Verdict(Scene(events=[summary]).readiness(runbook=RUNBOOK))
    assert changes(found) == "Preview: 1 to create, 1 unchanged."


@pytest.mark.parametrize("format_", [Format.TEXT, Format.MARKDOWN])
def test_people_read_every_reason_with_its_lines_and_the_verdict(format_):
    text = FORMATS[format_](refused())
    for word in (RULE, "attestation on-call", "R16 R92", "check token-is-valid", "must not be deployed: 4 reasons"):
        assert word in text
    assert "may be deployed" in FORMATS[format_](passing())


def test_json_has_verdict_reasons_and_every_line():
    document = json.loads(FORMATS[Format.JSON](refused()))
    assert document["passes"] is False
    assert next(reason["id"] for reason in document["reasons"] if reason["blocks"]) == RULE
    states = {line["id"]: line["state"] for line in document["readiness"]["lines"]}
    assert states == {"R16": "missing", "R92": "missing", "R28": "not verified", "R73": "unassigned"}
    assert json.loads(FORMATS[Format.JSON](passing()))["passes"] is True


def test_junit_has_a_case_for_each_rule_and_line_that_fails_where_the_gate_does():
    suite = ET.fromstring(FORMATS[Format.JUNIT](refused()))
    outcome = {
        case.get("name", "").split()[0]: next((child.tag for child in case), "passed")
        for case in suite.findall("testcase")
        if case.get("classname") != "preview"
    }
    assert outcome == {
        "consumers-must-retry": "passed",
        RULE: "failure",
        "alerts-must-have-a-mechanism": "skipped",
        "R16": "failure",
        "R92": "failure",
        "R28": "failure",
        "R73": "skipped",
    }
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("8", "5", "2")


def test_sarif_points_at_the_file_in_which_each_is_decided():
    (run,) = json.loads(FORMATS[Format.SARIF](refused()))["runs"]
    places = {}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        places[result["ruleId"]] = (place["artifactLocation"]["uri"], place["region"]["startLine"], result["level"])
    line_of_r16 = RUNBOOK.read_text().splitlines().index("  - id: R16") + 1
    assert places[RULE] == ("Pulumi.production.yaml", 1, "error")
    assert places["alerts-must-have-a-mechanism"][2] == "warning"
    assert places["attestation on-call"] == ("runbooks/rockhounding-api.yaml", line_of_r16, "error")


def test_every_line_of_every_runbook_has_a_place():
    for file in (REPOSITORY / "runbooks").glob("*.yaml"):
        text = file.read_text().splitlines()
        for line in load_runbook(file).lines:
            assert f"  - id: {line.id}" in text


def test_the_first_line_of_the_comment_is_the_same_for_every_verdict_on_a_stack():
    first, *_ = as_markdown(refused()).splitlines()
    assert first == as_markdown(passing()).splitlines()[0] == "<!-- headworks gate rockhounding-api production -->"


MARKUP = st.text(st.sampled_from("|<>*_[]`\\@~#\n ab"), max_size=60)


@given(message=MARKUP | st.text(st.characters(codec="utf-8"), max_size=200))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_in_a_message_becomes_markup_or_another_row_of_the_table(message):
    plain, marked = as_markdown(refused("x")).splitlines(), as_markdown(refused(f"x{message}")).splitlines()
    assert len(marked) == len(plain)
    (row,) = [line for line in marked if f"`{RULE}`" in line and line.startswith("| ✗")]
    assert len(re.findall(r"(?<!\\)\|", row.replace(r"\\", ""))) == 4
    assert not re.search(r"(?<!\\)[<*_\[]", row.split("|", 3)[3].replace(r"\\", ""))
    assert not re.search(r"@\w", row)


def test_a_comment_is_never_longer_than_github_takes():
    text = as_markdown(refused("x" * 2 * LONGEST))
    assert len(text) < 65_536
    assert text.startswith("<!-- headworks gate")


def test_a_comment_that_is_cut_leaves_nothing_folded_open():
    scene = Scene(events=[violation("alerts-must-have-a-mechanism", "x" * LONGEST) for _ in range(2)])
    text = as_markdown(Verdict(scene.readiness(runbook=RUNBOOK)))
    assert "the rest is in the report of the run" in text
    assert text.count("<details>") == text.count("</details>") == 1
