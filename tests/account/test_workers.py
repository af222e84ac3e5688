"""Workers: what an upload may say, what it keeps, and what each change leaves behind."""

import json
import sqlite3
from typing import Any

import pytest

FETCH = "export default { fetch() {} };"
ROOM = "export class Room {}\n" + FETCH
STRICT = {"bindings_inherit": "strict"}
SECRET = "planted-9f8e7d6c5b4a"
BINDING = {"type": "durable_object_namespace", "name": "ROOM", "class_name": "Room"}
FIRST = {"new_tag": "v1", "new_sqlite_classes": ["Room"]}


def failure(response: Any) -> tuple[int, int]:
    return response.status_code, response.json()["errors"][0]["code"]


def bindings(account: Any, name: str) -> dict[str, Any]:
    settings = account.ok("GET", f"{account.path}/workers/scripts/{name}/settings")
    return {binding["name"]: binding for binding in settings["bindings"]}


def test_an_upload_shows_handlers_and_keeps_its_settings(account: Any) -> None:
    said = {
        "compatibility_flags": ["nodejs_compat"],
        "observability": {"enabled": True, "head_sampling_rate": 0.5},
        "limits": {"cpu_ms": 50},
        "placement": {"mode": "smart"},
        "annotations": {"workers/message": "first", "workers/tag": "ledger:v1:abc"},
    }
    answer = account.upload("api", FETCH, **said).json()["result"]
    assert (answer["handlers"], answer["has_modules"], answer["placement_mode"]) == (["fetch"], True, "smart")
    settings = account.ok("GET", f"{account.path}/workers/scripts/api/settings")
    assert {key: settings[key] for key in said} == said


def test_the_same_code_has_the_same_etag_and_other_code_another(account: Any) -> None:
    etags = [account.upload("api", code).json()["result"]["etag"] for code in (FETCH, FETCH, ROOM)]
    assert etags[0] == etags[1] != etags[2]


@pytest.mark.parametrize("metadata_first", [True, False])
def test_parts_may_come_in_any_order_and_the_metadata_as_plain_text(account: Any, metadata_first: bool) -> None:
    parts = [
        ("metadata", (None, json.dumps({"main_module": "index.js"}), "text/plain")),
        ("index.js", ("index.js", FETCH, "application/javascript+module")),
        ("index.js.map", ("index.js.map", "{}", "application/source-map")),
    ]
    files = parts if metadata_first else parts[::-1]
    account.ok("PUT", f"{account.path}/workers/scripts/api", files=files, params={"excludeScript": "true"})
    content = account.http.get(f"{account.path}/workers/scripts/api/content/v2")
    assert content.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert FETCH in content.text
    assert "source-map" not in content.text


def test_the_main_module_comes_first_in_the_content(account: Any) -> None:
    files = [
        ("metadata", (None, json.dumps({"main_module": "z.js"}), "application/json")),
        ("a.txt", ("a.txt", "text", "text/plain")),
        ("z.js", ("z.js", FETCH, "application/javascript+module")),
    ]
    account.ok("PUT", f"{account.path}/workers/scripts/api", files=files)
    content = account.http.get(f"{account.path}/workers/scripts/api/content/v2").text
    assert content.index('name="z.js"') < content.index('name="a.txt"')


def test_service_worker_syntax_is_kept_as_one_script(account: Any) -> None:
    code = 'addEventListener("fetch", event => event.respondWith(new Response("hi")));'
    files = {
        "metadata": (None, json.dumps({"body_part": "script"}), "application/json"),
        "script": ("script", code, "application/javascript"),
    }
    answer = account.ok("PUT", f"{account.path}/workers/scripts/old", files=files)
    assert (answer["handlers"], answer["has_modules"]) == (["fetch"], False)
    assert account.http.get(f"{account.path}/workers/scripts/old/content/v2").text == code


@pytest.mark.parametrize(
    ("name", "code", "metadata", "expected"),
    [
        ("Upper", FETCH, {}, (400, 10016)),
        ("api", FETCH, {"main_module": "other.js"}, (400, 10021)),
        ("api", FETCH, {"main_module": None}, (400, 10021)),
        ("api", "export default { fetch( };", {}, (400, 10021)),
        ("api", "export default {};", {}, (400, 10068)),
        ("api", FETCH, {"assets": {"jwt": "x"}}, (400, 10021)),
        ("api", FETCH, {"bindings": [{"type": "kv_namespace", "name": "KV", "namespace_id": "0" * 32}]}, (400, 10041)),
        ("api", FETCH, {"bindings": [{"type": "r2_bucket", "name": "B", "bucket_name": "missing"}]}, (400, 10085)),
        ("api", FETCH, {"bindings": [{"type": "d1", "name": "D", "database_id": "x"}]}, (400, 10181)),
        ("api", FETCH, {"bindings": [{"type": "d1", "name": "D", "id": "x"}]}, (400, 10181)),
        ("api", FETCH, {"bindings": [{"type": "queue", "name": "Q", "queue_name": "missing"}]}, (400, 11000)),
        ("api", FETCH, {"bindings": [{"type": "service", "name": "S", "service": "missing"}]}, (400, 10144)),
        ("api", FETCH, {"bindings": [{"type": "hyperdrive", "name": "H", "id": "x"}]}, (400, 10157)),
        ("api", FETCH, {"bindings": [{"type": "vectorize", "name": "V", "index_name": "x"}]}, (400, 10159)),
        ("api", FETCH, {"bindings": [{"type": "dispatch_namespace", "name": "N", "namespace": "x"}]}, (400, 100119)),
        ("api", FETCH, {"bindings": [{"type": "mtls_certificate", "name": "M", "certificate_id": "x"}]}, (400, 100143)),
        (
            "api",
            FETCH,
            {"bindings": [{"type": "secrets_store_secret", "name": "X", "store_id": "x", "secret_name": "y"}]},
            (400, 10182),
        ),
        (
            "api",
            FETCH,
            {"bindings": [{"type": "durable_object_namespace", "name": "R", "class_name": "Room"}]},
            (400, 10061),
        ),
        ("api", FETCH, {"bindings": [{"type": "plain_text", "name": "not valid", "text": "x"}]}, (400, 10052)),
        (
            "api",
            FETCH,
            {"bindings": [{"type": "plain_text", "name": "A", "text": "x"}, {"type": "ai", "name": "A"}]},
            (400, 10052),
        ),
        ("api", FETCH, {"bindings": [{"type": "telepathy", "name": "T"}]}, (400, 10021)),
        ("api", FETCH, {"bindings": [{"type": "secret_text", "name": "S"}]}, (400, 10021)),
        ("api", FETCH, {"bindings": [{"type": "inherit", "name": "S", "version_id": "8f1d3c3e"}]}, (400, 10057)),
        ("api", FETCH, {"migrations": {"new_tag": "v1", "new_sqlite_classes": ["Room"]}}, (400, 10070)),
        ("api", FETCH, {"migrations": {"old_tag": "v1", "new_tag": "v2"}}, (412, 10079)),
        ("api", FETCH, {"migrations": {"new_tag": "v1", "deleted_classes": ["Room"]}}, (400, 10074)),
        (
            "api",
            ROOM,
            {"migrations": {"new_tag": "v1", "new_classes": ["Room"], "new_sqlite_classes": ["Room"]}},
            (400, 10074),
        ),
    ],
)
def test_a_refused_upload_leaves_nothing_behind(
    account: Any, name: str, code: str, metadata: Any, expected: Any
) -> None:
    assert failure(account.upload(name, code, **metadata)) == expected
    assert account.ok("GET", f"{account.path}/workers/scripts") == []
    assert account.ok("GET", f"{account.path}/workers/durable_objects/namespaces") == []


def test_metadata_that_is_no_json_is_refused_by_its_own_code(account: Any) -> None:
    files = {
        "metadata": (None, "", "application/json"),
        "index.js": ("index.js", FETCH, "application/javascript+module"),
    }
    assert account.code("PUT", f"{account.path}/workers/scripts/api", files=files) == (400, 10026)


def test_bindings_lead_to_what_exists(account: Any) -> None:
    kv = account.ok("POST", f"{account.path}/storage/kv/namespaces", json={"title": "T"})["id"]
    database = account.ok("POST", f"{account.path}/d1/database", json={"name": "rocks"})["uuid"]
    account.ok("POST", f"{account.path}/queues", json={"queue_name": "jobs"})
    account.ok("POST", f"{account.path}/r2/buckets", json={"name": "data"}, headers={"cf-r2-jurisdiction": "eu"})
    in_default = [{"type": "r2_bucket", "name": "B", "bucket_name": "data"}]
    assert failure(account.upload("api", FETCH, bindings=in_default)) == (400, 10085)
    sent = [
        {"type": "kv_namespace", "name": "K", "namespace_id": kv},
        {"type": "r2_bucket", "name": "B", "bucket_name": "data", "jurisdiction": "eu"},
        {"type": "d1", "name": "D", "id": database},
        {"type": "queue", "name": "Q", "queue_name": "jobs"},
        {"type": "service", "name": "SELF", "service": "api", "environment": "production"},
        {"type": "json", "name": "J", "json": {"a": [1]}},
        {"type": "ratelimit", "name": "L", "namespace_id": "1", "simple": {"limit": 1, "period": 10}},
    ]
    assert account.upload("api", FETCH, bindings=sent).status_code == 200
    assert account.ok("GET", f"{account.path}/workers/scripts/api/settings")["bindings"] == sent
    (queue,) = account.ok("GET", f"{account.path}/queues")
    assert queue["producers"] == [{"type": "worker", "script": "api"}]


def test_what_is_not_looked_up_is_said(account: Any) -> None:
    answer = account.upload("api", FETCH, bindings=[{"type": "pipelines", "name": "P", "pipeline": "x"}]).json()
    assert ["pipelines" in message["message"] for message in answer["messages"]] == [True]


def test_handlers_that_the_text_does_not_tell_are_said_and_never_held_against_it(account: Any) -> None:
    answer = account.upload("api", 'import { wrap } from "./wrap.js";\nexport default wrap({});').json()
    assert (answer["result"]["handlers"], len(answer["messages"])) == ([], 1)
    queue = account.ok("POST", f"{account.path}/queues", json={"queue_name": "jobs"})["queue_id"]
    account.ok("POST", f"{account.path}/queues/{queue}/consumers", json={"type": "worker", "script_name": "api"})


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


def test_versions_are_rolled_out_in_shares(account: Any) -> None:
    account.upload("api", FETCH)
    files = {
        "metadata": (
            None,
            json.dumps({"main_module": "index.js", "annotations": {"workers/tag": "two"}}),
            "application/json",
        ),
        "index.js": ("index.js", "export default { fetch() {}, queue() {} };", "application/javascript+module"),
    }
    script = f"{account.path}/workers/scripts/api"
    new = account.ok("POST", f"{script}/versions", files=files)
    (old,) = [v["id"] for v in account.ok("GET", f"{script}/versions")["items"] if v["id"] != new["id"]]
    assert account.ok("GET", f"{account.path}/workers/scripts")[0]["handlers"] == ["fetch"]
    shares = [{"version_id": old, "percentage": 90}, {"version_id": new["id"], "percentage": 10}]
    made = account.ok("POST", f"{script}/deployments", json={"strategy": "percentage", "versions": shares})
    assert made["versions"] == shares
    assert account.ok("GET", f"{script}/deployments")["deployments"][0] == made
    assert account.ok("GET", f"{account.path}/workers/scripts")[0]["handlers"] == ["fetch"]
    account.ok(
        "POST",
        f"{script}/deployments",
        json={"strategy": "percentage", "versions": [{"version_id": new["id"], "percentage": 100}]},
    )
    assert account.ok("GET", f"{account.path}/workers/scripts")[0]["handlers"] == ["fetch", "queue"]
    for wrong in ([], [{**shares[0]}], [shares[0], shares[0]], [{"version_id": old, "percentage": "x"}]):
        assert account.code("POST", f"{script}/deployments", json={"strategy": "percentage", "versions": wrong}) == (
            400,
            10209,
        )
    unknown = [{"version_id": "nope", "percentage": 100}]
    assert account.code("POST", f"{script}/deployments", json={"strategy": "percentage", "versions": unknown}) == (
        404,
        100146,
    )


def test_settings_change_without_an_upload(account: Any) -> None:
    account.upload(
        "api", FETCH, bindings=[{"type": "secret_text", "name": "KEY", "text": SECRET}], compatibility_flags=["a"]
    )
    settings = f"{account.path}/workers/scripts/api/settings"
    changed = {
        "bindings": [{"type": "secret_text", "name": "KEY"}, {"type": "plain_text", "name": "MODE", "text": "x"}],
        "logpush": True,
    }
    account.ok("PATCH", settings, files={"settings": (None, json.dumps(changed), "application/json")})
    shown = account.ok("GET", settings)
    assert ([b["name"] for b in shown["bindings"]], shown["logpush"], shown["compatibility_flags"]) == (
        ["KEY", "MODE"],
        True,
        ["a"],
    )
    account.ok(
        "PATCH",
        settings,
        files={"settings": (None, json.dumps({"compatibility_date": "2026-02-02"}), "application/json")},
    )
    assert len(account.ok("GET", settings)["bindings"]) == 2
    account.ok("PATCH", f"{account.path}/workers/scripts/api/script-settings", json={"tags": ["team"]})
    assert account.ok("GET", f"{account.path}/workers/scripts/api/script-settings")["tags"] == ["team"]
    assert len(account.ok("GET", f"{account.path}/workers/scripts/api/versions")["items"]) == 3


def test_new_code_keeps_bindings_and_settings(account: Any) -> None:
    account.upload(
        "api", FETCH, bindings=[{"type": "secret_text", "name": "KEY", "text": SECRET}], compatibility_flags=["a"]
    )
    files = {
        "metadata": (None, json.dumps({"main_module": "new.js"}), "application/json"),
        "new.js": ("new.js", "export default { scheduled() {} };", "application/javascript+module"),
    }
    answer = account.ok("PUT", f"{account.path}/workers/scripts/api/content", files=files)
    assert (answer["handlers"], answer["compatibility_flags"]) == (["scheduled"], ["a"])
    assert set(bindings(account, "api")) == {"KEY"}


def test_a_service_is_its_script_as_the_provider_reads_it(account: Any) -> None:
    uploaded = account.upload("api", FETCH).json()["result"]
    service = account.ok("GET", f"{account.path}/workers/services/api")
    script = service["default_environment"]["script"]
    assert {key: script[key] for key in ("id", "etag", "handlers", "tag")} == {
        key: uploaded[key] for key in ("id", "etag", "handlers", "tag")
    }
    assert account.code("GET", f"{account.path}/workers/services/nope") == (404, 10090)


def test_a_deleted_worker_leaves_its_routes_and_nothing_else(account: Any) -> None:
    zone = account.zone()
    account.upload("api", ROOM, migrations=FIRST, bindings=[{"type": "secret_text", "name": "KEY", "text": SECRET}])
    account.ok("POST", f"/zones/{zone}/workers/routes", json={"pattern": "rockhound.example/*", "script": "api"})
    account.ok("DELETE", f"{account.path}/workers/scripts/api")
    assert account.ok("GET", f"/zones/{zone}/workers/routes")[0]["script"] == "api"
    assert account.ok("GET", f"{account.path}/workers/durable_objects/namespaces") == []
    with sqlite3.connect(account.directory / "account.sqlite") as connection:
        kinds = {kind for (kind,) in connection.execute("SELECT kind FROM resource UNION SELECT kind FROM content")}
    assert kinds & {"script", "version", "deployment", "module", "secret"} == set()
    answer = account.upload("api", ROOM, migrations=FIRST)
    assert answer.json()["result"]["migration_tag"] == "v1"


def test_routes_published_by_wrangler_replace_those_of_the_worker_only(account: Any) -> None:
    zone = account.zone()
    for name in ("api", "other"):
        account.upload(name, FETCH)
    account.ok(
        "POST", f"/zones/{zone}/workers/routes", json={"pattern": "other.rockhound.example/*", "script": "other"}
    )
    routes = f"{account.path}/workers/scripts/api/routes"
    account.ok(
        "PUT",
        routes,
        json=[
            {"pattern": "a.rockhound.example/*"},
            {"pattern": "https://b.rockhound.example/*", "zone_name": "rockhound.example"},
        ],
    )
    account.ok(
        "PUT",
        routes,
        json=[{"pattern": "*.rockhound.example/*"}, {"pattern": "a.rockhound.example/*", "zone_id": zone}],
    )
    shown = {(route["pattern"], route["script"]) for route in account.ok("GET", f"/zones/{zone}/workers/routes")}
    assert shown == {
        ("other.rockhound.example/*", "other"),
        ("a.rockhound.example/*", "api"),
        ("*.rockhound.example/*", "api"),
    }
    assert account.code("PUT", routes, json=[{"pattern": "other.rockhound.example/*"}]) == (409, 10020)


def test_domains_published_by_wrangler_are_shown_before_they_are_overwritten(account: Any) -> None:
    zone = account.zone()
    for name in ("api", "other"):
        account.upload(name, FETCH)
    account.ok("POST", f"/zones/{zone}/dns_records", json={"type": "A", "name": "b", "content": "192.0.2.1"})
    for hostname, service in (("a", "other"), ("c", "api")):
        account.ok(
            "PUT",
            f"{account.path}/workers/domains",
            json={"hostname": f"{hostname}.rockhound.example", "service": service},
        )
    origins = [{"hostname": f"{letter}.rockhound.example"} for letter in "ab"]
    script = f"{account.path}/workers/scripts/api"
    changes = account.ok("POST", f"{script}/domains/changeset", json=origins)
    assert [(d["hostname"], d["modified"]) for d in changes["updated"]] == [("a.rockhound.example", True)]
    assert [d["hostname"] for d in changes["conflicting"]] == ["b.rockhound.example"]
    assert [d["hostname"] for d in changes["removed"]] == ["c.rockhound.example"]
    told = account.ok("GET", f"{account.path}/workers/domains/records/{changes['updated'][0]['id']}")
    assert told["service"] == "other"
    wanted = {"override_scope": True, "override_existing_origin": True, "origins": origins}
    assert account.code("PUT", f"{script}/domains/records", json=wanted) == (409, 100117)
    account.ok("PUT", f"{script}/domains/records", json={**wanted, "override_existing_dns_record": True})
    shown = {(d["hostname"], d["service"]) for d in account.ok("GET", f"{account.path}/workers/domains")}
    assert shown == {("a.rockhound.example", "api"), ("b.rockhound.example", "api")}
    records = account.ok("GET", f"/zones/{zone}/dns_records")
    assert {(r["name"], r["type"]) for r in records} == {
        ("a.rockhound.example", "AAAA"),
        ("b.rockhound.example", "AAAA"),
    }


def test_who_depends_on_a_worker_is_told(account: Any) -> None:
    account.upload("rooms", ROOM, migrations=FIRST, bindings=[BINDING])
    account.upload(
        "guest",
        FETCH,
        bindings=[{**BINDING, "script_name": "rooms"}, {"type": "service", "name": "S", "service": "rooms"}],
        tail_consumers=[{"service": "rooms"}],
    )
    references = account.ok("GET", f"{account.path}/workers/scripts/rooms/references")
    assert [service["service"] for service in references["services"]["incoming"]] == ["guest"]
    assert {user["service"] for user in references["durable_objects"]} == {"rooms", "guest"}
    producers = account.ok("GET", f"{account.path}/workers/tails/by-consumer/rooms")
    assert [tail["producer"]["service"] for tail in producers] == ["guest"]


def test_a_worker_is_one_thing_whichever_version_serves(account: Any) -> None:
    zone = account.zone()
    account.upload("tail", "export default { tail() {} };")
    account.upload("rooms", ROOM, migrations=FIRST, bindings=[BINDING])
    account.upload(
        "guest",
        "export default { fetch() {}, queue() {} };",
        bindings=[{**BINDING, "script_name": "rooms"}, {"type": "service", "name": "S", "service": "rooms"}],
        tail_consumers=[{"service": "tail"}],
        observability={"enabled": True, "head_sampling_rate": 0.5},
        logpush=True,
    )
    queue = account.ok("POST", f"{account.path}/queues", json={"queue_name": "guests"})["queue_id"]
    consumer = account.ok(
        "POST", f"{account.path}/queues/{queue}/consumers", json={"type": "worker", "script_name": "guest"}
    )["consumer_id"]
    domain = account.ok(
        "PUT",
        f"{account.path}/workers/domains",
        json={"hostname": "a.rockhound.example", "service": "guest", "zone_id": zone, "environment": "production"},
    )
    account.ok("POST", f"{account.path}/workers/scripts/guest/subdomain", json={"enabled": True})
    account.ok("POST", f"{account.path}/workers/dispatch/namespaces", json={"name": "tenants"})
    outbound = {"worker": {"service": "guest"}}
    account.upload(
        "door",
        FETCH,
        bindings=[{"type": "dispatch_namespace", "name": "D", "namespace": "tenants", "outbound": outbound}],
    )

    guest = account.ok("GET", f"{account.path}/workers/workers/guest")
    assert guest["subdomain"] == {"enabled": True, "previews_enabled": True}
    assert (guest["logpush"], guest["tail_consumers"]) == (True, [{"name": "tail"}])
    assert (guest["observability"]["enabled"], guest["observability"]["head_sampling_rate"]) == (True, 0.5)
    assert guest["references"]["queues"] == [{"queue_id": queue, "queue_name": "guests", "queue_consumer_id": consumer}]
    assert [each["id"] for each in guest["references"]["domains"]] == [domain["id"]]
    outbounds = guest["references"]["dispatch_namespace_outbounds"]
    assert [(each["namespace_name"], each["worker_name"]) for each in outbounds] == [("tenants", "door")]
    assert account.sdk.workers.beta.workers.get("guest", account_id=account.account).name == "guest"
    rooms = account.ok("GET", f"{account.path}/workers/workers/rooms")
    assert rooms["references"]["workers"] == [{"id": guest["id"], "name": "guest"}]
    assert [each["worker_id"] for each in rooms["references"]["durable_objects"]] == [guest["id"]]
    assert account.ok("GET", f"{account.path}/workers/workers/{guest['id']}") == guest
    assert account.code("GET", f"{account.path}/workers/workers/nobody") == (404, 10007)


def test_a_tail_consumer_must_be_there_first_or_be_the_worker_itself(account: Any) -> None:
    to_tail = [{"service": "tail"}]
    assert failure(account.upload("api", FETCH, tail_consumers=to_tail)) == (400, 10203)
    assert account.upload("tail", "export default { tail() {} };", tail_consumers=to_tail).status_code == 200
    assert account.upload("api", FETCH, tail_consumers=to_tail).status_code == 200
    settings = f"{account.path}/workers/scripts/api/script-settings"
    assert account.code("PATCH", settings, json={"tail_consumers": [{"service": "nope"}]}) == (400, 10203)
    assert account.ok("GET", settings)["tail_consumers"] == to_tail


RATE_LIMIT = {"type": "ratelimit", "name": "LIMIT", "namespace_id": "1001", "simple": {"limit": 100, "period": 60}}


def test_bindings_of_every_kind_that_refer_to_nothing_or_to_workers_come_back_as_they_were_sent(account: Any) -> None:
    account.upload("other", FETCH)
    sent = [
        RATE_LIMIT,
        {"type": "json", "name": "SERVICES", "json": [{"name": "api", "port": 1}, None]},
        {"type": "service", "name": "OTHER", "service": "other", "environment": "production", "entrypoint": "Admin"},
        {"type": "analytics_engine", "name": "EVENTS", "dataset": "events"},
        {"type": "version_metadata", "name": "VERSION"},
    ]
    assert account.upload("api", FETCH, bindings=sent).status_code == 200
    assert account.ok("GET", f"{account.path}/workers/scripts/api/settings")["bindings"] == sent


@pytest.mark.parametrize(
    "said",
    [
        {"namespace_id": "first"},
        {"name": "{braces}", "namespace_id": "first"},
        {"namespace_id": 1001},
        {"simple": {"limit": 100, "period": 30}},
        {"simple": {"limit": 0, "period": 60}},
        {"simple": {"limit": 100, "period": 60, "burst": 1}},
    ],
    ids=str,
)
def test_a_rate_limit_has_a_numbered_namespace_and_one_of_two_periods(account: Any, said: Any) -> None:
    assert failure(account.upload("api", FETCH, bindings=[{**RATE_LIMIT, **said}])) == (400, 10021)
