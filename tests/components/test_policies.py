"""Every component against the whole policy pack in its own process: what we ship passes what we ship.

And the other way round: what the pack is there to refuse reaches it through the components' inputs.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.struct_pb2 import ListValue, Struct, Value

from components.migrations import annotation, history
from headworks.evidence.waivers import Waiver
from headworks.facts import Fact, Facts
from headworks.model.environment import Environment, Migration
from tests.workspace import SYSTEMS

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine sends in a preview for an id that only the creation will give."""


@pytest.fixture
def judged(deployed, policy_pack, stack_name) -> Callable[..., list[Any]]:
    """What the pack says of an environment, its values as in an update, or as in the preview of a first deployment."""

    def judge(environment: Environment, facts: Facts | None = None, *, preview: bool = False, **more: Any) -> list[Any]:
        engine = deployed(environment, facts, **more)
        if preview:
            for struct in (*(request.object for request in engine.requests.values()), *engine.outputs.values()):
                make_ids_unknown(struct)
        return policy_pack.analyze_registrations(engine.requests.values(), engine.outputs, stack_name)

    return judge


def make_ids_unknown(node: Struct | ListValue) -> None:
    values = node.fields.values() if isinstance(node, Struct) else node.values
    for value in values:
        make_unknown(value)


def make_unknown(value: Value) -> None:
    kind = value.WhichOneof("kind")
    if kind == "string_value" and value.string_value.startswith("id-of-"):
        value.string_value = UNKNOWN
    elif kind in {"struct_value", "list_value"}:
        make_ids_unknown(getattr(value, kind))


def changed(environment: Environment, **worker: Any) -> Environment:
    return environment.model_copy(update={"worker": environment.worker.model_copy(update=worker)})


def rules(findings: list[Any]) -> set[str]:
    return {finding.policy for finding in findings}


STACKS = pytest.mark.parametrize("stack_name", ["development", "staging", "production"])

UNWATCHED = {("rockhounding-api", "production"), ("triggers-api", "production"), ("parquedb", "production")}
"""Environments with alerts that Cloudflare cannot watch, because their runbooks ask for them: the pack says so, as advice."""


@STACKS
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("preview", [False, True], ids=["update", "first-preview"])
def test_every_environment_of_every_system_passes_the_whole_pack(system, stack_name, preview, systems, judged):
    """Also in a first preview, which knows no ids yet."""
    findings = judged(systems(system, stack_name), preview=preview)
    advice = {"alerts-must-have-a-mechanism"} if (system, stack_name) in UNWATCHED else set()
    assert [(finding.policy, finding.message) for finding in findings if finding.policy not in advice] == []
    assert rules(findings) == advice


def test_a_secret_that_nobody_has_set_is_refused(rockhounding, judged, environment_facts):
    production = rockhounding("production")
    facts = environment_facts(production, secrets=Fact(("ADMIN_API_KEY", "MAPBOX_API_KEY")))
    (finding,) = (found for found in judged(production, facts) if found.level == "mandatory")
    assert (finding.policy, finding.level) == ("declared-secrets-must-be-set", "mandatory")
    assert "SUPABASE_SERVICE_ROLE_KEY" in finding.message


def test_a_queue_without_its_dead_letter_queue_is_refused(rockhounding, judged):
    production = rockhounding("production")
    queues = tuple(queue.model_copy(update={"dead_letter_queue": None}) for queue in production.queues)
    assert "queues-must-have-dead-letter-queue" in rules(judged(production.model_copy(update={"queues": queues})))


def test_waivers_reach_the_components_that_they_are_for(rockhounding, deployed, policy_pack):
    production = rockhounding("production")
    queues = tuple(queue.model_copy(update={"dead_letter_queue": None}) for queue in production.queues)
    today = datetime.now(UTC)
    waiver = Waiver(
        rule="queues-must-have-dead-letter-queue",
        resource="rockhounding-api-exports",
        stack="production",
        owner="ada@rockhound.app",
        reason="drained by hand for now",
        granted=today - timedelta(days=1),
        expires=today + timedelta(days=1),
    )
    engine = deployed(production.model_copy(update={"queues": queues}), waivers=[waiver])
    assert {name for name in engine.names if "waivers" in engine.requests[name].object.fields} == {
        "rockhounding-api",
        "rockhounding-api-exports",
    }
    findings = policy_pack.analyze_registrations(engine.requests.values(), engine.outputs)
    assert "queues-must-have-dead-letter-queue" not in rules(findings)
    assert "waivers-must-end" in rules(findings)
    assert "waivers-must-hold" not in rules(findings)


def test_a_live_worker_with_another_history_is_refused(rockhounding, judged, environment_facts):
    production = rockhounding("production")
    other = history([Migration(tag="v1", new_sqlite_classes=("SomethingElse",))])
    facts = environment_facts(production, migration_tag=Fact("v1"), annotation=Fact(annotation(other)))
    assert "durable-object-migrations-must-only-grow" in rules(judged(production, facts))


def test_a_live_worker_at_a_migration_that_nobody_declared_is_refused(rockhounding, judged, environment_facts):
    production = rockhounding("production")
    facts = environment_facts(production, migration_tag=Fact("v9"))
    assert "durable-object-migrations-must-only-grow" in rules(judged(production, facts))


def test_a_live_worker_that_is_at_the_declared_history_changes_no_input_after_it_was_brought_there(
    rockhounding, deployed, environment_facts
):
    production = rockhounding("production")
    steps = history(production.worker.migrations)
    facts = environment_facts(production, migration_tag=Fact("v1"), annotation=Fact(annotation(steps)))
    objects = deployed(production, facts).inputs("rockhounding-api-durable-objects")
    assert objects["status"] == "verified"
    assert not {"liveTag", "liveChain"} & set(objects)


def test_a_worker_that_shows_itself_on_workers_dev_is_refused_in_production(rockhounding, judged):
    assert any(
        "workers.dev" in finding.message for finding in judged(changed(rockhounding("production"), workers_dev=True))
    )


def test_an_account_that_was_not_reached_is_reported_as_not_verified_and_never_as_passed(
    rockhounding, judged, nothing_read
):
    production = rockhounding("production")
    findings = judged(production, nothing_read(production))
    assert {"live-state-must-be-verified", "declared-secrets-must-be-set"} <= rules(findings)
