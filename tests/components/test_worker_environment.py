"""What the stacks of the Rockhounding API register, in exact sets, so that absence counts."""

from typing import Any

import pytest

from components.cloudflare import D1Database, Queue, R2Bucket, WorkersKvNamespace, WorkersScript
from headworks.model.environment import Code

SYSTEM = "rockhounding-api"
COMPONENTS = {
    SYSTEM: f"{SYSTEM}-production",
    f"{SYSTEM}-names": SYSTEM,
    f"{SYSTEM}-buckets": SYSTEM,
    f"{SYSTEM}-kv-namespaces": SYSTEM,
    f"{SYSTEM}-databases": SYSTEM,
    f"{SYSTEM}-exports": SYSTEM,
    f"{SYSTEM}-durable-objects": SYSTEM,
    f"{SYSTEM}-secrets": SYSTEM,
    f"{SYSTEM}-code": SYSTEM,
    f"{SYSTEM}-schedules": SYSTEM,
    f"{SYSTEM}-routes": SYSTEM,
}
STORAGE = {
    f"{SYSTEM}-buckets-EXPORTS_BUCKET": f"{SYSTEM}-buckets",
    f"{SYSTEM}-buckets-STATE_PACKS_BUCKET": f"{SYSTEM}-buckets",
    f"{SYSTEM}-buckets-MEDIA_BUCKET": f"{SYSTEM}-buckets",
    f"{SYSTEM}-kv-namespaces-CACHE_KV": f"{SYSTEM}-kv-namespaces",
    f"{SYSTEM}-kv-namespaces-SESSION_KV": f"{SYSTEM}-kv-namespaces",
    f"{SYSTEM}-exports-queue": f"{SYSTEM}-exports",
    f"{SYSTEM}-exports-dead-letter-queue": f"{SYSTEM}-exports",
}
RULES = {
    f"{SYSTEM}-buckets-{binding}-lifecycle": f"{SYSTEM}-buckets"
    for binding in ("EXPORTS_BUCKET", "STATE_PACKS_BUCKET", "MEDIA_BUCKET")
}
SITE = {
    f"{SYSTEM}-app-site": SYSTEM,
    f"{SYSTEM}-app-site-project": f"{SYSTEM}-app-site",
    f"{SYSTEM}-app-site-rockhound.app-domain": f"{SYSTEM}-app-site",
    f"{SYSTEM}-app-site-rockhound.app-record": f"{SYSTEM}-app-site",
}
WATCHED = {
    f"{SYSTEM}-healthchecks": SYSTEM,
    f"{SYSTEM}-healthchecks-api": f"{SYSTEM}-healthchecks",
    f"{SYSTEM}-alerts": SYSTEM,
    f"{SYSTEM}-alerts-unreachable": f"{SYSTEM}-alerts",
}
SCRIPT = f"{SYSTEM}-code-script"
CODE = {
    f"{SYSTEM}-durable-objects-ledger": f"{SYSTEM}-durable-objects",
    SCRIPT: f"{SYSTEM}-code",
    f"{SYSTEM}-code-subdomain": f"{SYSTEM}-code",
    f"{SYSTEM}-schedules-trigger": f"{SYSTEM}-schedules",
    f"{SYSTEM}-exports-consumer": f"{SYSTEM}-exports",
}


def entrance(host: str) -> dict[str, str]:
    """Route and record of a host, with their parents."""
    return {
        f"{SYSTEM}-routes-{host}/*-route": f"{SYSTEM}-routes",
        f"{SYSTEM}-routes-{host}-record": f"{SYSTEM}-routes",
    }


EXPECTED = {
    "development": COMPONENTS | STORAGE | RULES | CODE,
    "staging": COMPONENTS | STORAGE | RULES | CODE | entrance("staging-api.rockhound.app"),
    "production": COMPONENTS | STORAGE | RULES | CODE | entrance("api.rockhound.app") | SITE | WATCHED,
}
STATEFUL = {*STORAGE, SCRIPT, f"{SYSTEM}-app-site-project"}


@pytest.mark.parametrize("stack", EXPECTED)
def test_a_stack_registers_exactly_these_resources_each_beneath_its_component(stack, rockhounding, deployed):
    engine = deployed(rockhounding(stack))
    assert {name: engine.parent(name) for name in engine.names} == EXPECTED[stack]


@pytest.mark.parametrize(
    ("stack", "suffix", "kv_suffix"),
    [("development", "-dev", "_DEV"), ("staging", "-staging", "_STAGING"), ("production", "", "")],
)
def test_physical_names_are_those_of_the_runbook(stack, suffix, kv_suffix, rockhounding, deployed):
    engine = deployed(rockhounding(stack))
    physical = {
        R2Bucket.pulumi_type: ("name", {f"rockhound-{kind}{suffix}" for kind in ("exports", "state-packs", "media")}),
        WorkersKvNamespace.pulumi_type: ("title", {f"CACHE_KV{kv_suffix}", f"SESSION_KV{kv_suffix}"}),
        Queue.pulumi_type: ("queueName", {f"exports-queue{suffix}", f"exports-dlq{suffix}"}),
        WorkersScript.pulumi_type: ("scriptName", {f"rockhounding-api{suffix}"}),
        D1Database.pulumi_type: ("name", set()),
    }
    found = {
        token: (key, {engine.inputs(name)[key] for name in engine.of_type(token)})
        for token, (key, _) in physical.items()
    }
    assert found == physical


def test_destroying_production_keeps_everything_that_holds_data(rockhounding, deployed):
    engine = deployed(rockhounding("production"))
    assert {name for name in engine.names if engine.requests[name].protect} == STATEFUL
    assert {name for name in engine.names if engine.requests[name].retainOnDelete} == STATEFUL


@pytest.mark.parametrize("stack", ["development", "staging"])
def test_other_environments_can_be_torn_down_and_their_caller_may_still_protect_them(stack, rockhounding, deployed):
    requests = deployed(rockhounding(stack)).requests.values()
    assert not any(request.HasField("protect") or request.HasField("retainOnDelete") for request in requests)


def test_the_script_waits_for_what_it_binds_and_everything_that_names_it_waits_for_the_script(rockhounding, deployed):
    engine = deployed(rockhounding("production"))
    bound = {*STORAGE, f"{SYSTEM}-durable-objects-ledger"} - {f"{SYSTEM}-exports-dead-letter-queue"}
    assert engine.dependencies(SCRIPT) == bound
    queues = {f"{SYSTEM}-exports-queue", f"{SYSTEM}-exports-dead-letter-queue"}
    assert engine.dependencies(f"{SYSTEM}-exports-consumer") == queues | {SCRIPT}
    assert engine.dependencies(f"{SYSTEM}-code-subdomain") == {SCRIPT}
    assert engine.dependencies(f"{SYSTEM}-routes-api.rockhound.app/*-route") == {SCRIPT}


def test_the_consumer_gets_milliseconds_where_the_api_counts_them_and_seconds_where_it_does_not(rockhounding, deployed):
    consumer = deployed(rockhounding("production")).inputs(f"{SYSTEM}-exports-consumer")
    assert consumer["settings"] == {"batchSize": 10, "maxWaitTimeMs": 5000, "maxRetries": 3, "retryDelay": 30}
    assert (consumer["scriptName"], consumer["deadLetterQueue"]) == ("rockhounding-api", "exports-dlq")


def test_bindings_are_sorted_and_no_secret_is_more_than_its_name(rockhounding, deployed):
    bindings = deployed(rockhounding("production")).inputs(SCRIPT)["bindings"]
    assert [binding["name"] for binding in bindings] == sorted(binding["name"] for binding in bindings)
    inherited = [binding for binding in bindings if binding["type"] == "inherit"]
    names = ["ADMIN_API_KEY", "MAPBOX_API_KEY", "SUPABASE_SERVICE_ROLE_KEY"]
    assert inherited == [{"type": "inherit", "name": name} for name in names]


def test_nothing_is_left_for_a_refresh_to_fill_in_and_the_next_up_to_upload_again(rockhounding, deployed):
    script = deployed(rockhounding("production")).inputs(SCRIPT)
    said = {key: value for key, value in script.items() if key not in {"bindings", "content", "annotations"}}
    assert said == {
        "accountId": "0123456789abcdef0123456789abcdef",
        "scriptName": "rockhounding-api",
        "mainModule": "worker.js",
        "compatibilityDate": "2026-02-25",
        "compatibilityFlags": [],
        "bindingsInherit": "strict",
        "keepBindings": ["secret_key", "secret_text"],
        "logpush": False,
        "usageModel": "standard",
        "observability": {
            "enabled": True,
            "headSamplingRate": 1,
            "logs": {"enabled": True, "headSamplingRate": 1, "invocationLogs": True, "persist": True},
            "traces": {"enabled": False, "headSamplingRate": 1, "persist": True},
        },
    }


def test_migrations_travel_in_the_ledger_and_never_in_the_script_where_each_upload_would_repeat_them(
    rockhounding, deployed
):
    engine = deployed(rockhounding("production"))
    ledger = engine.inputs(f"{SYSTEM}-durable-objects-ledger")
    assert "migrations" not in engine.inputs(SCRIPT)
    assert [step["tag"] for step in ledger["migrations"]] == ["v1"]
    assert engine.inputs(SCRIPT)["annotations"] == {"workersTag": f"ledger:v1:{ledger['migrations'][0]['chain'][:12]}"}


def test_each_zone_is_looked_up_once_however_many_hosts_it_has(rockhounding, deployed):
    environment = rockhounding("production")
    first = environment.routes[0]
    second = first.model_copy(update={"host": "beta-api.rockhound.app"})
    alone = {"routes": (first, second), "pages": (), "healthchecks": (), "alerts": ()}
    engine = deployed(environment.model_copy(update=alone))
    assert engine.mocks.looked_up == [{"filter": {"name": "rockhound.app"}}]


def test_with_wrangler_as_owner_of_the_code_the_stack_makes_what_surrounds_the_script(rockhounding, deployed):
    environment = rockhounding("production")
    worker = environment.worker.model_copy(update={"code": Code(owner="wrangler", main=None)})
    engine = deployed(environment.model_copy(update={"worker": worker}))
    record = {f"{SYSTEM}-routes-api.rockhound.app-record": f"{SYSTEM}-routes"}
    surroundings = COMPONENTS | STORAGE | RULES | SITE | WATCHED | record
    assert {name: engine.parent(name) for name in engine.names} == surroundings
    consumer = engine.inputs(f"{SYSTEM}-exports")["consumer"]
    assert (consumer["scriptName"], consumer["deadLetterQueue"]) == ("rockhounding-api", "exports-dlq")
    assert engine.inputs(f"{SYSTEM}-durable-objects")["migrations"]


def test_code_that_was_not_built_stops_the_program_before_anything_is_registered(rockhounding, deployed, recorder):
    environment = rockhounding("production")
    worker = environment.worker.model_copy(update={"code": Code(owner="pulumi", main="dist/absent.js")})
    with pytest.raises(Exception, match=r"dist/absent.js: there is no such file"):
        deployed(environment.model_copy(update={"worker": worker}))
    assert not recorder.names


def contains_none(value: Any) -> bool:
    if isinstance(value, dict):
        return any(contains_none(each) for each in value.values())
    return any(map(contains_none, value)) if isinstance(value, list) else value is None


@pytest.mark.parametrize("stack", EXPECTED)
def test_components_state_no_empty_values_which_a_policy_would_take_for_stated_ones(stack, rockhounding, deployed):
    engine = deployed(rockhounding(stack))
    assert not [name for name in engine.names if contains_none(engine.inputs(name))]


def test_components_show_their_inputs_to_stack_policies_which_see_outputs_only(rockhounding, deployed):
    engine = deployed(rockhounding("production"))
    components = {name for name in engine.names if engine.requests[name].type.startswith("headworks:")}
    of_production = {f"{SYSTEM}-{part}" for part in ("app-site", "healthchecks", "alerts")}
    assert components == set(COMPONENTS) - {f"{SYSTEM}-names"} | of_production
    shown = {urn.split("::")[-1]: dict(outputs) for urn, outputs in engine.outputs.items()}
    assert all(
        engine.requests[name].object[key] == shown[name][key] for name in components for key in engine.inputs(name)
    )


def test_what_could_not_be_read_from_the_account_is_said_with_the_reason(rockhounding, deployed, nothing_read):
    production = rockhounding("production")
    engine = deployed(production, nothing_read(production))
    not_verified = {"status": "not verified", "reason": "CLOUDFLARE_API_TOKEN is not set"}
    assert engine.inputs(SYSTEM)["facts"] == {"account": not_verified}
    assert not_verified.items() <= engine.inputs(f"{SYSTEM}-secrets").items()
    assert "present" not in engine.inputs(f"{SYSTEM}-secrets")
    assert not_verified.items() <= engine.inputs(f"{SYSTEM}-durable-objects").items()
