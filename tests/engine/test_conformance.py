"""Every recorded case of Pulumi's engine, run with this one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.engine.conformance import compare, record
from sandbox.engine.conformance.__main__ import run_apart
from sandbox.engine.conformance.suite import Case, cases, suite_of
from sandbox.engine.errors import EngineError

SUITE = Path(__file__).parents[1] / "conformance" / "engine"

FAILING: dict[str, str] = {}
"""Cases that do not pass yet, with the reason. A case in here that passes is an error: the table only shrinks."""


@pytest.mark.parametrize("case", cases([SUITE]), ids=lambda case: case.name)
def test_the_engine_does_what_pulumis_engine_did(case):
    report = run_apart(case)
    if case.name in FAILING:
        assert report, f"{case.name} passes now: take it out of FAILING ({FAILING[case.name]})"
    else:
        assert not report, report


def test_every_case_that_may_fail_exists():
    assert set(FAILING) <= {case.name for case in cases([SUITE])}


@pytest.fixture
def copied(tmp_path):
    """A suite of one case, in a folder that the runner has never seen."""
    for name in ("normalise.py", "lib", "stack-outputs"):
        source = SUITE / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def runner(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "sandbox.engine.conformance", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_folder_never_seen_is_run_and_counted(copied):
    done = runner(copied)
    assert done.stdout.splitlines() == ["passed stack-outputs", "1 passed, 0 failed"]
    assert done.returncode == 0


def test_a_difference_is_shown_where_it_is_and_fails_the_run(copied):
    expected = copied / "stack-outputs" / "expected" / "step-1.json"
    document = json.loads(expected.read_text())
    document["summary"]["resourceChanges"]["create"] = 17
    expected.write_text(json.dumps(document))
    done = runner(copied)
    assert done.returncode == 1
    assert "step 1 (up of step-1) differs, - expected, + found\nsummary:\n" in done.stdout
    assert '-  "create": 17' in done.stdout
    assert done.stdout.endswith("0 passed, 1 failed\n")


def test_a_step_that_nobody_knows_fails_by_name(copied):
    case = copied / "stack-outputs" / "case.json"
    document = json.loads(case.read_text())
    document["steps"][0]["op"] = "stack rename other"
    case.write_text(json.dumps(document))
    done = runner(copied)
    assert "does not support the command `stack rename other`" in done.stdout
    assert done.returncode == 1


def test_a_folder_without_cases_is_an_error(tmp_path):
    done = runner(tmp_path)
    assert (done.returncode, "there is no case in" in done.stderr) == (1, True)


def test_a_case_alone_brings_no_normalisation(tmp_path):
    (tmp_path / "case.json").write_text("{}")
    with pytest.raises(EngineError, match=r"no folder above it has the suite's `normalise\.py`"):
        suite_of(Case(directory=tmp_path))


ORDER = suite_of(cases([SUITE])[0]).order
BASE = {"exit": 0, "errors": [], "calls": {"effects": ["create a a-1", "create b b-1"], "checks": ["check a"]}}


@pytest.mark.parametrize(
    "found",
    [
        {**BASE, "calls": {**BASE["calls"], "checks": []}},
        {**BASE, "objects": {"a-1": {"size": 1.0}}},
    ],
)
def test_records_agree_where_an_engine_is_free(found):
    expected = {**BASE, "objects": {"a-1": {"size": 1}}} if "objects" in found else BASE
    assert compare.differences(expected, found, ORDER([])) == ""


@pytest.mark.parametrize(
    "found",
    [
        {**BASE, "exit": 1},
        {**BASE, "errors": ["error: something"]},
        {**BASE, "calls": {"effects": ["create b b-1", "create a a-1"], "checks": []}},
        {**BASE, "diagnostics": []},
    ],
)
def test_records_differ_where_it_matters(found):
    assert compare.differences(BASE, found, ORDER([]))


def test_exit_codes_are_compared_by_class_and_wording_of_the_command_not_at_all():
    one, other = {**BASE, "exit": 255, "errors": ["error: a"]}, {**BASE, "exit": 1, "errors": ["error: b"]}
    assert compare.differences(one, other, ORDER([])) == ""


def test_members_of_an_unordered_group_may_come_in_any_order():
    found = {**BASE, "calls": {"effects": ["create b b-1", "create a a-1"], "checks": []}}
    assert compare.differences(BASE, found, ORDER([["a", "b"]])) == ""


def event(kind, op, name="a", **more):
    metadata = {
        "op": op,
        "urn": f"urn:pulumi:dev::conf::t:i:T::{name}",
        "type": "t:i:T",
        "old": None,
        "new": None,
        **more,
    }
    return {kind: {"metadata": metadata}}


def test_a_refresh_is_recorded_with_what_it_found():
    old, new = {"outputs": {"size": 1}}, {"outputs": {"size": 2}}
    found = record.steps(
        [event("resourcePreEvent", "refresh"), event("resOutputsEvent", "update", old=old, new=new)], preview=False
    )
    assert found == [
        {
            "op": "refresh",
            "urn": "urn:pulumi:dev::conf::t:i:T::a",
            "outcome": "done",
            "found": "update",
            "changed": ["size"],
        }
    ]


def test_an_end_that_was_never_announced_is_a_step_of_its_own():
    found = record.steps([event("resOutputsEvent", "same")], preview=False)
    assert found == [{"op": "same", "urn": "urn:pulumi:dev::conf::t:i:T::a", "outcome": "done", "unannounced": True}]
