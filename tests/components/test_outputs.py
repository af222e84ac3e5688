"""The outputs of a stack: the shape that is promised, and the page that promises it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pydantic import BaseModel

from components.worker_environment import WorkerEnvironment
from headworks.model.environment import Database, Environment
from headworks.outputs import StackOutputs, documents

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
        return resolved

    return run


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
@pytest.mark.parametrize("system", ["rockhounding-api", "triggers-api", "parquedb", "dotdo"])
def test_each_stack_exports_what_the_version_promises_and_no_more(system, stack, systems, outputs):
    exported = outputs(systems(system, stack))
    read = StackOutputs.model_validate(exported)
    assert read.environment.name == stack
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


def keys(model: type[BaseModel]) -> Iterator[str]:
    for field in model.model_fields.values():
        assert field.alias
        yield field.alias


def test_the_page_documents_every_key_and_invents_none():
    models = [
        each for each in vars(documents).values() if isinstance(each, type) and issubclass(each, documents.Output)
    ]
    promised = {key for model in models if model is not documents.Output for key in keys(model)}
    text = PAGE.read_text()
    written = set(re.findall(r"`(\w+)`", text)) | set(re.findall(r"^## (\w+)$", text, re.MULTILINE))
    assert promised <= written
    tables = {key for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
    assert tables <= promised
