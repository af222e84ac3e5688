"""ParqueDB, name by name and value by value, as its runbook has them."""

import pytest

from headworks.model.environment import (
    Alert,
    Bucket,
    Code,
    Destination,
    Healthcheck,
    Migration,
    Names,
    Observability,
    Route,
    Worker,
)

STACKS = ["development", "staging", "production"]
SUFFIX = {"development": "-development", "staging": "-staging", "production": ""}
BUCKET = {
    "development": "your-parquedb-preview",
    "staging": "your-parquedb-staging",
    "production": "your-parquedb-prod",
}
JURISDICTION = {"development": "default", "staging": "eu", "production": "eu"}
LOG_LEVEL = {"development": "debug", "staging": "info", "production": "warn"}
HOSTS = {"development": (), "staging": (), "production": ("api.your-parquedb.example",)}
DEFAULT_CACHE = {
    "CACHE_DATA_TTL": "60",
    "CACHE_METADATA_TTL": "300",
    "CACHE_BLOOM_TTL": "600",
    "CACHE_STALE_WHILE_REVALIDATE": "true",
}
NO_CACHE = {
    "CACHE_DATA_TTL": "0",
    "CACHE_METADATA_TTL": "0",
    "CACHE_BLOOM_TTL": "0",
    "CACHE_STALE_WHILE_REVALIDATE": "false",
}


@pytest.fixture(params=STACKS)
def stack(request):
    return request.param


@pytest.fixture
def environment(load, stack):
    return load("parquedb", stack)


def test_every_name_is_that_of_the_runbook_with_the_suffix_of_the_environment(environment, stack):
    """P8, P13 to P17; P14 and P15 by docs/decisions/buckets-of-parquedb.md."""
    assert environment.names == Names(
        scripts=(f"your-parquedb-api{SUFFIX[stack]}",),
        buckets=(BUCKET[stack],),
        kv_namespaces=(),
        databases=(),
        queues=(),
        hosts=HOSTS[stack],
    )
    assert environment.declared_names == environment.names
    assert (environment.system, environment.production) == ("parquedb", stack == "production")


def test_the_worker_has_these_settings(environment, stack):
    """P8 to P12, P21, P22, P28 to P33, P55, P59, P62."""
    cache = NO_CACHE if stack == "development" else DEFAULT_CACHE
    residency = {} if JURISDICTION[stack] == "default" else {"JURISDICTION": JURISDICTION[stack]}
    assert environment.worker == Worker(
        name=f"your-parquedb-api{SUFFIX[stack]}",
        code=Code(owner="pulumi", main="apps/parquedb/worker.js"),
        compatibility_date="2026-01-30",
        compatibility_flags=("nodejs_compat",),
        vars=cache | residency | {"ENVIRONMENT": stack, "LOG_LEVEL": LOG_LEVEL[stack]},
        durable_objects={"PARQUEDB": "ParqueDBDO"},
        migrations=(
            Migration(tag="v1", new_sqlite_classes=("ParqueDBDO",)),
            Migration(tag="v2", new_sqlite_classes=("DatabaseIndexDO",)),
        ),
        observability=Observability(enabled=True, head_sampling_rate=1.0, invocation_logs=True),
        cpu_ms=30_000,
        logpush=False,
        workers_dev=stack != "production",
        preview_urls=False,
        crons=("*/5 * * * *",),
    )


def test_the_bucket_stays_where_it_must_and_everything_about_it_is_decided(environment, stack):
    """P13 to P20, P66."""
    (bucket,) = environment.buckets
    assert bucket == Bucket(
        binding="BUCKET",
        name=BUCKET[stack],
        jurisdiction=JURISDICTION[stack],
        cors=(),
        lifecycle=None,
        lifecycle_waived=bucket.lifecycle_waived,
    )
    assert bucket.lifecycle_waived is not None
    assert "ParqueDB deletes" in bucket.lifecycle_waived
    assert environment.jurisdiction == JURISDICTION[stack]


PROFILES = {
    "cache-default": ("60", "300", "true"),
    "cache-read-heavy": ("300", "900", "true"),
    "cache-write-heavy": ("15", "60", "true"),
    "cache-none": ("0", "0", "false"),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_cache_profile_sets_how_long_the_cache_keeps_what_it_has(load_with, profile):
    """P30 to P34: nothing is kept for less time than what it is looked up by."""
    variables = load_with("parquedb", "staging", profiles=[profile]).worker.vars
    data, metadata, stale = PROFILES[profile]
    assert (variables["CACHE_DATA_TTL"], variables["CACHE_METADATA_TTL"]) == (data, metadata)
    assert variables["CACHE_STALE_WHILE_REVALIDATE"] == stale
    assert int(variables["CACHE_BLOOM_TTL"]) >= int(metadata) >= int(data)


def test_environments_name_their_profiles(environment, stack):
    """P20, P34."""
    named = {
        "development": ("cache-none",),
        "staging": ("eu", "cache-default"),
        "production": ("eu", "cache-default"),
    }
    assert environment.profiles == named[stack]


def test_the_secret_is_needed_where_the_runbook_sets_it(environment, stack):
    """P35."""
    assert environment.secrets == (() if stack == "development" else ("AUTH_SECRET",))


def test_production_is_reached_over_a_domain_of_its_own(environment, stack):
    """P24; docs/runbook-errata.md on workers.dev."""
    assert environment.routes == tuple(
        Route(host=host, zone="your-parquedb.example", path="/*", custom_domain=True, dns=None) for host in HOSTS[stack]
    )


PAGE, SLACK = ("pagerduty", "on-call"), ("slack",)
ALERTS = [
    # requirement, key, when, word and value, minutes, severity, notify
    ("P38", "error-rate", "error_rate", {"above": 5}, 5, "critical", PAGE),
    ("P39", "latency", "latency_p99", {"above": 2000}, 5, "critical", PAGE),
    ("P40", "unreachable", "unreachable", {"healthcheck": "durable-objects"}, None, "critical", PAGE),
    ("P41", "deployment-failed", "deployment_failed", {}, None, "critical", PAGE),
    ("P42", "raised-error-rate", "error_rate", {"above": 1}, 10, "warning", SLACK),
    ("P43", "raised-latency", "latency_p99", {"above": 500}, 10, "warning", SLACK),
    ("P44", "cache-hit-rate", "cache_hit_rate", {"below": 60}, 30, "warning", SLACK),
    ("P45", "r2-operations", "r2_operations", {"above": 2}, 15, "warning", SLACK),
    ("P46", "cold-starts", "cold_starts", {"above": 10}, None, "info", ()),
    ("P47", "cpu-time", "cpu_time", {"above": 30}, None, "info", ()),
    ("P48", "storage-growth", "storage_growth", {"above": 10}, None, "info", ()),
]


@pytest.mark.parametrize("row", ALERTS, ids=[row[0] for row in ALERTS])
def test_production_alerts_at_the_thresholds_of_the_runbook(load, row):
    _, key, when, values, minutes, severity, notify = row
    alerts = {alert.key: alert for alert in load("parquedb", "production").alerts}
    assert alerts[key] == Alert(key=key, when=when, for_minutes=minutes, severity=severity, notify=notify, **values)


def test_there_are_no_other_alerts_and_each_destination_is_there(load):
    """P38 to P48."""
    production = load("parquedb", "production")
    assert [alert.key for alert in production.alerts] == [row[1] for row in ALERTS]
    assert production.destinations == (
        Destination(key="on-call", email="on-call@your-parquedb.example"),
        Destination(key="pagerduty", pagerduty_id="0123456789abcdef0123456789abcdef"),
        Destination(key="slack", webhook_id="0123456789abcdef0123456789abcdef"),
    )


def test_the_durable_objects_are_asked_from_outside(load):
    """P40."""
    assert load("parquedb", "production").healthchecks == (
        Healthcheck(
            key="durable-objects",
            zone="your-parquedb.example",
            host="api.your-parquedb.example",
            path="/debug/health",
            interval=60,
            timeout=5,
            retries=2,
            consecutive_fails=1,
            consecutive_successes=1,
            expected_codes=("200",),
            expected_body="",
        ),
    )
