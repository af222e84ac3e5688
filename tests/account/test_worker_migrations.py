"""Migrations of Durable Objects: what an upload may take as done, and what each step leaves behind."""

import json
from typing import Any

import pytest

from tests.account.uploads import BINDING, FETCH, FIRST, ROOM, bindings, failure


class TestMigrations:
    def namespaces(self, account: Any) -> dict[str, Any]:
        return {n["class"]: n for n in account.ok("GET", f"{account.path}/workers/durable_objects/namespaces")}

    @pytest.fixture(autouse=True)
    def worker(self, account: Any) -> None:
        answer = account.upload("rooms", ROOM, migrations=FIRST, bindings=[BINDING]).json()["result"]
        assert answer["migration_tag"] == "v1"

    def test_a_step_that_has_been_applied_is_refused_with_the_live_tag(self, account: Any) -> None:
        response = account.upload("rooms", ROOM, migrations=FIRST)
        assert failure(response) == (412, 10079)
        assert response.json()["errors"][0]["message"] == "Migration tag precondition failed; current tag is v1"

    def test_an_upload_without_migrations_keeps_tag_and_namespaces(self, account: Any) -> None:
        before = self.namespaces(account)
        assert account.upload("rooms", ROOM, bindings=[BINDING]).json()["result"]["migration_tag"] == "v1"
        assert self.namespaces(account) == before
        assert bindings(account, "rooms")["ROOM"]["namespace_id"] == before["Room"]["id"]

    def test_a_live_class_cannot_be_made_again(self, account: Any) -> None:
        again = {"old_tag": "v1", "new_tag": "v2", "new_classes": ["Room"]}
        assert failure(account.upload("rooms", ROOM, migrations=again)) == (400, 10074)

    def test_a_live_class_must_stay_exported(self, account: Any) -> None:
        assert failure(account.upload("rooms", FETCH)) == (400, 10064)

    def test_a_rename_keeps_the_namespace(self, account: Any) -> None:
        before = self.namespaces(account)["Room"]
        rename = {"old_tag": "v1", "new_tag": "v2", "renamed_classes": [{"from": "Room", "to": "Hall"}]}
        code = "export class Hall {}\n" + FETCH
        assert account.upload("rooms", code, migrations=rename).json()["result"]["migration_tag"] == "v2"
        assert self.namespaces(account) == {"Hall": {**before, "class": "Hall", "name": "rooms_Hall"}}

    def test_a_deleted_class_takes_its_namespace_along(self, account: Any) -> None:
        delete = {"old_tag": "v1", "new_tag": "v2", "deleted_classes": ["Room"]}
        assert failure(account.upload("rooms", FETCH, migrations=delete, bindings=[BINDING])) == (400, 10061)
        account.upload("rooms", FETCH, migrations=delete)
        assert self.namespaces(account) == {}

    def test_a_whole_history_can_be_sent_at_once(self, account: Any) -> None:
        steps = [
            {"new_sqlite_classes": ["A", "B"]},
            {"renamed_classes": [{"from": "A", "to": "C"}]},
            {"deleted_classes": ["B"]},
        ]
        code = "export class C {}\n" + FETCH
        answer = account.upload("other", code, migrations={"new_tag": "v3", "steps": steps})
        assert answer.json()["result"]["migration_tag"] == "v3"
        assert set(self.namespaces(account)) == {"Room", "C"}

    def test_steps_and_lists_exclude_each_other(self, account: Any) -> None:
        both = {"new_tag": "v1", "steps": [{"new_classes": ["A"]}], "new_classes": ["B"]}
        assert failure(account.upload("other", FETCH, migrations=both)) == (400, 10021)

    def test_a_class_moves_to_another_worker_with_its_namespace(self, account: Any) -> None:
        before = self.namespaces(account)["Room"]
        transfer = {"new_tag": "v1", "transferred_classes": [{"from": "Room", "from_script": "rooms", "to": "Moved"}]}
        account.upload("other", "export class Moved {}\n" + FETCH, migrations=transfer)
        moved = self.namespaces(account)["Moved"]
        assert (moved["id"], moved["script"], moved["use_sqlite"]) == (before["id"], "other", True)

    def test_another_worker_binds_the_class_and_keeps_it_from_being_deleted(self, account: Any) -> None:
        foreign = {**BINDING, "script_name": "rooms"}
        assert account.upload("guest", FETCH, bindings=[foreign]).status_code == 200
        assert account.code("DELETE", f"{account.path}/workers/scripts/rooms") == (400, 10142)
        account.ok("DELETE", f"{account.path}/workers/services/rooms", params={"force": "true"})
        assert self.namespaces(account) == {}

    def test_a_version_cannot_bring_migrations(self, account: Any) -> None:
        metadata = {"main_module": "index.js", "migrations": {"old_tag": "v1", "new_tag": "v2", "new_classes": ["X"]}}
        files = {
            "metadata": (None, json.dumps(metadata), "application/json"),
            "index.js": ("index.js", ROOM, "application/javascript+module"),
        }
        assert account.code("POST", f"{account.path}/workers/scripts/rooms/versions", files=files) == (400, 10211)
