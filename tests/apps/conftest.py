"""Workers that really run: under Node, over HTTP, with the local account as Cloudflare."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pipelines.conftest import Runner

REPOSITORY = Path(__file__).parents[2]
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"

Serve = Callable[..., httpx.Client]

INSTALLED = {"npx ": ""}
"""npx runs what is installed in the app's repository; here that is first on PATH."""
OURS = {"headworks/.venv/bin/headworks": "headworks"}
"""A pipeline of an app has a checkout of headworks; these tests are in one."""


@pytest.fixture
def serve(node: str, tmp_path: Path) -> Iterator[Serve]:
    """Run a Worker of apps/ with these bindings; the answer is a client of it."""
    with contextlib.ExitStack() as running:

        def run(app: str, host: str, **bindings: Any) -> httpx.Client:
            module = shutil.copy(REPOSITORY / "apps" / app / "worker.js", tmp_path / f"{app}.mjs")
            process = running.enter_context(
                subprocess.Popen(
                    [node, str(Path(__file__).with_name("serve.mjs")), str(module)],
                    env=os.environ | {"BINDINGS": json.dumps(bindings)},
                    stdin=subprocess.PIPE,  # closed at the end, which ends it
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            assert process.stdout
            address = process.stdout.readline().strip()
            client = httpx.Client(base_url=address, headers={"host": host}, trust_env=False)
            return running.enter_context(client)

        yield run


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A local account, and a client at `/accounts/<id>`."""
    directory = tmp_path_factory.mktemp("account")
    options = ["--directory", str(directory), "--account", f"{ACCOUNT_ID}=Test"]
    command = [sys.executable, "-m", "sandbox.account", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        headers = {"Authorization": f"Bearer {(directory / 'token').read_text().strip()}"}
        with httpx.Client(base_url=f"{address}/accounts/{ACCOUNT_ID}", headers=headers, trust_env=False) as client:
            yield client
        process.terminate()


def app_repository(folder: Path, node_modules: Path, **expressions: str) -> Runner:
    """apps/triggers-api as the repository that it would be, with its tools installed; it runs the steps of its workflow."""
    repository = shutil.copytree(REPOSITORY / "apps/triggers-api", folder / "app")
    (repository / "node_modules").symlink_to(node_modules)
    quiet = {"HOME": str(folder), "WRANGLER_SEND_METRICS": "false", "CLOUDFLARE_CF_FETCH_ENABLED": "false"}
    tools = repository / "node_modules/.bin"
    return Runner(folder / "runner", expressions, quiet, repository, tools)
