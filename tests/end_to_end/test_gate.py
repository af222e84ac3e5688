"""The gate through its command line, on a local account: it refuses what must not be deployed, and lets through what may."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from headworks.runbooks.reading import load_runbook

ROOT = Path(__file__).parents[2]
WITHOUT = [word for source in ("attestations", "checks", "probes") for word in ("--without", source)]


@pytest.fixture(scope="module")
def checkout(make_checkout):
    """Nothing is deployed, and no secret is set."""
    return make_checkout()


def gate(checkout, *words: str, exit_code: int) -> dict:
    return json.loads(checkout.run("gate", "production", "--json", *words, exit_code=exit_code))


def test_production_is_refused_for_each_reason_at_once_and_let_through_without_them(checkout, tmp_path):
    taken = {"name": "rockhound-media"}
    account = load_account(checkout)
    checkout.client.r2.buckets.create(account_id=account, **taken)
    refused = gate(checkout, exit_code=1)
    reasons = {(reason["kind"], reason["id"]): reason for reason in refused["reasons"] if reason["blocks"]}
    assert reasons["policy", "declared-secrets-must-be-set"]["subject"] == "rockhounding-api-secrets"
    assert "rockhound-media" in reasons["name", "name-is-taken"]["says"]
    assert reasons["line", "attestation on-call"]["lines"] == ["R92"]
    assert "R80" in reasons["line", "check ci-passed"]["lines"]
    assert not [reason for reason in reasons if reason[0] == "preview"]
    lines = refused["readiness"]["lines"]
    assert [line["id"] for line in lines] == [
        line.id for line in load_runbook(ROOT / "runbooks/rockhounding-api.yaml").lines
    ]

    checkout.client.r2.buckets.delete("rockhound-media", account_id=account)
    checkout.put_secrets("production")
    files = [tmp_path / name for name in ("gate.md", "gate.sarif", "gate.xml", "gate.json", "gate.txt")]
    written = [word for file in files for word in ("--write", str(file))]
    printed = checkout.run("gate", "production", *WITHOUT, *written)
    assert "rockhounding-api production may be deployed" in printed
    markdown, sarif, junit, document, text = (file.read_text() for file in files)
    assert markdown.startswith("<!-- headworks gate rockhounding-api production -->\n### ✅")
    assert [result["level"] for result in json.loads(sarif)["runs"][0]["results"]] == ["warning"]
    assert ET.fromstring(junit).get("failures") == "0"
    assert json.loads(document)["passes"] is True
    assert text == printed
    checkout.run("gate", "production", "--format", "markdown", *WITHOUT)
    assert checkout.printed[-1] == markdown


def load_account(checkout) -> str:
    return checkout.client.accounts.list().result[0].id


def test_a_broken_policy_is_refused_with_all_that_is_broken_beside_it(checkout, tmp_path):
    """An engine would stop at the first; and the preview failed for nothing else."""
    directory = tmp_path / "system"
    directory.mkdir()
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, directory)
    project = directory / "Pulumi.yaml"
    project.write_text(project.read_text().replace("main: .", "") + f"\nmain: {ROOT}\n")
    stack = directory / "Pulumi.production.yaml"
    debugging = '    worker:\n      workers_dev: true\n      vars:\n        SKIP_AUTH: "true"\n'
    stack.write_text(stack.read_text().replace("    worker:\n      vars:\n", debugging))
    refused = gate(checkout, "--system", str(directory), *WITHOUT, exit_code=1)
    broken = {reason["id"] for reason in refused["reasons"] if reason["blocks"]}
    assert broken >= {"debug-variables-must-stay-in-development", "production-must-not-use-workers-dev"}


def test_readiness_is_a_table_or_a_page_and_fails_while_lines_are_open(checkout, tmp_path):
    page = tmp_path / "readiness.html"
    printed = checkout.run("readiness", "production", "--html", str(page), exit_code=1)
    assert all(f"\nR{number} " in f"\n{printed}" for number in range(1, 96))
    assert "95 lines" in printed
    assert page.read_text().count('<details class="line"') == 95
    only_open = checkout.run("readiness", "production", "--open", exit_code=1)
    assert "R92" in only_open
    assert "R93" in only_open
    assert "\nR1 " not in f"\n{only_open}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--without", "policies"], "--without policies: that cannot be left out"),
        (["--format", "html"], "--format html: there is no such format"),
        (["--write", "gate.doc"], "--write gate.doc: .doc says no format"),
        (["--write", "no/such/folder/gate.md"], "no/such/folder/gate.md: there is no folder no/such/folder"),
        (["--engine", "terraform"], "--engine terraform: there is no such engine"),
    ],
)
def test_a_mistake_in_the_command_is_exit_2(checkout, words, said):
    assert said in checkout.run("gate", "production", *words, exit_code=2)


def test_a_clock_that_is_set_back_or_a_stack_that_is_not_there_is_exit_2(checkout):
    checkout.variables["HEADWORKS_NOW"] = "2026-11-01"
    try:
        assert "which is past" in checkout.run("gate", "production", exit_code=2)
    finally:
        del checkout.variables["HEADWORKS_NOW"]
    assert "has no stack 'prod'" in checkout.run("readiness", "prod", exit_code=2)
