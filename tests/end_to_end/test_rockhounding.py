"""The newcomer's first minute, and what it leaves behind: both stacks up on one account, and every name of the runbook there."""

import json

import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"

BUCKETS = {
    "production": {"rockhound-exports", "rockhound-state-packs", "rockhound-media"},  # R1
    "staging": {"rockhound-exports-staging", "rockhound-state-packs-staging", "rockhound-media-staging"},  # R2
}
NAMESPACES = {
    "production": {"CACHE_KV", "SESSION_KV"},  # R5
    "staging": {"CACHE_KV_STAGING", "SESSION_KV_STAGING"},  # R6
}
QUEUES = {
    "production": {"exports-queue", "exports-dlq"},  # R12, R13
    "staging": {"exports-queue-staging", "exports-dlq-staging"},
}
SCRIPTS = {"production": "rockhounding-api", "staging": "rockhounding-api-staging"}
HOSTS = {"production": "api.rockhound.app", "staging": "staging-api.rockhound.app"}  # R19, R20
BINDINGS = {
    "EXPORTS_BUCKET": "r2_bucket",
    "STATE_PACKS_BUCKET": "r2_bucket",
    "MEDIA_BUCKET": "r2_bucket",
    "CACHE_KV": "kv_namespace",
    "SESSION_KV": "kv_namespace",
    "EXPORTS_QUEUE": "queue",
    "EXPORT_COORDINATOR": "durable_object_namespace",
    "STATE_PACK_REGISTRY": "durable_object_namespace",
    "SUPABASE_URL": "plain_text",
    "SUPABASE_SERVICE_ROLE_KEY": "secret_text",
    "ADMIN_API_KEY": "secret_text",
    "MAPBOX_API_KEY": "secret_text",
}


@pytest.fixture(scope="module")
def both_up(make_checkout):
    """The demo has been played: staging and production are up. Tests leave both as they are, but for the last."""
    checkout = make_checkout()
    checkout.run("demo")
    return checkout


@pytest.fixture(scope="module")
def client(both_up):
    return both_up.client


def test_the_demo_tells_its_whole_story(both_up):
    story = both_up.printed[-1]
    for refusal, requirement in (("queues-must-have-dead-letter-queue", "R13"), ("secrets", "R29")):
        assert refusal in story
        assert requirement in story
    assert "What to try next" in story
    assert "accountId" in story


def test_the_buckets_of_both_are_there_and_no_others(client):
    assert {bucket.name for bucket in client.r2.buckets.list(account_id=ACCOUNT).buckets} == BUCKETS[
        "production"
    ] | BUCKETS["staging"]


def test_the_namespaces_of_both_are_there_and_no_others(client):
    titles = [namespace.title for namespace in client.kv.namespaces.list(account_id=ACCOUNT)]
    assert sorted(titles) == sorted(NAMESPACES["production"] | NAMESPACES["staging"])


def test_the_queues_of_both_are_there_and_no_others(client):
    assert sorted(queue.queue_name for queue in client.queues.list(account_id=ACCOUNT)) == sorted(
        QUEUES["production"] | QUEUES["staging"]
    )


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_each_queue_is_consumed_by_its_own_worker_with_its_own_dead_letter_queue(client, stack):
    suffix = "-staging" if stack == "staging" else ""
    queue = next(each for each in client.queues.list(account_id=ACCOUNT) if each.queue_name == f"exports-queue{suffix}")
    consumers = list(client.queues.consumers.list(queue.queue_id, account_id=ACCOUNT))
    assert [(each.script_name, each.dead_letter_queue) for each in consumers] == [
        (SCRIPTS[stack], f"exports-dlq{suffix}")
    ]
    assert (consumers[0].settings.batch_size, consumers[0].settings.max_retries) == (10, 3)
    assert consumers[0].settings.max_wait_time_ms == 5000


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_each_worker_has_every_binding_and_reaches_only_what_is_its_own(both_up, client, stack):
    bindings = {binding["name"]: binding for binding in both_up.settings(SCRIPTS[stack])["bindings"]}
    assert {name: binding["type"] for name, binding in bindings.items()} == BINDINGS
    assert {binding["bucket_name"] for binding in bindings.values() if binding["type"] == "r2_bucket"} == BUCKETS[stack]
    own = {
        namespace.id
        for namespace in client.kv.namespaces.list(account_id=ACCOUNT)
        if namespace.title in NAMESPACES[stack]
    }
    assert {binding["namespace_id"] for binding in bindings.values() if binding["type"] == "kv_namespace"} == own
    assert bindings["EXPORTS_QUEUE"]["queue_name"] in QUEUES[stack]


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_both_durable_object_classes_exist_with_sqlite_storage(client, stack):
    """R10, R11."""
    namespaces = [
        each for each in client.durable_objects.namespaces.list(account_id=ACCOUNT) if each.script == SCRIPTS[stack]
    ]
    assert {(each.class_, each.use_sqlite) for each in namespaces} == {
        ("ExportCoordinatorDO", True),
        ("StatePackRegistryDO", True),
    }
    scripts = {script.id: script for script in client.workers.scripts.list(account_id=ACCOUNT)}
    assert scripts[SCRIPTS[stack]].migration_tag == "v1"


def test_the_hosts_are_routed_and_proxied(client):
    """R18, R19, R20, R23."""
    zone = next(iter(client.zones.list(name="rockhound.app")))
    routes = {route.pattern: route.script for route in client.workers.routes.list(zone_id=zone.id)}
    assert routes == {f"{HOSTS[stack]}/*": SCRIPTS[stack] for stack in HOSTS}
    records = {record.name: record for record in client.dns.records.list(zone_id=zone.id)}
    assert all(record.proxied and record.type == "CNAME" for record in records.values())
    assert {name: record.content for name, record in records.items()} == {
        **dict.fromkeys(HOSTS.values(), "rockhound.app"),
        "rockhound.app": "rockhound-app.pages.dev",
    }


def test_production_is_not_on_workers_dev(client):
    assert client.workers.scripts.subdomain.get(SCRIPTS["production"], account_id=ACCOUNT).enabled is False


def test_production_does_not_go_away_by_accident(both_up):
    before = both_up.client.r2.buckets.list(account_id=ACCOUNT).buckets
    refused = both_up.run("destroy", "production", "--yes", exit_code=1)
    assert "protect" in refused
    after = both_up.client
    assert after.r2.buckets.list(account_id=ACCOUNT).buckets == before
    assert "rockhounding-api" in {script.id for script in after.workers.scripts.list(account_id=ACCOUNT)}


def test_outputs_are_for_programs_too(both_up):
    outputs = json.loads(both_up.run("outputs", "production", "--json"))
    assert outputs["environment"]["accountId"] == ACCOUNT
    assert {"kind": "on-call", "when": "after", "lines": ["R69"]} in outputs["runbook"]["attestations"]
    assert {bucket["name"] for bucket in outputs["storage"]["buckets"].values()} == BUCKETS["production"]


def test_export_is_a_checkpoint_that_pulumi_imports(both_up):
    checkpoint = json.loads(both_up.run("export", "production"))
    assert checkpoint["version"] == 3
    deployment = checkpoint["deployment"]
    assert {"manifest", "secrets_providers", "resources", "metadata"} <= set(deployment)
    assert deployment["secrets_providers"]["type"] == "passphrase"
    resources = {resource["urn"]: resource for resource in deployment["resources"]}
    assert len(resources) == len(deployment["resources"])
    assert all({"urn", "custom", "type"} <= set(resource) for resource in resources.values())
    for resource in resources.values():
        referred = [*resource.get("dependencies", []), *([resource["parent"]] if "parent" in resource else [])]
        assert set(referred) <= set(resources)
        if "provider" in resource:
            urn, _, identity = resource["provider"].rpartition("::")
            assert resources[urn]["id"] == identity


def test_development_goes_up_beside_them_with_the_two_secrets_that_it_needs(both_up, client):
    """R3, R7, R31."""
    both_up.put_secrets("development")
    both_up.run("up", "development", "--yes", "--skip-preview")
    buckets = {bucket.name for bucket in client.r2.buckets.list(account_id=ACCOUNT).buckets}
    assert buckets >= {"rockhound-exports-dev", "rockhound-state-packs-dev", "rockhound-media-dev"}
    titles = {namespace.title for namespace in client.kv.namespaces.list(account_id=ACCOUNT)}
    assert titles >= {"CACHE_KV_DEV", "SESSION_KV_DEV"}
    both_up.run("destroy", "development", "--yes", "--skip-preview")


def test_staging_goes_away_alone(both_up, client):
    """Destroying staging leaves production untouched."""
    both_up.run("destroy", "staging", "--yes")
    assert {bucket.name for bucket in client.r2.buckets.list(account_id=ACCOUNT).buckets} == BUCKETS["production"]
    assert {namespace.title for namespace in client.kv.namespaces.list(account_id=ACCOUNT)} == NAMESPACES["production"]
    assert {queue.queue_name for queue in client.queues.list(account_id=ACCOUNT)} == QUEUES["production"]
    assert {script.id for script in client.workers.scripts.list(account_id=ACCOUNT)} == {SCRIPTS["production"]}
    both_up.run("preview", "production", "--expect-no-changes")
    both_up.run("refresh", "production", "--yes", "--skip-preview", "--expect-no-changes")
