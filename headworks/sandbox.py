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
from urllib.parse import urlsplit

from headworks.failure import Failure
from headworks.workspace import Workspace

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
    """Start the server unless it runs already, with what the workspace's stacks presuppose: their accounts and zones.

    Returns the server and whether it was started now. Raises Failure (exit 1) when it does not come up.
    """
    home = workspace.home
    folder(home).mkdir(parents=True, exist_ok=True)
    accounts, zones = _presupposed(workspace)
    with _exclusive(home):
        server = running(home)
        started = server is None
        if server is None:
            server = _launch(home, sorted(accounts), _free_port(home) if port is None else port)
    _create_zones(server, zones)
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
            if not _alive(server.pid):
                return True
            time.sleep(0.02)
        os.kill(server.pid, signal.SIGKILL)
        return True


def reset(home: Path) -> None:
    """Delete the account's data, and the stacks' states that describe it."""
    stop(home)
    for kept in ("sandbox", "state", "pulumi"):
        shutil.rmtree(home / kept, ignore_errors=True)


def _presupposed(workspace: Workspace) -> tuple[set[str], set[tuple[str, str]]]:
    """The accounts, and the (account, zone) pairs, that any stack of the workspace expects to find."""
    from headworks.model.files import load_environment  # pydantic, only needed to start

    accounts: set[str] = set()
    zones: set[tuple[str, str]] = set()
    for system in workspace.systems():
        for stack in system.stacks:
            environment = load_environment(system.system, stack)
            accounts.add(environment.account_id)
            zones.update((environment.account_id, zone) for zone in environment.zone_names)
    return accounts, zones


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

    if not _alive(server.pid):
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


def _alive(pid: int) -> bool:
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
    return True


@contextmanager
def _exclusive(home: Path) -> Iterator[None]:
    """Two commands at once start one server, not two."""
    folder(home).mkdir(parents=True, exist_ok=True)
    with (folder(home) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
