"""Alerts: each condition is what a notification really watches, or it is said not to be."""

import functools
import json
import typing
from pathlib import Path

import pytest

from components.alert_mechanisms import Condition, Unsupported, mechanism
from components.alerts import Alerts
from headworks.model.environment import Alert, Metric

ACCOUNT = "0123456789abcdef0123456789abcdef"
ZONE_ID = "023e105f4ecef8ad9ca31a8372d0c353"
OPENAPI = Path(__file__).parents[1] / "openapi" / "cloudflare-v4.json"

ON_CALL = {"key": "on-call", "email": "on-call@example.com"}
SLACK = {"key": "slack", "webhook_id": "f174e90afafe4643bbbc4a0ed4fc8415"}
PAGER = {"key": "pager", "pagerduty_id": "850129d136459401860572c5d964d27c"}
HOOK = {"key": "hook", "webhook_url": "https://alerts.example.com/cloudflare"}

UNREACHABLE = {
    "key": "api-down",
    "when": "unreachable",
    "healthcheck": "api",
    "severity": "critical",
    "notify": ("on-call", "pager"),
}
SPENT = {
    "key": "spent",
    "when": "usage",
    "product": "worker_requests",
    "above": 10_000_000.0,
    "severity": "warning",
    "notify": ("on-call",),
}
ANOMALY = {
    "key": "odd",
    "when": "traffic_anomaly",
    "zone": "example.com",
    "severity": "info",
    "notify": ("hook", "slack"),
}
INCIDENT = {"key": "cloudflare", "when": "incident", "severity": "info", "notify": ("slack",)}
NATIVE = [UNREACHABLE, SPENT, ANOMALY, INCIDENT]
ERRORS = {
    "key": "errors",
    "when": "error_rate",
    "above": 1.0,
    "for_minutes": 10,
    "severity": "warning",
    "notify": ("slack",),
}


@pytest.fixture
def made(build):
    """The registrations of these alerts, with destinations of every kind."""

    def run(*alerts, destinations=(ON_CALL, SLACK, PAGER, HOOK)):
        args = {
            "account_id": ACCOUNT,
            "production": True,
            "destinations": destinations,
            "alerts": alerts,
            "healthcheck_ids": {"api": "id-of-the-healthcheck"},
        }
        return build(lambda: Alerts("a", args))

    return run


def without(condition, *words):
    return {word: value for word, value in condition.items() if word not in words}


def test_a_host_that_does_not_answer_is_told_to_everyone_who_is_to_be_told(made):
    engine = made(UNREACHABLE)
    assert engine.inputs("a-api-down") == {
        "accountId": ACCOUNT,
        "name": "rockhounding-api-production-api-down",
        "description": "critical: unreachable api",
        "enabled": True,
        "alertType": "health_check_status_notification",
        "filters": {"healthCheckIds": ["id-of-the-healthcheck"], "statuses": ["Unhealthy"]},
        "mechanisms": {"emails": [{"id": ON_CALL["email"]}], "pagerduties": [{"id": PAGER["pagerduty_id"]}]},
    }
    assert engine.parent("a-api-down") == "a"


@pytest.mark.parametrize(
    ("alert", "alert_type", "filters"),
    [
        (SPENT, "billing_usage_alert", {"products": ["worker_requests"], "limits": ["10000000"]}),
        (SPENT | {"above": 0.5}, "billing_usage_alert", {"products": ["worker_requests"], "limits": ["0.5"]}),
        (
            ANOMALY,
            "traffic_anomalies_alert",
            {"zones": [ZONE_ID], "alertTriggerPreferences": ["zscore_spike_and_drop"]},
        ),
        (
            INCIDENT,
            "incident_alert",
            {"incidentImpacts": [f"INCIDENT_IMPACT_{impact}" for impact in ("NONE", "MINOR", "MAJOR", "CRITICAL")]},
        ),
    ],
)
def test_a_condition_that_cloudflare_watches_becomes_its_notification(made, alert, alert_type, filters):
    inputs = made(alert).inputs(f"a-{alert['key']}")
    assert (inputs["alertType"], inputs["filters"]) == (alert_type, filters)


def test_the_types_and_their_filters_are_those_of_the_api():
    api = json.loads(OPENAPI.read_text())

    def followed(schema):
        while "$ref" in schema:
            schema = functools.reduce(dict.__getitem__, schema["$ref"].split("/")[1:], api)
        return schema

    post = api["paths"]["/accounts/{account_id}/alerting/v3/policies"]["post"]
    body = followed(post["requestBody"]["content"]["application/json"]["schema"])["properties"]
    known = set(followed(body["filters"])["properties"])
    plurals = {"statuses": "status"}
    for alert in NATIVE:
        notification = mechanism(alert, notified=True)
        assert notification.alert_type in followed(body["alert_type"])["enum"]
        filters = notification.filters(dict.fromkeys(("healthcheck", "product", "above", "zone"), ""))
        assert {plurals.get(word, word) for word in filters if word not in known} <= known | {
            f"{word}s" for word in known
        }


def test_only_a_webhook_with_an_open_address_is_made_and_the_others_are_referred_to(made):
    engine = made(ANOMALY)
    assert engine.names == {"a", "a-odd", "a-hook-webhook"}
    assert engine.inputs("a-hook-webhook") == {
        "accountId": ACCOUNT,
        "name": "rockhounding-api-production-hook",
        "url": HOOK["webhook_url"],
    }
    assert engine.inputs("a-odd")["mechanisms"] == {
        "webhooks": [{"id": "id-of-a-hook-webhook"}, {"id": SLACK["webhook_id"]}]
    }
    assert engine.dependencies("a-odd") == {"a-hook-webhook"}


@pytest.mark.parametrize("metric", typing.get_args(Metric))
def test_every_metric_of_the_model_has_a_mechanism_or_a_reason_in_one_sentence(metric):
    said = {"above": 1, "healthcheck": "api", "zone": "example.com", "product": "worker_requests"}
    for condition in ({"when": metric}, {"when": metric} | said, {"when": metric, "for_minutes": 5} | said):
        found = mechanism(condition, notified=True)
        if isinstance(found, Unsupported):
            assert found.reason.endswith(".")
            assert found.reason.count(". ") == 0


@pytest.mark.parametrize("alert", NATIVE, ids=lambda alert: alert["when"])
@pytest.mark.parametrize("number", ["above", "below", "for_minutes"])
def test_no_number_of_a_condition_is_ever_dropped(made, alert, number):
    engine = made(alert | {number: 7})
    (stated,) = engine.inputs("a")["alerts"]
    sent = json.dumps(
        [engine.inputs(name) for name in engine.of_type("cloudflare:index/notificationPolicy:NotificationPolicy")]
    )
    assert '"7"' in sent or stated["mechanism"] == "unsupported"
    assert bool(sent != "[]") == (stated["mechanism"] != "unsupported")


@pytest.mark.parametrize(
    ("alert", "word"),
    [(UNREACHABLE, "healthcheck"), (SPENT, "product"), (SPENT, "above"), (ANOMALY, "zone")],
)
def test_a_condition_that_lacks_what_its_notification_needs_says_which_word(alert, word):
    found = mechanism(without(alert, word), notified=True)
    assert isinstance(found, Unsupported)
    assert f"needs `{word}`" in found.reason


def test_an_alert_that_names_nobody_is_not_a_policy_that_cloudflare_would_refuse(made):
    engine = made(INCIDENT | {"notify": ()})
    assert engine.of_type("cloudflare:index/notificationPolicy:NotificationPolicy") == set()
    (stated,) = engine.inputs("a")["alerts"]
    assert (stated["mechanism"], stated["reason"]) == (
        "unsupported",
        "A notification goes to at least one destination, and the alert names none in `notify`.",
    )


def test_policies_and_reports_see_every_alert_with_its_mechanism_or_reason(made):
    inputs = made(UNREACHABLE, ERRORS).inputs("a")
    assert (inputs["accountId"], inputs["production"]) == (ACCOUNT, True)
    assert inputs["destinations"] == [
        {"key": "on-call", "kind": "email"},
        {"key": "slack", "kind": "webhook"},
        {"key": "pager", "kind": "pagerduty"},
        {"key": "hook", "kind": "webhook"},
    ]
    unreachable, errors = inputs["alerts"]
    assert unreachable == UNREACHABLE | {
        "notify": ["on-call", "pager"],
        "mechanism": "health_check_status_notification",
    }
    assert without(errors, "reason") == {
        "key": "errors",
        "when": "error_rate",
        "above": 1.0,
        "forMinutes": 10,
        "severity": "warning",
        "notify": ["slack"],
        "mechanism": "unsupported",
    }
    assert "service level" in errors["reason"]


def test_whoever_deploys_is_told_once_of_what_nobody_will_be_told(made, caplog):
    made(UNREACHABLE, ERRORS, ERRORS | {"key": "slow", "when": "latency_p99", "above": 2000.0})
    (warning,) = (record.message for record in caplog.records if record.levelname == "WARNING")
    assert "Nobody will be told of errors, slow:" in warning


def test_there_is_no_warning_when_everything_is_watched(made, caplog):
    made(*NATIVE)
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


def test_a_zone_is_looked_up_only_for_an_alert_that_is_watched(made):
    engine = made(ANOMALY | {"for_minutes": 5}, ERRORS | {"zone": "example.com"})
    assert engine.mocks.looked_up == []


def test_the_words_of_a_condition_are_those_of_the_model():
    assert set(Condition.__annotations__) == set(Alert.model_fields) - {"key", "severity", "notify"}
