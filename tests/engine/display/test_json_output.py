import io
import json

from sandbox.engine.display.json_output import Digest, EventLines
from sandbox.engine.resource.values import SECRET, SIGNATURE

STACK = "urn:pulumi:dev::conf::pulumi:pulumi:Stack::conf-dev"
HIDDEN = {SIGNATURE: SECRET, "ciphertext": "[secret]"}


def side(name="a", inputs=None, type_="t:i:T", **more):
    state = {"urn": f"urn:{name}", "type": type_, "inputs": inputs or {}}
    return {"urn": f"urn:{name}", "type": type_, "inputs": inputs or {}, "outputs": {}, "state": state, **more}


def step(op, old=None, new=None, kind="resourcePreEvent", **more):
    found = new or old
    metadata = {
        "op": op,
        "urn": found["urn"],
        "type": found["type"],
        "old": old,
        "new": new,
        "detailedDiff": None,
        **more,
    }
    return {"sequence": 1, "timestamp": 2, kind: {"metadata": metadata}}


def digest(*events):
    collected = Digest()
    for event in events:
        collected(event)
    return collected.document()


def operations(*events):
    return [found["op"] for found in digest(*events).get("steps", [])]


def test_a_step_has_both_states_with_secrets_as_a_text_and_an_explicit_lack_of_details():
    assert digest(step("update", side(inputs={"a": HIDDEN}), side(inputs={"a": HIDDEN}), diffs=["a"], keys=[])) == {
        "steps": [
            {
                "op": "update",
                "urn": "urn:a",
                "oldState": {"urn": "urn:a", "type": "t:i:T", "inputs": {"a": "[secret]"}},
                "newState": {"urn": "urn:a", "type": "t:i:T", "inputs": {"a": "[secret]"}},
                "diffReasons": ["a"],
                "detailedDiff": None,
            }
        ],
        "duration": 0,
    }


def test_a_detailed_diff_calls_its_kinds_by_another_name_than_events_do():
    found = digest(step("update", side(), side(), detailedDiff={"a": {"diffKind": "update", "inputDiff": True}}))
    assert found["steps"][0]["detailedDiff"] == {"a": {"kind": "update", "inputDiff": True}}


def test_a_replacement_is_one_step_whichever_part_is_the_logical_one():
    parts = [step(op, side(), side()) for op in ("create-replacement", "delete-replaced")]
    assert operations(*parts, step("replace", side(), side(), logical=True)) == ["replace"]
    assert operations(step("discard-replaced", side(), side(), logical=True)) == ["discard-replaced"]


def test_what_stays_the_same_is_left_out_but_for_the_stack_and_a_change_of_protection():
    stack = side("conf-dev", type_="pulumi:pulumi:Stack")
    assert operations(step("same", side(), side())) == []
    assert operations(step("same", stack, stack), step("same", side(), side(protect=True))) == ["same", "same"]


def test_a_refresh_is_shown_as_what_it_found():
    announced = [step("refresh", side(name), side(name)) for name in "abc"]
    drifted = step("update", side("a"), side("a"), "resOutputsEvent", detailedDiff={"x": {"diffKind": "update"}})
    gone = step("delete", side("b"), kind="resOutputsEvent")
    assert operations(*announced, drifted, gone) == ["update", "delete", "refresh"]


def test_diagnostics_have_their_prefix_and_debugging_is_left_out():
    bodies = [
        {"severity": "warning", "prefix": "warning: ", "message": "low\n", "urn": "urn:a"},
        {"severity": "debug", "prefix": "debug: ", "message": "x\n"},
        {"severity": "info", "message": "progress\n", "ephemeral": True},
    ]
    assert digest(*({"diagnosticEvent": body} for body in bodies))["diagnostics"] == [
        {"urn": "urn:a", "message": "warning: low\n", "severity": "warning"}
    ]


def lines(*events):
    stream = io.StringIO()
    write = EventLines(stream)
    for event in events:
        write(event)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_event_lines_are_pulumis_without_our_own_keys_and_without_default_providers():
    internal = step("create", new=side("default"))
    internal["resourcePreEvent"]["internal"] = True
    body = lines(
        internal, step("update", side(), side(inputs={"state": 1, "changed": 2, "internal": 3}), changed=["a"])
    )
    metadata = body[0]["resourcePreEvent"]["metadata"]
    assert len(body) == 1
    assert "changed" not in metadata
    assert set(metadata["new"]) == {"urn", "type", "inputs", "outputs"}
    assert metadata["new"]["inputs"] == {"state": 1, "changed": 2, "internal": 3}


def test_names_that_happen_to_be_our_keys_stay_where_they_are_a_users():
    event = {"policyRemediationEvent": {"before": {"state": 1}, "after": {"state": 2}}}
    packs = {"summaryEvent": {"PolicyPacks": {"state": "1.0.0"}}}
    assert lines(event, packs) == [event, packs]
