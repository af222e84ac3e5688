"""Live facts, read from a local account over HTTP."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from components.ledger import LedgerProvider
from components.migrations import annotation, history
from headworks.facts import Fact, Facts, ScriptFacts, read, read_facts
from headworks.model.environment import Migration

ACCOUNT = "0123456789abcdef0123456789abcdef"
SECRET = "planted-secret-value"


def test_a_worker_that_does_not_exist_yet_is_known_to_have_nothing(account):
    nothing = ScriptFacts(secrets=Fact(()), migration_tag=Fact(""), annotation=Fact(""))
    assert read_facts(ACCOUNT, ["nowhere"]) == Facts(account=Fact(ACCOUNT), scripts={"nowhere": nothing})


def test_each_worker_has_facts_of_its_own(account):
    upload(account, "first", [{"type": "secret_text", "name": "KEY", "text": SECRET}])
    upload(account, "second", [])
    scripts = read_facts(ACCOUNT, ["first", "second"]).scripts
    assert [scripts[name].secrets.value for name in ("first", "second")] == [("KEY",), ()]


def test_secrets_come_by_name_and_sorted_and_never_by_value(account):
    upload(
        account, "with-secrets", [{"type": "secret_text", "name": name, "text": SECRET} for name in ("ZEBRA", "APPLE")]
    )
    facts = read_facts(ACCOUNT, ["with-secrets"])
    assert facts.scripts["with-secrets"].secrets == Fact(("APPLE", "ZEBRA"))
    assert SECRET not in repr(facts)


def test_the_history_that_the_ledger_wrote_is_found_again(account):
    steps = history([Migration(tag="v1", new_sqlite_classes=("Room",))])
    LedgerProvider().create(
        {"accountId": ACCOUNT, "scriptName": "rooms", "migrations": steps, "annotation": annotation(steps)}
    )
    facts = read_facts(ACCOUNT, ["rooms"]).scripts["rooms"]
    assert (facts.migration_tag, facts.annotation) == (Fact("v1"), Fact(annotation(steps)))


def test_reading_twice_gives_the_same_so_that_an_unchanged_account_is_an_empty_difference(account):
    assert read_facts(ACCOUNT, ["rooms"]) == read_facts(ACCOUNT, ["rooms"])


def test_without_a_token_nothing_is_verified_and_the_reason_says_so(monkeypatch):
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN", raising=False)
    unread = Fact(reason="CLOUDFLARE_API_TOKEN is not set")
    script = ScriptFacts(secrets=unread, migration_tag=unread, annotation=unread)
    assert read_facts(ACCOUNT, ["any"]) == Facts(account=unread, scripts={"any": script})


def test_a_token_that_is_refused_is_not_a_worker_without_secrets(account, monkeypatch):
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "another-token-0123456789012345678901234567")
    facts = read_facts(ACCOUNT, ["any"])
    assert {fact.status for fact in every(facts)} == {"not verified"}
    assert "another-token" not in repr(facts)


def test_an_account_that_the_token_does_not_reach_is_not_verified(account):
    facts = read_facts("f" * 32, ["any"])
    assert facts.account.status == "not verified"


def test_an_account_that_cannot_be_reached_is_a_fact_and_not_a_failure(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/client/v4"
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", address)
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "x" * 40)
    facts = read_facts(ACCOUNT, ["any"])
    assert (facts.account.reason or "").startswith("ConnectError")


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(read, "_SILENCE", 0.05)
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "x" * 40)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
        facts = read_facts(ACCOUNT, ["any"])
    assert "Timeout" in (facts.scripts["any"].secrets.reason or "")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>sign in</html>"),
        (502, ""),
        (200, '{"success": true, "result": null}'),
        (200, '{"success": false}'),
        (200, "[]"),
    ],
)
def test_an_answer_that_is_not_cloudflares_is_not_verified_and_does_not_stop_the_program(status, body, monkeypatch):
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "x" * 40)
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        facts = read_facts(ACCOUNT, ["any"])
        server.shutdown()
    assert {fact.status for fact in every(facts)} == {"not verified"}


def every(facts: Facts) -> list[Fact]:
    (script,) = facts.scripts.values()
    return [facts.account, script.secrets, script.migration_tag, script.annotation]


def upload(account, script: str, bindings: list[dict[str, str]]) -> None:
    metadata = json.dumps({"main_module": "worker.js", "bindings": bindings})
    files = {
        "metadata": (None, metadata, "application/json"),
        "worker.js": ("worker.js", "export default { fetch() {} };", "application/javascript+module"),
    }
    account.put(f"/workers/scripts/{script}", files=files).raise_for_status()
