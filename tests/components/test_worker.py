"""The Workers of the systems, as far as it can be told without running them."""

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from components.schema_files import read_schema_files
from headworks.model.environment import Environment

REPOSITORY = Path(__file__).parents[2]
WORKERS = {
    "rockhounding-api": "apps/rockhounding-api/worker.js",
    "triggers-api": "apps/triggers-api/src/index.ts",
    "parquedb": "apps/parquedb/worker.js",
}
OPTIONAL = {"ADMIN_API_KEY", "AUTH_SECRET", "JURISDICTION", "SKIP_AUTH"}
"""What some environments have, and the code can do without."""


@pytest.mark.parametrize("worker", sorted(REPOSITORY.glob("apps/*/worker.js")), ids=lambda file: file.parent.name)
def test_the_worker_is_valid_javascript(node, worker, tmp_path):
    module = shutil.copy(worker, tmp_path / "worker.mjs")
    subprocess.run([node, "--check", str(module)], check=True)


def bound(environment: Environment) -> set[str | None]:
    stores = (*environment.buckets, *environment.kv_namespaces, *environment.databases, *environment.workflows)
    calls = (*environment.queues, *environment.worker.rate_limits)
    others = {*environment.worker.durable_objects, *environment.worker.vars, *environment.secrets}
    return {each.binding for each in (*stores, *calls)} | others


def classes(environment: Environment) -> set[str]:
    created = {name for step in environment.worker.migrations for name in step.new_sqlite_classes}
    return created | {workflow.class_name for workflow in environment.workflows}


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
@pytest.mark.parametrize("system", WORKERS)
def test_the_worker_exports_the_classes_that_are_declared_and_uses_bindings_that_exist(system, stack, systems):
    environment, text = systems(system, stack), (REPOSITORY / WORKERS[system]).read_text()
    assert set(re.findall(r"^export class (\w+)", text, re.MULTILINE)) == classes(environment)
    used = set(re.findall(r"\benv\.([A-Z_]+)", text))
    assert used - OPTIONAL <= bound(environment)


def test_schedules_queues_and_logs_find_the_handlers_that_they_call():
    handlers = {"parquedb": "scheduled", "triggers-api": "queue", "rockhounding-api": "queue"}
    for system, handler in handlers.items():
        assert re.search(rf"^  async {handler}\(", (REPOSITORY / WORKERS[system]).read_text(), re.MULTILINE)
    assert "async tail(" in (REPOSITORY / "apps/triggers-api-tail/worker.js").read_text()


def test_the_schema_of_triggers_api_has_the_table_and_the_indexes_that_its_runbook_asks_for(systems):
    (database,) = systems("triggers-api", "production").databases
    with closing(sqlite3.connect(":memory:")) as schema:
        for file in read_schema_files(REPOSITORY, database.migrations_dir):
            schema.executescript(file["sql"])
        tables = schema.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        by_status = "SELECT status, COUNT(*) AS count FROM events GROUP BY status"
        plan = " ".join(str(row) for row in schema.execute(f"EXPLAIN QUERY PLAN {by_status}"))
    assert tables == [("events",)]
    assert "events_by_status" in plan
