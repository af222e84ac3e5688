"""TriggersAPI's code is wrangler's: a real `wrangler deploy` of the rendered file makes the Worker that the stack describes."""

import json
import shutil
from pathlib import Path

import pytest
from pydantic.alias_generators import to_snake

from headworks.outputs import StackOutputs

ROOT = Path(__file__).parents[2]
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
def deployed(checkout, node_tool, tmp_path_factory):
    """What two deployments in a row printed: one that makes things, and one that finds them."""
    app = shutil.copytree(ROOT / "apps/triggers-api", tmp_path_factory.mktemp("repository") / "app")
    words = ["--to", str(app), "--app", "apps/triggers-api", "--system", SYSTEM]
    checkout.run("render", "staging", *words)
    address = json.loads(checkout.run("sandbox", "env", "--json"))
    checkout.printed.pop()
    texts = []
    for _ in range(2):
        ended = node_tool("wrangler", "deploy", cwd=app, **address)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        texts.append(ended.stdout)
    checkout.run("render", "staging", *words, "--check")
    return texts


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
