"""What holds for every workflow: what it may do, what it runs, and which secrets it can see."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from headworks.runbooks.lines import Check
from headworks.runbooks.reading import load_runbook
from headworks.workspace import open_workspace
from tests.pipelines.conftest import ROOT, WORKFLOWS, load, names

ACTION = ROOT / ".github/actions/set-up/action.yml"
OF_APPS = sorted(ROOT.glob("apps/*/.github/workflows/*.yml"))
FILES = [*sorted(WORKFLOWS.glob("*.yml")), ACTION, *OF_APPS]
JOBS = [(workflow, job) for workflow in names() for job in load(workflow)["jobs"]]
MAY_WRITE = {
    ("gate", "code-scanning"): {"security-events"},
    ("gate", "comment"): {"pull-requests"},
    ("drift", "report"): {"issues"},
}
ACCOUNT = {
    "CLOUDFLARE_API_TOKEN",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
}
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"


def job_of(workflow: str, job: str) -> dict[str, Any]:
    return load(workflow)["jobs"][job]


def every_step() -> list[dict[str, Any]]:
    jobs = [step for workflow, job in JOBS for step in job_of(workflow, job)["steps"]]
    return jobs + YAML(typ="safe").load(ACTION)["runs"]["steps"]


def test_the_workflows_are_those_that_are_documented():
    documented = set(re.findall(r"`([\w-]+)\.yml`", (ROOT / "docs/pipelines.md").read_text()))
    assert documented == set(names()) == {"ci", "gate", "deploy-staging", "deploy-production", "drift"}


@pytest.mark.parametrize("workflow", names())
def test_a_workflow_starts_with_no_permission_and_never_for_a_fork_with_our_secrets(workflow):
    document = load(workflow)
    assert document["permissions"] == {}
    assert "pull_request_target" not in document["on"]
    assert document["concurrency"]["group"]


@pytest.mark.parametrize(("workflow", "name"), JOBS)
def test_a_job_may_write_what_it_is_there_for_and_nothing_else_and_ends(workflow, name):
    job = job_of(workflow, name)
    written = {scope for scope, access in job["permissions"].items() if access == "write"}
    assert written == MAY_WRITE.get((workflow, name), set())
    assert job["timeout-minutes"] <= 45
    if written:
        assert "environment" not in job  # no job that writes here has the keys of an account


@pytest.mark.parametrize(("workflow", "name"), JOBS)
def test_secrets_are_seen_only_by_steps_of_jobs_in_an_environment_that_no_fork_reaches(workflow, name):
    job = job_of(workflow, name)
    with_secrets = [step for step in job["steps"] if "secrets." in json.dumps(step)]
    outside = {key: value for key, value in job.items() if key != "steps"}
    assert "secrets." not in json.dumps(outside)
    assert all(set(step["env"]) >= ACCOUNT and "run" in step for step in with_secrets)
    assert bool(with_secrets) == ("environment" in job)
    if with_secrets and "pull_request" in load(workflow)["on"]:
        assert SAME_REPOSITORY in job["if"]


def test_staging_is_deployed_for_a_push_to_this_repository_only_and_as_it_was_pushed():
    document = load("deploy-staging")
    (job,) = document["jobs"].values()
    assert document["on"] == {"workflow_run": {"workflows": ["ci"], "types": ["completed"], "branches": ["main"]}}
    for condition in (
        "workflow_run.event == 'push'",
        "workflow_run.conclusion == 'success'",
        "workflow_run.head_repository.full_name == github.repository",
    ):
        assert condition in job["if"]
    assert job["steps"][0]["with"]["ref"] == "${{ github.event.workflow_run.head_sha }}"
    assert "push" in load("ci")["on"]


@pytest.mark.parametrize("name", ["deploy-staging", "deploy-production"])
def test_a_deployment_is_never_cut_off_and_comes_after_its_gate(name):
    document = load(name)
    assert document["concurrency"]["cancel-in-progress"] is False
    steps = [step["name"] for step in document["jobs"]["deploy"]["steps"]]
    assert steps.index("Gate") < steps.index("Deploy") < steps.index("See how it stands")


def test_production_waits_for_its_reviewers_and_deploys_what_they_saw():
    jobs = load("deploy-production")["jobs"]
    assert load("deploy-production")["on"] == {"push": {"tags": ["v*"]}}
    assert jobs["deploy"]["environment"] == "production"
    assert jobs["deploy"]["needs"] == "gate"
    assert jobs["deploy"]["strategy"] == jobs["gate"]["strategy"]  # so that the verdict is found by the job's number
    (kept,) = [step for step in jobs["gate"]["steps"] if "upload-artifact" in step.get("uses", "")]
    (got,) = [step for step in jobs["deploy"]["steps"] if "download-artifact" in step.get("uses", "")]
    assert kept["with"]["name"] == got["with"]["name"]
    (gate,) = [step for step in jobs["deploy"]["steps"] if step["name"] == "Gate"]
    assert '--same-as "$RUNNER_TEMP/approved/gate.json"' in gate["run"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_by_its_commit_with_its_version_beside_it_or_is_ours(file):
    used = re.findall(r"uses: (.*)", file.read_text())
    assert used
    for action in used:
        if action.startswith("$/"):
            assert (ROOT / action.removeprefix("$/") / "action.yml").is_file()
        else:
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_one_action_is_one_version():
    pins = {re.sub(r"@.*", "", pin): set() for file in FILES for pin in re.findall(r"uses: ([^$].*)", file.read_text())}
    for file in FILES:
        for pin in re.findall(r"uses: ([^$].*)", file.read_text()):
            pins[re.sub(r"@.*", "", pin)].add(pin)
    assert all(len(versions) == 1 for versions in pins.values()), pins


def test_no_script_has_text_that_somebody_else_may_write_in_it():
    assert not [step["name"] for step in every_step() if "${{" in step.get("run", "")]


def test_no_checkout_leaves_its_token_behind():
    checkouts = [step for step in every_step() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) >= len(JOBS) - 1
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_the_jobs_that_runbooks_ask_for_are_jobs_of_ci():
    asked = {
        job
        for file in (ROOT / "runbooks").glob("*.yaml")
        for line in load_runbook(file).lines
        for holder in line.held_by
        if isinstance(holder, Check) and holder.check == "ci-passed"
        for job in holder.arguments["jobs"]
    }
    assert asked
    assert asked <= {job["name"] for job in load("ci")["jobs"].values() if "matrix" not in str(job)}


def test_ci_runs_what_a_person_runs():
    """Its jobs together are `.ci/run`; they are not run here, since this is one of the tests that they run."""
    made = {name: job["steps"][-1]["run"] for name, job in load("ci")["jobs"].items()}
    assert made == {
        "lint": "make lint",
        "type-check": "make types",
        "build": "make build",
        "test": "make test",
        "integration-test": "make test TESTS=tests/end_to_end",
    }
    assert load("ci")["jobs"]["test"]["steps"][-1]["env"] == {"PYTEST_ADDOPTS": "--ignore=tests/end_to_end"}
    assert {"make check", "make test"} <= set((ROOT / ".ci/run").read_text().splitlines())
    check = subprocess.run(["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True)
    alone = subprocess.run(["make", "--dry-run", "lint", "types"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert check.stdout == alone.stdout


def test_the_gate_asks_of_every_system_whether_it_may_be_deployed():
    matrix = load("gate")["jobs"]["gate"]["strategy"]["matrix"]
    systems = [os.path.relpath(workspace.system, ROOT) for workspace in open_workspace(ROOT).systems()]
    assert matrix == {"system": systems, "stack": ["staging", "production"]}


def test_pulumi_is_that_of_the_locked_sdk():
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    (sdk,) = [package["version"] for package in locked if package["name"] == "pulumi"]
    installed = [version for file in FILES for version in re.findall(r"pulumi-version: (\S+)", file.read_text())]
    assert len(installed) == 2
    assert set(installed) == {sdk}


def test_wrangler_is_the_locked_one_and_is_where_the_gate_looks():
    (install,) = [step["run"] for step in every_step() if step["name"] == "Install wrangler"]
    assert "npm ci --ignore-scripts --no-audit --no-fund --prefix node\n" in install
    assert install.splitlines()[1].split()[-1] == ".venv/bin/wrangler"
    assert "wrangler" in json.loads((ROOT / "node/package-lock.json").read_text())["packages"][""]["devDependencies"]


def test_git_gets_the_token_of_the_step_to_list_the_tags_of_a_private_repository():
    for job in ("gate", "deploy"):
        (gate,) = [step for step in job_of("deploy-production", job)["steps"] if step["name"] == "Gate"]
        settings = {name: value for name, value in gate["env"].items() if name.startswith("GIT_")}
        answer = subprocess.run(
            ["git", "credential", "fill"],
            env=os.environ | settings | {"GITHUB_TOKEN": "planted-token", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/"},
            input="protocol=https\nhost=github.com\n\n",
            capture_output=True,
            text=True,
            check=True,
        )
        assert "username=x-access-token\npassword=planted-token\n" in answer.stdout


def test_a_mistake_in_a_workflow_fails_the_lint(tmp_path):
    """Both linters look at our workflows and at those of apps: a script with a title in it is what each is there for."""
    places = [Path(".github/workflows/bad.yml"), Path("apps/shop/.github/workflows/bad.yml")]
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text("""
on: pull_request
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.pull_request.title }}" $UNQUOTED
""")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    shutil.copy(ROOT / ".github/zizmor.yml", tmp_path / ".github")
    lint = subprocess.run(["make", "--dry-run", "lint"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {"actionlint": "", "zizmor": ""}
    for tool in found:
        for command in [line for line in lint.splitlines() if line.startswith(f".venv/bin/{tool}")]:
            ended = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert ended.returncode, command
            found[tool] += re.sub(r"\x1b\[[\d;]*m", "", ended.stdout)  # zizmor colours what it finds wherever CI is set
    for place in places:
        assert re.search(rf"^{place}:.* potentially untrusted", found["actionlint"], re.MULTILINE)
        assert re.search(rf"^{place}:.* SC2086", found["actionlint"], re.MULTILINE)
        assert re.search(rf"^error\[template-injection\].*\n.*--> {place}:", found["zizmor"], re.MULTILINE)


def test_shell_steps_of_the_set_up_are_what_a_newcomer_types():
    steps = {step["name"]: step for step in YAML(typ="safe").load(ACTION)["runs"]["steps"]}
    assert steps["Install the locked environment"]["run"] == "make setup"
    assert all(
        step.get("if") == "${{ inputs.tools == 'deployment' }}"
        for name, step in steps.items()
        if name not in {"Set up Python", "Install the locked environment"}
    )
    assert Path(ROOT / "scripts/setup.py").is_file()
