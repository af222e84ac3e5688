"""TriggersAPI, name by name and value by value, as its runbook has them."""

import pytest

from headworks.model.environment import (
    Alert,
    Code,
    Database,
    DeadLetterQueue,
    Destination,
    DnsRecord,
    Healthcheck,
    KvNamespace,
    Names,
    Observability,
    Queue,
    QueueConsumer,
    RateLimit,
    Route,
    Worker,
    Workflow,
    ZoneSettings,
)

STACKS = ["development", "staging", "production"]
SUFFIX = {"development": "-development", "staging": "-staging", "production": ""}
TITLE_SUFFIX = {"development": "_DEVELOPMENT", "staging": "_STAGING", "production": ""}
HOSTS = {"development": (), "staging": ("api-staging.yourdomain.com",), "production": ("api.yourdomain.com",)}
RATE_LIMIT_NUMBER = {"development": "1003", "staging": "1002", "production": "1001"}


@pytest.fixture(params=STACKS)
def stack(request):
    return request.param


@pytest.fixture
def environment(load, stack):
    return load("triggers-api", stack)


def test_every_name_is_that_of_the_runbook_with_the_suffix_of_the_environment(environment, stack):
    """T1, T5, T6, T8, T10, T18, T19, T30, T45, T48, T52, T53, T131, T132; T5 and T6 by docs/decisions/database-of-triggers-api.md."""
    suffix = SUFFIX[stack]
    assert environment.names == Names(
        scripts=(f"triggers-api{suffix}", f"triggers-api-tail{suffix}"),
        buckets=(),
        kv_namespaces=(f"AUTH_KV{TITLE_SUFFIX[stack]}", f"METRICS_KV{TITLE_SUFFIX[stack]}"),
        databases=(f"triggers-api{suffix}",),
        queues=(f"event-queue{suffix}", f"event-dlq{suffix}"),
        hosts=HOSTS[stack],
        workflows=(f"process-event-workflow{suffix}",),
    )
    assert environment.declared_names == environment.names
    assert (environment.system, environment.production) == ("triggers-api", stack == "production")


def test_no_two_environments_share_anything(load):
    """T30."""
    environments = [load("triggers-api", stack) for stack in STACKS]
    for kind in Names.model_fields:
        names = [name for environment in environments for name in getattr(environment.names, kind)]
        assert len(names) == len(set(names)), kind
    assert len({environment.worker.rate_limits[0].namespace_id for environment in environments}) == 3


def test_the_main_worker_is_deployed_by_wrangler_with_these_settings(environment, stack):
    """T1 to T4, T19, T31, T32, T46, T55, T66, T106, T115, T133."""
    assert environment.worker == Worker(
        name=f"triggers-api{SUFFIX[stack]}",
        code=Code(owner="wrangler", main="apps/triggers-api/src/index.ts"),
        compatibility_date="2025-11-11",
        compatibility_flags=("nodejs_compat",),
        vars={"LOG_LEVEL": "info", "ENVIRONMENT": stack},
        durable_objects={},
        migrations=(),
        observability=Observability(enabled=True, head_sampling_rate=1.0, invocation_logs=True),
        cpu_ms=None,
        logpush=False,
        workers_dev=stack == "development",
        preview_urls=False,
        tail_consumers=(f"triggers-api-tail{SUFFIX[stack]}",),
        rate_limits=(RateLimit(binding="RATE_LIMIT", namespace_id=RATE_LIMIT_NUMBER[stack], limit=100, period=60),),
    )


def test_the_tail_worker_exists_and_belongs_to_the_stack(environment, stack):
    """T19, T55, T66."""
    (tail,) = environment.companions
    assert (tail.key, tail.worker.name) == ("tail", f"triggers-api-tail{SUFFIX[stack]}")
    assert tail.worker.code == Code(owner="pulumi", main="apps/triggers-api-tail/worker.js")
    assert (tail.routes, tail.secrets, tail.worker.vars) == ((), (), {})


def test_the_database_is_bound_as_db_and_migrated_from_the_folder_of_the_app(environment, stack):
    """T5, T7, T48."""
    assert environment.databases == (
        Database(
            binding="DB",
            name=f"triggers-api{SUFFIX[stack]}",
            migrations_dir="apps/triggers-api/src/db/migrations",
            migrations_table="d1_migrations",
            read_replication="disabled",
        ),
    )


def test_the_namespaces_are_bound_under_the_names_that_the_code_reads(environment, stack):
    """T8, T52."""
    assert environment.kv_namespaces == (
        KvNamespace(binding="AUTH_KV", title=f"AUTH_KV{TITLE_SUFFIX[stack]}"),
        KvNamespace(binding="METRICS_KV", title=f"METRICS_KV{TITLE_SUFFIX[stack]}"),
    )


def test_events_are_worked_off_as_the_runbook_says(environment, stack):
    """T10 to T16, T53, T113, T117, T118, T123."""
    assert environment.queues == (
        Queue(
            key="events",
            name=f"event-queue{SUFFIX[stack]}",
            binding="EVENT_QUEUE",
            delivery_delay=0,
            message_retention_period=4 * 24 * 3600,
            consumer=QueueConsumer(
                max_batch_size=100, max_batch_timeout=1, max_retries=3, max_concurrency=10, retry_delay=0
            ),
            dead_letter_queue=DeadLetterQueue(
                name=f"event-dlq{SUFFIX[stack]}", message_retention_period=14 * 24 * 3600
            ),
        ),
    )


def test_the_workflow_has_its_name_and_the_binding_that_the_runbook_leaves_open(environment, stack):
    """T18, T54."""
    assert environment.workflows == (
        Workflow(
            key="process-event",
            name=f"process-event-workflow{SUFFIX[stack]}",
            binding="PROCESS_EVENT_WORKFLOW",
            class_name="ProcessEventWorkflow",
        ),
    )


def test_requests_come_in_over_a_route_on_a_proxied_record(environment, stack):
    """T20 to T23."""
    assert environment.routes == tuple(
        Route(
            host=host,
            zone="yourdomain.com",
            path="/*",
            custom_domain=False,
            dns=DnsRecord(type="AAAA", content="100::", proxied=True),
        )
        for host in HOSTS[stack]
    )
    assert environment.routes_enabled


def test_the_worker_needs_its_secret(environment):
    """T34, T134."""
    assert environment.secrets == ("API_SECRET",)


def test_only_production_sets_the_zone(environment, stack):
    """T109."""
    https = ZoneSettings(zone="yourdomain.com", always_use_https=True, min_tls_version="1.2")
    assert environment.zones == ((https,) if stack == "production" else ())


def test_production_is_watched(load):
    """T64, T80 to T83, T85, T110, T116, T121, T73."""
    production = load("triggers-api", "production")
    everyone, team = ("on-call", "pagerduty", "webhook"), ("on-call", "webhook")
    assert production.healthchecks == (
        Healthcheck(
            key="api",
            zone="yourdomain.com",
            host="api.yourdomain.com",
            path="/health",
            interval=60,
            timeout=5,
            retries=2,
            consecutive_fails=1,
            consecutive_successes=1,
            expected_codes=("200",),
            expected_body="",
        ),
    )
    assert production.destinations == (
        Destination(key="on-call", email="on-call@yourdomain.com"),
        Destination(key="pagerduty", pagerduty_id="0123456789abcdef0123456789abcdef"),
        Destination(key="webhook", webhook_url="https://alerts.yourdomain.com/cloudflare"),
    )
    assert production.alerts == (
        Alert(key="error-rate", when="error_rate", above=1, severity="critical", notify=everyone),
        Alert(key="requests", when="requests", above=1000, severity="warning", notify=team),
        Alert(key="cpu-time", when="cpu_time", above=50, severity="warning", notify=team),
        Alert(key="dead-letters", when="dead_letters", above=0, severity="warning", notify=team),
        Alert(key="unreachable", when="unreachable", healthcheck="api", severity="critical", notify=everyone),
        Alert(key="anomaly", when="traffic_anomaly", zone="yourdomain.com", severity="warning", notify=team),
        Alert(
            key="usage",
            when="usage",
            product="worker_requests",
            above=10_000_000,
            severity="info",
            notify=("on-call",),
        ),
        Alert(key="incident", when="incident", severity="info", notify=("on-call",)),
    )


def test_a_critical_alert_has_two_ways_to_reach_someone_and_every_other_one(load):
    """T83."""
    for alert in load("triggers-api", "production").alerts:
        assert len(alert.notify) >= (2 if alert.severity == "critical" else 1)
