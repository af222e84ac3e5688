"""Rockhounding on a local account, brought up by the command line and read back with the official SDK."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from cloudflare import Cloudflare

from headworks.account import Access
from headworks.model.environment import Environment
from headworks.token.body import Known, body_of
from headworks.token.least import least_of

ACCOUNT = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).parents[2]
PLANTED = {
    name: f"planted-{name.lower()}-5d2e8c17"
    for name in ("SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY", "MAPBOX_API_KEY")
}


@dataclass
class Checkout:
    """The command line of this checkout, with a home and so an account of its own."""

    home: Path
    path: str = ""
    """What is on PATH beside the system's own folders; without it there is no `pulumi`, whatever a machine has."""
    printed: list[str] = field(default_factory=list)
    """Everything that any command has printed."""
    variables: dict[str, str] = field(default_factory=dict)
    """What the environment of the commands has besides."""
    planted: dict[str, str] = field(default_factory=PLANTED.copy)
    """The values that the secrets have here."""
    tokens: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """By system, stack and purpose."""
    asked: dict[tuple[str, str], set[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(set))
    """Methods, paths and queries of what those tokens were used for, by system and stack."""

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDFLARE_", "PULUMI_"))}
        path = os.pathsep.join([str(Path(sys.executable).parent), *filter(None, [self.path]), "/usr/bin", "/bin"])
        return {**kept, "PATH": path, "HEADWORKS_HOME": str(self.home), "NO_COLOR": "1", **self.variables}

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "headworks", *words]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str, exit_code: int = 0) -> str:
        with self.start(*words) as process:
            output, _ = process.communicate()
        self.printed.append(output)
        assert process.returncode == exit_code, (
            f"headworks {' '.join(words)} ended with {process.returncode}:\n{output}"
        )
        return output

    def put_secrets(self, stack: str) -> None:
        names = ("SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY") if stack == "development" else tuple(self.planted)  # R31
        file = self.home.parent / f"{stack}.vars"
        file.write_text("".join(f"{name}={self.planted[name]}\n" for name in names))
        self.run("secrets", "put", stack, "--from-file", str(file))
        file.unlink()

    @cached_property
    def client(self) -> Cloudflare:
        """The official SDK on the account, checking each answer against its own types; `close` ends it."""
        variables = json.loads(self.run("sandbox", "env", "--json"))
        self.printed.pop()
        return Cloudflare(
            api_token=variables["CLOUDFLARE_API_TOKEN"],
            base_url=variables["CLOUDFLARE_BASE_URL"],
            http_client=httpx.Client(trust_env=False),
            max_retries=0,
            _strict_response_validation=True,
        )

    def requests(self, after: int = 0) -> list[tuple[int, str, str, str]]:
        """What the account was asked: number, method, path and query."""
        with closing(sqlite3.connect(self.home / "sandbox/account.sqlite")) as journal:
            return journal.execute(
                "SELECT sequence, method, path, query FROM journal WHERE sequence > ? ORDER BY sequence", (after,)
            ).fetchall()

    @contextmanager
    def narrowed(self, environment: Environment, purpose: str) -> Iterator[Access]:
        """Inside, commands have no other token than one that may do what `headworks token` lists for the stack."""
        stack = (environment.system, environment.stack)
        if (*stack, purpose) not in self.tokens:
            self.tokens[*stack, purpose] = self._token(environment, purpose)
        access = Access(str(self.client.base_url).rstrip("/"), self.tokens[*stack, purpose], local=True)
        before = max((number for number, *_ in self.requests()), default=0)
        self.variables |= access.environment
        yield access
        for name in access.environment:
            del self.variables[name]
        self.asked[stack] |= {request[1:] for request in self.requests(after=before)}

    def _token(self, environment: Environment, purpose: str) -> str:
        least = getattr(least_of(environment), purpose)
        groups = self.client.accounts.tokens.permission_groups.list(account_id=ACCOUNT)
        zones = {zone.name: zone.id for zone in self.client.zones.list()}
        body = body_of(purpose, list(least), Known({each.name: each.id for each in groups}, zones))
        return self.client.accounts.tokens.create(account_id=ACCOUNT, **body).value

    def settings(self, script: str) -> dict[str, Any]:
        """A Worker's settings, through the SDK but without its types: they do not know the `placement: {}` that Cloudflare answers."""
        settings = self.client.workers.scripts.script_and_version_settings
        answer = settings.with_raw_response.get(script, account_id=ACCOUNT)
        return answer.json()["result"]

    def close(self) -> None:
        if "client" in self.__dict__:
            self.client.close()
        self.run("sandbox", "stop")


@pytest.fixture(scope="session")
def make_checkout(tmp_path_factory):
    """Makes checkouts with a running account; they are stopped at the end."""
    made = []

    def make(path: str = "") -> Checkout:
        checkout = Checkout(tmp_path_factory.mktemp("checkout") / "home", path)
        made.append(checkout)
        checkout.run("sandbox", "start")
        return checkout

    yield make
    for checkout in made:
        checkout.close()
