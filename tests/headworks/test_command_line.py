import json
import re

import pytest
from typer.main import get_command

from headworks.cli import app

ROOT_COMMAND = get_command(app)


def leaf_commands(command=ROOT_COMMAND, words=()):
    for name, child in command.commands.items():
        if hasattr(child, "commands"):
            yield from leaf_commands(child, (*words, name))
        else:
            yield (*words, name)


@pytest.mark.parametrize("words", list(leaf_commands()), ids=" ".join)
def test_every_command_has_help_with_an_example(headworks, words):
    shown = headworks(*words, "--help")
    assert shown.returncode == 0
    assert re.search(rf"Example:\n +(eval \"\$\()?headworks {' '.join(words)}", shown.stdout), shown.stdout


def test_every_command_is_in_the_reference(project_root):
    reference = (project_root / "docs" / "command-line.md").read_text()
    for words in leaf_commands():
        assert words[-1] in reference, words


def test_exit_codes_of_the_help_are_those_of_the_reference(headworks, project_root):
    help_text = " ".join(headworks("--help").stdout.split()).replace("--expect-no- changes", "--expect-no-changes")
    codes = re.findall(r"^\| (\d) \|", (project_root / "docs" / "command-line.md").read_text(), re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "7", "8"]
    assert all(re.search(rf"\b{code} ", help_text.partition("Exit codes:")[2]) for code in codes)


def test_an_unknown_stack_lists_those_there_are(headworks):
    answer = headworks("preview", "prod", CLOUDFLARE_BASE_URL="http://127.0.0.1:1/client/v4")
    assert answer.returncode == 2
    assert "'prod'" in answer.stderr
    assert "development, production, staging" in answer.stderr


def test_without_an_account_the_way_to_one_is_said(headworks):
    answer = headworks("preview", "staging")
    assert answer.returncode == 3
    assert "headworks sandbox start" in answer.stderr
    assert "CLOUDFLARE_API_TOKEN" in answer.stderr


def test_an_unknown_engine_is_refused(headworks):
    answer = headworks(
        "preview", "staging", "--engine", "terraform", CLOUDFLARE_BASE_URL="http://127.0.0.1:1/client/v4"
    )
    assert answer.returncode == 2
    assert "auto, pulumi or embedded" in answer.stderr


def test_the_embedded_engine_refuses_a_real_account(headworks):
    answer = headworks("preview", "staging", CLOUDFLARE_API_TOKEN="x" * 40)
    assert answer.returncode == 3
    assert "https://api.cloudflare.com/client/v4" in answer.stderr
    assert "x" * 40 not in answer.stdout + answer.stderr


def test_pulumi_that_is_not_there_is_said_with_how_to_get_it(headworks):
    answer = headworks(
        "up", "staging", "--yes", "--engine", "pulumi", CLOUDFLARE_BASE_URL="http://127.0.0.1:1/client/v4"
    )
    assert answer.returncode == 3
    assert "headworks doctor" in answer.stderr


def test_a_configuration_of_policies_that_are_not_there_is_refused_before_anything_runs(headworks, tmp_path):
    file = tmp_path / "policies.json"
    file.write_text('{"dead-letter-queue-existz": "disabled", "all": "loud"}')
    account = {"CLOUDFLARE_BASE_URL": "http://127.0.0.1:1/client/v4", "CLOUDFLARE_API_TOKEN": "x" * 40}
    answer = headworks("preview", "staging", "--policy-pack-config", str(file), **account)
    assert answer.returncode == 2
    assert str(file) in answer.stderr
    assert "dead-letter-queue-existz: the pack has no such policy" in answer.stderr
    assert "all: the level is none of" in answer.stderr


@pytest.mark.parametrize("operation", ["up", "refresh", "destroy"])
def test_nothing_changes_without_yes_when_nobody_can_be_asked(headworks, operation):
    answer = headworks(operation, "staging", CLOUDFLARE_BASE_URL="http://127.0.0.1:1/client/v4")
    assert answer.returncode == 2
    assert "--yes" in answer.stderr


def test_an_address_where_nobody_listens_is_named(headworks):
    answer = headworks(
        "secrets", "list", "staging", CLOUDFLARE_BASE_URL="http://127.0.0.1:1/client/v4", CLOUDFLARE_API_TOKEN="x"
    )
    assert answer.returncode == 3
    assert "127.0.0.1 could not be reached" in answer.stderr


def test_doctor_finds_what_runs_these_tests_and_says_how_to_get_the_rest(headworks):
    findings = {finding["name"]: finding for finding in json.loads(headworks("doctor", "--json").stdout)}
    assert findings["python"]["ok"]
    assert findings["pulumi-cloudflare"]["ok"]
    assert findings["pulumi"]["version"] is None
    assert "https://get.pulumi.com" in findings["pulumi"]["install"]
    assert findings["pulumi-cloudflare"]["version"] in findings["cloudflare provider"]["install"]


def test_doctor_fails_when_what_is_needed_is_missing(headworks, tmp_path):
    answer = headworks("doctor", PATH=str(tmp_path))
    assert answer.returncode == 3
    assert re.search(r"git +- +missing", answer.stdout)
