"""TriggersAPI as the repository of an app: its pipeline notices what does not fit, and what it has runs in Cloudflare's own runtime."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.apps.conftest import INSTALLED, OURS, app_repository
from tests.end_to_end.test_docs import shown_commands
from tests.pipelines.conftest import Runner, load

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests/render/outputs/triggers-api"
PAGE = ROOT / "docs/app-teams.md"


@pytest.fixture
def app(tmp_path, node_modules) -> Runner:
    return app_repository(tmp_path, node_modules)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_its_pipeline_holds_what_is_committed_against_the_outputs(app, environment):
    app.expressions["matrix.environment"] = environment
    outputs = json.loads((RECORDED / f"{environment}.json").read_text())
    (app.temp / "outputs.json").write_text(json.dumps(outputs))
    assert app.run("deploy", "deploy", "Compare with what is committed", instead=OURS) == ""
    outputs["queues"]["events"]["consumer"]["maxRetries"] = 7
    (app.temp / "outputs.json").write_text(json.dumps(outputs))
    shown = app.run("deploy", "deploy", "Compare with what is committed", instead=OURS, exit_code=1)
    assert '-        "max_retries": 3,\n+        "max_retries": 7,' in shown


def test_its_pipeline_holds_the_code_against_what_each_environment_binds(app):
    app.run("deploy", "check", "Check the types", instead=INSTALLED)
    app.run("deploy", "check", "Bundle", instead=INSTALLED)
    for environment in ("staging", "production"):
        types = app.repository / environment / "worker-configuration.d.ts"
        rendered = types.read_text()
        types.write_text(re.sub(r"\t\tMETRICS_KV: .*\n", "", rendered))
        shown = app.run("deploy", "check", "Check the types", instead=INSTALLED, exit_code=1)
        assert "Property 'METRICS_KV' does not exist on type 'Env'" in shown
        types.write_text(rendered)


@pytest.fixture
def served(app) -> Iterator[httpx.Client]:
    """Staging's Worker in workerd, by the commands that the page shows."""
    (app.repository / "staging/.dev.vars").write_text("API_SECRET=made-up\n")
    environment = os.environ | app.variables | {"PATH": app.path, "CI": "true"}
    shown = [line.removeprefix("npx ").split() for line in shown_commands(PAGE) if line.startswith("npx ")]
    *before, serve = shown
    for command in before:
        subprocess.run(command, cwd=app.repository, env=environment, check=True, capture_output=True)
    with subprocess.Popen(
        [*serve, "--port", "0", "--inspector-port", "0"],
        cwd=app.repository,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        printed = ""
        while not (ready := re.search(r"Ready on (http://\S+)", printed)):
            line = process.stdout.readline()
            assert line, printed
            printed += line
        with httpx.Client(base_url=ready[1], trust_env=False) as client:
            yield client
        process.send_signal(signal.SIGINT)
        process.communicate()


def test_it_answers_in_workerd_from_its_database_and_lets_in_whom_its_kv_knows(served):
    assert served.get("/health").json() == {"status": "ok", "environment": "staging", "events": 0}
    refused = served.post("/events", headers={"authorization": "Bearer of-nobody"}, json={"payload": 1})
    assert (refused.status_code, refused.json()["detail"]) == (401, "A valid bearer token is needed")


def test_its_secrets_are_seen_by_nothing_but_the_deployment_of_a_push_after_the_check():
    document = load("deploy", ROOT / "apps/triggers-api")
    check, deploy = document["jobs"]["check"], document["jobs"]["deploy"]
    assert document["permissions"] == {}
    assert document["on"] == {"pull_request": None, "push": {"branches": ["main"]}}
    assert "secrets." not in json.dumps(check)
    assert (deploy["needs"], deploy["if"]) == ("check", "${{ github.event_name == 'push' }}")
    assert deploy["environment"] == "${{ matrix.environment }}"
    assert deploy["strategy"] == {"max-parallel": 1, "matrix": {"environment": ["staging", "production"]}}
    steps = [step["name"] for step in deploy["steps"]]
    assert steps.index("Compare with what is committed") < steps.index("Deploy")


def test_its_tools_are_those_that_the_tests_hold_rendered_files_against():
    of_app, ours = (
        json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
        for folder in ("apps/triggers-api", "node")
    )
    assert of_app.pop("")["devDependencies"] == ours.pop("")["devDependencies"]
    assert of_app == ours
