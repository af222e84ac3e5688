"""A Worker that is there: its versions, settings and services, and what becomes of it."""

import json
import sqlite3
from typing import Any

from tests.account.uploads import BINDING, FETCH, FIRST, ROOM, SECRET, bindings


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
