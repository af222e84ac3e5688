"""Dispatch namespaces, and the Workers in them: the same uploads in another home."""

import json
from typing import Any

import cloudflare
import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"
A = f"/accounts/{ACCOUNT}"
NAMESPACES = f"{A}/workers/dispatch/namespaces"
SCRIPTS = f"{NAMESPACES}/tenants/scripts"
FETCH = "export default { fetch() {} };"
SECRET = "planted-77a1c03e"


def upload(account: Any, name: str, code: str = FETCH, namespace: str = "tenants", **said: Any) -> Any:
    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01", **said}
    files = {
        "metadata": (None, json.dumps(metadata), "application/json"),
        "index.js": ("index.js", code, "application/javascript+module"),
    }
    return account.http.put(f"{NAMESPACES}/{namespace}/scripts/{name}", files=files)


@pytest.fixture
def tenants(account: Any) -> Any:
    account.ok("POST", NAMESPACES, json={"name": "tenants"})
    return account


class TestNamespaces:
    def test_one_can_be_made_listed_and_deleted(self, account: Any) -> None:
        namespaces = account.sdk.workers_for_platforms.dispatch.namespaces
        made = namespaces.create(account_id=ACCOUNT, name="dotdo-staging")
        assert (made.namespace_name, made.script_count, made.trusted_workers) == ("dotdo-staging", 0, False)
        assert namespaces.get("dotdo-staging", account_id=ACCOUNT).to_dict() == made.to_dict()
        assert [n.namespace_id for n in namespaces.list(account_id=ACCOUNT)] == [made.namespace_id]
        namespaces.delete("dotdo-staging", account_id=ACCOUNT)
        with pytest.raises(cloudflare.NotFoundError):
            namespaces.get("dotdo-staging", account_id=ACCOUNT)

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_its_workers_can_be_trusted_and_distrusted_again(self, tenants: Any, method: str) -> None:
        before = tenants.ok("GET", f"{NAMESPACES}/tenants")
        trusted = tenants.ok(method, f"{NAMESPACES}/tenants", json={"trusted_workers": True})
        assert trusted == {**before, "trusted_workers": True, "modified_on": trusted["modified_on"]}
        assert tenants.ok("GET", f"{NAMESPACES}/tenants")["trusted_workers"] is True
        tenants.ok(method, f"{NAMESPACES}/tenants", json={"name": "tenants"})
        assert tenants.ok("GET", f"{NAMESPACES}/tenants")["trusted_workers"] is True
        tenants.ok(method, f"{NAMESPACES}/tenants", json={"trusted_workers": False})
        assert tenants.ok("GET", f"{NAMESPACES}/tenants")["trusted_workers"] is False

    def test_its_scripts_go_with_it(self, tenants: Any) -> None:
        upload(tenants, "acme", bindings=[{"type": "secret_text", "name": "KEY", "text": SECRET}])
        tenants.ok("DELETE", f"{NAMESPACES}/tenants")
        assert tenants.code("GET", f"{SCRIPTS}/acme") == (404, 100119)
        tenants.ok("POST", NAMESPACES, json={"name": "tenants"})
        assert tenants.ok("GET", SCRIPTS) == []
        assert tenants.code("GET", f"{SCRIPTS}/acme/secrets") == (404, 10007)

    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "code"),
        [
            ("POST", "", {"name": "tenants"}, 409, 100120),
            ("POST", "", {"name": "no blanks"}, 400, 10026),
            ("POST", "", {}, 400, 10026),
            ("POST", "", {"name": "new", "trusted_workers": True}, 400, 10026),
            ("PATCH", "/tenants", {"trusted_workers": "yes"}, 400, 10026),
            ("PATCH", "/tenants", {"name": "other"}, 400, 10026),
            ("PATCH", "/nope", {"trusted_workers": True}, 404, 100119),
            ("GET", "/nope", {}, 404, 100119),
            ("DELETE", "/nope", {}, 404, 100119),
            ("GET", "/nope/scripts", {}, 404, 100119),
            ("GET", "/nope/scripts/acme", {}, 404, 100119),
            ("GET", "/tenants/scripts?tags=a:maybe", {}, 400, 10026),
            ("GET", "/tenants/scripts/acme", {}, 404, 10007),
            ("DELETE", "/tenants/scripts/acme", {}, 404, 10007),
            ("GET", "/tenants/scripts/acme/settings", {}, 404, 10007),
            ("PUT", "/tenants/scripts/acme/tags", ["a"], 404, 10007),
        ],
    )
    def test_refusals(self, tenants: Any, method: str, path: str, body: Any, status: int, code: int) -> None:
        before = tenants.ok("GET", NAMESPACES)
        assert tenants.code(method, f"{NAMESPACES}{path}", json=body) == (status, code)
        assert tenants.ok("GET", NAMESPACES) == before


class TestScripts:
    def test_one_is_uploaded_read_and_deleted_through_the_sdk(self, tenants: Any) -> None:
        scripts = tenants.sdk.workers_for_platforms.dispatch.namespaces.scripts
        in_tenants = {"account_id": ACCOUNT, "dispatch_namespace": "tenants"}
        uploaded = scripts.update(
            "acme",
            **in_tenants,
            metadata={"main_module": "index.js", "bindings": [{"type": "plain_text", "name": "N", "text": "1"}]},
            files=[("index.js", FETCH.encode(), "application/javascript+module")],
        )
        assert (uploaded.id, uploaded.handlers) == ("acme", ["fetch"])
        found = scripts.get("acme", **in_tenants)
        assert (found.dispatch_namespace, found.script.id) == ("tenants", "acme")
        # Not by the SDK, which does not take the `placement: {}` that the provider needs.
        assert tenants.ok("GET", f"{SCRIPTS}/acme/settings")["bindings"] == [
            {"type": "plain_text", "name": "N", "text": "1"}
        ]
        assert [binding.name for binding in scripts.bindings.get("acme", **in_tenants)] == ["N"]
        assert FETCH.encode() in scripts.content.get("acme", **in_tenants).read()
        scripts.secrets.update("acme", **in_tenants, name="KEY", text=SECRET, type="secret_text")
        assert [secret.name for secret in scripts.secrets.list("acme", **in_tenants)] == ["KEY"]
        assert scripts.secrets.get("KEY", **in_tenants, script_name="acme").type == "secret_text"
        scripts.secrets.delete("KEY", **in_tenants, script_name="acme")
        assert list(scripts.secrets.list("acme", **in_tenants)) == []
        assert scripts.tags.update("acme", **in_tenants, body=["paying", "eu"])
        scripts.tags.delete("eu", **in_tenants, script_name="acme")
        assert list(scripts.tags.list("acme", **in_tenants)) == ["paying"]
        assert (
            tenants.sdk.workers_for_platforms.dispatch.namespaces.get("tenants", account_id=ACCOUNT).script_count == 1
        )
        scripts.delete("acme", **in_tenants)
        assert tenants.ok("GET", SCRIPTS) == []

    def test_names_of_the_account_and_of_each_namespace_are_apart(self, tenants: Any) -> None:
        tenants.ok("POST", NAMESPACES, json={"name": "others"})
        tenants.upload("acme", FETCH, bindings=[{"type": "plain_text", "name": "OF", "text": "account"}])
        for namespace in ("tenants", "others"):
            variable = {"type": "plain_text", "name": "OF", "text": namespace}
            assert upload(tenants, "acme", namespace=namespace, bindings=[variable]).status_code == 200
        homes = (f"{A}/workers/scripts", SCRIPTS, f"{NAMESPACES}/others/scripts")
        texts = [tenants.ok("GET", f"{home}/acme/settings")["bindings"][0]["text"] for home in homes]
        assert texts == ["account", "tenants", "others"]
        tenants.ok("DELETE", f"{SCRIPTS}/acme")
        assert len(tenants.ok("GET", f"{A}/workers/scripts")) == 1
        assert len(tenants.ok("GET", f"{NAMESPACES}/others/scripts")) == 1

    def test_settings_and_content_are_changed_apart(self, tenants: Any) -> None:
        upload(tenants, "acme", tags=["paying"], bindings=[{"type": "secret_text", "name": "KEY", "text": SECRET}])
        patched = tenants.ok("PATCH", f"{SCRIPTS}/acme/settings", json={"compatibility_date": "2026-02-02"})
        assert patched["compatibility_date"] == "2026-02-02"
        files = {
            "metadata": (None, json.dumps({"main_module": "index.js"}), "application/json"),
            "index.js": ("index.js", "export default { fetch() {}, tail() {} };", "application/javascript+module"),
        }
        assert tenants.ok("PUT", f"{SCRIPTS}/acme/content", files=files)["handlers"] == ["fetch", "tail"]
        assert tenants.ok("GET", f"{SCRIPTS}/acme/settings")["compatibility_date"] == "2026-02-02"
        assert tenants.ok("GET", f"{SCRIPTS}/acme/secrets") == [{"name": "KEY", "type": "secret_text"}]

    def test_they_are_found_by_their_tags(self, tenants: Any) -> None:
        for name, tags in {"a": ["paying"], "b": ["paying", "eu"], "c": []}.items():
            upload(tenants, name, tags=tags)
        found = {
            wanted: [s["script"]["id"] for s in tenants.ok("GET", SCRIPTS, params={"tags": wanted})]
            for wanted in ("paying:yes", "paying:yes,eu:no", "eu:no", "eu:yes")
        }
        assert found == {"paying:yes": ["a", "b"], "paying:yes,eu:no": ["a"], "eu:no": ["a", "c"], "eu:yes": ["b"]}

    def test_tags_are_added_once_and_taken_away(self, tenants: Any) -> None:
        upload(tenants, "acme")
        for _ in range(2):
            tenants.ok("PUT", f"{SCRIPTS}/acme/tags/paying")
        assert tenants.ok("GET", f"{SCRIPTS}/acme/tags") == ["paying"]
        assert tenants.code("PUT", f"{SCRIPTS}/acme/tags", json=["a,b"]) == (400, 10026)
        assert tenants.code("PUT", f"{SCRIPTS}/acme/tags", json=[str(n) for n in range(9)]) == (400, 10026)
        assert tenants.code("DELETE", f"{SCRIPTS}/acme/tags/eu") == (404, 10026)
        tenants.ok("DELETE", f"{SCRIPTS}/acme/tags/paying")
        assert tenants.ok("GET", f"{SCRIPTS}/acme/tags") == []

    def test_their_bindings_lead_to_what_the_account_has(self, tenants: Any) -> None:
        room = {"type": "durable_object_namespace", "name": "ROOM", "class_name": "Room"}
        own = upload(
            tenants,
            "acme",
            "export class Room {}\n" + FETCH,
            bindings=[room],
            migrations={"new_tag": "v1", "new_sqlite_classes": ["Room"]},
        )
        assert own.status_code == 200
        service = {"type": "service", "name": "SELF", "service": "acme"}
        refused = upload(tenants, "other", bindings=[service])
        assert refused.json()["errors"][0]["code"] == 10144
        assert (
            upload(tenants, "kv", bindings=[{"type": "kv_namespace", "name": "C", "namespace_id": "0"}]).status_code
            == 400
        )

    def test_what_needs_an_address_of_its_own_does_not_exist_there(self, tenants: Any) -> None:
        upload(tenants, "acme")
        for part in ("schedules", "subdomain", "versions", "deployments"):
            assert tenants.code("GET", f"{SCRIPTS}/acme/{part}") == (404, 7003)


class TestDispatchers:
    def test_a_binding_needs_its_namespace_and_its_outbound_worker(self, tenants: Any) -> None:
        binding = {"type": "dispatch_namespace", "name": "DISPATCH", "namespace": "tenants"}
        refused = tenants.upload("dispatcher", FETCH, bindings=[{**binding, "namespace": "nope"}])
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, 100119)
        outbound = {"worker": {"service": "outbound"}, "params": [{"name": "tenant"}]}
        refused = tenants.upload("dispatcher", FETCH, bindings=[{**binding, "outbound": outbound}])
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, 10144)
        tenants.upload("outbound", FETCH)
        assert tenants.upload("dispatcher", FETCH, bindings=[{**binding, "outbound": outbound}]).status_code == 200
        settings = tenants.ok("GET", f"{A}/workers/scripts/dispatcher/settings")
        assert settings["bindings"] == [{**binding, "outbound": outbound}]
        (reference,) = tenants.ok("GET", f"{A}/workers/scripts/outbound/references")["dispatch_outbounds"]
        assert (reference["service"], reference["namespace"]) == ("dispatcher", "tenants")


def test_all_of_it_is_there_after_a_restart(start: Any) -> None:
    process, account = start()
    account.ok("POST", NAMESPACES, json={"name": "tenants"})
    account.ok("PATCH", f"{NAMESPACES}/tenants", json={"trusted_workers": True})
    upload(account, "acme", bindings=[{"type": "secret_text", "name": "KEY", "text": SECRET}])
    before = account.ok("GET", NAMESPACES), account.ok("GET", SCRIPTS)
    process.terminate()
    process.wait()
    _, again = start()
    assert (again.ok("GET", NAMESPACES), again.ok("GET", SCRIPTS)) == before
    assert upload(again, "acme").status_code == 200
    assert [secret["name"] for secret in again.ok("GET", f"{SCRIPTS}/acme/secrets")] == ["KEY"]
