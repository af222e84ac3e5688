"""Waivers in the graph: what they silence, for how long, and that nobody forgets them."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.clock import now

RULE = "queues-must-have-dead-letter-queue"
TODAY = datetime.now(UTC)


def waiver(**other):
    stated = {
        "rule": RULE,
        "resource": "exports",
        "owner": "ada@rockhound.app",
        "reason": "the queue is drained by hand until the export is rewritten",
        "granted": (TODAY - timedelta(days=2)).isoformat(),
        "expires": (TODAY + timedelta(days=20)).isoformat(),
    }
    return {key: value for key, value in (stated | other).items() if value is not None}


def waive(world, *waivers, also=()):
    """As the components do: the environment has all of them, the others theirs."""
    world["api"].update(waivers=list(waivers))
    for name in ("exports", *also):
        world[name].update(waivers=list(waivers))


def without_dead_letters(world):
    world["exports"]["consumer"].pop("deadLetterQueue")


def refusals(findings):
    return [(found.policy, found.message.split("\n")[-1]) for found in findings if found.level == "mandatory"]


def test_a_waived_violation_is_shown_as_waived_and_stops_nothing(production):
    without_dead_letters(production)
    waive(production, waiver())
    (shown,) = production.judged()
    assert (shown.policy, shown.level) == ("waivers-must-end", "advisory")
    until = f"{TODAY + timedelta(days=20):%Y-%m-%d %H:%M} UTC"
    assert (
        f"exports.consumer.deadLetterQueue: {RULE} is waived until {until} by ada@rockhound.app: the queue is"
        in shown.message
    )
    assert "a message that fails its last retry is deleted for good" in shown.message


def test_a_violation_of_the_graph_is_waived_for_any_resource_by_what_the_environment_knows(production):
    production.resources["rockhound-media"].protect = False
    production["api"].update(waivers=[waiver(rule="stateful-resources-must-be-protected", resource="rockhound-m*")])
    (shown,) = production.judged()
    assert (shown.policy, shown.level) == ("waivers-must-end", "advisory")
    assert shown.message.split("\n")[-1].startswith(
        "rockhound-media: stateful-resources-must-be-protected is waived until"
    )


def test_an_incident_is_named(production):
    without_dead_letters(production)
    hours = {"granted": TODAY - timedelta(hours=1), "expires": TODAY + timedelta(hours=2)}
    waive(production, waiver(incident="INC-4711", **{key: each.isoformat() for key, each in hours.items()}))
    (shown,) = production.judged()
    assert "by ada@rockhound.app for INC-4711:" in shown.message


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"expires": (TODAY - timedelta(hours=1)).isoformat()}, "it ended at"),
        ({"granted": (TODAY + timedelta(hours=1)).isoformat()}, "it is granted only from"),
        ({"expires": (TODAY + timedelta(days=89)).isoformat()}, "it ends later than 90 days after it was granted"),
        ({"incident": "INC-4711"}, "break-glass ends after 4 hours"),
        ({"expires": (TODAY - timedelta(days=3)).isoformat()}, "it ended at"),
        ({"expires": "some day"}, "it does not say from when until when it holds"),
        ({"granted": None}, "it does not say from when until when it holds"),
        ({"owner": ""}, "nobody answers for it"),
        ({"reason": None}, "it has no reason"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_waiver_that_does_not_count_is_refused_and_silences_nothing(production, other, says):
    without_dead_letters(production)
    waive(production, waiver(**other))
    (broken, faulty) = refusals(production.judged())
    assert broken[0] == RULE
    assert faulty[0] == "waivers-must-hold"
    assert f"api.waivers[0]: the waiver of {RULE} for exports does not count: {says}" in faulty[1]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({}, "nothing that it is for breaks the rule here"),
        ({"resource": "imports"}, "nothing that it is for breaks the rule here"),
        ({"rule": "queues-must-have-dead-letter-queues"}, f"there is no such rule; did you mean {RULE}?"),
    ],
)
def test_a_waiver_that_nothing_needs_is_refused(production, other, says):
    waive(production, waiver(**other))
    ((rule, message),) = refusals(production.judged())
    assert rule == "waivers-must-hold"
    assert says in message


def test_a_waiver_for_what_is_only_advice_is_not_needed(production):
    production.become("staging")
    production["api"]["names"]["queues"].clear()
    without_dead_letters(production)
    waive(production, waiver())
    assert [rule for rule, _ in refusals(production.judged())] == ["waivers-must-hold"]


def test_a_resource_that_is_no_component_cannot_be_waived_for_what_is_judged_by_its_inputs(production):
    production.add("QueueConsumer", "raw", {"type": "worker", "settings": {"maxRetries": 1}})
    production["api"].update(waivers=[waiver(resource="raw")])
    (broken, faulty) = refusals(production.judged())
    assert (broken[0], faulty[0]) == (RULE, "waivers-must-hold")
    assert "only a component knows its waivers" in faulty[1]


def test_a_waiver_silences_its_own_rule_and_resource_only(production):
    without_dead_letters(production)
    production["exports"]["consumer"].update(maxRetries=0)
    waive(production, waiver())
    assert [rule for rule, _ in refusals(production.judged())] == ["consumers-must-retry"]


def test_what_a_preview_does_not_know_makes_no_waiver_unneeded(production, complaints):
    production["exports"]["consumer"].update(deadLetterQueue=production.unknown)
    waive(production, waiver())
    assert complaints(production.judged()) == set()


def test_the_day_can_be_set_for_the_process_of_the_pack(monkeypatch):
    monkeypatch.setenv("HEADWORKS_NOW", "2931-02-03T04:05:06")
    assert now() == datetime(2931, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(("day", "reason"), [("tomorrow", "which is no time"), ("2026-11-01", "which is past")])
def test_a_day_that_is_none_or_is_past_is_refused(monkeypatch, day, reason):
    """At a day that is past, waivers that have ended since would count again."""
    monkeypatch.setenv("HEADWORKS_NOW", day)
    with pytest.raises(ValueError, match=reason):
        now()
