"""No planted value is found in states, logs, the account's journal, what was printed, or any process's arguments."""

import sqlite3
from pathlib import Path

import pytest


def command_lines():
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield process.read_bytes()
        except OSError:
            continue


def assert_unseen(checkout, content: bytes, where: object) -> None:
    for name, value in checkout.planted.items():
        assert value.encode() not in content, f"the value of {name} is in {where}"


def test_nothing_that_is_kept_or_printed_holds_a_value(both_up):
    both_up.run("export", "production", "--show-secrets")
    both_up.run("outputs", "production", "--json", "--show-secrets")
    files = [path for path in both_up.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".json" for path in files)
    for path in files:
        if not path.name.startswith("account.sqlite"):
            assert_unseen(both_up, path.read_bytes(), path)
    for output in both_up.printed:
        assert_unseen(both_up, output.encode(), "what a command printed")


def test_the_accounts_journal_holds_no_value(both_up):
    with sqlite3.connect(f"file:{both_up.home}/sandbox/account.sqlite?mode=ro", uri=True) as database:
        rows = database.execute("SELECT * FROM journal").fetchall()
    assert any("/secrets" in str(row) for row in rows)
    assert_unseen(both_up, repr(rows).encode(), "the journal")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="arguments of processes are read from /proc")
def test_no_process_has_a_value_among_its_arguments(make_checkout):
    checkout = make_checkout()
    checkout.put_secrets("staging")
    seen = 0
    with checkout.start("up", "staging", "--yes", "--skip-preview") as process:
        while process.poll() is None:
            for arguments in command_lines():
                assert_unseen(checkout, arguments, "a process's arguments")
                seen += b"headworks" in arguments
        process.communicate()
    assert seen
    assert process.returncode == 0
