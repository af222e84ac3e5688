"""Three systems up on one local account, and a way to compare a stack with it in this process."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic.alias_generators import to_snake

from headworks.account import find_access
from headworks.deploy import Engine, Operation, Request, embedded
from headworks.drift.comparison import Comparison, compare
from headworks.sandbox import folder
from headworks.workspace import Workspace, open_workspace
from sandbox import engine

ROOT = Path(__file__).parents[2]
ACCOUNT = "0123456789abcdef0123456789abcdef"
SYSTEMS = {"rockhounding-api": (ROOT, "production"), **{
    system: (ROOT / "systems" / system, "staging") for system in ("triggers-api", "dotdo")
}}  # fmt: skip
"""The folder of each system, and the stack that is up."""


@dataclass
class Deployed:
    home: Path
    http: httpx.Client

    def workspace(self, system: str) -> Workspace:
        return open_workspace(SYSTEMS[system][0])

    def up(self, system: str) -> None:
        workspace = self.workspace(system)
        request = Request(
            operation=Operation.UP, workspace=workspace, stack=SYSTEMS[system][1], access=find_access(workspace)
        )
        events: list[Any] = []
        result = engine.up(embedded.options_of(request), events.append)
        assert result.exit_code == 0, [event for event in events if "diagnosticEvent" in event]

    def compare(self, system: str, now: datetime | None = None, workspace: Workspace | None = None) -> Comparison:
        here = workspace or self.workspace(system)
        return compare(here, SYSTEMS[system][1], find_access(here), Engine.EMBEDDED, now or datetime.now(UTC))

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """The `result` of a call; what begins with neither /accounts nor /zones is the account's."""
        whole = path if path.startswith(("/accounts", "/zones")) else f"/accounts/{ACCOUNT}{path}"
        response = self.http.request(method, whole, **request)
        assert response.is_success, f"{method} {whole}: {response.text}"
        return response.json()["result"]

    def upload(self, path: str, code: str, method: str = "PUT", **metadata: Any) -> Any:
        said = {"main_module": "worker.js", "compatibility_date": "2026-01-01", **metadata}
        module = ("worker.js", code, "application/javascript+module")
        files = {"metadata": (None, json.dumps(said), "application/json"), "worker.js": module}
        return self.ask(method, path, files=files)

    def asked(self) -> list[tuple[str, str]]:
        """Method and path of every request so far."""
        with sqlite3.connect(folder(self.home) / "account.sqlite") as connection:
            return connection.execute("SELECT method, path FROM journal ORDER BY sequence").fetchall()

    def command(self, *words: str, exit_code: int = 0) -> str:
        """Run the command line; returns what it printed."""
        command = [sys.executable, "-m", "headworks", *words]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ended.returncode == exit_code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of this module's own, and nothing of the account that whoever runs the tests works with."""
    home = tmp_path_factory.mktemp("drift") / "home"
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("CLOUDFLARE_", "PULUMI_"))]:
            patch.delenv(name)
        patch.setenv("HEADWORKS_HOME", str(home))
        patch.setenv("NEON_PASSWORD", "planted-password-of-neon")
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]))
        yield home


@pytest.fixture(scope="module")
def deployed(environment: Path) -> Iterator[Deployed]:
    """Everything up, and what wrangler makes of TriggersAPI made as it does."""
    nothing = httpx.Client()
    made = Deployed(environment, nothing)
    made.command("sandbox", "start")
    access = find_access(made.workspace("rockhounding-api"))
    headers = {"Authorization": f"Bearer {access.token}"}
    with httpx.Client(base_url=access.base_url, headers=headers, trust_env=False, verify=False) as made.http:
        secrets = {"rockhounding-api": ("SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY", "MAPBOX_API_KEY"), "deploy-staging": ("CLOUDFLARE_API_TOKEN", "DEPLOY_API_KEY")}  # fmt: skip
        for script, names in secrets.items():
            made.upload(
                f"/workers/scripts/{script}",
                "export default { fetch() { return new Response() } }",
                bindings=[{"type": "secret_text", "name": name, "text": "planted"} for name in names],
            )
        for system in SYSTEMS:
            made.up(system)
        _deploy_as_wrangler(made)
        made.upload("/workers/scripts/somebodys", "export default { fetch() {}, queue() {} }")
        yield made
    made.command("sandbox", "stop")


def _deploy_as_wrangler(made: Deployed) -> None:
    """TriggersAPI as its own repository deploys it: the Worker with the bindings of the outputs, then its route and consumer."""
    name = "triggers-api-staging"
    outputs = engine.outputs(embedded.stack_options(made.workspace("triggers-api"), "staging"))
    bindings = [
        {to_snake(key): value for key, value in each.items()}
        | ({"type": "secret_text", "text": "planted"} if each["type"] == "secret" else {})
        for each in outputs["bindings"]
    ]
    code = "export class ProcessEventWorkflow {}; export default { fetch() {}, queue() {} }"
    worker = outputs["worker"]
    made.upload(
        f"/workers/scripts/{name}",
        code,
        bindings=bindings,
        compatibility_date=worker["compatibilityDate"],
        compatibility_flags=worker["compatibilityFlags"],
        observability={"enabled": True},
        tail_consumers=[{"service": each} for each in worker["tailConsumers"]],
    )
    workflow = {"class_name": "ProcessEventWorkflow", "script_name": name}
    made.ask("PUT", "/workflows/process-event-workflow-staging", json=workflow)
    queue = next(each["queue_id"] for each in made.ask("GET", "/queues") if each["queue_name"] == "event-queue-staging")
    consumer = {"type": "worker", "script_name": name, "dead_letter_queue": "event-dlq-staging"}
    made.ask("POST", f"/queues/{queue}/consumers", json=consumer)
    (zone,) = made.ask("GET", "/zones?name=yourdomain.com")
    route = {"pattern": "api-staging.yourdomain.com/*", "script": name}
    made.ask("POST", f"/zones/{zone['id']}/workers/routes", json=route)
