"""SIGKILL in the middle of an `up`: the next one completes it, and nothing is there twice."""

import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"


def writes(checkout) -> int:
    """How many objects the account was asked to make so far."""
    with sqlite3.connect(f"file:{checkout.home}/sandbox/account.sqlite?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT count(*) FROM journal WHERE method IN ('POST', 'PUT') AND status < 400"
        ).fetchone()[0]


def wait_until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("after", [6])
def test_the_next_up_completes_what_a_killed_one_began(make_checkout, after):
    checkout = make_checkout()
    checkout.put_secrets("staging")
    before = writes(checkout)
    process = checkout.start("up", "staging", "--yes", "--skip-preview")
    wait_until(lambda: writes(checkout) >= before + after or process.poll() is not None)
    assert process.poll() is None, "it ended before it could be killed"
    children = children_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)  # the engine alone: its children find out by themselves, as after a crash
    process.wait()
    process.stdout.close()
    wait_until(lambda: not any(lives(child) for child in children))
    checkout.run("up", "staging", "--yes", "--skip-preview")
    client = checkout.client
    assert len(list(client.r2.buckets.list(account_id=ACCOUNT).buckets)) == 3
    assert len(list(client.kv.namespaces.list(account_id=ACCOUNT))) == 2
    assert len(list(client.queues.list(account_id=ACCOUNT))) == 2
    zone = next(iter(client.zones.list(name="rockhound.app")))
    assert len(list(client.dns.records.list(zone_id=zone.id))) == 1
    assert len(list(client.workers.routes.list(zone_id=zone.id))) == 1
    checkout.run("up", "staging", "--yes", "--skip-preview", "--expect-no-changes")
    checkout.run("refresh", "staging", "--yes", "--skip-preview", "--expect-no-changes")
