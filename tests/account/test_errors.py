"""How operations say no: status and code of each, as Cloudflare gives them."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.account.endpoints import ENDPOINTS

ACCOUNT = "0123456789abcdef0123456789abcdef"
NOBODY = "0" * 32
FETCH = "export default { fetch() {} };"
A = f"/accounts/{ACCOUNT}"
KV = f"{A}/storage/kv/namespaces"
R2 = f"{A}/r2/buckets"
QUEUES = f"{A}/queues"
D1 = f"{A}/d1/database"
SCRIPTS = f"{A}/workers/scripts"

Request = tuple[str, str, dict[str, Any]]


def furnish(account: Any) -> dict[str, str]:
    """An account with one of each; the names that the table below fills into paths."""
    account.upload("worker", FETCH)
    account.upload("consumer", "export default { queue() {} };")
    zone = account.zone()
    queue = account.ok("POST", QUEUES, json={"queue_name": "jobs"})["queue_id"]
    account.ok("POST", f"{QUEUES}/{queue}/consumers", json={"script_name": "consumer"})
    account.ok("POST", R2, json={"name": "data"})
    account.ok("POST", f"/zones/{zone}/workers/routes", json={"pattern": "rockhound.example/*"})
    account.ok("POST", f"/zones/{zone}/dns_records", json={"type": "A", "name": "a", "content": "192.0.2.1"})
    account.ok(
        "POST", f"/zones/{zone}/dns_records", json={"type": "CNAME", "name": "c", "content": "a.rockhound.example"}
    )
    account.ok("PUT", f"{A}/workers/domains", json={"hostname": "app.rockhound.example", "service": "worker"})
    return {
        "zone": f"/zones/{zone}",
        "records": f"/zones/{zone}/dns_records",
        "routes": f"/zones/{zone}/workers/routes",
        "namespace": f"{KV}/{account.ok('POST', KV, json={'title': 'CACHE'})['id']}",
        "queue": f"{QUEUES}/{queue}",
        "free_queue": f"{QUEUES}/{account.ok('POST', QUEUES, json={'queue_name': 'free'})['queue_id']}",
        "database": f"{D1}/{account.ok('POST', D1, json={'name': 'rocks'})['uuid']}",
    }


def record(**said: Any) -> dict[str, Any]:
    return {"json": {"type": "A", "name": "new", "content": "192.0.2.9", "ttl": 1, **said}}


MATRIX: list[tuple[str, str, dict[str, Any], int, int]] = [
    # accounts, zones
    ("GET", f"/accounts/{NOBODY}/queues", {}, 403, 10000),
    ("GET", "/accounts/not-an-id/queues", {}, 404, 7003),
    ("GET", f"/zones/{NOBODY}/dns_records", {}, 403, 9109),
    ("GET", "/zones/rockhound.example", {}, 404, 7003),
    ("POST", "/zones", {"json": {"name": "rockhound.example", "account": {"id": ACCOUNT}}}, 400, 1061),
    ("POST", "/zones", {"json": {"name": "no domain", "account": {"id": ACCOUNT}}}, 400, 1099),
    ("POST", "/zones", {"json": {"name": "new.example", "account": {"id": NOBODY}}}, 403, 1116),
    ("GET", "/zones?page=0", {}, 400, 1003),
    ("GET", "/zones?per_page=many", {}, 400, 1003),
    ("GET", f"{A}/unheard/of", {}, 404, 7003),
    ("DELETE", f"{A}/workers/subdomain", {}, 405, 7001),
    # DNS
    ("GET", f"{{records}}/{NOBODY}", {}, 404, 81044),
    ("DELETE", f"{{records}}/{NOBODY}", {}, 404, 81044),
    ("POST", "{records}", record(name="a", content="192.0.2.1"), 400, 81058),
    ("POST", "{records}", record(type="CNAME", name="c", content="a.rockhound.example"), 400, 81057),
    ("POST", "{records}", record(type="CNAME", name="a", content="b.rockhound.example"), 400, 81053),
    ("POST", "{records}", record(name="c"), 400, 81054),
    ("POST", "{records}", record(name="app"), 400, 81053),
    ("POST", "{records}", record(content="300.1.1.1"), 400, 9005),
    ("POST", "{records}", record(type="AAAA", content="192.0.2.1"), 400, 9006),
    ("POST", "{records}", record(type="CNAME", content="no host"), 400, 9007),
    ("POST", "{records}", record(ttl=30), 400, 9021),
    ("POST", "{records}", record(type="TXT", content="x", proxied=True), 400, 9041),
    ("POST", "{records}", record(type="HINFO"), 400, 1004),
    ("POST", "{records}", record(content=""), 400, 1004),
    ("POST", "{records}", record(type="CAA", data={"flags": 0}), 400, 1004),
    # routes, custom domains
    ("GET", f"{{routes}}/{NOBODY}", {}, 404, 10009),
    ("POST", "{routes}", {"json": {"pattern": "rockhound.example/*"}}, 409, 10020),
    ("POST", "{routes}", {"json": {"pattern": "elsewhere.example/*"}}, 400, 10022),
    ("POST", "{routes}", {"json": {"pattern": "rockhound.example/*/x"}}, 400, 10022),
    ("POST", "{routes}", {"json": {"pattern": "rockhound.example/?x"}}, 400, 10022),
    ("POST", "{routes}", {"json": {"pattern": "a*.rockhound.example/"}}, 400, 10022),
    ("PUT", f"{SCRIPTS}/worker/routes", {"json": [{"pattern": "elsewhere.example/*"}]}, 400, 9109),
    ("PUT", f"{SCRIPTS}/worker/routes", {"json": {}}, 400, 10026),
    ("PUT", f"{SCRIPTS}/worker/domains/records", {"json": {"origins": [{}]}}, 400, 10026),
    ("PUT", f"{SCRIPTS}/consumer/domains/records", {"json": {"origins": [{"hostname": "app.rockhound.example"}]}}, 409, 100116),
    ("POST", "{routes}", {"json": {"pattern": "notrockhound.example/*"}}, 400, 10022),
    ("POST", "{routes}", {"json": {}}, 400, 10022),
    ("POST", "{routes}", {"json": {"pattern": "api.rockhound.example/*", "script": "nope"}}, 400, 10019),
    ("GET", f"{A}/workers/domains/{NOBODY}", {}, 404, 100114),
    ("PUT", f"{A}/workers/domains", {"json": {"hostname": "a.rockhound.example", "service": "worker"}}, 409, 100117),
    ("PUT", f"{A}/workers/domains", {"json": {"hostname": "b.rockhound.example", "service": "nope"}}, 404, 10007),
    ("PUT", f"{A}/workers/domains", {"json": {"hostname": "b.elsewhere.example", "service": "worker"}}, 400, 9109),
    # KV
    ("POST", KV, {"json": {"title": "CACHE"}}, 400, 10014),
    ("POST", KV, {"json": {}}, 400, 10019),
    ("POST", KV, {"content": b"{"}, 400, 10012),
    ("GET", f"{KV}/{NOBODY}", {}, 404, 10013),
    ("DELETE", f"{KV}/{NOBODY}", {}, 404, 10013),
    ("GET", "{namespace}/values/nope", {}, 404, 10009),
    ("GET", "{namespace}/metadata/nope", {}, 404, 10009),
    ("GET", "{namespace}/keys?cursor=%21", {}, 400, 10011),
    ("PUT", "{namespace}/values/k?expiration_ttl=30", {"content": b"x"}, 400, 10034),
    ("PUT", "{namespace}/values/k?expiration=1", {"content": b"x"}, 400, 10034),
    ("PUT", "{namespace}/values/k?expiration=soon", {"content": b"x"}, 400, 10034),
    ("PUT", "{namespace}/values/k", {"files": {"metadata": (None, "{}")}}, 400, 10012),
    ("PUT", "{namespace}/values/k", {"files": {"value": (None, "x"), "metadata": (None, "{")}}, 400, 10035),
    ("PUT", f"{{namespace}}/values/{'k' * 513}", {"content": b"x"}, 414, 10030),
    ("PUT", "{namespace}/bulk", {"json": [{"key": "k"}]}, 400, 10012),
    ("PUT", "{namespace}/bulk", {"json": []}, 400, 10029),
    ("POST", "{namespace}/bulk/delete", {"json": {}}, 400, 10012),
    # R2
    ("POST", R2, {"json": {"name": "data"}}, 409, 10004),
    ("POST", R2, {"json": {"name": "Not_A_Bucket"}}, 400, 10005),
    ("POST", R2, {"json": {"name": "ab"}}, 400, 10005),
    ("POST", R2, {"json": {"name": "x" * 64}}, 400, 10005),
    ("POST", R2, {"json": {"name": "new", "locationHint": "moon"}}, 400, 10040),
    ("POST", R2, {"json": {"name": "new", "storageClass": "Frozen"}}, 400, 10040),
    ("GET", R2, {"headers": {"cf-r2-jurisdiction": "moon"}}, 400, 10040),
    ("GET", f"{R2}/nope", {}, 404, 10006),
    ("GET", f"{R2}/data", {"headers": {"cf-r2-jurisdiction": "eu"}}, 404, 10006),
    ("PATCH", f"{R2}/data", {"headers": {"cf-r2-jurisdiction": "eu"}}, 404, 10006),
    ("DELETE", f"{R2}/nope", {}, 404, 10006),
    ("GET", f"{R2}/data/cors", {}, 404, 10059),
    ("PUT", f"{R2}/data/cors", {"json": {"rules": [{"allowed": {"methods": ["PATCH"], "origins": ["*"]}}]}}, 400, 10040),
    ("PUT", f"{R2}/data/cors", {"json": {"rules": [{"allowed": {"methods": ["GET"], "origins": ["https://a/"]}}]}}, 400, 10040),
    ("PUT", f"{R2}/data/lifecycle", {"json": {"rules": [{"id": "x", "enabled": True}]}}, 400, 10040),
    ("PUT", f"{R2}/data/lock", {"json": {"rules": [{"id": "x", "enabled": True, "condition": {"type": "Age"}}]}}, 400, 10040),
    ("GET", f"{R2}/data/objects/nope", {}, 404, 10007),
    ("GET", f"{R2}/data/domains/custom/a.example", {}, 404, 10053),
    ("POST", f"{R2}/data/domains/custom", {"json": {"domain": "a.example", "zoneId": NOBODY}}, 400, 10040),
    # queues
    ("POST", QUEUES, {"json": {"queue_name": "jobs"}}, 409, 11009),
    ("POST", QUEUES, {"json": {"queue_name": "Jobs"}}, 400, 11003),
    ("POST", QUEUES, {"json": {"queue_name": "new", "settings": {"delivery_delay": 43201}}}, 400, 100127),
    ("POST", QUEUES, {"json": {"queue_name": "new", "settings": {"message_retention_period": 59}}}, 400, 100127),
    ("POST", QUEUES, {"json": {"queue_name": "new", "settings": {"speed": 1}}}, 400, 100127),
    ("POST", QUEUES, {"content": b"["}, 400, 10026),
    ("GET", f"{QUEUES}/{NOBODY}", {}, 404, 11000),
    ("PUT", "{free_queue}", {"json": {"queue_name": "jobs"}}, 409, 11009),
    ("POST", "{queue}/consumers", {"json": {"script_name": "consumer"}}, 400, 11004),
    ("POST", "{free_queue}/consumers", {"json": {"script_name": "worker"}}, 400, 11001),
    ("POST", "{free_queue}/consumers", {"json": {"script_name": "nope"}}, 404, 10007),
    ("POST", "{free_queue}/consumers", {"json": {"type": "pigeon"}}, 400, 10026),
    ("POST", "{free_queue}/consumers", {"json": {"script_name": "consumer", "settings": {"batch_size": 101}}}, 400, 100127),
    ("POST", "{free_queue}/consumers", {"json": {"type": "http_pull", "settings": {"max_concurrency": 1}}}, 400, 100127),
    ("GET", f"{{queue}}/consumers/{NOBODY}", {}, 404, 11006),
    ("DELETE", f"{{free_queue}}/consumers/{NOBODY}", {}, 404, 11006),
    # D1
    ("POST", D1, {"json": {"name": "rocks"}}, 400, 7502),
    ("POST", D1, {"json": {"name": "no name"}}, 400, 7400),
    ("POST", D1, {"json": {"name": "new", "jurisdiction": "eu", "primary_location_hint": "weur"}}, 400, 7400),
    ("POST", D1, {"json": {"name": "new", "primary_location_hint": "moon"}}, 400, 7400),
    ("PUT", "{database}", {"json": {"read_replication": None}}, 400, 7400),
    ("PUT", "{database}", {"json": {}}, 400, 7400),
    ("PUT", "{database}", {"json": {"read_replication": {"mode": "often"}}}, 400, 7400),
    ("GET", f"{D1}/nope", {}, 404, 7404),
    ("POST", "{database}/query", {"json": {"sql": "SELECT * FROM nowhere"}}, 400, 7500),
    ("POST", "{database}/query", {"json": {"sql": "BEGIN"}}, 400, 7500),
    ("POST", "{database}/query", {"json": {"sql": "ATTACH '/etc/passwd' AS x"}}, 400, 7500),
    ("POST", "{database}/query", {"json": {"sql": "PRAGMA journal_mode = DELETE"}}, 400, 7500),
    ("POST", "{database}/query", {"json": {}}, 400, 7400),
    # Workers
    ("GET", f"{SCRIPTS}/nope", {}, 404, 10007),
    ("DELETE", f"{SCRIPTS}/nope", {}, 404, 10007),
    ("GET", f"{SCRIPTS}/nope/settings", {}, 404, 10007),
    ("GET", f"{SCRIPTS}/nope/secrets", {}, 404, 10007),
    ("PUT", f"{SCRIPTS}/nope/secrets", {"json": {"name": "A", "text": "x", "type": "secret_text"}}, 404, 10007),
    ("DELETE", f"{A}/workers/services/nope", {}, 404, 10090),
    ("DELETE", f"{SCRIPTS}/consumer", {}, 400, 10064),
    ("DELETE", f"{SCRIPTS}/consumer?force=true", {}, 400, 10064),
    ("PUT", f"{SCRIPTS}/worker/secrets", {"json": {"text": "x"}}, 400, 10026),
    ("DELETE", f"{SCRIPTS}/worker/secrets/NOPE", {}, 404, 10056),
    ("PATCH", f"{SCRIPTS}/worker/secrets-bulk", {"json": {"secrets": []}}, 400, 10026),
    ("PUT", f"{SCRIPTS}/worker/schedules", {"json": {"cron": "* * * * *"}}, 400, 10026),
    ("PUT", f"{SCRIPTS}/worker/schedules", {"json": [{"cron": "* * * *"}]}, 400, 10100),
    ("GET", f"{SCRIPTS}/worker/versions/nope", {}, 404, 100146),
    ("GET", f"{SCRIPTS}/worker/deployments/nope", {}, 404, 10336),
    ("POST", f"{SCRIPTS}/worker/deployments", {"json": {"strategy": "hope"}}, 400, 10026),
    ("PUT", f"{SCRIPTS}/worker", {"files": {}, "headers": {"content-type": "multipart/form-data"}}, 400, 10001),
    ("PUT", f"{SCRIPTS}/worker", {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400, 10026),
    ("PUT", f"{A}/workers/subdomain", {"json": {"subdomain": "No!"}}, 400, 10031),
]  # fmt: skip


def test_every_refusal_has_its_status_and_code_and_changes_nothing(account: Any) -> None:
    names = furnish(account)
    before = _all_that_is_there(account)
    wrong = []
    for method, path, request, status, code in MATRIX:
        given = account.code(method, path.format(**names), **request)
        if given != (status, code):
            wrong.append((method, path, request, (status, code), given))
    assert wrong == []
    assert _all_that_is_there(account) == before


def _all_that_is_there(account: Any) -> list[Any]:
    lists = [
        "/zones",
        KV,
        R2,
        QUEUES,
        D1,
        SCRIPTS,
        f"{A}/workers/domains",
        f"{SCRIPTS}/worker/versions",
        f"{SCRIPTS}/worker/settings",
    ]
    return [account.ok("GET", path) for path in lists]


@pytest.mark.parametrize(("status", "hopeless"), [(409, True), (400, False)])
def test_clients_are_told_not_to_repeat_what_cannot_get_better(account: Any, status: int, hopeless: bool) -> None:
    name = "data" if status == 409 else "Not A Bucket"
    account.http.post(R2, json={"name": "data"})
    response = account.http.post(R2, json={"name": name})
    assert response.status_code == status
    assert (response.headers.get("x-should-retry") == "false") is hopeless


@pytest.mark.parametrize(
    ("headers", "path", "expected"),
    [
        ({}, A, (400, 9106)),
        ({"authorization": "Basic abc"}, A, (400, 6003)),
        ({"authorization": "Bearer"}, A, (400, 6003)),
        ({"authorization": "Bearer wrong"}, A, (403, 10000)),
        ({"authorization": "Bearer wrong"}, "/user/tokens/verify", (401, 1000)),
        ({}, "/unheard/of", (400, 9106)),
    ],
)
def test_nobody_gets_in_without_the_token(account: Any, headers: dict[str, str], path: str, expected: Any) -> None:
    account.http.headers.pop("authorization")
    assert account.code("GET", path, headers=headers) == expected


def test_a_hostname_belongs_to_one_account(account: Any) -> None:
    account.upload("worker", FETCH)
    account.zone()
    account.ok("PUT", f"{A}/workers/domains", json={"hostname": "app.rockhound.example", "service": "worker"})
    account.account = "fedcba9876543210fedcba9876543210"
    account.upload("worker", FETCH)
    body = {"hostname": "app.rockhound.example", "service": "worker"}
    assert account.code("PUT", f"{account.path}/workers/domains", json=body) == (400, 9109)
    account.ok("PUT", f"{account.path}/workers/subdomain", json={"subdomain": "rockhound"})
    assert account.code("PUT", f"{A}/workers/subdomain", json={"subdomain": "rockhound"}) == (409, 10032)


def test_two_accounts_share_no_names(account: Any) -> None:
    for identifier in (ACCOUNT, "fedcba9876543210fedcba9876543210"):
        account.account = identifier
        account.ok("POST", f"{account.path}/queues", json={"queue_name": "jobs"})
        account.ok("POST", f"{account.path}/r2/buckets", json={"name": "data"})
        account.ok("POST", f"{account.path}/storage/kv/namespaces", json={"title": "T"})
        assert account.upload("api", FETCH).status_code == 200
        assert len(account.ok("GET", f"{account.path}/workers/scripts")) == 1


def test_a_handler_that_breaks_is_a_clean_error_and_undoes_what_it_did(account: Any, monkeypatch: Any) -> None:
    def break_(*_: Any) -> Any:
        raise ZeroDivisionError("a secret in a message")

    monkeypatch.setattr("sandbox.account.queues._shown", break_)
    response = account.http.post(QUEUES, json={"queue_name": "jobs"})
    assert (response.status_code, response.headers["x-should-retry"]) == (500, "false")
    assert "secret" not in response.text
    monkeypatch.undo()
    assert account.ok("GET", QUEUES) == []


def test_the_journal_has_a_line_for_each_request_and_knows_the_unknown(account: Any) -> None:
    account.http.get("/zones", params={"name": "x.example"})
    account.http.get("/unheard/of")
    account.http.post(R2, json={"name": "No"})
    assert account.journal() == [
        ("GET", "/client/v4/zones", "name=x.example", 200, None, 1),
        ("GET", "/client/v4/unheard/of", "", 404, 7003, 0),
        ("POST", f"/client/v4{R2}", "", 400, 10005, 1),
    ]


def test_every_endpoint_is_described_by_cloudflare_or_known_to_be_undocumented(account: Any, judge: Any) -> None:
    undocumented: Callable[[str, str], bool] = judge.is_undocumented
    unknown = [
        (e.method, e.path)
        for e in ENDPOINTS
        if not undocumented(e.method, e.path) and not judge.describes(e.method, e.path)
    ]
    assert unknown == []
