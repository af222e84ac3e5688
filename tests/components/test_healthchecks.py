"""Healthchecks, as Cloudflare is asked to make them."""

import re

import pytest

from components.healthchecks import Healthchecks

ACCOUNT = "0123456789abcdef0123456789abcdef"
ZONE_ID = "023e105f4ecef8ad9ca31a8372d0c353"

API = {
    "key": "api",
    "zone": "example.com",
    "host": "api.example.com",
    "path": "/debug/health",
    "interval": 60,
    "timeout": 5,
    "retries": 2,
    "consecutive_fails": 3,
    "consecutive_successes": 1,
    "expected_codes": ("200", "3xx"),
    "expected_body": '"status":"ok"',
}


@pytest.fixture
def made(build):
    """The registrations of these healthchecks, and the component."""

    def run(*checks):
        components = []
        args = {"account_id": ACCOUNT, "production": True, "healthchecks": checks}
        engine = build(lambda: components.append(Healthchecks("h", args)))
        return engine, components[0]

    return run


def test_a_healthcheck_says_all_that_cloudflare_would_choose_so_that_a_refresh_finds_no_difference(made):
    engine, _ = made(API)
    assert engine.names == {"h", "h-api"}
    assert engine.inputs("h-api") == {
        "zoneId": ZONE_ID,
        "name": "rockhounding-api-production-api",
        "description": "https://api.example.com/debug/health",
        "address": "api.example.com",
        "type": "HTTPS",
        "checkRegions": ["WNAM"],
        "interval": 60,
        "timeout": 5,
        "retries": 2,
        "consecutiveFails": 3,
        "consecutiveSuccesses": 1,
        "suspended": False,
        "httpConfig": {
            "method": "GET",
            "path": "/debug/health",
            "port": 443,
            "header": {"Host": ["api.example.com"]},
            "expectedCodes": ["200", "3xx"],
            "expectedBody": '"status":"ok"',
            "followRedirects": False,
            "allowInsecure": False,
        },
    }
    assert engine.parent("h-api") == "h"


def test_nothing_that_the_provider_takes_is_left_unsaid_but_what_belongs_to_another_kind_of_check(made):
    from pulumi_cloudflare import HealthcheckArgs  # noqa: PLC0415 - all 250 modules, so only where they are needed

    engine, _ = made(API)
    known = {re.sub("_(.)", lambda match: match[1].upper(), word) for word in HealthcheckArgs.__init__.__annotations__}
    assert known - set(engine.inputs("h-api")) - {"return"} == {"tcpConfig"}


def test_a_zone_is_looked_up_once_however_many_hosts_it_has(made):
    engine, _ = made(API, API | {"key": "www", "host": "www.example.com"})
    assert [looked_up["filter"] for looked_up in engine.mocks.looked_up] == [{"name": "example.com"}]


def test_what_is_asked_is_among_the_inputs_that_policies_read(made):
    engine, _ = made(API)
    inputs = engine.inputs("h")
    assert (inputs["accountId"], inputs["production"]) == (ACCOUNT, True)
    assert inputs["healthchecks"] == [
        {
            "key": "api",
            "zone": "example.com",
            "host": "api.example.com",
            "path": "/debug/health",
            "interval": 60,
            "consecutiveFails": 3,
            "expectedCodes": ["200", "3xx"],
        }
    ]


def test_the_ids_are_there_for_whoever_watches_the_healthchecks(made):
    engine, healthchecks = made(API)
    assert set(healthchecks.ids) == {"api"}
    (outputs,) = (outputs for urn, outputs in engine.outputs.items() if urn.endswith("::h"))
    assert dict(outputs["ids"]) == {"api": "id-of-h-api"}


def test_a_system_without_healthchecks_asks_nothing(made):
    engine, _ = made()
    assert engine.names == {"h"}
    assert engine.mocks.looked_up == []
