"""A configuration that would have no effect is told, because the engine keeps it in silence."""

import json
import subprocess
import sys

import pytest

from policies.configuration import problems

RULE = "debug-variables-must-stay-in-development"


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"all": "advisory", RULE: "disabled"},
        {RULE: {"enforcementLevel": "mandatory", "allowed": ["DEBUG_URL"]}},
        {"all": {"enforcementLevel": "mandatory"}},
    ],
)
def test_a_right_one_has_no_problem(configuration):
    assert list(problems(configuration)) == []


@pytest.mark.parametrize(
    ("configuration", "says"),
    [
        ({"debug-variables-must-stay": "disabled"}, f"Did you mean {RULE}?"),
        ({"nothing like it": {"a": 1}}, "nothing like it: the pack has no such policy, so this has no effect."),
        (
            {RULE: {"allow": []}},
            f"{RULE}.allow: the policy has no such setting, so this has no effect. Did you mean allowed?",
        ),
        ({RULE: "strict"}, f"{RULE}: the level is none of advisory, mandatory, remediate, disabled."),
        ({RULE: {"enforcementLevel": 1}}, f"{RULE}.enforcementLevel: the level is none of"),
        ({RULE: ["allowed"]}, "the level is none of"),
        ([], "not a JSON object of policies"),
    ],
)
def test_a_wrong_one_is_told_with_its_place(configuration, says):
    (problem,) = problems(configuration)
    assert says in problem


def run(path):
    return subprocess.run(
        [sys.executable, "-m", "policies.configuration", str(path)], capture_output=True, text=True, check=False
    )


def test_the_command_names_the_file_and_fails(tmp_path):
    path = tmp_path / "policies.json"
    path.write_text(json.dumps({"al": "mandatory"}))
    refused = run(path)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"{path}: al: the pack has no such policy")
    path.write_text("{}")
    assert run(path).returncode == 0
    path.write_text("{")
    assert "cannot be read as JSON" in run(path).stderr
    assert run(tmp_path / "missing.json").returncode == 2
