"""An environment of several Workers: who binds what, who is made before whom, and what is left to wrangler."""

from typing import Any

import pulumi
import pytest

from headworks.facts import Fact
from headworks.model.environment import Code, Companion, Environment, Queue, QueueConsumer

T = "triggers-api"
D = "dotdo"


def types(engine, name: str) -> dict[str, str]:
    return {binding["name"]: binding["type"] for binding in engine.inputs(name)["bindings"]}


def test_the_stack_makes_all_of_triggers_api_but_what_needs_the_script_that_wrangler_uploads(systems, deployed):
    engine = deployed(systems(T, "staging"))
    around_main = {
        T,
        f"{T}-names",
        f"{T}-buckets",
        f"{T}-kv-namespaces",
        f"{T}-kv-namespaces-AUTH_KV",
        f"{T}-kv-namespaces-METRICS_KV",
        f"{T}-databases",
        f"{T}-databases-DB",
        f"{T}-databases-DB-migrations",
        f"{T}-events",
        f"{T}-events-queue",
        f"{T}-events-dead-letter-queue",
        f"{T}-workflows",
        f"{T}-durable-objects",
        f"{T}-secrets",
        f"{T}-tail",
        f"{T}-code",
        f"{T}-schedules",
        f"{T}-routes",
        f"{T}-routes-api-staging.yourdomain.com-record",
    }
    around_tail = {
        f"{T}-tail-durable-objects",
        f"{T}-tail-secrets",
        f"{T}-tail-code",
        f"{T}-tail-code-script",
        f"{T}-tail-code-subdomain",
        f"{T}-tail-schedules",
        f"{T}-tail-schedules-trigger",
        f"{T}-tail-routes",
    }
    watched = {name for name in engine.names if name.startswith((f"{T}-alerts", f"{T}-healthchecks"))}
    assert engine.names - watched == around_main | around_tail
    assert engine.inputs(f"{T}-tail") == {
        "accountId": "0123456789abcdef0123456789abcdef",
        "production": False,
        "scriptName": "triggers-api-staging",
        "owner": "wrangler",
        "consumers": ["triggers-api-tail-staging"],
    }
    assert engine.inputs(f"{T}-workflows")["workflows"][0]["className"] == "ProcessEventWorkflow"
    assert engine.inputs(f"{T}-events")["consumer"]["scriptName"] == "triggers-api-staging"


def uploaded_here(environment: Environment) -> Environment:
    """As if the stack uploaded the code."""
    code = Code(owner="pulumi", main="apps/triggers-api/src/index.ts")
    worker = environment.worker.model_copy(
        update={"code": code, "rollback_to": "5b6d1e3c-9f5e-4f0e-a7e6-2d6a6a1c3f11", "services": {"LOGS": f"{T}-tail"}}
    )
    return environment.model_copy(update={"worker": worker})


def test_what_needs_the_script_is_made_after_it_when_the_stack_uploads_it(systems, deployed):
    engine = deployed(uploaded_here(systems(T, "production")))
    script = f"{T}-code-script"
    for name in ("events-consumer", "workflows-process-event", "schedules-trigger", "code-rollback", "code-subdomain"):
        assert script in engine.dependencies(f"{T}-{name}"), name
    assert engine.inputs(f"{T}-workflows-process-event") == {
        "accountId": "0123456789abcdef0123456789abcdef",
        "workflowName": "process-event-workflow",
        "className": "ProcessEventWorkflow",
        "scriptName": "triggers-api",
    }
    assert engine.requests[f"{T}-workflows-process-event"].protect


def test_the_script_comes_after_its_tables_its_tail_worker_and_the_workers_that_it_calls(systems, deployed):
    engine = deployed(uploaded_here(systems(T, "production")))
    script = engine.inputs(f"{T}-code-script")
    assert {f"{T}-databases-DB-migrations", f"{T}-tail-code-script"} <= engine.dependencies(f"{T}-code-script")
    assert script["tailConsumers"] == [{"service": "triggers-api-tail"}]
    by_name = {binding["name"]: binding for binding in script["bindings"]}
    assert by_name["LOGS"] == {
        "type": "service",
        "name": "LOGS",
        "service": "triggers-api-tail",
        "environment": "production",
    }
    assert by_name["RATE_LIMIT"] == {
        "type": "ratelimit",
        "name": "RATE_LIMIT",
        "namespaceId": "1001",
        "simple": {"limit": 100, "period": 60},
    }
    assert by_name["PROCESS_EVENT_WORKFLOW"] == {
        "type": "workflow",
        "name": "PROCESS_EVENT_WORKFLOW",
        "workflowName": "process-event-workflow",
        "className": "ProcessEventWorkflow",
    }


def test_a_rollback_gets_all_requests(systems, deployed):
    rollback = deployed(uploaded_here(systems(T, "production"))).inputs(f"{T}-code-rollback")
    assert rollback["strategy"] == "percentage"
    assert rollback["versions"] == [{"versionId": "5b6d1e3c-9f5e-4f0e-a7e6-2d6a6a1c3f11", "percentage": 100}]


def test_each_worker_has_the_bindings_that_name_it_and_no_others(systems, deployed):
    engine = deployed(systems(D, "production"))
    dispatcher, deploy = types(engine, f"{D}-code-script"), types(engine, f"{D}-deploy-code-script")
    assert dispatcher == {"DISPATCHER": "dispatch_namespace", "ENVIRONMENT": "plain_text", "SERVICES": "plain_text"}
    assert {"BUNDLES": "r2_bucket", "NEON": "hyperdrive", "DEPLOY_API_KEY": "inherit"}.items() <= deploy.items()
    assert "DISPATCHER" not in deploy


def test_each_worker_is_judged_by_its_own_facts(systems, deployed, environment_facts):
    environment = systems(D, "production")
    facts = environment_facts(environment)
    unset = facts.scripts["deploy"].__class__(secrets=Fact(()), migration_tag=Fact(""), annotation=Fact(""))
    scripts = {**facts.scripts, "deploy": unset}
    engine = deployed(environment, facts.__class__(account=facts.account, scripts=scripts))
    assert engine.inputs(f"{D}-deploy-secrets")["present"] == []
    assert engine.inputs(f"{D}-deploy-secrets")["scriptName"] == "deploy"


def test_the_policies_see_every_worker_of_the_environment(systems, deployed):
    inputs = deployed(systems(D, "staging")).inputs(D)
    (companion,) = inputs["companions"]
    assert (companion["key"], companion["scriptName"], companion["workersDev"]) == ("deploy", "deploy-staging", False)
    assert {each["key"] for each in inputs["external"]} == {"neon", "clickhouse"}
    assert inputs["scriptName"] == "dispatcher-staging"


def test_workers_that_bind_each_other_in_a_circle_are_refused_with_a_way_out(systems, deployed, recorder):
    environment = systems(T, "production")
    (tail,) = environment.companions
    calling_back = tail.worker.model_copy(update={"services": {"MAIN": "triggers-api"}})
    circle = environment.model_copy(update={"companions": (tail.model_copy(update={"worker": calling_back}),)})
    with pytest.raises(pulumi.RunError, match=r"bind each other in a circle \(.*triggers-api-tail.*\)"):
        deployed(circle)
    assert not recorder.names


def test_a_worker_may_bind_itself(systems, deployed):
    environment = systems(D, "development")
    itself = environment.worker.model_copy(update={"services": {"SELF": environment.worker.name}})
    engine = deployed(environment.model_copy(update={"worker": itself}))
    (binding,) = (b for b in engine.inputs(f"{D}-code-script")["bindings"] if b["name"] == "SELF")
    assert binding["service"] == "dispatcher-development"


def consumed_by_companion(environment: Environment) -> Environment:
    """The events are consumed by the tail Worker, and so are the dead letters, in a queue of their own right."""
    (events,) = environment.queues
    consumer = QueueConsumer(
        max_batch_size=10, max_batch_timeout=1, max_retries=3, max_concurrency=None, retry_delay=0, worker="tail"
    )
    dead_letters = Queue(
        key="dead-letters",
        name="event-dlq",
        binding=None,
        delivery_delay=0,
        message_retention_period=1209600,
        consumer=consumer,
        dead_letter_queue=None,
        jurisdiction="eu",
    )
    assert events.dead_letter_queue
    declared = events.dead_letter_queue.model_copy(update={"queue": "dead-letters"})
    consumed = events.model_copy(update={"consumer": consumer, "dead_letter_queue": declared})
    return environment.model_copy(update={"queues": (consumed, dead_letters)})


def test_a_companion_consumes_and_a_declared_queue_takes_the_dead_letters(systems, deployed):
    engine = deployed(consumed_by_companion(systems(T, "production")))
    assert f"{T}-events-dead-letter-queue" not in engine.names
    consumer = engine.inputs(f"{T}-events-consumer")
    assert (consumer["scriptName"], consumer["deadLetterQueue"]) == ("triggers-api-tail", "event-dlq")
    assert engine.dependencies(f"{T}-events-consumer") == {
        f"{T}-events-queue",
        f"{T}-dead-letters-queue",
        f"{T}-tail-code-script",
    }
    assert engine.inputs(f"{T}-dead-letters")["deadLettersOf"] == ["events"]
    assert engine.inputs(f"{T}-dead-letters-queue")["jurisdiction"] == "eu"
    assert "jurisdiction" not in engine.inputs(f"{T}-events-queue")


def test_the_switch_for_an_emergency_takes_the_workers_off_their_routes(systems, deployed):
    environment = systems(D, "production")
    engine = deployed(environment.model_copy(update={"routes_enabled": False}))
    routes = engine.of_type("cloudflare:index/workersRoute:WorkersRoute")
    assert len(routes) == 8
    assert not any("script" in engine.inputs(route) for route in routes)
    assert not engine.of_type("cloudflare:index/workersCustomDomain:WorkersCustomDomain")
    assert engine.inputs(f"{D}-routes")["enabled"] is False
    assert engine.inputs(D)["routesEnabled"] is False


def test_residency_reaches_everything_that_keeps_data(systems, deployed):
    environment = systems(T, "production")
    in_the_eu: dict[str, Any] = {
        "kv_namespaces": tuple(e.model_copy(update={"jurisdiction": "eu"}) for e in environment.kv_namespaces),
        "databases": tuple(
            e.model_copy(update={"jurisdiction": "eu", "primary_location_hint": None}) for e in environment.databases
        ),
        "queues": tuple(e.model_copy(update={"jurisdiction": "eu"}) for e in environment.queues),
    }
    engine = deployed(environment.model_copy(update=in_the_eu))
    keeping = [
        name
        for token in ("workersKvNamespace:WorkersKvNamespace", "d1Database:D1Database", "queue:Queue")
        for name in engine.of_type(f"cloudflare:index/{token}")
    ]
    assert len(keeping) == 5
    assert {engine.inputs(name)["jurisdiction"] for name in keeping} == {"eu"}
    register = engine.inputs(f"{T}-names")
    assert register["databases"] == {"DB": "triggers-api (eu)"}
    assert register["kvNamespaces"] == {"AUTH_KV": "eu", "METRICS_KV": "eu"}
    assert register["queues"] == {"events": "eu"}
    assert register["workflows"] == {"process-event": "process-event-workflow"}
    assert register["scripts"] == {"worker": "triggers-api", "tail": "triggers-api-tail"}


def test_the_register_holds_the_names_of_a_platform(systems, deployed):
    register = deployed(systems(D, "production")).inputs(f"{D}-names")
    assert register["dispatchNamespaces"] == {"platform": "dotdo-production"}


def test_a_companion_whose_code_was_not_built_stops_the_program_by_its_name(systems, deployed, recorder):
    environment = systems(T, "production")
    (tail,) = environment.companions
    unbuilt = tail.worker.model_copy(update={"code": Code(owner="pulumi", main="dist/tail.js")})
    companion = Companion(key="tail", worker=unbuilt, routes=(), secrets=())
    with pytest.raises(pulumi.RunError, match=r"dist/tail.js: .* no code of triggers-api-tail to upload"):
        deployed(environment.model_copy(update={"companions": (companion,)}))
    assert not recorder.names
