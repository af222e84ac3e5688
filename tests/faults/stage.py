"""A stack on a local account, both in a folder, that can be copied, run, killed and compared.

The account is a process of its own, which outlives the engine. Engine and account are forked from a process that has imported
everything already: a kill costs no imports, and the program is the only Python that starts anew.
"""

import json
import logging
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from sandbox import engine
from sandbox.account.server import PREFIX, create_application
from sandbox.engine.backend import secrets

ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "a-token-of-forty-characters-for-the-test"
PASSPHRASE = "made-up"
LONGEST = 120.0
"""Seconds that an operation may take on a busy machine."""
PROGRAM = """
import os
import pulumi

def made(kind, name, properties, **options):
    options = pulumi.ResourceOptions(parent=canal, **options)
    return pulumi.CustomResource(f"cloudflare:index/{kind[0].lower()}{kind[1:]}:{kind}", name, {**account, **properties}, options)

account = {"accountId": "ACCOUNT"}
canal = pulumi.ComponentResource("faults:index:Canal", "canal")
def record(name, content):
    properties = {"zoneId": os.environ["ZONE"], "name": f"{name}.canal.example", "type": "A", "ttl": 300, "content": content}
    return pulumi.CustomResource("cloudflare:index/dnsRecord:DnsRecord", name, properties, pulumi.ResourceOptions(parent=canal))

if os.environ["PROGRAM"] == "first":
    record("www", "192.0.2.1")
    record("old", "192.0.2.2")
    made("WorkersKvNamespace", "cache", {"title": "cache"})
    made("WorkersKvNamespace", "gone", {"title": "gone"})
    jobs = made("Queue", "jobs", {"queueName": "jobs"})
    made("D1Database", "facts", {"name": "facts"})
    made("R2Bucket", "exports", {"name": "exports"}, depends_on=[jobs])
else:
    record("www", "192.0.2.11")
    record("new", "192.0.2.3")
    made("WorkersKvNamespace", "cache", {"title": "cache-2"})
    made("WorkersKvNamespace", "fresh", {"title": "fresh"})
    jobs = made("Queue", "jobs", {"queueName": "jobs", "settings": {"deliveryDelay": 5}})
    more = made("Queue", "more", {"queueName": "more"}, depends_on=[jobs])
    made("D1Database", "facts", {"name": "facts-2"})
    made("R2Bucket", "exports", {"name": "exports-2"}, depends_on=[more], delete_before_replace=True)
""".replace("ACCOUNT", ACCOUNT)
VOLATILE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")
"""Times and ids: what differs between two runs that did the same."""


@dataclass(frozen=True)
class Ended:
    """How a process of the engine ended."""

    killed: bool
    code: int
    words: str
    """What it wrote, tracebacks included."""
    warnings: list[str]
    errors: list[str]


class Stage:
    """A folder with the account's database, the project and the state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state" / "faults" / "dev.json"

    @classmethod
    def create(cls, folder: Path) -> "Stage":
        (folder / "project").mkdir(parents=True)
        (folder / "project" / "Pulumi.yaml").write_text("name: faults\nruntime: python\n")
        (folder / "project" / "__main__.py").write_text(PROGRAM)
        # One salt for all: the million rounds of its key are done once, before anything is forked.
        salt = secrets.PassphraseManager.create(PASSPHRASE).salt
        (folder / "project" / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {salt}\n")
        stage = cls(folder)
        with stage.account() as address, api(address) as account:
            account.post("/zones", json={"name": "canal.example", "account": {"id": ACCOUNT}}).raise_for_status()
        return stage

    def copy(self, folder: Path) -> "Stage":
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Stage(folder)

    @contextmanager
    def account(self) -> Iterator[str]:
        """The account while it serves: the address of its API."""
        listener = socket.create_server(("127.0.0.1", 0))
        server = fork(lambda: self._serve(listener))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}"
        listener.close()
        try:
            yield address
        finally:
            os.kill(server, signal.SIGTERM)
            os.waitpid(server, 0)

    def _serve(self, listener: socket.socket) -> int:
        logging.disable()  # it would tell of each client that was killed
        application = create_application(self.folder / "account.sqlite", TOKEN, {ACCOUNT: "Local"})
        configuration = uvicorn.Config(application, log_config=None, access_log=False)
        uvicorn.Server(configuration).run(sockets=[listener])
        return 0

    def begin(
        self, operation: str, address: str, program: str, around: AbstractContextManager[Any] | None = None
    ) -> int:
        """Starts an operation, with `around` in its process around it; returns the process."""
        for name in ("words", "events"):
            (self.folder / name).write_text("")

        def run() -> int:
            with around or nullcontext(), (self.folder / "events").open("w") as events:
                options = engine.Options(
                    project=self.folder / "project",
                    stack="dev",
                    state=self.folder / "state",
                    passphrase=PASSPHRASE,
                    parallel=4,
                    take_over=True,
                    environment={
                        "CLOUDFLARE_BASE_URL": address,
                        "CLOUDFLARE_API_TOKEN": TOKEN,
                        "PROGRAM": program,
                        "ZONE": self.zone,
                    },
                )
                emit = lambda event: print(json.dumps(event), file=events, flush=True)  # noqa: E731
                return int(getattr(engine, operation)(options, emit).exit_code)

        return fork(run, self.folder / "words")

    def wait(self, process: int, seconds: float = LONGEST) -> Ended | None:
        """How the process ended, None if it has not within the time."""
        descriptor = os.pidfd_open(process)
        try:
            if not select.select([descriptor], [], [], seconds)[0]:
                return None
        finally:
            os.close(descriptor)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        return Ended(
            status == -signal.SIGKILL,
            status,
            (self.folder / "words").read_text(),
            self._said("warning"),
            self._said("error"),
        )

    def run(self, operation: str, address: str, program: str = "second") -> Ended:
        process = self.begin(operation, address, program)
        ended = self.wait(process)
        if ended is None:
            os.kill(process, signal.SIGKILL)
            raise AssertionError(f"{operation} did not end within {LONGEST:g} s:\n{self.wait(process)}")
        return ended

    def _said(self, severity: str) -> list[str]:
        path = self.folder / "events"
        events = (
            [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")] if path.exists() else []
        )
        found = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
        return [each["message"].strip() for each in found if each["severity"] == severity]

    # what is there ---------------------------------------------------------------------------------------------------

    def world(self) -> list[tuple[str, str, str]]:
        """Kind, name and document of each object of the account."""
        with closing(sqlite3.connect(self.folder / "account.sqlite")) as database:
            return database.execute("SELECT kind, name, document FROM resource").fetchall()

    @property
    def zone(self) -> str:
        return next(json.loads(document)["id"] for kind, _, document in self.world() if kind == "zone")

    def deployment(self) -> dict[str, Any]:
        options = engine.Options(
            project=self.folder / "project", stack="dev", state=self.folder / "state", passphrase=PASSPHRASE
        )
        return engine.export(options)["deployment"]

    def ids(self) -> list[str]:
        """Of all objects that the state knows."""
        return [each["id"] for each in self.deployment().get("resources", []) if each["type"].startswith("cloudflare:")]

    def summary(self) -> dict[str, list[str]]:
        """World and state without what differs between two runs that did the same.

        Outputs are left out: an object that was read says more of itself than one that was made.
        """
        resources = [
            {key: each.get(key) for key in ("urn", "inputs", "parent", "delete", "pendingReplacement")}
            for each in self.deployment().get("resources", [])
        ]
        texts = {
            "world": [f"{kind} {document}" for kind, _, document in self.world()],
            "state": [json.dumps(each, sort_keys=True) for each in resources],
        }
        return {name: sorted(VOLATILE.sub("…", text) for text in found) for name, found in texts.items()}


def api(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"authorization": f"Bearer {TOKEN}"}, verify=False)


def fork(work: Callable[[], int], words: Path | None = None) -> int:
    """Does the work in a process of its own, whose exit status is the result, and returns the process."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        if words is not None:
            descriptor = os.open(words, os.O_WRONLY)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
        code = work()
    except BaseException:  # noqa: BLE001 - whatever it is, it is told, and the copy of the caller goes no further
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
