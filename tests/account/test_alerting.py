"""What watches a system: health checks of its zones, and the notifications that they and others send."""

import sqlite3
from typing import Any

import cloudflare
import pytest

from sandbox.account.alert_types import ALERT_TYPES, FILTERS
from sandbox.account.by_hand import add_destinations

ACCOUNT = "0123456789abcdef0123456789abcdef"
A = f"/accounts/{ACCOUNT}"
POLICIES = f"{A}/alerting/v3/policies"
WEBHOOKS = f"{A}/alerting/v3/destinations/webhooks"
NOBODY = "0" * 32
SECRET = "planted-5d0c1b7a"
TO_OPS = {"email": [{"id": "ops@example.com"}]}


def policy(**said: Any) -> dict[str, Any]:
    return {
        "name": "down",
        "alert_type": "health_check_status_notification",
        "enabled": True,
        "mechanisms": TO_OPS,
        **said,
    }


class TestHealthchecks:
    def test_one_can_be_made_listed_changed_and_deleted(self, account: Any) -> None:
        zone, checks = account.zone(), account.sdk.healthchecks
        made = checks.create(zone_id=zone, name="api", address="api.rockhound.example", type="HTTPS")
        assert (made.interval, made.retries, made.timeout, made.status) == (60, 2, 5, "unknown")
        assert (made.http_config.path, made.http_config.port, made.tcp_config) == ("/", 80, None)
        assert [check.id for check in checks.list(zone_id=zone)] == [made.id]
        edited = checks.edit(
            made.id, zone_id=zone, name="api", address="api.rockhound.example", interval=90, suspended=True
        )
        assert (edited.interval, edited.type, edited.status) == (90, "HTTPS", "suspended")
        replaced = checks.update(
            made.id,
            zone_id=zone,
            name="api",
            address="192.0.2.1",
            type="HTTPS",
            check_regions=["WEU", "ENAM"],
            http_config={"port": 443, "path": "/health", "expected_codes": ["2xx", "301"], "header": {"Host": ["a.b"]}},
        )
        assert (replaced.interval, replaced.check_regions) == (60, ["WEU", "ENAM"])
        assert (replaced.http_config.method, replaced.http_config.header) == ("GET", {"Host": ["a.b"]})
        assert checks.get(made.id, zone_id=zone) == replaced
        assert checks.delete(made.id, zone_id=zone).id == made.id
        with pytest.raises(cloudflare.NotFoundError):
            checks.get(made.id, zone_id=zone)

    def test_a_tcp_check_has_the_configuration_of_tcp_only(self, account: Any) -> None:
        made = account.sdk.healthchecks.create(
            zone_id=account.zone(), name="db", address="db.rockhound.example", type="TCP", tcp_config={"port": 5432}
        )
        assert (made.tcp_config.port, made.tcp_config.method, made.http_config) == (
            5432,
            "connection_established",
            None,
        )

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": "api"},
            {"name": "no blanks", "address": "a.example"},
            {"name": "api", "address": "a.example", "type": "PING"},
            {"name": "api", "address": "a.example", "interval": "60"},
            {"name": "api", "address": "a.example", "interval": True},
            {"name": "api", "address": "a.example", "interval": 0},
            {"name": "api", "address": "a.example", "speed": 1},
            {"name": "api", "address": "a.example", "check_regions": ["MOON"]},
            {"name": "api", "address": "a.example", "http_config": {"port": 70_000}},
            {"name": "api", "address": "a.example", "http_config": {"expected_code": ["200"]}},
            {"name": "api", "address": "a.example", "tcp_config": {"port": 1}},
            {"name": "api", "address": "a.example", "type": "TCP", "http_config": {"port": 1}},
        ],
        ids=str,
    )
    def test_what_does_not_fit_is_refused(self, account: Any, body: Any) -> None:
        zone = account.zone()
        assert account.code("POST", f"/zones/{zone}/healthchecks", json=body) == (400, 1002)
        assert account.ok("GET", f"/zones/{zone}/healthchecks") == []

    def test_the_refusal_names_the_place(self, account: Any) -> None:
        body = {"name": "api", "address": "a.example", "http_config": {"expected_codes": ["200", 201]}}
        answer = account.http.post(f"/zones/{account.zone()}/healthchecks", json=body).json()
        assert "http_config.expected_codes[1]: a string is expected, not a number" in answer["errors"][0]["message"]

    def test_it_goes_with_its_zone(self, account: Any) -> None:
        zone = account.zone()
        account.ok("POST", f"/zones/{zone}/healthchecks", json={"name": "api", "address": "a.example"})
        account.ok("DELETE", f"/zones/{zone}")
        with sqlite3.connect(account.directory / "account.sqlite") as connection:
            assert connection.execute("SELECT COUNT(*) FROM resource WHERE kind = 'healthcheck'").fetchone() == (0,)


class TestPolicies:
    def test_one_can_be_made_listed_changed_and_deleted(self, account: Any) -> None:
        policies = account.sdk.alerting.policies
        made = policies.create(account_id=ACCOUNT, **policy())
        found = policies.get(made.id, account_id=ACCOUNT)
        assert (found.description, found.enabled, found.name) == ("", True, "down")
        assert found.mechanisms.email[0].id == "ops@example.com"
        assert [p.id for p in policies.list(account_id=ACCOUNT)] == [made.id]
        filters = {"status": ["Unhealthy"], "health_check_id": [NOBODY]}
        policies.update(made.id, account_id=ACCOUNT, enabled=False, alert_interval="30m", filters=filters)
        changed = policies.get(made.id, account_id=ACCOUNT)
        assert (changed.enabled, changed.alert_interval, changed.name) == (False, "30m", "down")
        assert changed.filters.status == ["Unhealthy"]
        assert policies.delete(made.id, account_id=ACCOUNT).success
        assert list(policies.list(account_id=ACCOUNT)) == []

    def test_creation_answers_the_id_only(self, account: Any) -> None:
        assert set(account.ok("POST", POLICIES, json=policy())) == {"id"}

    def test_null_goes_back_to_the_default_and_what_is_not_said_stays(self, account: Any) -> None:
        """The provider sends null for what a program no longer says."""
        identifier = account.ok("POST", POLICIES, json=policy(description="d", filters={"status": ["Healthy"]}))["id"]
        account.ok("PUT", f"{POLICIES}/{identifier}", json={"description": None, "filters": None})
        found = account.ok("GET", f"{POLICIES}/{identifier}")
        assert (found["description"], found["filters"], found["name"]) == ("", {}, "down")
        assert "alert_interval" not in found

    @pytest.mark.parametrize(
        ("said", "status", "code"),
        [
            ({"alert_type": "workers_errors"}, 400, 17004),
            ({"mechanisms": {}}, 400, 17102),
            ({"mechanisms": {"email": []}}, 400, 17102),
            ({"mechanisms": {"email": [{"id": "nobody"}]}}, 400, 17001),
            ({"mechanisms": {"pigeon": [{"id": "1"}]}}, 400, 17001),
            ({"mechanisms": {"webhooks": [{"id": NOBODY}]}}, 400, 0),
            ({"mechanisms": {"pagerduty": [{"id": NOBODY}]}}, 400, 0),
            ({"alert_type": "billing_usage_alert"}, 400, 17103),
            ({"alert_type": "billing_usage_alert", "filters": {"product": ["r2_storage"]}}, 400, 17103),
            ({"alert_type": "http_alert_origin_error", "filters": {"zones": [NOBODY], "slo": ["99.9"]}}, 403, 17200),
            ({"filters": {"statuses": ["Healthy"]}}, 400, 17001),
            ({"filters": {"status": "Healthy"}}, 400, 17001),
            ({"filters": {"status": ["down"]}}, 400, 17001),
            ({"enabled": "yes"}, 400, 17001),
            ({"enabled": None}, 400, 17001),
            ({"alert_interval": "often"}, 400, 17001),
            ({"conditions": {}}, 400, 17001),
        ],
        ids=str,
    )
    def test_what_does_not_fit_is_refused(self, account: Any, said: Any, status: int, code: int) -> None:
        assert account.code("POST", POLICIES, json=policy(**said)) == (status, code)
        assert account.ok("GET", POLICIES) == []

    def test_what_is_not_there_is_not_found(self, account: Any) -> None:
        for method in ("GET", "PUT", "DELETE"):
            assert account.code(method, f"{POLICIES}/{NOBODY}", json={}) == (404, 0)
            assert account.code(method, f"{WEBHOOKS}/{NOBODY}", json={}) == (404, 0)

    def test_alerts_are_listed_with_their_filters_and_without_those_of_larger_contracts(self, account: Any) -> None:
        categories = account.sdk.alerting.available_alerts.list(account_id=ACCOUNT)
        (billing,) = categories["Billing"]
        assert billing.type == "billing_usage_alert"
        assert {option["Key"]: option["Range"] for option in billing.filter_options} == {
            "product": "1-n",
            "limit": "1-n",
        }
        assert "Origin Monitoring" not in categories

    def test_every_type_of_alert_has_filters_that_a_policy_can_say(self) -> None:
        assert {name for alert in ALERT_TYPES.values() for name in (*alert.required, *alert.optional)} <= set(FILTERS)

    def test_nothing_was_ever_sent_and_no_pagerduty_is_connected(self, account: Any) -> None:
        assert account.ok("GET", f"{A}/alerting/v3/history") == []
        assert list(account.sdk.alerting.destinations.pagerduty.get(account_id=ACCOUNT)) == []
        assert set(account.sdk.alerting.destinations.eligible.get(account_id=ACCOUNT)) == {
            "email",
            "pagerduty",
            "webhook",
        }

    def test_destinations_that_people_make_by_hand_are_there_under_their_ids_while_it_is_served(
        self, account: Any
    ) -> None:
        by_hand = {"pagerduty": ["7c1f9a40b2d84b1fa2c5d9e3f6a7b8c9"], "webhooks": ["5d2e8c17aa0b4c6f9d8e7f6a5b4c3d2e"]}
        for _ in range(2):
            add_destinations(account.directory / "account.sqlite", ACCOUNT, **by_hand)
        mechanisms = {kind: [{"id": identifier} for identifier in ids] for kind, ids in by_hand.items()}
        account.sdk.alerting.policies.create(
            account_id=ACCOUNT, alert_type="incident_alert", enabled=True, mechanisms=mechanisms, name="p"
        )
        assert len(list(account.sdk.alerting.destinations.webhooks.list(account_id=ACCOUNT))) == 1


class TestWebhooks:
    def test_one_can_be_made_listed_changed_deleted_and_used_by_a_policy(self, account: Any) -> None:
        webhooks = account.sdk.alerting.destinations.webhooks
        made = webhooks.create(account_id=ACCOUNT, name="hook", url="https://hooks.example.com/a")
        found = webhooks.get(made.id, account_id=ACCOUNT)
        assert (found.type, found.url, found.last_success) == ("generic", "https://hooks.example.com/a", None)
        account.ok("POST", POLICIES, json=policy(mechanisms={"webhooks": [{"id": made.id}]}))
        webhooks.update(made.id, account_id=ACCOUNT, name="slack", url="https://hooks.slack.com/services/x")
        (listed,) = webhooks.list(account_id=ACCOUNT)
        assert (listed.name, listed.type, listed.created_at) == ("slack", "slack", found.created_at)
        assert webhooks.delete(made.id, account_id=ACCOUNT).success
        assert account.ok("GET", WEBHOOKS) == []

    def test_it_is_said_that_it_was_not_tried(self, account: Any) -> None:
        answer = account.http.post(WEBHOOKS, json={"name": "hook", "url": "https://hooks.example.com"}).json()
        assert "was not tried" in answer["messages"][0]["message"]

    def test_its_secret_is_never_answered_or_stored_in_the_clear(self, account: Any) -> None:
        body = {"name": "hook", "url": "https://hooks.example.com", "secret": SECRET}
        identifier = account.ok("POST", WEBHOOKS, json=body)["id"]
        assert SECRET not in account.http.get(WEBHOOKS).text + account.http.get(f"{WEBHOOKS}/{identifier}").text
        assert SECRET not in account.http.post(WEBHOOKS, json={**body, "url": "nowhere"}).text
        with sqlite3.connect(account.directory / "account.sqlite") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            query = "SELECT COUNT(*) FROM content WHERE kind = 'notification_webhook_secret'"
            assert connection.execute(query).fetchone() == (1,)
            assert SECRET not in "\n".join(connection.iterdump())

    @pytest.mark.parametrize(
        "said", [{"url": "ftp://x"}, {"url": ""}, {"name": ""}, {"secret": 1}, {"type": "slack"}], ids=str
    )
    def test_what_does_not_fit_is_refused(self, account: Any, said: Any) -> None:
        body = {"name": "hook", "url": "https://hooks.example.com", **said}
        assert account.code("POST", WEBHOOKS, json=body) == (400, 17001)


def test_all_of_it_is_there_after_a_restart(start: Any) -> None:
    process, account = start()
    zone = account.zone()
    check = account.ok("POST", f"/zones/{zone}/healthchecks", json={"name": "api", "address": "a.example"})
    webhook = account.ok("POST", WEBHOOKS, json={"name": "hook", "url": "https://hooks.example.com"})["id"]
    filters = {"health_check_id": [check["id"]]}
    account.ok("POST", POLICIES, json=policy(filters=filters, mechanisms={"webhooks": [{"id": webhook}]}))
    before = account.ok("GET", POLICIES)
    process.terminate()
    process.wait()
    _, again = start()
    assert again.ok("GET", POLICIES) == before
    assert again.ok("GET", f"/zones/{zone}/healthchecks") == [check]
    assert again.ok("GET", f"{WEBHOOKS}/{webhook}")["name"] == "hook"
