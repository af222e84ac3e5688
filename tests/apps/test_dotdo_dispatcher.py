"""The dispatcher of dotdo, run under Node."""

import json

import httpx
import pytest

SERVICES = [
    {"service": "db", "host": "db.do"},
    {"service": "mail", "host": "mail.do"},
    {"service": "mcp", "host": "mcp.do"},
]


@pytest.fixture
def dispatcher(serve) -> httpx.Client:
    return serve(
        "dotdo-dispatcher",
        "dispatcher.drivly.workers.dev",
        variables={"SERVICES": json.dumps(SERVICES), "ENVIRONMENT": "production"},
        namespaces={"DISPATCHER": {"db": "echoes", "mail": "throws"}},
    )


def test_the_host_decides_which_service_answers_and_it_gets_the_request_as_it_came(dispatcher):
    answer = dispatcher.post("/tables?limit=3", headers={"host": "db.do"}, content="rows").json()
    assert answer == {"name": "db", "method": "POST", "url": "http://db.do/tables?limit=3", "body": "rows"}


def test_the_health_of_a_services_host_is_that_of_the_service(dispatcher):
    assert dispatcher.get("/health", headers={"host": "db.do"}).json()["name"] == "db"


def test_the_dispatchers_own_health_lists_the_services_that_it_knows(dispatcher):
    assert dispatcher.get("/health").json() == {
        "status": "ok",
        "service": "dispatcher",
        "environment": "production",
        "services": ["db", "mail", "mcp"],
    }


def test_a_service_that_nobody_declared_and_one_that_nobody_deployed_are_told_apart(dispatcher):
    unknown = dispatcher.get("/health", headers={"host": "shop.do"})
    assert (unknown.status_code, unknown.json()["error"]) == (404, "Unknown service")
    assert "shop.do" in unknown.json()["detail"]
    missing = dispatcher.get("/", headers={"host": "mcp.do"})
    assert (missing.status_code, missing.json()["error"]) == (503, "Service not deployed")
    assert "retry-after" in missing.headers


def test_a_service_that_fails_is_no_missing_one_and_its_error_stays_in_the_log(dispatcher):
    failed = dispatcher.get("/", headers={"host": "mail.do"})
    assert (failed.status_code, failed.json()["error"]) == (500, "Service failed")
    assert "planted-secret" not in failed.text
