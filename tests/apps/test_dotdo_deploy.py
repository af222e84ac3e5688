"""The deploy service of dotdo, run under Node against the local account."""

import base64
import hashlib
import json
import re
import uuid

import httpx
import pytest

ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
KEY = "planted-deploy-key"
FIRST = b"export default { fetch() { return new Response('first'); } };"
SECOND = b"export default { fetch() { return new Response('second'); } };"
THIRD = b"export default { fetch() { return new Response('third'); } };"


@pytest.fixture
def namespace(account) -> str:
    name = f"dotdo-{uuid.uuid4().hex}"
    assert account.post("/workers/dispatch/namespaces", json={"name": name}).json()["success"]
    return name


@pytest.fixture
def deploy_service(serve, account, namespace) -> httpx.Client:
    variables = {
        "NAMESPACE": namespace,
        "ENVIRONMENT": "production",
        "CLOUDFLARE_ACCOUNT_ID": ACCOUNT_ID,
        "CLOUDFLARE_BASE_URL": str(account.base_url).split("/accounts/")[0],
        "CLOUDFLARE_API_TOKEN": account.headers["authorization"].removeprefix("Bearer "),
        "DEPLOY_API_KEY": KEY,
    }
    client = serve("dotdo-deploy", "deploy.do", variables=variables, buckets=["BUNDLES"])
    client.headers["authorization"] = f"Bearer {KEY}"
    return client


def release(service: str, bundle: bytes, **more) -> dict[str, object]:
    script = base64.encodebytes(bundle).decode()  # with line breaks, as `base64` prints them
    return {"service": service, "environment": "production", "script": script, **more}


def deployed(client: httpx.Client, service: str, bundle: bytes, **more) -> dict[str, object]:
    answer = client.post("/deploy", json=release(service, bundle, **more))
    assert answer.status_code == 200, answer.text
    return answer.json()["deployment"]


def live(account: httpx.Client, namespace: str, service: str) -> bytes:
    content = account.get(f"/workers/dispatch/namespaces/{namespace}/scripts/{service}/content").content
    return next(bundle for bundle in (FIRST, SECOND, THIRD) if bundle in content)


@pytest.fixture
def account_worker(account) -> str:
    """The account looks service bindings up among its own Workers: Cloudflare documents no other place."""
    metadata = json.dumps({"main_module": "index.js", "compatibility_date": "2025-01-01"})
    module = ("index.js", FIRST, "application/javascript+module")
    files = {"metadata": (None, metadata, "application/json"), "index.js": module}
    assert account.put("/workers/scripts/db", files=files).json()["success"]
    return "db"


def test_a_bundle_becomes_a_worker_of_the_namespace_with_its_bindings(
    account, account_worker, namespace, deploy_service
):
    deployed(deploy_service, account_worker, FIRST)
    answer = deployed(
        deploy_service,
        "auth",
        SECOND,
        bindings={"DB_SERVICE": "db"},
        metadata={"version": "v1.0.0", "commit": "abc123"},
    )
    assert re.fullmatch(r"deploy_\d{13}_[0-9a-f]{8}", answer["id"])
    expected = {
        "service": "auth",
        "environment": "production",
        "status": "deployed",
        "url": "https://auth.do",
        "version": "v1.0.0",
        "sha256": hashlib.sha256(SECOND).hexdigest(),
    }
    assert expected.items() <= answer.items()
    assert live(account, namespace, "auth") == SECOND
    script = f"/workers/dispatch/namespaces/{namespace}/scripts/auth"
    (binding,) = account.get(f"{script}/bindings").json()["result"]
    assert {"type": "service", "name": "DB_SERVICE", "service": "db"}.items() <= binding.items()
    assert account.get(f"{script}/tags").json()["result"] == [f"sha256-{hashlib.sha256(SECOND).hexdigest()}"]


def test_a_service_whose_binding_is_not_deployed_is_refused_before_anything_is_uploaded(
    account, namespace, deploy_service
):
    answer = deploy_service.post("/deploy", json=release("auth", FIRST, bindings={"DB_SERVICE": "db"}))
    assert answer.status_code == 409
    assert f"auth binds db, not deployed in {namespace}" in answer.json()["error"]
    assert account.get(f"/workers/dispatch/namespaces/{namespace}/scripts").json()["result"] == []


def test_a_rollback_restores_the_bytes_before_and_the_next_one_goes_further_back(account, namespace, deploy_service):
    first = deployed(deploy_service, "db", FIRST)
    second = deployed(deploy_service, "db", SECOND)
    deployed(deploy_service, "db", THIRD)
    back = {"service": "db", "environment": "production"}
    answer = deploy_service.post("/rollback", json=back).json()
    assert (answer["success"], answer["message"]) == (True, "Rollback successful")
    assert (answer["deployment"]["restores"], answer["deployment"]["status"]) == (second["id"], "deployed")
    assert live(account, namespace, "db") == SECOND
    assert deploy_service.post("/rollback", json=back).json()["deployment"]["restores"] == first["id"]
    assert live(account, namespace, "db") == FIRST
    nothing = deploy_service.post("/rollback", json=back)
    assert (nothing.status_code, live(account, namespace, "db")) == (409, FIRST)


def test_a_rollback_never_restores_what_an_earlier_one_took_back(account, namespace, deploy_service):
    deployed(deploy_service, "db", FIRST)
    deployed(deploy_service, "db", SECOND)
    back = {"service": "db", "environment": "production"}
    deploy_service.post("/rollback", json=back)
    deployed(deploy_service, "db", THIRD)
    deploy_service.post("/rollback", json=back)
    assert live(account, namespace, "db") == FIRST
    assert deploy_service.post("/rollback", json=back).status_code == 409


def test_the_same_bytes_are_stored_once_since_a_locked_bundle_cannot_be_written_again(
    account, namespace, deploy_service
):
    deployed(deploy_service, "db", FIRST)
    deployed(deploy_service, "auth", FIRST)
    assert live(account, namespace, "auth") == FIRST


def test_a_service_that_was_never_deployed_cannot_be_rolled_back(deploy_service):
    answer = deploy_service.post("/rollback", json={"service": "db", "environment": "production"})
    assert (answer.status_code, answer.json()) == (409, {"error": "db was never deployed"})


def test_what_cloudflare_refuses_is_in_the_history_as_failed_and_is_never_what_a_rollback_restores(
    account, namespace, deploy_service
):
    deployed(deploy_service, "db", FIRST)
    refused = deploy_service.post("/deploy", json=release("db", b"export default {", compatibility_date="not a date"))
    assert refused.status_code == 500
    assert refused.json()["error"].startswith("Deployment failed: ")
    deployed(deploy_service, "db", SECOND)
    history = deploy_service.get("/deployments", params={"service": "db"}).json()["deployments"]
    assert [record["status"] for record in history] == ["deployed", "failed", "deployed"]
    deploy_service.post("/rollback", json={"service": "db", "environment": "production"})
    assert live(account, namespace, "db") == FIRST


def test_the_history_has_the_newest_first_of_one_service_or_of_all(deploy_service):
    ids = [deployed(deploy_service, service, FIRST)["id"] for service in ("db", "auth", "db", "mail", "db")]
    everything = deploy_service.get("/deployments", params={"environment": "production"}).json()["deployments"]
    assert [record["id"] for record in everything] == ids[::-1]
    of_one = deploy_service.get("/deployments", params={"service": "db", "limit": 2}).json()["deployments"]
    assert [record["id"] for record in of_one] == [ids[4], ids[2]]


def test_a_limit_that_is_none_is_refused(deploy_service):
    limits = ("0", "101", "many", "1.5")
    statuses = {limit: deploy_service.get("/deployments", params={"limit": limit}).status_code for limit in limits}
    assert statuses == dict.fromkeys(limits, 400)


WRONG = [
    {"service": "../db"},
    {"service": None},
    {"environment": "staging"},
    {"environment": None},
    {"script": "not base64!"},
    {"script": ""},
    {"script": None},
    {"bindings": ["db"]},
    {"bindings": {"DB-SERVICE": "db"}},
    {"bindings": {"DB_SERVICE": "DB"}},
    {"bindings": {"DB_SERVICE": 1}},
    {"metadata": "v1"},
    {"metadata": None},
]


def test_a_request_that_says_something_wrong_changes_nothing(deploy_service):
    requests = [release("db", FIRST) | wrong for wrong in WRONG]
    statuses = [deploy_service.post("/deploy", json=request).status_code for request in requests]
    assert [wrong for wrong, status in zip(WRONG, statuses, strict=True) if status != 400] == []
    assert deploy_service.post("/deploy", content=b"no JSON").status_code == 400
    assert deploy_service.get("/deployments").json() == {"deployments": []}


def test_nothing_is_done_or_shown_without_the_key(deploy_service):
    for method, path in (("POST", "/deploy"), ("POST", "/rollback"), ("GET", "/deployments"), ("GET", "/nothing")):
        for authorization in ("", "Bearer", "Bearer wrong", KEY, "Bearer undefined"):
            answer = deploy_service.request(method, path, headers={"authorization": authorization})
            assert (answer.status_code, answer.json()) == (401, {"error": "Invalid API key"}), (path, authorization)


def test_a_service_that_was_given_no_key_trusts_nobody(serve):
    client = serve("dotdo-deploy", "deploy.do", variables={"ENVIRONMENT": "production"}, buckets=["BUNDLES"])
    assert client.get("/deployments", headers={"authorization": "Bearer undefined"}).status_code == 401


def test_whoever_asks_is_told_whether_it_is_up(deploy_service):
    answer = deploy_service.get("/health", headers={"authorization": ""})
    assert answer.json() == {"status": "ok", "service": "deploy"}


def test_the_url_of_a_service_is_beside_that_of_the_deploy_service(deploy_service):
    answer = deploy_service.post("/deploy", json=release("db", FIRST), headers={"host": "deploy-staging.dev.do"})
    assert answer.json()["deployment"]["url"] == "https://db-staging.dev.do"


def test_no_answer_holds_a_token_or_the_key(account, deploy_service):
    deployed(deploy_service, "db", FIRST)
    answers = [
        deploy_service.post("/deploy", json=release("db", b"export default {", compatibility_date="not a date")),
        deploy_service.get("/deployments"),
    ]
    token = account.headers["authorization"].removeprefix("Bearer ")
    assert not [answer for answer in answers if KEY in answer.text or token in answer.text]
