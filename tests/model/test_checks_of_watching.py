"""Health checks, alerts and destinations.

Each case is what the environment of staging says over the shop (see conftest): one slip, one finding.
"""

import pytest

SLIPS = [
    # what, the words of the environment, path, reason, fix
    (
        "a health check of a wildcard",
        "healthchecks: {api: {zone: shop.example, host: '*.shop.example'}}",
        "healthchecks.api.host",
        "a wildcard cannot be asked",
        "write one host",
    ),
    (
        "a health check outside of its zone",
        "healthchecks: {api: {zone: other.example, host: api.shop.example}}",
        "healthchecks.api.zone",
        "the host api.shop.example does not lie within this zone",
        "such as shop.example",
    ),
    (
        "a health check that overtakes itself",
        "healthchecks: {api: {zone: shop.example, host: api.shop.example, interval: 5, timeout: 5}}",
        "healthchecks.api.timeout",
        "the next question is asked after 5 s",
        "shorter timeout",
    ),
    (
        "an alert without a limit (T81)",
        "alerts: {many: {when: requests, severity: info}}",
        "alerts.many.above",
        "an alert for requests needs 'above': without it nobody would ever be told",
        "out of the ordinary",
    ),
    (
        "an alert without a limit (T82)",
        "alerts: {slow: {when: cpu_time, severity: info}}",
        "alerts.slow.above",
        "an alert for cpu_time needs 'above'",
        "out of the ordinary",
    ),
    (
        "an alert without the product",
        "alerts: {much: {when: usage, above: 1, severity: info}}",
        "alerts.much.product",
        "an alert for usage needs 'product'",
        "write it",
    ),
    (
        "a limit that says nothing",
        "alerts: {cache: {when: cache_hit_rate, above: 10, below: 60, severity: info}}",
        "alerts.cache.above",
        "says nothing for cache_hit_rate",
        "known for cache_hit_rate: below, for_minutes",
    ),
    (
        "a word for an alert that has none",
        "alerts: {incident: {when: incident, zone: shop.example, severity: info}}",
        "alerts.incident.zone",
        "says nothing for incident",
        "known for incident: nothing",
    ),
    (
        "a percentage above all",
        "alerts: {errors: {when: error_rate, above: 101, severity: info}}",
        "alerts.errors.above",
        "is a percentage, which never gets there",
        "up to 100",
    ),
    (
        "an alert that wakes nobody",
        "alerts: {errors: {when: error_rate, above: 1, severity: critical}}",
        "alerts.errors.notify",
        "nobody would be told, and the alert is critical",
        "keys of destinations",
    ),
    (
        "an alert for a destination that is not there",
        "alerts: {errors: {when: error_rate, above: 1, severity: info, notify: [pager]}}",
        "alerts.errors.notify[0]",
        "no destination has this key",
        "under 'destinations'",
    ),
    (
        "one destination twice",
        (
            "destinations: {a: {email: a@b.io}}\n"
            "alerts: {errors: {when: error_rate, above: 1, severity: info, notify: [a, a]}}"
        ),
        "alerts.errors.notify[1]",
        "listed already",
        "take one of the two out",
    ),
    (
        "an alert for a health check that is not there",
        "alerts: {down: {when: unreachable, healthcheck: api, severity: info}}",
        "alerts.down.healthcheck",
        "no health check has this key",
        "under 'healthchecks'",
    ),
    (
        "a destination that is nowhere",
        "destinations: {a: {}}",
        "destinations.a",
        "a destination is one of email, webhook_id, webhook_url, pagerduty_id; here are none",
        "write one of them",
    ),
    (
        "a destination at two places",
        "destinations: {a: {email: a@b.io, webhook_id: 0123456789abcdef0123456789abcdef}}",
        "destinations.a",
        "here are email, webhook_id",
        "write one of them",
    ),
]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_words_that_do_not_go_together_are_told_with_place_reason_and_fix(shop, slip):
    _, words, path, reason, fix = slip
    shop.say(words)
    shop.expect(path, reason, fix)


def test_an_address_that_is_itself_a_secret_is_refused_and_not_repeated(shop):
    shop.say("destinations: {chat: {webhook_url: 'https://hooks.slack.com/services/T0/B0/hunter2'}}")
    problem = shop.problem()
    assert problem.path == "headworks:environment.destinations.chat.webhook_url"
    assert "is itself a secret" in problem.reason
    assert "webhook_id" in problem.fix
    assert "hunter2" not in str(shop.error())


def test_an_address_of_the_wrong_form_is_not_repeated_either(shop):
    shop.say("destinations: {chat: {webhook_url: 'http://user:hunter2@alerts.example'}}")
    assert "begins with https://" in shop.problem().reason
    assert "hunter2" not in str(shop.error())
