"""Schema migrations, against a local account over HTTP."""

import hashlib
import pickle
import subprocess
import sys
import uuid
from typing import Any

import dill
import httpx
import pulumi
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.d1_migrations import D1MigrationsProvider, MigrationError, statements
from components.schema_files import read_schema_files

ACCOUNT = "0123456789abcdef0123456789abcdef"
EVENTS = "CREATE TABLE events (id TEXT PRIMARY KEY, status TEXT NOT NULL);"
INDEX = "CREATE INDEX events_by_status ON events (status);\n-- and one to begin with\nINSERT INTO events VALUES ('1', 'new;');"
TRIGGER = """\
CREATE TRIGGER kept BEFORE DELETE ON events BEGIN
  SELECT RAISE(ABORT, 'events are kept; always');
END;
/* the last one has no end; */ CREATE VIEW news AS SELECT * FROM events WHERE status = 'new'
"""


def file(name: str, sql: str) -> dict[str, str]:
    return {"name": name, "sha256": hashlib.sha256(sql.encode()).hexdigest(), "sql": sql}


FIRST, SECOND, THIRD = file("0001_events.sql", EVENTS), file("0002_index.sql", INDEX), file("0003_trigger.sql", TRIGGER)


@pytest.fixture
def database(account: httpx.Client) -> str:
    made = account.post("/d1/database", json={"name": f"d-{uuid.uuid4()}"}).json()
    assert made["success"], made
    return made["result"]["uuid"]


def declared(database: str, *files: dict[str, str], table: str = "d1_migrations") -> dict[str, Any]:
    return {"accountId": ACCOUNT, "database": database, "table": table, "files": list(files)}


def rows(account: httpx.Client, database: str, sql: str) -> list[dict[str, Any]]:
    answer = account.post(f"/d1/database/{database}/query", json={"sql": sql}).json()
    assert answer["success"], answer
    return answer["result"][0]["results"]


def objects(account: httpx.Client, database: str) -> set[str]:
    found = rows(account, database, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return {row["name"] for row in found}


def test_files_are_applied_in_order_and_listed_where_wrangler_lists_them(account, database):
    made = D1MigrationsProvider().create(declared(database, FIRST, SECOND, THIRD))
    assert made.outs["applied"] == ["0001_events.sql", "0002_index.sql", "0003_trigger.sql"]
    assert objects(account, database) == {"d1_migrations", "events", "events_by_status", "kept", "news"}
    listed = rows(account, database, "SELECT * FROM d1_migrations ORDER BY id")
    assert [(row["id"], row["name"]) for row in listed] == list(enumerate(made.outs["applied"], start=1))
    assert all(row["applied_at"] for row in listed)
    assert rows(account, database, "SELECT status FROM events") == [{"status": "new;"}]


def test_only_what_is_new_is_applied_and_the_bookmark_is_from_before_it(account, database):
    provider = D1MigrationsProvider()
    olds = provider.create(declared(database, FIRST)).outs
    news = declared(database, FIRST, SECOND)
    assert provider.diff(database, olds, news).changes is True
    after = provider.update(database, olds, news).outs
    assert after["applied"] == ["0001_events.sql", "0002_index.sql"]
    assert after["bookmark"] not in {"", olds["bookmark"]}
    account.post(
        f"/d1/database/{database}/time_travel/restore", params={"bookmark": after["bookmark"]}
    ).raise_for_status()
    assert objects(account, database) == {"d1_migrations", "events"}
    assert provider.diff(database, after, news).changes is False


def test_nothing_to_do_asks_for_no_bookmark_and_keeps_the_one_of_before(account, database):
    provider = D1MigrationsProvider()
    olds = provider.create(declared(database, FIRST)).outs
    assert provider.update(database, olds, declared(database, FIRST)).outs == olds


def test_a_database_that_wrangler_migrated_goes_on_where_wrangler_stopped(account, database):
    wranglers = (
        "CREATE TABLE d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL); "
        f"{EVENTS} INSERT INTO d1_migrations (name) VALUES ('0001_events.sql');"
    )
    rows(account, database, wranglers)
    D1MigrationsProvider().create(declared(database, FIRST, SECOND))
    names = [row["name"] for row in rows(account, database, "SELECT name FROM d1_migrations ORDER BY id")]
    assert names == ["0001_events.sql", "0002_index.sql"]


def test_another_table_is_used_and_quoted(account, database):
    D1MigrationsProvider().create(declared(database, FIRST, table='my "own" list'))
    assert rows(account, database, 'SELECT name FROM "my ""own"" list"') == [{"name": "0001_events.sql"}]


def test_a_failing_statement_is_named_and_the_deployment_can_be_resumed(account, database):
    provider = D1MigrationsProvider()
    broken = file("0002_index.sql", "CREATE TABLE kept_out (id TEXT);\nCREATE INDEX i\n  ON evnts (status);\nSELECT 1;")
    with pytest.raises(MigrationError) as failed:
        provider.create(declared(database, FIRST, broken, THIRD))
    message = str(failed.value)
    assert message.startswith("0002_index.sql: D1 refused the statement `CREATE INDEX i ON evnts (status);`: ")
    assert "no such table" in message
    assert "code: 7500" in message
    assert objects(account, database) == {"d1_migrations", "events"}
    resumed = provider.create(declared(database, FIRST, SECOND, THIRD)).outs
    assert resumed["applied"] == ["0001_events.sql", "0002_index.sql", "0003_trigger.sql"]


def test_a_statement_that_fails_on_the_rows_only_is_told_with_what_d1_says(account, database):
    rows(account, database, "CREATE TABLE pairs (a TEXT); INSERT INTO pairs VALUES ('x'), ('x');")
    unique = file("0001_unique.sql", "CREATE TABLE other (a TEXT); CREATE UNIQUE INDEX once ON pairs (a);")
    with pytest.raises(MigrationError, match=r"0001_unique.sql: D1 refused one of its 2 statements: .*UNIQUE"):
        D1MigrationsProvider().create(declared(database, unique))
    assert "other" not in objects(account, database)


def test_looking_for_the_failing_statement_opens_no_file_of_this_machine(account, database, tmp_path):
    attach = file("0001_attach.sql", f"ATTACH DATABASE '{tmp_path / 'made.sqlite'}' AS other;")
    with pytest.raises(MigrationError, match="ATTACH DATABASE"):
        D1MigrationsProvider().create(declared(database, attach))
    assert not list(tmp_path.iterdir())


def test_a_file_that_was_changed_or_taken_out_after_it_was_applied_fails_the_preview_with_the_fix():
    provider, olds = D1MigrationsProvider(), declared("d", FIRST, SECOND)
    changed = file("0001_events.sql", EVENTS + " -- later")
    (failure,) = provider.check(olds, declared("d", changed, SECOND)).failures
    assert failure.property == "files"
    assert "0001_events.sql was applied and has been changed since" in failure.reason
    assert "put the change into a new one" in failure.reason
    (failure,) = provider.check(olds, declared("d", SECOND)).failures
    assert "0001_events.sql was applied and is no longer there" in failure.reason
    assert "Put the file back" in failure.reason


def test_new_files_another_database_and_a_first_deployment_are_no_rewritten_history():
    provider, olds = D1MigrationsProvider(), declared("d", FIRST)
    for before, now in (
        (olds, declared("d", FIRST, SECOND)),
        (olds, declared("other", SECOND)),
        ({}, olds),
    ):
        assert not provider.check(before, now).failures


def test_another_table_would_apply_everything_again_and_is_refused():
    provider = D1MigrationsProvider()
    (failure,) = provider.check(declared("d", FIRST), declared("d", FIRST, table="list")).failures
    assert (failure.property, "would be applied again" in failure.reason) == ("table", True)


def test_a_database_that_went_through_files_that_nobody_has_is_left_alone(account, database):
    provider = D1MigrationsProvider()
    provider.create(declared(database, FIRST, SECOND))
    with pytest.raises(MigrationError, match=r"has applied 0002_index.sql, which the folder does not have"):
        provider.create(declared(database, FIRST, THIRD))
    assert "news" not in objects(account, database)


def test_a_refresh_sees_what_is_listed_and_that_a_database_is_gone(account, database):
    provider = D1MigrationsProvider()
    news = declared(database, FIRST, SECOND)
    state = provider.create(news).outs
    rows(account, database, "DELETE FROM d1_migrations WHERE name = '0002_index.sql'")
    found = provider.read(database, state).outs
    assert found["applied"] == ["0001_events.sql"]
    assert provider.diff(database, found, news).changes is True
    account.delete(f"/d1/database/{database}").raise_for_status()
    assert not provider.read(database, state).id


def test_another_database_starts_anew():
    provider, state = D1MigrationsProvider(), declared("d", FIRST) | {"applied": [], "bookmark": ""}
    assert provider.diff("d", state, declared("e", FIRST)).replaces == ["database"]


def test_taking_the_migrations_away_sends_nothing_and_says_so(capsys, monkeypatch):
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN", raising=False)
    D1MigrationsProvider().delete("d", declared("d", FIRST))
    assert "stays as it is" in capsys.readouterr().err


def test_the_state_holds_the_providers_name_and_not_its_code():
    assert type(pickle.loads(dill.dumps(D1MigrationsProvider()))) is D1MigrationsProvider
    assert len(serialize_provider(D1MigrationsProvider())) < 100


@pytest.mark.parametrize("module", ["components.d1_migrations", "components.hyperdrive"])
def test_pulumis_provider_process_loads_nothing_heavy(module):
    program = f"import {module}, sys; print('pulumi_cloudflare' in sys.modules, 'pydantic' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == ["False", "False"]


def test_a_semicolon_in_a_text_a_comment_or_a_trigger_ends_no_statement():
    assert len(statements(INDEX)) == 2
    assert len(statements(TRIGGER)) == 2
    assert statements("-- nothing;\n/* at all; */ ;\n") == []


def test_files_are_in_wranglers_order_by_number_and_then_by_name(tmp_path):
    for name in ("10_c.sql", "9_b.sql", "0001_a.sql", "views.sql", "9_a.sql", ".hidden.sql", "readme.md"):
        (tmp_path / name).write_text("SELECT 1;")
    names = [each["name"] for each in read_schema_files(tmp_path.parent, tmp_path.name)]
    assert names == ["0001_a.sql", "9_a.sql", "9_b.sql", "10_c.sql", "views.sql"]


def test_a_folder_without_files_is_a_mistake_and_not_a_database_without_tables(tmp_path):
    with pytest.raises(pulumi.RunError, match=r"src/db/migrations: there are no \.sql files"):
        read_schema_files(tmp_path, "src/db/migrations")
