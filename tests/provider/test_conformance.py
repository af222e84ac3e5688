"""What was recorded of the real provider, replayed: one test a case. And the runner itself, on cases that are wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.provider.conformance import run_case

CASES = Path(__file__).parents[1] / "conformance" / "provider"


@pytest.mark.parametrize("case", sorted(file.parent.name for file in CASES.glob("*/case.json")))
def test_the_provider_sends_decides_and_keeps_what_the_real_one_did(case):
    assert run_case(CASES / case) == []


def run(*folders: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox.provider.conformance", *map(str, folders)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def tampered(tmp_path: Path) -> Path:
    """A copy of a case in a folder that the runner has never seen."""
    return Path(shutil.copytree(CASES / "workers_kv_namespace", tmp_path / "unseen" / "namespace"))


def edit(case: Path, name: str, old: str, new: str) -> None:
    file = case / f"{name}.json"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_folder_of_unseen_cases_passes_and_is_counted(tampered):
    done = run(tampered.parent)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 passed, 0 failed")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("cassette", '"title": "conf-cache"', '"title": "other"', "body.title"),
        ("cassette", '"method": "POST"', '"method": "PUT"', "method"),
        ("expected", '"changes": "none"', '"changes": "some"', "changes"),
        ("expected", '"supportsUrlEncoding": true', '"supportsUrlEncoding": false', "supportsUrlEncoding"),
        ("expected", "[WARNING] The resource", "[WARNING] No resource", "not said"),
    ],
    ids=["a body", "a method", "a decision", "a state", "a warning"],
)
def test_a_difference_in(tampered, name, old, new, said):
    edit(tampered, name, old, new)
    done = run(tampered.parent)
    assert done.returncode == 1
    assert said in done.stdout
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"


def test_a_request_that_was_recorded_and_is_not_sent_is_a_difference(tampered):
    file = tampered / "cassette.json"
    steps = json.loads(file.read_text())
    step = next(step for step in steps if step["exchanges"])
    step["exchanges"].append(step["exchanges"][0])
    file.write_text(json.dumps(steps))
    assert "not sent: POST" in run(tampered.parent).stdout


def test_a_case_that_breaks_the_run_fails_alone(tampered):
    shutil.copytree(tampered, tampered.parent / "whole")
    (tampered / "expected.json").write_text("[")
    done = run(tampered.parent)
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed"


def test_a_folder_without_cases_is_a_usage_error(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 2
    assert "usage" in done.stderr
