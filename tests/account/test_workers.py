"""Uploads of Workers: what one may say, what it keeps, and what is refused."""

import json
from typing import Any

import pytest

from tests.account.uploads import FETCH, ROOM, failure


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


def test_handlers_that_the_text_does_not_tell_are_said_and_never_held_against_it(account: Any) -> None:
    answer = account.upload("api", 'import { wrap } from "./wrap.js";\nexport default wrap({});').json()
    assert (answer["result"]["handlers"], len(answer["messages"])) == ([], 1)
    queue = account.ok("POST", f"{account.path}/queues", json={"queue_name": "jobs"})["queue_id"]
    account.ok("POST", f"{account.path}/queues/{queue}/consumers", json={"type": "worker", "script_name": "api"})
