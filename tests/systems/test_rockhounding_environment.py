"""The three stacks of the Rockhounding API, name by name, as its runbook has them."""

from pathlib import Path

import pytest

from headworks.model.environment import (
    Alert,
    Destination,
    DnsRecord,
    ExternalDependency,
    Healthcheck,
    Names,
    PagesSite,
    Route,
)
from headworks.model.files import load_environment

ROOT = Path(__file__).parents[2]
SECRETS = ("SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY", "MAPBOX_API_KEY")


def load(stack):
    return load_environment(ROOT, stack)


def test_production_has_every_name_of_the_runbook():
    """R1, R5, R12, R18, R19, R29."""
    environment = load("production")
    assert environment.names == Names(
        scripts=("rockhounding-api",),
        buckets=("rockhound-exports", "rockhound-state-packs", "rockhound-media"),
        kv_namespaces=("CACHE_KV", "SESSION_KV"),
        databases=(),
        queues=("exports-queue", "exports-dlq"),
        hosts=("api.rockhound.app", "rockhound.app"),
        pages_projects=("rockhound-app",),
    )
    assert environment.production
    assert environment.secrets == SECRETS


def test_staging_has_every_name_of_the_runbook_but_a_queue_of_its_own():
    """R2, R6, R20, R30; R12 is answered by docs/decisions/isolation-of-staging.md."""
    environment = load("staging")
    assert environment.names == Names(
        scripts=("rockhounding-api-staging",),
        buckets=("rockhound-exports-staging", "rockhound-state-packs-staging", "rockhound-media-staging"),
        kv_namespaces=("CACHE_KV_STAGING", "SESSION_KV_STAGING"),
        databases=(),
        queues=("exports-queue-staging", "exports-dlq-staging"),
        hosts=("staging-api.rockhound.app",),
    )
    assert not environment.production
    assert environment.secrets == SECRETS


def test_development_ends_in_dev_has_no_routes_and_two_secrets():
    """R3, R7, R31."""
    environment = load("development")
    assert environment.names == Names(
        scripts=("rockhounding-api-dev",),
        buckets=("rockhound-exports-dev", "rockhound-state-packs-dev", "rockhound-media-dev"),
        kv_namespaces=("CACHE_KV_DEV", "SESSION_KV_DEV"),
        databases=(),
        queues=("exports-queue-dev", "exports-dlq-dev"),
        hosts=(),
    )
    assert environment.name == "development"
    assert not environment.production
    assert environment.secrets == ("SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY")


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
def test_code_finds_the_same_bindings_in_every_environment(stack):
    """R6, R10, R11, R14, R21: names of resources differ, names of bindings do not."""
    environment = load(stack)
    assert [bucket.binding for bucket in environment.buckets] == [
        "EXPORTS_BUCKET",
        "STATE_PACKS_BUCKET",
        "MEDIA_BUCKET",
    ]
    assert [namespace.binding for namespace in environment.kv_namespaces] == ["CACHE_KV", "SESSION_KV"]
    assert [(queue.key, queue.binding) for queue in environment.queues] == [("exports", "EXPORTS_QUEUE")]
    assert environment.worker.durable_objects == {
        "EXPORT_COORDINATOR": "ExportCoordinatorDO",
        "STATE_PACK_REGISTRY": "StatePackRegistryDO",
    }
    (step,) = environment.worker.migrations
    assert (step.tag, step.new_sqlite_classes) == ("v1", ("ExportCoordinatorDO", "StatePackRegistryDO"))
    assert environment.worker.code.main == "apps/rockhounding-api/worker.js"
    assert (environment.system, environment.stack) == ("rockhounding-api", stack)


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
def test_a_failed_export_job_is_tried_again_and_then_kept(stack):
    """R13."""
    (queue,) = load(stack).queues
    assert queue.consumer is not None
    assert queue.consumer.max_retries == 3
    assert queue.dead_letter_queue is not None
    assert queue.dead_letter_queue.message_retention_period == 14 * 24 * 3600


@pytest.mark.parametrize(
    ("stack", "host"), [("staging", "staging-api.rockhound.app"), ("production", "api.rockhound.app")]
)
def test_requests_reach_the_worker_over_a_proxied_record(stack, host):
    """R19, R20, R23."""
    record = DnsRecord(type="CNAME", content="rockhound.app", proxied=True)
    assert load(stack).routes == (Route(host=host, zone="rockhound.app", path="/*", custom_domain=False, dns=record),)


def test_authentication_can_be_skipped_in_development_only():
    """R34; R26 makes SUPABASE_URL a plain variable of every environment."""
    assert set(load("development").worker.vars) == {"SUPABASE_URL", "SKIP_AUTH"}
    assert set(load("staging").worker.vars) == {"SUPABASE_URL"}
    assert set(load("production").worker.vars) == {"SUPABASE_URL"}


def test_the_account_is_pinned_and_no_two_environments_share_a_name():
    """R22, R12."""
    environments = [load(stack) for stack in ("development", "staging", "production")]
    assert len({environment.account_id for environment in environments}) == 1
    for kind in Names.model_fields:
        names = [name for environment in environments for name in getattr(environment.names, kind)]
        assert len(names) == len(set(names)), kind


def test_every_environment_knows_the_other_two():
    staging = load("staging")
    assert {each.name: each.names for each in staging.siblings} == {
        "development": load("development").names,
        "production": load("production").names,
    }


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
def test_all_that_the_system_declares_is_used_and_the_optional_database_is_not_declared(stack):
    """R9."""
    environment = load(stack)
    assert environment.declared_names == environment.names


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
def test_of_every_bucket_it_is_decided_who_reads_it_and_how_long_objects_stay(stack):
    """P18 and P19 ask it of every bucket; T123 of retention."""
    for bucket in load(stack).buckets:
        assert bucket.cors == ()
        assert bucket.lifecycle is None
        assert bucket.lifecycle_waived


def test_the_site_is_one_project_with_the_domain_of_the_zone():
    """R18."""
    assert load("production").pages == (
        PagesSite(
            key="app",
            name="rockhound-app",
            production_branch="main",
            build_command="",
            destination_dir="",
            root_dir="",
            compatibility_date="2026-02-25",
            domains=("rockhound.app",),
            zone="rockhound.app",
            vars={},
        ),
    )
    assert load("staging").pages == load("development").pages == ()


def test_production_is_asked_for_its_health_and_tells_of_errors():
    """R58, R70."""
    environment = load("production")
    assert environment.healthchecks == (
        Healthcheck(
            key="api",
            zone="rockhound.app",
            host="api.rockhound.app",
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
    assert environment.destinations == (
        Destination(key="on-call", email="on-call@rockhound.app"),
        Destination(key="pagerduty", pagerduty_id="0123456789abcdef0123456789abcdef"),
    )
    assert environment.alerts == (
        Alert(key="error-rate", when="error_rate", above=1, severity="critical", notify=("on-call", "pagerduty")),
        Alert(
            key="unreachable",
            when="unreachable",
            healthcheck="api",
            severity="critical",
            notify=("on-call", "pagerduty"),
        ),
    )


@pytest.mark.parametrize(
    ("stack", "host"),
    [
        ("development", "supabase-dev.rockhound.example"),
        ("staging", "supabase-staging.rockhound.example"),
        ("production", "supabase.rockhound.example"),
    ],
)
def test_what_the_system_needs_outside_is_named(stack, host):
    """R16, R17; the address is the one that the code gets."""
    environment = load(stack)
    assert [(each.key, each.kind, each.host) for each in environment.external] == [
        ("supabase", "postgres", host),
        ("mapbox", "api", "api.mapbox.com"),
    ]
    assert isinstance(environment.external[0], ExternalDependency)
    assert environment.worker.vars["SUPABASE_URL"] == f"https://{host}"


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
def test_requests_go_to_the_newest_version_unless_someone_says_otherwise(stack):
    """R75, R76."""
    environment = load(stack)
    assert environment.routes_enabled
    assert environment.worker.rollback_to is None
