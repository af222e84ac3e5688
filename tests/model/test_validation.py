"""What one value may be: each slip gives one problem, with its file, line, path, reason and fix."""

import json

import pytest

from headworks.model.specification import Specification
from headworks.model.specification.written import Written
from headworks.model.validation import expand, known_keys, unknown_key, validate

SYSTEM_FILE, STAGING_FILE = "Pulumi.yaml", "Pulumi.staging.yaml"
RETRIES = "max_retries: 3"

SLIPS = [
    # what, file, text, what it becomes, text at the line, path, reason, fix
    (
        "unknown key of the environment",
        (STAGING_FILE, "kv_suffix: _STAGING", "kv_sufix: _STAGING"),
        ("kv_sufix", "headworks:environment.kv_sufix", "(did you mean 'kv_suffix'?)", "write 'kv_suffix'"),
    ),
    (
        "unknown key of the system",
        (SYSTEM_FILE, RETRIES, "max_retrys: 3"),
        (
            "max_retrys",
            "headworks:system.queues.orders.consumer.max_retrys",
            "did you mean 'max_retries'",
            "'max_retries'",
        ),
    ),
    (
        "unknown key like no other",
        (SYSTEM_FILE, RETRIES, "zzz: 3"),
        ("zzz", "headworks:system.queues.orders.consumer.zzz", "unknown key 'zzz'", "known here: max_batch_size, "),
    ),
    (
        "text for a number",
        (SYSTEM_FILE, RETRIES, 'max_retries: "3"'),
        (
            "max_retries",
            'headworks:system.queues.orders.consumer.max_retries = "3"',
            "must be a whole number, not a text",
            "write a whole number",
        ),
    ),
    (
        "fraction for a whole number",
        (SYSTEM_FILE, RETRIES, "max_retries: 2.5"),
        ("max_retries", "consumer.max_retries = 2.5", "must be a whole number, not a fraction", "write a whole number"),
    ),
    (
        "true for a number",
        (SYSTEM_FILE, RETRIES, "max_retries: true"),
        ("max_retries", "consumer.max_retries = true", "must be a whole number, not true or false", "whole number"),
    ),
    (
        "text for true or false",
        (STAGING_FILE, "production: false", 'production: "no"'),
        ("production", 'headworks:environment.production = "no"', "must be true or false, not a text", "true or false"),
    ),
    (
        "mapping for a list",
        (STAGING_FILE, "routes:\n      - host: staging.shop.example\n        zone", "routes:\n        zone"),
        ("routes", "headworks:environment.routes", "must be a list, not a mapping", "write a list"),
    ),
    (
        "list for a mapping",
        (SYSTEM_FILE, "kv:\n        CACHE: CACHE", "kv: [CACHE]"),
        ("kv", "headworks:system.kv", "must be a mapping, not a list", "write a mapping"),
    ),
    (
        "number for an object",
        (SYSTEM_FILE, "PICTURES: shop-pictures", "PICTURES: 5"),
        ("PICTURES", "headworks:system.buckets.PICTURES = 5", "must be a mapping, not a number", "write a mapping"),
    ),
    (
        "variable that is not a text",
        (SYSTEM_FILE, "GREETING: hello", "GREETING: 5"),
        ("GREETING", "headworks:system.worker.vars.GREETING\n", "must be a text, not a number", "put it in quotes"),
    ),
    (
        "binding that code cannot name",
        (SYSTEM_FILE, "PICTURES: shop-pictures", "MY-PICTURES: shop-pictures"),
        (
            "MY-PICTURES",
            "headworks:system.buckets.MY-PICTURES",
            "must be a JavaScript identifier",
            "such as EXPORTS_BUCKET",
        ),
    ),
    (
        "secret that code cannot name",
        (SYSTEM_FILE, "- PAYMENT_KEY", "- PAYMENT-KEY"),
        ("PAYMENT-KEY", "headworks:system.secrets[0]\n", "must be a JavaScript identifier", "such as EXPORTS_BUCKET"),
    ),
    (
        "account id that is none",
        (STAGING_FILE, '"00000000000000000000000000000001"', "my-account"),
        (
            "account_id",
            'headworks:environment.account_id = "my-account"',
            "32 digits of 0-9 and a-f",
            "wrangler whoami",
        ),
    ),
    (
        "account id that YAML reads as a number",
        (STAGING_FILE, '"00000000000000000000000000000001"', "00000000000000000000000000000001"),
        ("account_id", "headworks:environment.account_id = 1", "must be a text, not a number", "in quotes"),
    ),
    (
        "host with a scheme",
        (STAGING_FILE, "host: staging.shop.example", "host: https://staging.shop.example"),
        (
            "host",
            "headworks:environment.routes[0].host",
            "must be a host name in lower case, without scheme",
            "such as api.example.com",
        ),
    ),
    (
        "day that is none",
        (SYSTEM_FILE, '"2026-02-25"', '"25.2.2026"'),
        ("compatibility_date", "compatibility_date = ", "must be a date as year, month and day", "in quotes"),
    ),
    (
        "owner that is none",
        (SYSTEM_FILE, "owner: pulumi", "owner: terraform"),
        ("owner", "worker.code.owner = ", "must be 'pulumi' or 'wrangler'", "write one of these"),
    ),
    (
        "empty name",
        (SYSTEM_FILE, "orders-queue", '""'),
        ('name: ""', 'headworks:system.queues.orders.name = ""', "is empty", "write a text"),
    ),
    (
        "long suffix",
        (STAGING_FILE, "suffix: -staging\n", f"suffix: -{'x' * 40}\n"),
        ("suffix: -x", "headworks:environment.suffix", "longer than 32 characters", "at most 32 characters"),
    ),
    (
        "missing key of the environment",
        (STAGING_FILE, "    production: false\n", ""),
        ("headworks:environment", "headworks:environment.production", "'production' is missing", "no default"),
    ),
    (
        "missing key of a route",
        (STAGING_FILE, "\n        zone: shop.example", ""),
        ("- host", "headworks:environment.routes[0].zone", "'zone' is missing", "no default"),
    ),
    (
        "missing key of the system",
        (SYSTEM_FILE, "        code: {owner: pulumi, main: worker.js}\n", ""),
        ("worker:", "headworks:system.worker.code", "'code' is missing", "no default"),
    ),
]


@pytest.mark.parametrize(("edit", "told"), [slip[1:] for slip in SLIPS], ids=[slip[0] for slip in SLIPS])
def test_a_wrong_value_is_told_with_its_place_its_reason_and_the_fix(shop, edit, told):
    file, old, new = edit
    at, path, reason, fix = told
    shop.edit(file, old, new)
    problem = shop.problem()
    assert (problem.file, problem.line) == (file, shop.line(file, at))
    rendered = str(shop.error())
    assert path in rendered
    assert reason in problem.reason
    assert fix in problem.fix
    assert len(rendered.splitlines()) == 4


LIMITS = [
    ("max_batch_size", 1, 100),
    ("max_batch_timeout", 0, 60),
    ("max_retries", 0, 100),
    ("max_concurrency", 1, 250),
    ("retry_delay", 0, 43_200),
]


@pytest.mark.parametrize(("setting", "least", "most"), LIMITS)
def test_a_consumer_setting_out_of_range_is_told_with_the_limit(shop, setting, least, most):
    shop.edit(SYSTEM_FILE, RETRIES, f"{setting}: {most + 1}")
    problem = shop.problem()
    assert problem.path == f"headworks:system.queues.orders.consumer.{setting}"
    assert (problem.value, problem.line) == (most + 1, shop.line(SYSTEM_FILE, setting))
    assert problem.reason == f"must be at most {most}, the limit of Cloudflare"
    assert problem.fix == f"write a value that is at most {most}"
    shop.edit(SYSTEM_FILE, f"{setting}: {most + 1}", f"{setting}: {least - 1}")
    assert shop.problem().reason == f"must be at least {least}, the limit of Cloudflare"


@pytest.mark.parametrize(("setting", "least", "most"), LIMITS)
def test_the_limits_themselves_are_in_range(shop, setting, least, most):
    shop.edit(SYSTEM_FILE, RETRIES, f"{setting}: {least}")
    assert getattr(shop.load("staging").queues[0].consumer, setting) == least
    shop.edit(SYSTEM_FILE, f"{setting}: {least}", f"{setting}: {most}")
    assert getattr(shop.load("staging").queues[0].consumer, setting) == most


@pytest.mark.parametrize(
    ("setting", "least", "most"), [("delivery_delay", 0, 43_200), ("message_retention_period", 60, 1_209_600)]
)
def test_a_queue_setting_out_of_range_is_told_in_seconds(shop, setting, least, most):
    shop.edit(SYSTEM_FILE, "binding: ORDERS", f"{setting}: {most + 1}")
    assert shop.problem().reason == f"must be at most {most}, the limit of Cloudflare"
    shop.edit(SYSTEM_FILE, f"{setting}: {most + 1}", f"{setting}: {least - 1}")
    assert shop.problem().reason == f"must be at least {least}, the limit of Cloudflare"
    shop.edit(SYSTEM_FILE, f"{setting}: {least - 1}", f"{setting}: {most}")
    assert getattr(shop.load("staging").queues[0], setting) == most


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (SYSTEM_FILE, "GREETING: hello", "GREETING: [hunter2]"),
        (SYSTEM_FILE, "GREETING: hello", "1GREETING: hunter2"),
        (SYSTEM_FILE, "- PAYMENT_KEY", "- sk-live-hunter2"),
        (SYSTEM_FILE, "- PAYMENT_KEY\n        - MAIL_KEY", "PAYMENT_KEY: hunter2"),
        (SYSTEM_FILE, "- PAYMENT_KEY", "- {PAYMENT_KEY: hunter2}"),
        (STAGING_FILE, "suffix: -staging\n", "suffix: -staging\n    api_token: hunter2\n"),
    ],
)
def test_a_value_that_may_be_secret_is_not_repeated(shop, file, old, new):
    shop.edit(file, old, new)
    assert "hunter2" not in str(shop.error())


def test_a_bare_text_is_written_out_wherever_a_model_has_a_shorthand():
    document = {
        "buckets": {"A": "a"},
        "kv": {"B": "b"},
        "d1": {"C": "c"},
        "queues": {"q": {"name": "q", "consumer": {"dead_letter_queue": "d"}}},
        "worker": {"name": "w"},
        "unknown": "u",
    }
    assert expand(Specification, document) == {
        "buckets": {"A": {"name": "a"}},
        "kv": {"B": {"title": "b"}},
        "d1": {"C": {"name": "c"}},
        "queues": {"q": {"name": "q", "consumer": {"dead_letter_queue": {"name": "d"}}}},
        "worker": {"name": "w"},
        "unknown": "u",
    }


def test_known_keys_are_the_models_and_none_where_people_choose_them():
    assert known_keys(Specification, ("queues", "any", "consumer", "dead_letter_queue")) == [
        "name",
        "message_retention_period",
        "queue",
    ]
    assert known_keys(Specification, ("worker", "migrations", 0, "renamed_classes", 0)) == ["from", "to"]
    assert known_keys(Specification, ("buckets",)) is None
    assert known_keys(Specification, ("worker", "vars", "A")) is None


def test_a_key_unlike_all_others_is_answered_with_those_that_are_known():
    assert unknown_key("zzz", ["name", "path"]) == ("unknown key 'zzz'", "take it out; known here: name, path")


@pytest.mark.parametrize("document", [None, 5, "text", [], [1]])
def test_a_document_that_is_no_mapping_is_one_finding(document):
    (finding,) = validate(Specification, document)
    assert finding.path == ()
    assert finding.reason.startswith("must be a mapping, not ")


def test_every_model_is_closed_frozen_and_strict():
    models = Written.__subclasses__()
    assert len(models) > 10
    for model in models:
        assert model.model_config["extra"] == "forbid", model
        assert model.model_config["frozen"], model
        assert model.model_config["strict"], model


def test_every_error_of_the_model_has_words_of_our_own(shop):
    """A message of the validator's own would speak of Python to people who write YAML."""
    document = json.loads(json.dumps({"worker": [], "buckets": {"A": 1}, "routes": {}, "secrets": [1], "name": 5}))
    findings = validate(Specification, document)
    assert not [finding.reason for finding in findings if "input" in finding.reason.lower()]
