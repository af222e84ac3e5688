"""A running account for each test, an environment to look for in it, and a way to ask one check."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from headworks.account import Access
from headworks.checks import account as account_checks
from headworks.checks import alerts, databases, platform, queues, staging, storage, token, workers
from headworks.checks.check import Check, Finding
from headworks.facts.account import AccountReader
from headworks.model.environment import Environment
from headworks.model.files import load_environment
from headworks.workspace import open_workspace
from sandbox.account.server import create_application
from tests.checks.conftest import NOW, ask
from tests.serving import served
from tests.workspace import ROOT, SYSTEMS

ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
OTHER_ACCOUNT_ID = "fedcba9876543210fedcba9876543210"
TOKEN = "planted-token-1f7c9b0ae4-of-the-checks"

MODULES = (account_checks, alerts, databases, platform, queues, staging, storage, token, workers)
CHECKS: dict[str, Check] = {check.id: check for module in MODULES for check in module.CHECKS}


@dataclass
class Account:
    """An account that answers HTTP, and readers of it."""

    address: str
    directory: Path
    http: httpx.Client
    readers: list[AccountReader] = field(default_factory=list)
    now: datetime = NOW
    id: str = ACCOUNT_ID
    other_id: str = OTHER_ACCOUNT_ID
    token: str = TOKEN
    checks: Mapping[str, Check] = field(default_factory=lambda: CHECKS)

    @property
    def access(self) -> Access:
        return Access(base_url=self.address, token=TOKEN, local=True)

    def reader(self, account_id: str = ACCOUNT_ID, access: Access | None = None, seconds: float = 20) -> AccountReader:
        self.readers.append(AccountReader(access or self.access, account_id, seconds=seconds))
        return self.readers[-1]

    def reader_at(self, address: str) -> AccountReader:
        return self.reader(access=Access(base_url=address, token=TOKEN, local=True))

    def ok(self, method: str, path: str, **request: Any) -> Any:
        response = self.http.request(method, path, **request)
        assert response.status_code == 200, response.text
        return response.json()["result"]

    def make(self, path: str, **body: Any) -> Any:
        """A thing of the account itself."""
        return self.ok("POST", f"/accounts/{ACCOUNT_ID}{path}", json=body)

    def upload(self, script: str, code: str, path: str = "/workers/scripts", **metadata: Any) -> None:
        said = {"main_module": "worker.js", "compatibility_date": "2026-01-01", **metadata}
        files = {
            "metadata": (None, json.dumps(said), "application/json"),
            said["main_module"]: (said["main_module"], code, "application/javascript+module"),
        }
        self.ok("PUT", f"/accounts/{ACCOUNT_ID}{path}/{script}", files=files)

    def zone(self, name: str) -> str:
        return str(self.ok("POST", "/zones", json={"name": name, "account": {"id": ACCOUNT_ID}})["id"])

    def journal(self) -> list[tuple[str, str, str]]:
        """What was asked: method, path, query."""
        with sqlite3.connect(self.directory / "account.sqlite") as connection:
            return connection.execute("SELECT method, path, query FROM journal ORDER BY sequence").fetchall()

    def unknown_addresses(self) -> list[str]:
        """What was asked for although there is no such address."""
        with sqlite3.connect(self.directory / "account.sqlite") as connection:
            return [path for (path,) in connection.execute("SELECT path FROM journal WHERE NOT known")]

    def look(
        self,
        check: str,
        environment: Environment,
        system: Path = ROOT,
        reader: AccountReader | None = None,
        root: Path | None = None,
        **arguments: Any,
    ) -> Finding:
        """What a check finds, given what a line says to it. `root` stands for the program's folder."""
        workspace = open_workspace(system)
        here = replace(workspace, root=root or workspace.root)
        return ask(check, here, environment, reader or self.reader(), now=self.now, **arguments)


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An empty account of this test alone, over real HTTP."""
    accounts = {ACCOUNT_ID: "Local", OTHER_ACCOUNT_ID: "Other"}
    application = create_application(tmp_path / "account.sqlite", TOKEN, accounts)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        served(application) as address,
        # Certificates would be loaded for each test, and there is no TLS here.
        httpx.Client(base_url=address, headers=headers, trust_env=False, verify=False) as http,
    ):
        running = Account(address, tmp_path, http)
        yield running
        for reader in running.readers:
            reader.close()


Answers = dict[str, tuple[int, Any]]


@pytest.fixture
def answering() -> Iterator[Callable[..., str]]:
    """Starts a server that says what the local account never says: by path (and query, where that matters) a status and a body. Its address is returned."""
    servers: list[ThreadingHTTPServer] = []

    def start(answers: Answers) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path if self.path in answers else self.path.partition("?")[0]
                status, body = answers[path]
                # A text is the content of a Worker, in the form in which Cloudflare answers one.
                is_form = isinstance(body, str) and body.startswith("--b")
                content = body.encode() if is_form else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "multipart/form-data; boundary=b" if is_form else "application/json")
                self.send_header("content-length", str(len(content)))
                self.send_header("x-should-retry", "false")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def environment() -> Callable[[str, str], Environment]:
    """An environment of a system, as its files have it."""
    known: dict[tuple[str, str], Environment] = {}

    def load(system: str, stack: str) -> Environment:
        if (system, stack) not in known:
            known[system, stack] = load_environment(SYSTEMS[system], stack)
        return known[system, stack]

    return load


@pytest.fixture
def rockhounding(environment: Any) -> Environment:
    loaded: Environment = environment("rockhounding-api", "staging")
    return loaded


@pytest.fixture
def triggers(environment: Any) -> Environment:
    loaded: Environment = environment("triggers-api", "staging")
    return loaded


@pytest.fixture
def dotdo(environment: Any) -> Environment:
    loaded: Environment = environment("dotdo", "staging")
    return loaded
