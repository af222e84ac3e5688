import json
import os
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from cloudflare import Cloudflare

from headworks import sandbox


@pytest.fixture
def client(headworks):
    """Makes a client of the local account as it is now; all are closed at the end."""
    with ExitStack() as opened:

        def make() -> Cloudflare:
            variables = json.loads(headworks("sandbox", "env", "--json").stdout)
            return Cloudflare(
                api_token=variables["CLOUDFLARE_API_TOKEN"],
                base_url=variables["CLOUDFLARE_BASE_URL"],
                http_client=opened.enter_context(httpx.Client(trust_env=False)),
                max_retries=0,
                _strict_response_validation=True,
            )

        yield make


def test_start_gives_the_stacks_their_account_and_zone(headworks, client):
    started = headworks("sandbox", "start")
    assert started.returncode == 0, started.stderr
    opened = client()
    assert {"rockhound.app", "yourdomain.com", "gateway.do"} <= {zone.name for zone in opened.zones.list()}
    connected = opened.alerting.destinations.pagerduty.get(account_id="0123456789abcdef0123456789abcdef")
    assert [service.id for service in connected] == ["0123456789abcdef0123456789abcdef"]
    assert len(list(opened.accounts.list())) == 1


def test_start_again_finds_the_one_that_runs(headworks):
    first = json.loads(headworks("sandbox", "start", "--json").stdout)
    second = json.loads(headworks("sandbox", "start", "--json").stdout)
    assert (first["started"], second["started"]) == (True, False)
    assert (first["pid"], first["address"]) == (second["pid"], second["address"])


def test_two_starts_at_once_make_one_server(headworks):
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: headworks("sandbox", "start", "--json"), range(3)))
    assert len({json.loads(answer.stdout)["pid"] for answer in answers}) == 1


def test_data_and_address_survive_a_stop(headworks, client):
    address = json.loads(headworks("sandbox", "start", "--json").stdout)["address"]
    opened = client()
    account = next(iter(opened.accounts.list())).id
    opened.r2.buckets.create(account_id=account, name="kept-by-the-account")
    assert headworks("sandbox", "stop").returncode == 0
    assert headworks("sandbox", "status").returncode == 3
    assert json.loads(headworks("sandbox", "start", "--json").stdout)["address"] == address
    assert [bucket.name for bucket in client().r2.buckets.list(account_id=account).buckets] == ["kept-by-the-account"]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells when somebody else's child ends")
def test_a_server_that_ended_is_gone_although_its_parent_never_asks():
    """So it is in a container whose first process looks after nobody: a stop waited for ten seconds."""
    negligent = "import os, sys; print(os.posix_spawn('/bin/true', ['true'], {}), flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", negligent], text=True, **pipes) as parent:
        ended = int(parent.stdout.readline())
        descriptor = os.pidfd_open(ended)
        select.select([descriptor], [], [])
        os.close(descriptor)
        assert not sandbox.is_alive(ended)
        assert sandbox.is_alive(parent.pid)
        parent.communicate()


def test_a_killed_server_is_not_taken_for_a_running_one(headworks):
    pid = json.loads(headworks("sandbox", "start", "--json").stdout)["pid"]
    os.kill(pid, signal.SIGKILL)
    assert headworks("sandbox", "status").returncode == 3
    assert headworks("sandbox", "env").returncode == 3
    assert json.loads(headworks("sandbox", "start", "--json").stdout)["started"]


def test_reset_forgets_the_account_but_asks_first(headworks, client):
    headworks("sandbox", "start")
    account = next(iter(client().accounts.list())).id
    client().r2.buckets.create(account_id=account, name="gone-after-reset")
    assert headworks("sandbox", "reset", stdin="n\n").returncode == 1
    assert headworks("sandbox", "status").returncode == 0
    assert headworks("sandbox", "reset", "--yes").returncode == 0
    headworks("sandbox", "start")
    assert client().r2.buckets.list(account_id=account).buckets == []


def test_env_is_what_a_shell_takes(headworks):
    headworks("sandbox", "start")
    script = f'{headworks("sandbox", "env").stdout}\nprintf %s "$CLOUDFLARE_BASE_URL $CLOUDFLARE_API_BASE_URL"'
    shown = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
    base_url, wranglers = shown.split()
    assert base_url == wranglers
    assert base_url.startswith("http://127.0.0.1:")
    assert base_url.endswith("/client/v4")


@pytest.mark.parametrize("file", ["token", "account.sqlite"])
def test_what_opens_the_account_is_for_its_owner_only(headworks, tmp_path, file):
    headworks("sandbox", "start")
    assert (tmp_path / "home" / "sandbox" / file).stat().st_mode & 0o077 == 0
