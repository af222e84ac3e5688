"""Secrets of Workers: set, kept through uploads, and never shown."""

import json
import sqlite3
from typing import Any

import pytest

from tests.account.uploads import FETCH, SECRET, STRICT, failure


class TestSecrets:
    @pytest.fixture(autouse=True)
    def worker(self, account: Any) -> None:
        account.upload("api", FETCH, bindings=[{"type": "secret_text", "name": "KEY", "text": SECRET}])

    def names(self, account: Any) -> set[str]:
        return {secret["name"] for secret in account.ok("GET", f"{account.path}/workers/scripts/api/secrets")}

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ({}, {"KEY"}),
            ({"keep_bindings": ["secret_text", "secret_key"]}, {"KEY"}),
            ({"keep_bindings": ["plain_text"]}, set()),
            ({"keep_bindings": []}, set()),
        ],
    )
    def test_secrets_survive_an_upload_unless_it_says_what_to_keep(
        self, account: Any, said: Any, kept: set[str]
    ) -> None:
        account.upload("api", FETCH, **said)
        assert self.names(account) == kept

    def test_a_variable_takes_the_place_of_a_secret(self, account: Any) -> None:
        account.upload("api", FETCH, bindings=[{"type": "plain_text", "name": "KEY", "text": "now public"}])
        assert self.names(account) == set()

    def test_a_secret_can_be_inherited_under_another_name(self, account: Any) -> None:
        account.upload(
            "api", FETCH, bindings=[{"type": "inherit", "name": "NEW", "old_name": "KEY", "version_id": "latest"}]
        )
        assert self.names(account) == {"NEW"}

    def test_a_secret_that_is_not_there_is_dropped_in_silence_unless_strict(self, account: Any) -> None:
        wanted = [{"type": "inherit", "name": "MISSING"}]
        assert failure(account.upload("api", FETCH, bindings=wanted, params=STRICT)) == (400, 10057)
        assert self.names(account) == {"KEY"}
        assert account.upload("api", FETCH, bindings=wanted).status_code == 200
        assert self.names(account) == {"KEY"}

    def test_putting_and_deleting_make_versions_that_are_deployed(self, account: Any) -> None:
        secrets = f"{account.path}/workers/scripts/api/secrets"
        assert account.ok("PUT", secrets, json={"name": "TWO", "text": SECRET, "type": "secret_text"}) == {
            "name": "TWO",
            "type": "secret_text",
        }
        assert self.names(account) == {"KEY", "TWO"}
        account.ok("DELETE", f"{secrets}/KEY")
        assert self.names(account) == {"TWO"}
        assert account.code("GET", f"{secrets}/KEY") == (404, 10056)
        versions = account.ok("GET", f"{account.path}/workers/scripts/api/versions")["items"]
        assert [version["number"] for version in versions] == [3, 2, 1]
        deployment = account.ok("GET", f"{account.path}/workers/scripts/api/deployments")["deployments"][0]
        assert deployment["versions"] == [{"version_id": versions[0]["id"], "percentage": 100}]
        assert deployment["annotations"]["workers/triggered_by"] == "secret"

    def test_many_secrets_in_one_patch(self, account: Any) -> None:
        body = {
            "secrets": {
                "KEY": None,
                "A": {"type": "secret_text", "text": SECRET},
                "B": {"type": "secret_text", "text": SECRET},
            }
        }
        account.ok("PATCH", f"{account.path}/workers/scripts/api/secrets-bulk", json=body)
        assert self.names(account) == {"A", "B"}

    def test_a_secret_cannot_take_the_name_of_a_variable(self, account: Any) -> None:
        account.upload("api", FETCH, bindings=[{"type": "plain_text", "name": "MODE", "text": "x"}])
        secret = {"name": "MODE", "text": SECRET, "type": "secret_text"}
        assert account.code("PUT", f"{account.path}/workers/scripts/api/secrets", json=secret) == (400, 10053)

    def test_a_secret_waits_for_the_latest_version_to_be_deployed(self, account: Any) -> None:
        files = {
            "metadata": (None, json.dumps({"main_module": "index.js"}), "application/json"),
            "index.js": ("index.js", FETCH, "application/javascript+module"),
        }
        account.ok("POST", f"{account.path}/workers/scripts/api/versions", files=files)
        secret = {"name": "TWO", "text": SECRET, "type": "secret_text"}
        assert account.code("PUT", f"{account.path}/workers/scripts/api/secrets", json=secret) == (400, 10215)

    def test_no_value_is_answered_journalled_or_stored_in_the_clear(self, account: Any) -> None:
        account.ok(
            "PUT",
            f"{account.path}/workers/scripts/api/secrets",
            json={"name": "TWO", "text": SECRET, "type": "secret_text"},
        )
        account.code("PUT", f"{account.path}/workers/scripts/api/secrets", json={"text": SECRET})
        key = {
            "type": "secret_key",
            "name": "JWK",
            "format": "raw",
            "algorithm": {"name": "HMAC"},
            "usages": ["sign"],
            "key_base64": SECRET,
        }
        account.upload("api", FETCH, bindings=[key], keep_bindings=["secret_text"])
        account.ok(
            "PATCH",
            f"{account.path}/workers/scripts/api/secrets-bulk",
            json={"secrets": {"A": {"type": "secret_text", "text": SECRET}}},
        )
        version = account.ok("GET", f"{account.path}/workers/scripts/api/versions")["items"][0]["id"]
        places = (
            "",
            "/settings",
            "/secrets",
            "/secrets/TWO",
            "/content/v2",
            "/versions",
            f"/versions/{version}",
            "/deployments",
        )
        for place in places:
            assert SECRET not in account.http.get(f"{account.path}/workers/scripts/api{place}").text
        assert self.names(account) == {"KEY", "TWO", "JWK", "A"}
        with sqlite3.connect(account.directory / "account.sqlite") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert SECRET not in "\n".join(connection.iterdump())
            assert connection.execute("SELECT COUNT(*) FROM content WHERE kind = 'secret'").fetchone()[0] >= 4
        for file in account.directory.iterdir():
            assert SECRET.encode() not in file.read_bytes()
            assert account.token.encode() not in file.read_bytes()
            assert file.stat().st_mode & 0o077 == 0, file
