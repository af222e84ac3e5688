"""dotdo, name by name and value by value, as its runbook has them."""

import json

import pytest

from headworks.model.environment import (
    Alert,
    Bucket,
    Code,
    Destination,
    DnsRecord,
    ExternalDependency,
    Healthcheck,
    Hyperdrive,
    LifecycleRule,
    LockRule,
    Names,
    Route,
    Service,
)

STACKS = ["development", "staging", "production"]
SUFFIX = {"development": "-development", "staging": "-staging", "production": ""}
SERVICES = ["gateway", "db", "auth", "schedule", "webhooks", "email", "mcp", "queue"]
DEPLOYABLE = ["db", "auth", "email", "gateway", "mcp", "queue", "schedule", "webhooks"]
HOST = {"development": "{}.dev.do", "staging": "{}-staging.dev.do", "production": "{}.do"}
ZONE = {"development": "dev.do", "staging": "dev.do", "production": "{}.do"}
KIND = {"webhooks": "integration", "email": "integration", "mcp": "ai"}


@pytest.fixture(params=STACKS)
def stack(request):
    return request.param


@pytest.fixture
def environment(load, stack):
    return load("dotdo", stack)


def hosts(stack):
    return tuple(HOST[stack].format(service) for service in [*DEPLOYABLE, "deploy"])


def test_every_name_is_that_of_the_runbook_with_the_suffix_of_the_environment(environment, stack):
    """D1, D6 to D8, D12, D18, D19."""
    assert environment.names == Names(
        scripts=(f"dispatcher{SUFFIX[stack]}", f"deploy{SUFFIX[stack]}"),
        buckets=(f"dotdo-bundles{SUFFIX[stack]}",),
        kv_namespaces=(),
        databases=(),
        queues=(),
        hosts=hosts(stack),
        hyperdrives=() if stack == "development" else (f"dotdo-neon{SUFFIX[stack]}",),
        dispatch_namespaces=(f"dotdo-{stack}",),
    )
    assert (environment.system, environment.production) == ("dotdo", stack == "production")


def test_no_two_environments_share_a_name(load):
    for kind in Names.model_fields:
        names = [name for stack in STACKS for name in getattr(load("dotdo", stack).names, kind)]
        assert len(names) == len(set(names)), kind


def test_the_namespace_is_trusted_and_has_the_eight_services_in_an_order_that_can_be_deployed(environment, stack):
    """D1, D2, D5, D14, D15, D17, D38."""
    platform = environment.platform
    assert (platform.namespace, platform.trusted, platform.deploy) == (f"dotdo-{stack}", True, "deploy")
    assert sorted(DEPLOYABLE) == sorted(SERVICES)
    both = {"DB_SERVICE": "db", "AUTH_SERVICE": "auth"}
    bindings = {"db": {}, "auth": {"DB_SERVICE": "db"}}
    assert platform.services == tuple(
        Service(
            key=service,
            kind=KIND.get(service, "domain"),
            main="src/index.ts",
            compatibility_date="2025-01-01",
            host=HOST[stack].format(service),
            zone=ZONE[stack].format(service),
            bindings=bindings.get(service, both),
        )
        for service in DEPLOYABLE
    )


def test_the_dispatcher_has_a_route_for_every_service_and_a_record_without_an_origin(environment, stack):
    """D6, D7, D9."""
    assert environment.routes == tuple(
        Route(
            host=HOST[stack].format(service),
            zone=ZONE[stack].format(service),
            path="/*",
            custom_domain=False,
            dns=DnsRecord(type="AAAA", content="100::", proxied=True),
        )
        for service in DEPLOYABLE
    )


def test_the_dispatcher_is_told_the_services_and_its_environment(environment, stack):
    """D8, D10, D11; docs/runbook-errata.md on workers.dev."""
    worker = environment.worker
    assert worker.code == Code(owner="pulumi", main="apps/dotdo-dispatcher/worker.js")
    assert worker.workers_dev == (stack != "production")
    assert environment.platform.binding == "DISPATCHER"
    assert set(worker.vars) == {"ENVIRONMENT", "SERVICES"}
    assert worker.vars["ENVIRONMENT"] == stack
    assert json.loads(worker.vars["SERVICES"]) == [
        {"service": service, "host": HOST[stack].format(service)} for service in DEPLOYABLE
    ]


def test_the_deploy_service_is_told_where_to_deploy_and_has_a_domain_and_its_secrets(environment, stack):
    """D12, D13, D20, D27, D29."""
    (deploy,) = environment.companions
    assert (deploy.key, deploy.worker.name) == ("deploy", f"deploy{SUFFIX[stack]}")
    assert deploy.worker.code == Code(owner="pulumi", main="apps/dotdo-deploy/worker.js")
    assert deploy.worker.vars == {
        "ENVIRONMENT": stack,
        "NAMESPACE": f"dotdo-{stack}",
        "CLOUDFLARE_ACCOUNT_ID": environment.account_id,
    }
    zone = "deploy.do" if stack == "production" else "dev.do"
    host = HOST[stack].format("deploy")
    assert deploy.routes == (Route(host=host, zone=zone, path="/*", custom_domain=True, dns=None),)
    assert deploy.secrets == ("DEPLOY_API_KEY", "CLOUDFLARE_API_TOKEN")
    assert environment.secrets == ()


def test_bundles_are_kept_locked_and_never_expire(environment, stack):
    """D19, D38: without the bundle of a service the namespace cannot be filled again."""
    assert environment.buckets == (
        Bucket(
            binding="BUNDLES",
            name=f"dotdo-bundles{SUFFIX[stack]}",
            worker="deploy",
            cors=(),
            lifecycle=(
                LifecycleRule(id="rarely-read", prefix="bundles/", ia_transition_days=90),
                LifecycleRule(id="Default Multipart Abort Rule", prefix="", abort_multipart_days=7),
            ),
            lock=(LockRule(id="keep-bundles", prefix="bundles/", retention_days=90),),
        ),
    )


def test_the_databases_outside_are_named_and_no_password_is(environment, stack):
    """D18."""
    assert environment.external == (
        ExternalDependency(
            key="neon",
            kind="postgres",
            host="neon.dotdo.example",
            purpose="the database behind the service db",
        ),
        ExternalDependency(
            key="clickhouse",
            kind="clickhouse",
            host="clickhouse.dotdo.example",
            purpose="analytics of the service db",
        ),
    )
    neon = Hyperdrive(
        binding="NEON",
        name=f"dotdo-neon{SUFFIX[stack]}",
        worker="deploy",
        scheme="postgres",
        host="neon.dotdo.example",
        port=5432,
        database="dotdo" if stack == "production" else "dotdo_staging",
        user="dotdo",
        password_variable="NEON_PASSWORD",
        password_version=1,
        caching=True,
    )
    assert environment.hyperdrives == (() if stack == "development" else (neon,))


@pytest.mark.parametrize("service", [*SERVICES, "deploy"])
def test_production_asks_every_service_for_its_health_and_tells_when_it_is_down(load, service):
    """D5, D6, D12, D39."""
    production = load("dotdo", "production")
    checks = {check.key: check for check in production.healthchecks}
    assert set(checks) == {*SERVICES, "deploy"}
    assert checks[service] == Healthcheck(
        key=service,
        zone=f"{service}.do",
        host=f"{service}.do",
        path="/health",
        interval=60,
        timeout=5,
        retries=2,
        consecutive_fails=1,
        consecutive_successes=1,
        expected_codes=("200",),
        expected_body="",
    )
    alerts = {alert.key: alert for alert in production.alerts}
    assert len(alerts) == len(checks)
    assert alerts[f"{service}-down"] == Alert(
        key=f"{service}-down",
        when="unreachable",
        healthcheck=service,
        severity="critical",
        notify=("on-call", "chat"),
    )
    assert production.destinations == (
        Destination(key="on-call", email="on-call@dotdo.example"),
        Destination(key="chat", webhook_id="0123456789abcdef0123456789abcdef"),
    )
