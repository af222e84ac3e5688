"""D1 databases as a whole: gone back in time, exported and imported as wrangler does it."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.account import d1_history

ACCOUNT = "0123456789abcdef0123456789abcdef"
D1 = f"/accounts/{ACCOUNT}/d1/database"
BOOKMARK = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}")


def create(account: Any, name: str = "rocks") -> str:
    return str(account.ok("POST", D1, json={"name": name})["uuid"])


def query(account: Any, database: str, sql: str) -> Any:
    return account.ok("POST", f"{D1}/{database}/query", json={"sql": sql})[-1]["results"]


def names(account: Any, database: str) -> list[str]:
    return [row["name"] for row in query(account, database, "SELECT name FROM rocks ORDER BY name")]


@pytest.fixture
def rocks(account: Any) -> str:
    """A database with a table of one row."""
    database = create(account)
    query(account, database, "CREATE TABLE rocks (name TEXT); INSERT INTO rocks VALUES ('agate')")
    return database


class TestTimeTravel:
    def test_a_bookmark_leads_back_and_back_again(self, account: Any, rocks: str) -> None:
        travel = account.sdk.d1.database.time_travel
        here = {"account_id": ACCOUNT}
        bookmark = travel.get_bookmark(rocks, **here).bookmark
        assert BOOKMARK.fullmatch(bookmark)
        query(account, rocks, "DROP TABLE rocks")
        restored = travel.restore(rocks, **here, bookmark=bookmark)
        assert names(account, rocks) == ["agate"]
        assert travel.get_bookmark(rocks, **here).bookmark == restored.bookmark
        travel.restore(rocks, **here, bookmark=restored.previous_bookmark)
        assert account.code("POST", f"{D1}/{rocks}/query", json={"sql": "SELECT * FROM rocks"}) == (400, 7500)

    def test_reading_makes_no_new_bookmark_and_writing_a_later_one(self, account: Any, rocks: str) -> None:
        path = f"{D1}/{rocks}/time_travel/bookmark"
        first = account.ok("GET", path)["bookmark"]
        names(account, rocks)
        assert account.ok("GET", path)["bookmark"] == first
        query(account, rocks, "INSERT INTO rocks VALUES ('beryl')")
        assert account.ok("GET", path)["bookmark"] > first

    def test_a_failed_query_makes_no_new_bookmark(self, account: Any, rocks: str) -> None:
        path = f"{D1}/{rocks}/time_travel/bookmark"
        first = account.ok("GET", path)["bookmark"]
        sql = "INSERT INTO rocks VALUES ('beryl'); INSERT INTO nowhere VALUES (1)"
        assert account.code("POST", f"{D1}/{rocks}/query", json={"sql": sql}) == (400, 7500)
        assert account.ok("GET", path)["bookmark"] == first

    def test_a_time_leads_back_too(self, account: Any, rocks: str) -> None:
        before = datetime.now(UTC).isoformat()
        query(account, rocks, "INSERT INTO rocks VALUES ('beryl')")
        path = f"{D1}/{rocks}/time_travel"
        found = account.ok("GET", f"{path}/bookmark", params={"timestamp": before})["bookmark"]
        account.ok("POST", f"{path}/restore", params={"timestamp": before})
        assert names(account, rocks) == ["agate"]
        assert found < account.ok("GET", f"{path}/bookmark")["bookmark"]

    def test_a_database_goes_back_to_where_it_was_empty(self, account: Any) -> None:
        database = create(account)
        empty = account.ok("GET", f"{D1}/{database}/time_travel/bookmark")["bookmark"]
        query(account, database, "CREATE TABLE t (a)")
        account.ok("POST", f"{D1}/{database}/time_travel/restore", params={"bookmark": empty})
        assert account.ok("GET", f"{D1}/{database}")["num_tables"] == 0

    def test_a_bookmark_of_another_database_leads_nowhere(self, account: Any, rocks: str) -> None:
        other = account.ok("GET", f"{D1}/{create(account, 'other')}/time_travel/bookmark")["bookmark"]
        given = account.code("POST", f"{D1}/{rocks}/time_travel/restore", params={"bookmark": other})
        assert given == (400, 7500)

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({}, 7400),
            ({"bookmark": "x", "timestamp": "2026-01-01T00:00:00Z"}, 7400),
            ({"timestamp": "yesterday"}, 7400),
            ({"timestamp": "2001-01-01T00:00:00Z"}, 7400),
            ({"bookmark": "00000000-00000000-00000000-" + "0" * 32}, 7500),
        ],
        ids=str,
    )
    def test_refusals(self, account: Any, rocks: str, said: Any, code: int) -> None:
        assert account.code("POST", f"{D1}/{rocks}/time_travel/restore", params=said) == (400, code)
        assert account.code("POST", f"{D1}/nope/time_travel/restore", params=said) == (404, 7404)
        assert names(account, rocks) == ["agate"]

    def test_the_history_goes_with_the_database(self, account: Any, rocks: str) -> None:
        account.ok("DELETE", f"{D1}/{rocks}")
        assert [file for file in account.directory.rglob("*") if rocks in str(file)] == []

    def test_only_the_newest_states_are_kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(d1_history, "STATES_KEPT", 3)
        states = []
        for number in range(5):
            file = d1_history.database_file(tmp_path, "rocks")
            file.write_bytes(bytes(24) + number.to_bytes(4))
            states.append(d1_history.current(tmp_path, "rocks"))
        found = [d1_history.named(tmp_path, "rocks", f"{s.number}") for s in states]
        assert found == [None] * 5
        assert sorted(file.name for file in (tmp_path / "rocks.history").iterdir()) == [s.file.name for s in states[2:]]
        assert d1_history.at(tmp_path, "rocks", states[2].since - timedelta(microseconds=1)) is None

    def test_what_a_killed_process_has_changed_is_a_state_of_its_own(self, account: Any, rocks: str) -> None:
        """The change was committed, its copy not made."""
        first = account.ok("GET", f"{D1}/{rocks}/time_travel/bookmark")["bookmark"]
        query(account, rocks, "INSERT INTO rocks VALUES ('beryl')")
        (*_, newest) = sorted((account.directory / "account.d1" / f"{rocks}.history").iterdir())
        newest.unlink()
        assert account.ok("GET", f"{D1}/{rocks}/time_travel/bookmark")["bookmark"] > first


class TestExport:
    def exported(self, account: Any, database: str, **options: Any) -> str:
        body = {"output_format": "polling", "dump_options": options}
        answer = account.ok("POST", f"{D1}/{database}/export", json=body)
        again = account.ok("POST", f"{D1}/{database}/export", json={**body, "current_bookmark": answer["at_bookmark"]})
        assert again == answer
        assert (answer["status"], answer["success"], answer["type"]) == ("complete", True, "export")
        return httpx.get(answer["result"]["signed_url"]).text

    def test_it_is_read_in_again_into_the_same_database(self, account: Any, rocks: str) -> None:
        query(
            account,
            rocks,
            "CREATE TABLE finds (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, x BLOB, twice AS (id * 2));"
            "CREATE INDEX by_what ON finds (what);"
            "CREATE TRIGGER log AFTER INSERT ON finds BEGIN INSERT INTO rocks VALUES ('logged'); END;"
            "INSERT INTO finds (id, what, x) VALUES (41, 'it''s; \"odd\"', x'00ff')",
        )
        sql = self.exported(account, rocks)
        copy = create(account, "copy")
        query(account, copy, sql)
        for statement in ("SELECT * FROM finds", "SELECT * FROM rocks", "SELECT name FROM sqlite_master ORDER BY name"):
            assert query(account, copy, statement) == query(account, rocks, statement)
        query(account, copy, "INSERT INTO finds (what) VALUES ('next')")
        assert query(account, copy, "SELECT MAX(id) AS id FROM finds") == [{"id": 42}]

    @pytest.mark.parametrize(
        ("options", "has", "has_not"),
        [
            ({"no_data": True}, "CREATE TABLE rocks", "INSERT"),
            ({"no_schema": True}, "INSERT INTO", "CREATE"),
            ({"tables": ["other"]}, "other", "rocks"),
        ],
    )
    def test_parts_can_be_left_out(self, account: Any, rocks: str, options: Any, has: str, has_not: str) -> None:
        query(account, rocks, "CREATE TABLE other (a)")
        sql = self.exported(account, rocks, **options)
        assert has in sql
        assert has_not not in sql

    def test_virtual_tables_are_not_exported(self, account: Any, rocks: str) -> None:
        query(account, rocks, "CREATE VIRTUAL TABLE words USING fts5(text)")
        body = {"output_format": "polling"}
        assert account.code("POST", f"{D1}/{rocks}/export", json=body) == (400, 7500)

    def test_the_sdk_takes_the_answer(self, account: Any, rocks: str) -> None:
        exported = account.sdk.d1.database.export(rocks, account_id=ACCOUNT, output_format="polling")
        assert exported.result.filename.endswith(".sql")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, 7400),
            ({"output_format": "file"}, 7400),
            ({"output_format": "polling", "dump_options": {"no_date": True}}, 7400),
            ({"output_format": "polling", "current_bookmark": "x"}, 7500),
        ],
        ids=str,
    )
    def test_refusals(self, account: Any, rocks: str, body: Any, code: int) -> None:
        assert account.code("POST", f"{D1}/{rocks}/export", json=body) == (400, code)


class TestImport:
    def begin(self, account: Any, database: str, sql: bytes) -> tuple[str, str, Any]:
        etag = hashlib.md5(sql, usedforsecurity=False).hexdigest()
        begun = account.ok("POST", f"{D1}/{database}/import", json={"action": "init", "etag": etag})
        put = httpx.put(begun["upload_url"], content=sql)
        assert (put.status_code, put.headers["etag"]) == (200, f'"{etag}"')
        return etag, begun["filename"], begun

    def test_a_file_is_put_read_in_and_asked_for(self, account: Any, rocks: str) -> None:
        sql = b"INSERT INTO rocks VALUES ('beryl'); INSERT INTO rocks VALUES ('coral; red');"
        etag, filename, _ = self.begin(account, rocks, sql)
        path = f"{D1}/{rocks}/import"
        done = account.ok("POST", path, json={"action": "ingest", "etag": etag, "filename": filename})
        assert (done["status"], done["result"]["num_queries"], done["result"]["meta"]["changes"]) == ("complete", 2, 2)
        asked = account.sdk.d1.database.import_(
            rocks, account_id=ACCOUNT, action="poll", current_bookmark=done["at_bookmark"]
        )
        assert asked.result.final_bookmark == done["result"]["final_bookmark"]
        assert names(account, rocks) == ["agate", "beryl", "coral; red"]
        account.ok("POST", f"{D1}/{rocks}/time_travel/restore", params={"bookmark": done["at_bookmark"]})
        assert names(account, rocks) == ["agate"]

    def test_a_file_with_a_fault_changes_nothing(self, account: Any, rocks: str) -> None:
        etag, filename, _ = self.begin(
            account, rocks, b"INSERT INTO rocks VALUES ('beryl'); INSERT INTO nowhere VALUES (1);"
        )
        body = {"action": "ingest", "etag": etag, "filename": filename}
        assert account.code("POST", f"{D1}/{rocks}/import", json=body) == (400, 7500)
        assert names(account, rocks) == ["agate"]

    def test_a_file_of_another_database_or_with_other_content_is_not_read(self, account: Any, rocks: str) -> None:
        etag, filename, _ = self.begin(account, create(account, "other"), b"DROP TABLE rocks")
        body = {"action": "ingest", "etag": etag, "filename": filename}
        assert account.code("POST", f"{D1}/{rocks}/import", json=body) == (400, 7400)
        _, filename, _ = self.begin(account, rocks, b"DROP TABLE rocks")
        body = {"action": "ingest", "etag": "0" * 32, "filename": filename}
        assert account.code("POST", f"{D1}/{rocks}/import", json=body) == (400, 7400)
        assert names(account, rocks) == ["agate"]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, 7400),
            ({"action": "start"}, 7400),
            ({"action": "init"}, 7400),
            ({"action": "init", "etag": "0" * 32, "filename": "x"}, 7400),
            ({"action": "ingest", "etag": "0" * 32, "filename": "x"}, 7400),
            ({"action": "poll", "current_bookmark": "x"}, 7500),
        ],
        ids=str,
    )
    def test_refusals(self, account: Any, rocks: str, body: Any, code: int) -> None:
        assert account.code("POST", f"{D1}/{rocks}/import", json=body) == (400, code)


class TestSignedAddresses:
    def test_one_serves_its_own_purpose_only_and_stays_out_of_the_journal(self, account: Any, rocks: str) -> None:
        export = account.ok("POST", f"{D1}/{rocks}/export", json={"output_format": "polling"})
        url = export["result"]["signed_url"]
        assert httpx.put(url, content=b"x").status_code == 403
        assert httpx.get(url[:-1]).status_code == 403
        assert httpx.get(url).status_code == 200
        begun = account.ok("POST", f"{D1}/{rocks}/import", json={"action": "init", "etag": "0" * 32})
        assert httpx.get(begun["upload_url"]).status_code == 403
        lines = [line[:2] for line in account.journal()]
        assert lines.count(("GET", "/signed/…")) == 3
        assert url.rsplit("/", 1)[1] not in str(lines)

    def test_one_is_valid_for_an_hour(self, account: Any, rocks: str, monkeypatch: pytest.MonkeyPatch) -> None:
        export = account.ok("POST", f"{D1}/{rocks}/export", json={"output_format": "polling"})
        monkeypatch.setattr("sandbox.account.signed.LIFETIME", timedelta(seconds=-1))
        assert httpx.get(export["result"]["signed_url"]).status_code == 403


def test_the_past_is_there_after_a_restart(start: Any) -> None:
    process, account = start()
    database = create(account)
    query(account, database, "CREATE TABLE rocks (name TEXT); INSERT INTO rocks VALUES ('agate')")
    bookmark = account.ok("GET", f"{D1}/{database}/time_travel/bookmark")["bookmark"]
    query(account, database, "DELETE FROM rocks")
    process.terminate()
    process.wait()
    _, again = start()
    again.ok("POST", f"{D1}/{database}/time_travel/restore", params={"bookmark": bookmark})
    assert names(again, database) == ["agate"]
    assert [f for f in account.directory.rglob("*") if f.stat().st_mode & 0o077 and f != account.directory] == []
