"""The ledger of migrations, against a local account over HTTP."""

import json
import pickle
import subprocess
import sys

import dill
import httpx
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.ledger import LedgerProvider
from components.ledger_upload import Module, live_modules, next_upload
from components.migrations import HistoryError, annotation, history
from headworks.model.environment import Migration
from headworks.v4 import ApiError

ACCOUNT = "0123456789abcdef0123456789abcdef"
V1 = Migration(tag="v1", new_sqlite_classes=("Room", "Lobby"))
V2 = Migration(tag="v2", new_sqlite_classes=("Archive",))
RENAME = Migration(tag="v3", renamed_classes=(("Lobby", "Hall"),))
DELETE = Migration(tag="v4", deleted_classes=("Room",))

ROOMS = """
export default { async fetch() { return new Response("hello"); }, async queue(batch) { batch.ackAll(); } };
export class Room {}
export class Lobby {}
"""


def declared(script: str, *migrations: Migration) -> dict[str, object]:
    steps = history(migrations)
    return {"accountId": ACCOUNT, "scriptName": script, "migrations": steps, "annotation": annotation(steps)}


def upload(account: httpx.Client, script: str, code: str, **metadata: object) -> None:
    """As the provider uploads it after the ledger."""
    described = {"main_module": "worker.js", "compatibility_date": "2026-02-25", **metadata}
    files = {
        "metadata": (None, json.dumps(described), "application/json"),
        "worker.js": ("worker.js", code, "application/javascript+module"),
    }
    answer = account.put(f"/workers/scripts/{script}", files=files, params={"bindings_inherit": "strict"}).json()
    assert answer["success"], answer["errors"]


def live(account: httpx.Client, script: str) -> dict[str, object]:
    scripts = {each["id"]: each for each in account.get("/workers/scripts").json()["result"]}
    return scripts.get(script, {})


def settings(account: httpx.Client, script: str) -> dict[str, object]:
    return account.get(f"/workers/scripts/{script}/settings").json()["result"]


ROOM_BINDINGS = [
    {"type": "durable_object_namespace", "name": "ROOM", "class_name": "Room"},
    {"type": "durable_object_namespace", "name": "LOBBY", "class_name": "Lobby"},
    {"type": "plain_text", "name": "GREETING", "text": "hello"},
    {"type": "secret_text", "name": "TOKEN", "text": "planted-secret"},
]


@pytest.fixture
def rooms(account, request) -> str:
    """A script that went through v1 and runs its real code."""
    script = request.node.name.replace("_", "-")[:60]
    LedgerProvider().create(declared(script, V1))
    upload(account, script, ROOMS, bindings=ROOM_BINDINGS)
    return script


def test_a_script_that_does_not_exist_yet_gets_its_classes_before_its_code(account):
    created = LedgerProvider().create(declared("new-script", V1, V2))
    assert created.outs["tag"] == "v2"
    assert live(account, "new-script")["migration_tag"] == "v2"
    upload(account, "new-script", ROOMS + "export class Archive {}", bindings=ROOM_BINDINGS)


def test_secrets_that_were_put_before_the_first_deployment_survive_it(account):
    upload(account, "draft", "export default { fetch() {} };", bindings=ROOM_BINDINGS[3:])
    LedgerProvider().create(declared("draft", V1))
    names = [secret["name"] for secret in account.get("/workers/scripts/draft/secrets").json()["result"]]
    assert names == ["TOKEN"]


def test_only_what_is_new_is_sent_and_the_running_code_keeps_its_bindings_and_handlers(account, rooms):
    before = settings(account, rooms)
    LedgerProvider().update(rooms, {}, declared(rooms, V1, V2))
    after = settings(account, rooms)
    assert live(account, rooms)["migration_tag"] == "v2"
    assert after["bindings"] == before["bindings"]
    assert after["compatibility_date"] == before["compatibility_date"]
    modules = {
        module.name: module.content.decode()
        for module in live_modules(account.get(f"/workers/scripts/{rooms}/content/v2"))
    }
    assert modules["worker.js"] == ROOMS
    assert set(live(account, rooms)["handlers"]) == {"fetch", "queue"}


def test_a_step_that_was_applied_before_a_crash_is_not_sent_again(account, rooms):
    LedgerProvider().update(rooms, {}, declared(rooms, V1, V2))
    assert LedgerProvider().update(rooms, {}, declared(rooms, V1, V2)).outs["tag"] == "v2"
    LedgerProvider().update(rooms, {}, declared(rooms, V1, V2, RENAME))
    assert live(account, rooms)["migration_tag"] == "v3"


def test_a_renamed_class_keeps_its_objects_and_the_old_code_still_reaches_them(account, rooms):
    namespaces = {
        each["class"]: each["id"]
        for each in account.get("/workers/durable_objects/namespaces").json()["result"]
        if each["script"] == rooms
    }
    LedgerProvider().update(rooms, {}, declared(rooms, V1, V2, RENAME))
    renamed = {
        each["class"]: each["id"]
        for each in account.get("/workers/durable_objects/namespaces").json()["result"]
        if each["script"] == rooms
    }
    assert renamed["Hall"] == namespaces["Lobby"]
    lobby = next(binding for binding in settings(account, rooms)["bindings"] if binding["name"] == "LOBBY")
    assert lobby["class_name"] == "Hall"


def test_the_script_says_which_history_it_went_through(account, rooms):
    LedgerProvider().update(rooms, {}, declared(rooms, V1, V2))
    assert settings(account, rooms)["annotations"]["workers/tag"] == annotation(history([V1, V2]))


def test_a_deletion_is_refused_before_anything_is_sent(account, rooms):
    with pytest.raises(HistoryError, match="deletes Room and all data"):
        LedgerProvider().update(rooms, {}, declared(rooms, V1, DELETE))
    assert live(account, rooms)["migration_tag"] == "v1"


def test_a_script_that_somebody_else_migrated_is_left_alone(account, rooms):
    with pytest.raises(HistoryError, match="migration tag is 'v1', which is not in the declared history"):
        LedgerProvider().update(rooms, {}, declared(rooms, V2))


def test_a_script_in_the_older_syntax_is_refused_with_what_to_do():
    response = httpx.Response(
        200, headers={"content-type": "application/javascript"}, content=b"addEventListener('fetch', f)"
    )
    with pytest.raises(HistoryError, match="Upload it as an ES module first"):
        live_modules(response)


def test_binary_modules_come_back_byte_for_byte():
    wasm = bytes(range(256)) + b"\r\n--almost\r\n"
    body = (
        b'--b\r\nContent-Disposition: form-data; name="a.wasm"; filename="a.wasm"\r\nContent-Type: application/wasm\r\n\r\n'
        + wasm
        + b'\r\n--b\r\nContent-Disposition: form-data; name="main.js"\r\nContent-Type: application/javascript+module\r\n\r\nx\r\n--b--\r\n'
    )
    headers = {"content-type": "multipart/form-data; boundary=b", "cf-entrypoint": "main.js"}
    modules = live_modules(httpx.Response(200, headers=headers, content=body))
    assert modules == [
        Module("main.js", b"x", "application/javascript+module"),
        Module("a.wasm", wasm, "application/wasm"),
    ]


def test_settings_that_an_upload_would_reset_are_repeated():
    live_settings = {
        "compatibility_date": "2026-01-01",
        "limits": {"cpu_ms": 50},
        "placement": {},
        "logpush": True,
        "bindings": [],
    }
    sent = next_upload(history([V1]), [Module("w.js", b"", "application/javascript+module")], live_settings).metadata
    assert {key: sent.get(key) for key in live_settings} == live_settings | {"placement": None}


def test_a_refused_upload_is_an_error_with_cloudflares_code_and_no_token(account, monkeypatch):
    upload(account, "broken", "export const nothing = 1; export default {fetch() {}};")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "wrong-token-that-must-not-show-0123456789")
    with pytest.raises(ApiError) as refused:
        LedgerProvider().create(declared("broken", V1))
    assert "wrong-token" not in str(refused.value)


def test_a_refresh_finds_the_live_tag_and_a_deleted_script_makes_everything_pending_again(account, rooms):
    provider, inputs = LedgerProvider(), declared(rooms, V1)
    state = provider.read(rooms, inputs | {"tag": "v0"}).outs
    assert state["tag"] == "v1"
    assert provider.diff(rooms, state, inputs).changes is False
    account.delete(f"/workers/scripts/{rooms}", params={"force": "true"}).raise_for_status()
    assert not provider.read(rooms, state).id


def test_only_another_script_replaces_the_ledger_and_only_new_steps_update_it():
    provider, inputs = LedgerProvider(), declared("one", V1)
    state = inputs | {"tag": "v1"}
    assert (provider.diff("one", state, inputs).changes, provider.diff("one", state, inputs).replaces) == (False, [])
    longer = provider.diff("one", state, declared("one", V1, V2))
    assert (longer.changes, longer.replaces) == (True, [])
    assert provider.diff("one", state | {"tag": ""}, inputs).changes is True
    assert provider.diff("one", state, declared("two", V1)).replaces == ["scriptName"]


def test_a_rewritten_history_fails_the_preview_by_the_name_of_its_property():
    provider = LedgerProvider()
    changed = V1.model_copy(update={"new_sqlite_classes": ("Room",)})
    (failure,) = provider.check(declared("one", V1), declared("one", changed)).failures
    assert failure.property == "migrations"
    assert "append-only" in failure.reason
    assert not provider.check(declared("one", V1), declared("one", V1, V2)).failures
    assert not provider.check({}, declared("one", V1)).failures
    assert not provider.check(declared("one", V1), declared("two", changed)).failures


def test_a_new_deletion_fails_the_preview_and_one_that_lies_in_the_past_does_not():
    provider = LedgerProvider()
    (failure,) = provider.check(declared("one", V1), declared("one", V1, DELETE)).failures
    assert "deletes Room" in failure.reason
    assert not provider.check(declared("one", V1, DELETE), declared("one", V1, DELETE, V2)).failures


def test_taking_the_ledger_away_sends_nothing_and_says_so(capsys, monkeypatch):
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN", raising=False)
    LedgerProvider().delete("one", declared("one", V1) | {"tag": "v1"})
    assert "stay applied" in capsys.readouterr().err


def test_the_state_holds_the_providers_name_and_not_its_code():
    serialized = pickle.loads(dill.dumps(LedgerProvider()))
    assert type(serialized) is LedgerProvider
    assert len(serialize_provider(LedgerProvider())) < 100


def test_pulumis_provider_process_does_not_load_the_cloudflare_package_for_the_ledger():
    """It is started for each deployment; loading the package would cost it a second or three."""
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import components.ledger, sys; print('pulumi_cloudflare' in sys.modules, 'pydantic' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert loaded.split() == ["False", "False"]
