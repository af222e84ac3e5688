"""The outputs of a stack: the shape that is promised, and the page that promises it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pulumi
import pytest

from components.worker_environment import WorkerEnvironment
from headworks.model.environment import Database, Environment
from headworks.outputs import StackOutputs, schema
from headworks.runbooks.document import runbook_document
from tests.workspace import SYSTEMS

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "outputs.md"


@pytest.fixture
def outputs(build, environment_facts) -> Callable[[Environment], dict[str, Any]]:
    """What an environment exports, with the values that an `up` would know."""

    def run(environment: Environment) -> dict[str, Any]:
        resolved: dict[str, Any] = {}

        def program() -> None:
            args = {"environment": environment, "facts": environment_facts(environment), "directory": REPOSITORY}
            worker = WorkerEnvironment(environment.system, args)
            pulumi.Output.from_input(worker.outputs).apply(resolved.update)

        build(program)
        return resolved | runbook_document(REPOSITORY, environment)

    return run


RECORDED = REPOSITORY / "tests" / "render" / "outputs"
FROM_THE_ACCOUNT = {"id", "uuid", "namespaceId", "bookmark", "subdomain"}
OF_A_FILE = {"digest"}


def without_ids(part: Any) -> Any:
    """Without what only the account gives, and a stand-in makes up; and without what each comment in a file changes."""
    if isinstance(part, list):
        return [without_ids(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    kept = {key: without_ids(inner) for key, inner in part.items() if key not in FROM_THE_ACCOUNT | OF_A_FILE}
    kept |= {"healthchecks": sorted(part["healthchecks"])} if "healthchecks" in part else {}
    return kept | ({"counters": part["namespaceId"]} if part.get("type") == "ratelimit" else {})


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_each_stack_exports_what_the_version_promises_and_no_more(system, stack, systems, outputs):
    exported = outputs(systems(system, stack))
    read = StackOutputs.model_validate(exported)
    assert read.environment.name == stack
    for name, former in schema.former().items():
        assert [error.message for error in jsonschema_rs.validator_for(former).iter_errors(exported)] == [], name
    recorded = json.loads((RECORDED / system / f"{stack}.json").read_text(encoding="utf-8"))
    assert without_ids(recorded) == without_ids(exported), "run tests/render/record.py, then golden.py"
    assert read.model_dump(by_alias=True, exclude_none=True, mode="json") == exported


def test_the_documents_hold_the_ids_that_only_the_account_gives(rockhounding, outputs):
    production = rockhounding("production")
    database = Database(binding="DB", name="rockhound")
    read = StackOutputs.model_validate(outputs(production.model_copy(update={"databases": (database,)})))
    assert read.storage.kv_namespaces["CACHE_KV"].id == "id-of-rockhounding-api-kv-namespaces-CACHE_KV"
    assert read.storage.databases["DB"].uuid == "id-of-rockhound"
    assert (read.queues["exports"].id, read.queues["exports"].dead_letter_queue) == (
        "id-of-exports-queue",
        "exports-dlq",
    )
    assert read.worker.url == "https://api.rockhound.app/"
    by_name = {binding.name: binding for binding in read.bindings}
    assert by_name["DB"].id == "id-of-rockhound"
    assert by_name["ADMIN_API_KEY"].model_dump(exclude_none=True) == {"name": "ADMIN_API_KEY", "type": "secret"}


def test_a_system_without_objects_and_routes_says_neither_tag_nor_url(rockhounding, outputs):
    development = rockhounding("development")
    worker = development.worker.model_copy(update={"durable_objects": {}, "migrations": ()})
    exported = outputs(development.model_copy(update={"worker": worker, "routes": ()}))
    assert exported["migrations"] == {}
    assert "url" not in exported["worker"]


def test_a_reader_passes_over_what_a_later_release_adds(rockhounding, outputs):
    exported = outputs(rockhounding("production"))
    later = exported | {"weather": {"sunny": True}, "worker": exported["worker"] | {"mood": "good"}}
    assert StackOutputs.model_validate(later) == StackOutputs.model_validate(exported)


def test_the_documents_say_what_a_wrangler_configuration_needs(rockhounding, outputs):
    read = StackOutputs.model_validate(outputs(rockhounding("production")))
    assert read.worker.main == "apps/rockhounding-api/worker.js"
    assert read.queues["exports"].consumer is not None
    assert read.queues["exports"].consumer.model_dump(exclude_none=True) == {
        "max_batch_size": 10,
        "max_batch_timeout": 5,
        "max_retries": 3,
        "retry_delay": 30,
    }
    assert [route.enabled for route in read.routes] == [True]
    assert read.probes is not None
    assert read.probes["api"].url == "https://api.rockhound.app/health"


def test_the_documents_hold_the_whole_history_of_migrations_and_the_limits(systems, outputs):
    parquedb = outputs(systems("parquedb", "production"))
    assert parquedb["migrations"]["steps"] == [
        {"tag": "v1", "newSqliteClasses": ["ParqueDBDO"]},
        {"tag": "v2", "newSqliteClasses": ["DatabaseIndexDO"]},
    ]
    assert parquedb["worker"]["limits"] == {"cpuMs": 30000}


def test_routes_that_are_switched_off_are_said_to_be(systems, outputs):
    off = outputs(systems("dotdo", "production").model_copy(update={"routes_enabled": False}))
    assert {route["enabled"] for route in (*off["routes"], *off["companions"]["deploy"]["routes"])} == {False}


def test_the_page_documents_every_key_and_invents_none():
    whole = schema.schema()
    promised = {key for part in (whole, *whole["$defs"].values()) for key in part["properties"]}
    text = PAGE.read_text()
    written = set(re.findall(r"`(\w+)`", text)) | set(re.findall(r"^## (\w+)$", text, re.MULTILINE))
    assert promised <= written
    tables = {key for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
    assert tables <= promised
