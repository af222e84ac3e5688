"""The shell steps of the jobs, run as a runner runs them, and what they leave behind.

There is no `pulumi` and no real account here: where a job names that engine, the embedded one does it on a local account.
"""

import json
import re
from xml.etree import ElementTree as ET

import httpx
import pytest

SYSTEM = "systems/triggers-api"
DEPLOYED = "systems/parquedb"
UNSET = (
    "secrets.CLOUDFLARE_API_TOKEN",
    "secrets.PULUMI_ACCESS_TOKEN",
    "secrets.PULUMI_CONFIG_PASSPHRASE",
    "secrets.AWS_ACCESS_KEY_ID",
    "secrets.AWS_SECRET_ACCESS_KEY",
    "vars.PULUMI_BACKEND_URL",
    "vars.AWS_REGION",
)
"""What a runner makes empty where nobody has set it: so the local account is found, and its state is kept beside it."""
ON_THE_LOCAL_ACCOUNT = {"--engine pulumi": "--engine embedded"}


def test_a_pull_request_is_told_its_verdict_without_any_secret(make_runner):
    runner = make_runner(**{"matrix.system": SYSTEM, "matrix.stack": "production"})
    runner.run("gate", "gate", "Start a local account")
    runner.run("gate", "gate", "Gate", exit_code=1)
    runner.run("gate", "gate", "Show the verdict")
    verdict = runner.summary.read_text()
    assert verdict.startswith("<!-- headworks gate triggers-api production -->\n### ⛔")
    assert "declared-secrets-must-be-set" in verdict
    assert json.loads((runner.temp / "verdict/0.sarif").read_text())["runs"][0]["results"]
    assert int(ET.parse(runner.temp / "verdict/0.xml").getroot().get("failures"))

    runner.run("gate", "gate", "Plant made-up secrets")
    for file in (runner.temp / "verdict").iterdir():
        file.unlink()
    (runner.temp / "verdict").rmdir()
    runner.run("gate", "gate", "Gate")
    assert "may be deployed" in (runner.temp / "verdict/0.md").read_text()
    assert ET.parse(runner.temp / "verdict/0.xml").getroot().get("failures") == "0"


def test_a_mistake_that_leaves_no_verdict_is_no_second_error(make_runner):
    runner = make_runner(**{"matrix.system": "systems/nothing", "matrix.stack": "staging"})
    assert "no Pulumi.yaml" in runner.run("gate", "gate", "Gate", exit_code=2)
    runner.run("gate", "gate", "Show the verdict")
    assert runner.summary.read_text() == ""


def test_the_verdicts_of_all_stacks_are_one_comment_that_is_updated(make_runner, api):
    runner = make_runner(**{"github.event.pull_request.number": "12", "github.token": api.variables["GITHUB_TOKEN"]})
    runner.variables = api.variables
    verdicts = runner.temp / "verdicts"
    verdicts.mkdir()
    for times in range(2):
        for number in range(4):
            (verdicts / f"{number}.md").write_text(f"<!-- headworks gate shop {number} -->\n### ⛔ try {times}\n")
        runner.run("gate", "comment", "Comment, or update the comment")
    (comment,) = api.github.posts["comments"]
    assert comment["body"].startswith("<!-- headworks gate -->\n")
    assert comment["body"].count("### ⛔ try 1") == 4
    assert "try 0" not in comment["body"]


@pytest.fixture(scope="module")
def deployed(make_runner):
    """Staging, brought up by the step of the pipeline that brings it up; of a system whose code the stack uploads."""
    runner = make_runner(**dict.fromkeys(UNSET, ""), **{"matrix.system": DEPLOYED, "matrix.stack": "staging"})
    runner.run("gate", "gate", "Start a local account")
    runner.run("gate", "gate", "Plant made-up secrets")
    (runner.temp / "deployment").mkdir()
    runner.run("deploy-staging", "deploy", "Deploy", instead=ON_THE_LOCAL_ACCOUNT)
    return runner


def test_staging_is_deployed_with_outputs_for_the_repository_of_the_app(deployed):
    outputs = json.loads((deployed.temp / "deployment/outputs.json").read_text())
    assert outputs["environment"]["stack"] == "staging"


def test_a_gate_that_refuses_leaves_its_verdict_for_those_who_approve(deployed, api):
    """Nobody is on call for production here, and no CI has run."""
    deployed.variables = api.variables
    deployed.expressions["secrets.GATE_GITHUB_TOKEN || github.token"] = api.variables["GITHUB_TOKEN"]
    deployed.run("deploy-production", "gate", "Gate", exit_code=1, instead=ON_THE_LOCAL_ACCOUNT)
    deployed.run("deploy-production", "gate", "Show the verdict")
    assert "parquedb production must not be deployed" in deployed.summary.read_text()
    document = json.loads((deployed.temp / "verdict/gate.json").read_text())
    assert not document["passes"]
    assert {change["operation"] for change in document["plan"]} == {"create"}


def test_drift_opens_an_issue_that_is_closed_when_it_is_gone(deployed, api):
    report = deployed
    report.variables = api.variables
    report.expressions["github.token"] = api.variables["GITHUB_TOKEN"]
    deployed.run("drift", "look", "Look", instead=ON_THE_LOCAL_ACCOUNT)
    assert not list((deployed.temp / "drift").iterdir())
    report.run("drift", "report", "Close the issue")
    assert not api.github.posts["issues"]

    server = json.loads((deployed.home / "sandbox/server.json").read_text())
    token = (deployed.home / "sandbox/token").read_text().strip()
    with httpx.Client(
        base_url=server["address"], headers={"Authorization": f"Bearer {token}"}, trust_env=False
    ) as client:
        account = client.get("/accounts").json()["result"][0]["id"]
        (script,) = client.get(f"/accounts/{account}/workers/scripts").json()["result"]
        client.put(f"/accounts/{account}/workers/scripts/{script['id']}/schedules", json=[]).raise_for_status()
    (deployed.temp / "drift").rmdir()
    deployed.run("drift", "look", "Look", exit_code=8, instead=ON_THE_LOCAL_ACCOUNT)
    deployed.run("drift", "look", "Show what was found")
    assert f"### {DEPLOYED} staging" in deployed.summary.read_text()
    for _ in range(2):
        report.run("drift", "report", "Open or update the issue")
    (issue,) = api.github.posts["issues"]
    assert issue["title"] == "The accounts differ from the stacks"
    assert "ended with exit code 8" in issue["body"]
    assert re.search(rf"changed +schedule +{script['id']}", issue["body"])
    report.run("drift", "report", "Close the issue")
    assert issue["state"] == "closed"
