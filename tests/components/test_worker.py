"""The Worker of the Rockhounding API, as far as it can be told without running it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

WORKER = Path(__file__).parents[2] / "apps" / "rockhounding-api" / "worker.js"


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to check the syntax with")
def test_the_worker_is_valid_javascript(tmp_path):
    module = shutil.copy(WORKER, tmp_path / "worker.mjs")
    subprocess.run(["node", "--check", str(module)], check=True)


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
def test_the_worker_exports_the_classes_that_are_bound_and_uses_bindings_that_exist(stack, rockhounding):
    environment, text = rockhounding(stack), WORKER.read_text()
    assert set(re.findall(r"^export class (\w+)", text, re.MULTILINE)) == set(
        environment.worker.durable_objects.values()
    )
    bound = {each.binding for each in (*environment.buckets, *environment.kv_namespaces, *environment.databases)}
    bound |= {queue.binding for queue in environment.queues} | set(environment.worker.durable_objects)
    optional = {"ADMIN_API_KEY", "SKIP_AUTH"}
    assert set(re.findall(r"\benv\.([A-Z_]+)", text)) == bound | optional
