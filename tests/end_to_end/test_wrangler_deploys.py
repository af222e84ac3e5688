"""TriggersAPI's code is wrangler's: the pipeline of its repository makes the Worker that the stack describes, by a real `wrangler deploy`.

Another team's program finds the stack, too.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest
from pydantic.alias_generators import to_snake

from headworks.outputs import StackOutputs
from tests.apps.conftest import INSTALLED, OURS, app_repository
from tests.end_to_end.test_docs import shown_commands

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/app-teams.md"
SYSTEM = "systems/triggers-api"
SCRIPT = "triggers-api-staging"
ACCOUNT = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def checkout(make_checkout):
    checkout = make_checkout()
    values = checkout.home.parent / "staging.vars"
    values.write_text("API_SECRET=planted-api_secret-5d2e8c17\n")
    checkout.run("secrets", "put", "staging", "--from-file", str(values), "--system", SYSTEM)
    checkout.run("up", "staging", "--yes", "--skip-preview", "--system", SYSTEM)
    return checkout


@pytest.fixture(scope="module")
def outputs(checkout):
    return StackOutputs.model_validate_json(checkout.run("outputs", "staging", "--json", "--system", SYSTEM))


@pytest.fixture(scope="module")
def app(checkout, node_modules, tmp_path_factory):
    """The app's repository, whose pipeline has asked for the outputs; its committed files are of another account."""
    address = json.loads(checkout.run("sandbox", "env", "--json"))
    checkout.printed.pop()
    unset = ("secrets.PULUMI_ACCESS_TOKEN", "secrets.AWS_ACCESS_KEY_ID", "secrets.AWS_SECRET_ACCESS_KEY")
    unset += ("vars.PULUMI_ORGANIZATION", "vars.PULUMI_BACKEND_URL", "vars.AWS_REGION")
    app = app_repository(tmp_path_factory.mktemp("repository"), node_modules, **dict.fromkeys(unset, ""))
    app.expressions |= {
        "matrix.environment": "staging",
        "secrets.CLOUDFLARE_API_TOKEN": address["CLOUDFLARE_API_TOKEN"],
    }
    app.variables |= address | {"HEADWORKS_HOME": str(checkout.home)}
    here = f"headworks outputs staging --json --system {ROOT / SYSTEM}"
    app.run("deploy", "deploy", "Get the outputs", instead={'pulumi stack output --json --stack "$STACK"': here})
    return app


@pytest.fixture(scope="module")
def deployed(checkout, app):
    """By the steps of the pipeline: nothing before the files are current, then twice; once it makes things, and once it finds them."""
    shown = app.run("deploy", "deploy", "Compare with what is committed", instead=OURS, exit_code=1)
    assert '+      "database_id"' in shown
    folder = ["--to", str(app.repository / "staging"), "--app", "apps/triggers-api/staging"]
    checkout.run("render", "staging", *folder, "--system", SYSTEM)
    app.run("deploy", "deploy", "Compare with what is committed", instead=OURS)
    for _ in range(2):
        app.run("deploy", "deploy", "Deploy", instead=INSTALLED)


def stated(binding):
    """A binding of the outputs in the API's words."""
    words = {to_snake(key): value for key, value in binding.model_dump(by_alias=True, exclude_none=True).items()}
    return words | ({"type": "secret_text"} if words["type"] == "secret" else {})


def test_the_workers_bindings_are_the_stacks(checkout, outputs, deployed):
    live = {binding["name"]: binding for binding in checkout.settings(SCRIPT)["bindings"]}
    assert live == {binding.name: stated(binding) for binding in outputs.bindings}


def test_its_settings_are_the_stacks(checkout, outputs, deployed):
    settings = checkout.settings(SCRIPT)
    assert settings["compatibility_date"] == outputs.worker.compatibility_date
    assert tuple(settings["compatibility_flags"]) == outputs.worker.compatibility_flags
    assert settings["observability"]["enabled"] is outputs.worker.observability.enabled
    assert [each["service"] for each in settings["tail_consumers"]] == list(outputs.worker.tail_consumers)
    subdomain = checkout.client.workers.scripts.subdomain.get(SCRIPT, account_id=ACCOUNT)
    assert (subdomain.enabled, subdomain.previews_enabled) == (False, False)
    assert checkout.client.workers.scripts.schedules.get(SCRIPT, account_id=ACCOUNT).schedules == []


def test_it_consumes_the_queue_as_the_stack_says(checkout, outputs, deployed):
    declared = outputs.queues["events"]
    (consumer,) = checkout.client.queues.consumers.list(declared.id, account_id=ACCOUNT)
    assert consumer.dead_letter_queue == declared.dead_letter_queue == "event-dlq-staging"
    settings = consumer.settings
    assert (settings.batch_size, settings.max_wait_time_ms, settings.max_retries, settings.max_concurrency) == (
        declared.consumer.max_batch_size,
        declared.consumer.max_batch_timeout * 1000,
        declared.consumer.max_retries,
        declared.consumer.max_concurrency,
    )


def test_its_route_and_its_workflow_are_there(checkout, outputs, deployed):
    (zone,) = checkout.client.zones.list(name="yourdomain.com")
    (route,) = checkout.client.workers.routes.list(zone_id=zone.id)
    assert (route.pattern, route.script) == ("api-staging.yourdomain.com/*", SCRIPT)
    (workflow,) = checkout.client.workflows.list(account_id=ACCOUNT)
    declared = outputs.workflows["process-event"]
    assert (workflow.name, workflow.class_name, workflow.script_name) == (declared.name, declared.class_name, SCRIPT)


def test_the_stack_finds_nothing_to_change_afterwards(checkout, deployed):
    checkout.run("up", "staging", "--yes", "--skip-preview", "--refresh", "--expect-no-changes", "--system", SYSTEM)


def test_what_is_shown_to_app_teams_works_here_and_another_teams_program_finds_the_database(checkout, app, outputs):
    environment = checkout.environment | {"PATH": app.path}
    for command in shown_commands(PAGE):
        if command.startswith("npx "):
            continue  # tests/apps/test_triggers_api.py
        here = command.replace("../app", str(app.repository)).replace("=.headworks ", f"={checkout.home} ")
        ended = subprocess.run(
            here, shell=True, cwd=ROOT, env=environment, input="made-up\n", capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
    database = outputs.storage.databases["DB"]
    (bound,) = checkout.settings("reports-staging")["bindings"]
    assert (bound["type"], bound["id"]) == ("d1", database.uuid)
    shown = checkout.run("outputs", "staging", "--system", "docs/examples/reports", "--json")
    assert json.loads(shown) == {"database": database.name}


def test_what_is_shown_of_files_is_in_them():
    workflow = (ROOT / "apps/triggers-api/.github/workflows/deploy.yml").read_text()
    program = (ROOT / "docs/examples/reports/__main__.py").read_text()
    shown = dict(re.findall(r"^```(yaml|python)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    assert set(shown["yaml"].splitlines()) <= set(workflow.splitlines())
    assert set(shown["python"].splitlines()) <= set(program.splitlines())
