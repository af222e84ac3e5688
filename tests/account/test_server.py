"""The account as a process: how it starts, what survives its end, and what two of it do to one file."""

import os
import re
import signal
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.account.paging import Cursored, Numbered
from sandbox.account.private import Vault, private_text
from sandbox.account.router import Endpoint, Router
from sandbox.account.server import create_application
from sandbox.account.storage import IncompatibleDatabase, Storage

ACCOUNT = "0123456789abcdef0123456789abcdef"
FETCH = "export default { fetch() {} };"

Start = Any
"""Starts the account of this test's folder once more: the process, and a connection to it."""


def test_it_prints_its_address_makes_its_token_and_keeps_them_private(start: Start, tmp_path: Path) -> None:
    _, account = start()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/client/v4", account.address)
    assert re.fullmatch(r"[0-9A-Za-z_-]{40}", account.token)
    assert account.ok("GET", "/accounts")[0]["name"] == "Local"
    account.upload("api", FETCH, bindings=[{"type": "secret_text", "name": "KEY", "text": "planted"}])
    database = account.ok("POST", f"{account.path}/d1/database", json={"name": "rocks"})["uuid"]
    account.ok("POST", f"{account.path}/d1/database/{database}/query", json={"sql": "CREATE TABLE t (a)"})
    modes = {file.relative_to(tmp_path).as_posix(): file.stat().st_mode & 0o077 for file in tmp_path.rglob("*")}
    assert set(modes) >= {"token", "account.sqlite", "account.key", f"account.d1/{database}.sqlite"}
    assert set(modes.values()) == {0}


def test_it_is_reached_on_the_loopback_only(start: Start) -> None:
    _, account = start()
    port = httpx.URL(account.address).port
    assert port is not None
    for other in ("127.0.0.2", "::1"):
        with pytest.raises(OSError, match=r"refused|unreachable|assign"):
            socket.create_connection((other, port), timeout=5)


def test_everything_is_there_after_a_restart(start: Start) -> None:
    process, account = start()
    bucket = account.ok("POST", f"{account.path}/r2/buckets", json={"name": "data"})
    account.upload("api", FETCH, bindings=[{"type": "secret_text", "name": "KEY", "text": "planted"}])
    database = account.ok("POST", f"{account.path}/d1/database", json={"name": "rocks"})["uuid"]
    account.ok(
        "POST",
        f"{account.path}/d1/database/{database}/query",
        json={"sql": "CREATE TABLE t (a); INSERT INTO t VALUES (7)"},
    )
    process.terminate()
    process.wait()
    _, again = start()
    assert again.token == account.token
    assert again.ok("GET", f"{account.path}/r2/buckets/data") == bucket
    assert again.ok("POST", f"{account.path}/d1/database/{database}/query", json={"sql": "SELECT a FROM t"})[0][
        "results"
    ] == [{"a": 7}]
    inherited = [{"type": "inherit", "name": "KEY"}]
    assert again.upload("api", FETCH, bindings=inherited, params={"bindings_inherit": "strict"}).status_code == 200


def test_what_was_answered_before_a_sigkill_is_there_after_it(start: Start) -> None:
    process, account = start()
    answered: list[str] = []

    def create(number: int) -> None:
        try:
            answered.append(
                account.ok("POST", f"{account.path}/queues", json={"queue_name": f"q{number}"})["queue_name"]
            )
        except httpx.HTTPError:
            return
        if len(answered) == 20:
            os.kill(process.pid, signal.SIGKILL)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(create, range(200)))
    process.wait()
    assert 20 <= len(answered) < 200
    _, again = start()
    names = [queue["queue_name"] for queue in again.ok("GET", f"{account.path}/queues", params={"per_page": 1000})]
    assert set(answered) <= set(names)
    assert len(names) == len(set(names))
    with sqlite3.connect(account.directory / "account.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_processes_on_one_file_lose_nothing_and_double_nothing(start: Start) -> None:
    (_, one), (_, two) = start(), start()
    assert one.token == two.token
    names = [f"q{number}" for number in range(30)]

    def create(account: Any, name: str) -> int:
        return int(account.code("POST", f"{account.path}/queues", json={"queue_name": name})[0])

    with ThreadPoolExecutor(8) as pool:
        statuses = list(
            pool.map(lambda pair: create(*pair), [(account, name) for name in names for account in (one, two)])
        )
    assert sorted(statuses) == [200] * 30 + [409] * 30
    for account in (one, two):
        assert sorted(queue["queue_name"] for queue in account.ok("GET", f"{account.path}/queues")) == sorted(names)


def test_a_request_locks_the_file_before_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or two processes would both read that a name is free."""
    monkeypatch.setattr("sandbox.account.storage.LOCK_TIMEOUT", 0)
    one, two = Storage(tmp_path / "account.sqlite"), Storage(tmp_path / "account.sqlite")
    with one.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"), two.transaction():
        pass
    with two.transaction():
        pass
    one.close()
    two.close()


def test_two_that_start_together_agree_on_one_token(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda number: private_text(tmp_path / "token", lambda: f"token-{number}"), range(32)))
    assert len(texts) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


def test_a_secret_can_be_opened_with_the_key_file_only(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "one").seal(b"planted")
    assert b"planted" not in sealed
    assert Vault(tmp_path / "one").open(sealed) == b"planted"
    with pytest.raises(Exception):  # noqa: B017 - whatever the cipher raises
        Vault(tmp_path / "two").open(sealed)


def test_an_account_id_that_cloudflare_could_not_have_given_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'mine' is not 32 hexadecimal digits"):
        create_application(tmp_path / "account.sqlite", "token", {"mine": "Mine"})


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "account.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(IncompatibleDatabase, match="schema version 99, this program knows 1"):
        Storage(tmp_path / "account.sqlite")


def test_the_journal_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(tmp_path / "account.sqlite")
    with storage.transaction() as store:
        for number in range(10):
            store.record(time="", method="GET", path=str(number), query="", status=200, code=None, known=True)
    storage.close()
    monkeypatch.setattr("sandbox.account.storage.JOURNAL_KEPT", 3)
    Storage(tmp_path / "account.sqlite").close()
    with sqlite3.connect(tmp_path / "account.sqlite") as connection:
        assert connection.execute("SELECT path FROM journal").fetchall() == [("7",), ("8",), ("9",)]


def test_an_endpoint_cannot_be_there_twice() -> None:
    twice = [Endpoint("GET", "/a/{x}", lambda _: None), Endpoint("GET", "/a/{y}", lambda _: None)]
    with pytest.raises(ValueError, match="two endpoints for GET /a/"):
        Router(twice)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_a_key_of_any_characters_arrives_whole(key: str) -> None:
    router = Router([Endpoint("GET", "/values/{key}", lambda _: None)])
    escaped = "".join(f"%{byte:02X}" for byte in key.encode())
    assert router.find("GET", f"/values/{escaped}")[1] == {"key": key}


@given(st.integers(0, 60), st.integers(1, 25))
def test_pages_put_together_are_the_list(count: int, size: int) -> None:
    items, seen, page = list(range(count)), [], 1
    while part := Numbered()(items, {"page": str(page), "per_page": str(size)}).result:
        seen += part
        page += 1
    assert seen == items


@given(st.sets(st.text(min_size=1, max_size=5), max_size=40), st.integers(1, 12), st.data())
def test_a_cursor_goes_on_even_if_its_item_has_gone(names: set[str], size: int, data: st.DataObject) -> None:
    paging = Cursored("name", limit="limit", under=None)
    items = [{"name": name} for name in sorted(names)]
    first = paging(items, {"limit": str(size)})
    cursor = first.info["cursor"]
    if not cursor:
        assert first.result == items
        return
    gone = data.draw(st.sampled_from(first.result))
    rest = paging([item for item in items if item != gone], {"limit": "1000", "cursor": cursor}).result
    assert first.result + rest == items
