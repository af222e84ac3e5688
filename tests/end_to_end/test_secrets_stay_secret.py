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


@pytest.fixture(scope="module")
def production(make_checkout):
    """It goes up while the arguments of all processes are watched."""
    checkout = make_checkout()
    checkout.put_secrets("production")
    seen = 0
    with checkout.start("up", "production", "--yes", "--skip-preview") as process:
        while process.poll() is None:
            for arguments in command_lines():
                assert_unseen(checkout, arguments, "a process's arguments")
                seen += b"headworks" in arguments
        output, _ = process.communicate()
    assert process.returncode == 0, output
    assert seen or not Path("/proc/self/cmdline").exists()
    checkout.printed.append(output)
    return checkout


def test_nothing_that_is_kept_or_printed_holds_a_value(production):
    production.run("export", "production", "--show-secrets")
    production.run("outputs", "production", "--json", "--show-secrets")
    files = [path for path in production.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".json" for path in files)
    for path in files:
        if not path.name.startswith("account.sqlite"):
            assert_unseen(production, path.read_bytes(), path)
    for output in production.printed:
        assert_unseen(production, output.encode(), "what a command printed")


def test_the_accounts_journal_holds_no_value(production):
    with sqlite3.connect(f"file:{production.home}/sandbox/account.sqlite?mode=ro", uri=True) as database:
        rows = database.execute("SELECT * FROM journal").fetchall()
    assert any("/secrets" in str(row) for row in rows)
    assert_unseen(production, repr(rows).encode(), "the journal")
