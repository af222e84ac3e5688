"""The local account's life: one server process per workspace, found again through a small file beside its data."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headworks.failure import Failure
from headworks.workspace import Workspace

if TYPE_CHECKING:
    from headworks.model.environment import Environment

START_SECONDS = 30
STOP_SECONDS = 10


@dataclass(frozen=True)
class Server:
    pid: int
    address: str
    """Ends in /client/v4."""
    token: str = field(repr=False)


def is_loopback(address: str) -> bool:
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}


def folder(home: Path) -> Path:
    """Holds the account's database, its token, the server's address and its log."""
    return home / "sandbox"


def running(home: Path) -> Server | None:
    """The server of this workspace, if it answers; a file left by one that was killed counts as none."""
    try:
        remembered = json.loads((folder(home) / "server.json").read_text())
        server = Server(remembered["pid"], remembered["address"], (folder(home) / "token").read_text().strip())
    except (OSError, ValueError, KeyError):
        return None
    return server if _answers(server) else None


def start(workspace: Workspace, port: int | None = None) -> tuple[Server, bool]:
    """Start the server unless it runs already, with what the workspace's stacks presuppose: accounts, zones, destinations.

    Returns the server and whether it was started now. Raises Failure (exit 1) when it does not come up.
    """
    home = workspace.home
    folder(home).mkdir(parents=True, exist_ok=True)
    environments = list(_environments(workspace))
    with _exclusive(home):
        server = running(home)
        started = server is None
        if server is None:
            accounts = sorted({environment.account_id for environment in environments})
            server = _launch(home, accounts, _free_port(home) if port is None else port)
        _create_zones(server, {(each.account_id, zone) for each in environments for zone in each.zone_names})
        for environment in environments:
            _add_destinations(home, environment)
    return server, started


def stop(home: Path) -> bool:
    """Stop the server and keep its data. False when none was running."""
    with _exclusive(home):
        server = running(home)
        if server is None:
            return False
        os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not is_alive(server.pid):
                return True
            time.sleep(0.02)
        os.kill(server.pid, signal.SIGKILL)
        return True


def reset(home: Path) -> None:
    """Delete the account's data, and the stacks' states that describe it."""
    stop(home)
    for kept in ("sandbox", "state", "pulumi"):
        shutil.rmtree(home / kept, ignore_errors=True)


def _environments(workspace: Workspace) -> Iterator["Environment"]:
    """Every environment of every system: what they expect to find is made before any of them comes up."""
    from headworks.model.files import load_environment  # pydantic, only needed to start

    for system in workspace.systems():
        for stack in system.stacks:
            yield load_environment(system.system, stack)


def _launch(home: Path, accounts: Iterable[str], port: int) -> Server:
    where = folder(home)
    command = [sys.executable, "-m", "sandbox.account", "--directory", str(where), "--port", str(port)]
    for account in accounts:
        command += ["--account", f"{account}=Local account"]
    with (where / "address").open("w+") as address, (where / "log").open("a") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=address, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if line := (where / "address").read_text().strip():
                server = Server(process.pid, line, (where / "token").read_text().strip())
                _remember(home, server)
                return server
            time.sleep(0.02)
    process.kill()
    raise Failure(
        f"The local account did not start within {START_SECONDS} s.",
        fix=f"Its log says why: {where / 'log'}",
    )


def _remember(home: Path, server: Server) -> None:
    path = folder(home) / "server.json"
    path.with_suffix(".new").write_text(json.dumps({"pid": server.pid, "address": server.address}))
    path.with_suffix(".new").replace(path)


def _free_port(home: Path) -> int:
    """The port of last time if it is free, so that what was exported to a shell still holds after a restart."""
    try:
        address = json.loads((folder(home) / "server.json").read_text())["address"]
        port = urlsplit(address).port or 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, ValueError, KeyError):
        return 0
    return port


def _answers(server: Server) -> bool:
    import httpx  # `headworks --help` does not pay for an HTTP client

    if not is_alive(server.pid):
        return False
    try:
        answer = httpx.get(
            f"{server.address}/user/tokens/verify",
            headers={"Authorization": f"Bearer {server.token}"},
            timeout=5,
            trust_env=False,
        )
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK


def _create_zones(server: Server, zones: Iterable[tuple[str, str]]) -> None:
    import httpx

    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(base_url=server.address, headers=headers, timeout=10, trust_env=False) as client:
        present = {
            zone["name"] for zone in client.get("/zones", params={"per_page": 50}).raise_for_status().json()["result"]
        }
        for account, name in sorted(zones):
            if name not in present:
                client.post(
                    "/zones", json={"name": name, "account": {"id": account}, "type": "full"}
                ).raise_for_status()


def _add_destinations(home: Path, environment: "Environment") -> None:
    from sandbox.account.by_hand import add_destinations

    named = [(each.pagerduty_id, each.webhook_id) for each in environment.destinations]
    add_destinations(
        folder(home) / "account.sqlite",
        environment.account_id,
        pagerduty=[pagerduty for pagerduty, _ in named if pagerduty],
        webhooks=[webhook for _, webhook in named if webhook],
    )


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended may wait for its parent, in a container for ever, and does not."""
    try:
        waited, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # somebody else's child, so waiting says nothing
        waited = 0
    if waited == pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:  # no Linux; or it is gone by now, which the next look will tell
        return False
    return state == "Z"


@contextmanager
def _exclusive(home: Path) -> Iterator[None]:
    """Two commands at once start one server, not two."""
    folder(home).mkdir(parents=True, exist_ok=True)
    with (folder(home) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
