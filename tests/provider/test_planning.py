"""The rules of planning and of bodies, on small tables and on any state at all."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.provider import bodies, checking
from sandbox.provider.planning import keep_ignored, plan
from sandbox.provider.schema import (
    Kind,
    Property,
    Replaces,
    a_list,
    a_map,
    a_set,
    an_object,
    computed,
    either,
    optional,
    required,
)
from sandbox.provider.values import UNKNOWN, Secret, from_struct, plain, to_struct

TABLE: dict[str, Property] = {
    "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
    "note": optional(Kind.TEXT),
    "class": either(Kind.TEXT, default="Standard"),
    "place": either(Kind.TEXT),
    "settings": either(an_object(delay=either(Kind.NUMBER), paused=either(Kind.FLAG))),
    "rules": optional(a_list(an_object(id=required(Kind.TEXT), hint=either(Kind.TEXT)))),
    "tags": optional(a_set(Kind.TEXT)),
    "labels": optional(a_map(Kind.TEXT)),
    "created": computed(Kind.TEXT, keep=True),
    "count": computed(Kind.NUMBER),
}

texts = st.text(alphabet="abcé", max_size=3)
inputs_of_table = st.fixed_dictionaries(
    {"name": texts},
    optional={
        "note": texts,
        "class": st.sampled_from(["Standard", "Rare"]),
        "place": texts,
        "settings": st.fixed_dictionaries({}, optional={"delay": st.integers(0, 9), "paused": st.booleans()}),
        "rules": st.lists(st.fixed_dictionaries({"id": texts}, optional={"hint": texts}), max_size=3),
        "tags": st.lists(texts, max_size=3, unique=True),
        "labels": st.dictionaries(texts, texts, max_size=2),
    },
)


def answer_to(body: dict[str, Any]) -> dict[str, Any]:
    """What an API with opinions of its own makes of a body."""
    settings = {"delay": 0, "paused": False} | (body.get("settings") or {})
    return {"place": "WEUR"} | body | {"settings": settings, "created": "then", "count": 3}


def deployed(inputs: dict[str, Any]) -> dict[str, Any]:
    planned = plan(TABLE, None, inputs).state
    state = bodies.after_write(TABLE, planned, answer_to(bodies.body(TABLE, planned)))
    return bodies.without_nulls({name: value for name, value in state.items() if value is not UNKNOWN})


@given(inputs_of_table)
def test_what_was_just_deployed_needs_no_change(inputs):
    state = deployed(inputs)
    assert plan(TABLE, state, inputs).changes(state) == []


@given(inputs_of_table, inputs_of_table)
def test_planning_changes_neither_state_nor_inputs(before, after):
    state = deployed(before)
    copies = copy.deepcopy((state, after))
    plan(TABLE, state, after)
    assert (state, after) == copies


@given(inputs_of_table, inputs_of_table)
def test_a_change_that_is_planned_again_is_the_same_change(before, after):
    state = deployed(before)
    assert plan(TABLE, state, after).state == plan(TABLE, state, after).state


@given(inputs_of_table, inputs_of_table)
def test_only_another_name_replaces(before, after):
    state = deployed(before)
    assert plan(TABLE, state, after).replaces(state) == (["name"] if before["name"] != after["name"] else [])


@given(inputs_of_table, st.randoms())
def test_the_order_of_a_set_is_no_change(inputs, random):
    state = deployed(inputs)
    shuffled = dict(inputs)
    if "tags" in shuffled:
        shuffled["tags"] = random.sample(shuffled["tags"], len(shuffled["tags"]))
    assert plan(TABLE, state, shuffled).changes(state) == []


@given(inputs_of_table, inputs_of_table)
def test_an_update_names_everything_that_is_planned_and_nulls_what_left(before, after):
    state = deployed(before)
    planned = plan(TABLE, state, after).state
    body = bodies.body(TABLE, planned, state)
    assert list(body) == sorted(body)
    for name in ("note", "labels", "tags"):
        assert (name in body) == (name in after or name in state)
        assert (body.get(name) is None) == (name not in after)


@given(inputs_of_table, inputs_of_table)
def test_a_body_of_changes_is_empty_only_without_a_change_and_says_nothing_twice(before, after):
    state = deployed(before)
    planned = plan(TABLE, state, after).state
    changes = bodies.changes(TABLE, planned, state)
    for name in ("name", "note", "class"):
        assert (name in changes) == (planned.get(name) != state.get(name))


def test_defaults_enter_the_plan_and_are_written_back_when_their_property_leaves():
    state = deployed({"name": "a", "class": "Rare"})
    planned = plan(TABLE, state, {"name": "a"})
    assert (planned.changes(state), planned.state["class"]) == (["class", "count", "place", "settings"], "Standard")


def test_any_change_makes_computed_values_unknown_save_those_that_are_kept():
    state = deployed({"name": "a"})
    planned = plan(TABLE, state, {"name": "a", "note": "b"}).state
    assert (planned["count"], planned["created"]) == (UNKNOWN, "then")


def test_what_only_the_api_chose_is_no_change_when_the_program_says_nothing():
    state = deployed({"name": "a"}) | {"settings": {"delay": 60, "paused": True}}
    assert plan(TABLE, state, {"name": "a"}).changes(state) == []


def test_unknown_inputs_stay_unknown_and_ask_for_a_replacement():
    state = deployed({"name": "a"})
    planned = plan(TABLE, state, {"name": UNKNOWN})
    assert (planned.state["name"], planned.replaces(state)) == (UNKNOWN, ["name"])


def test_each_element_of_a_set_continues_another_one():
    table = {"targets": optional(a_set(an_object(id=optional(Kind.TEXT), hint=either(Kind.TEXT))))}
    state = {"targets": [{"id": "a", "hint": "x"}, {"id": "a", "hint": "y"}]}
    inputs = {"targets": [{"id": "a", "hint": "x"}, {"id": "a"}]}
    assert plan(table, state, inputs).changes(state) == []


@pytest.mark.parametrize(
    ("before", "after", "replaces"),
    [
        ({"tag": "a", "by": "upload"}, {"tag": "b"}, ["notes"]),
        ({"tag": "a", "by": "upload"}, {"tag": "a"}, []),
        (None, {"tag": "a"}, []),
        ({"tag": "a", "by": "upload"}, None, []),
    ],
    ids=["another statement", "the API's part only", "new", "gone"],
)
def test_what_the_api_sets_in_an_object_asks_for_no_replacement(before, after, replaces):
    notes = either(an_object(tag=optional(Kind.TEXT), by=computed(Kind.TEXT)), replaces=Replaces.IF_CONFIGURED_BEFORE)
    table = {"notes": notes, "note": optional(Kind.TEXT)}
    state, inputs = ({} if value is None else {"notes": value} for value in (before, after))
    assert plan(table, state, {**inputs, "note": "new"}).replaces(state) == replaces


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("note", {"note": "old", "rules": [{"id": "new"}]}),
        ("rules[0].id", {"note": "new", "rules": [{"id": "old"}]}),
        ('["note"]', {"note": "old", "rules": [{"id": "new"}]}),
        ("missing.thing", {"note": "new", "rules": [{"id": "new"}]}),
    ],
)
def test_ignored_paths_keep_the_value_of_the_state(path, kept):
    state, inputs = ({"note": word, "rules": [{"id": word}]} for word in ("old", "new"))
    assert keep_ignored(state, inputs, [path]) == kept


def test_refreshed_inputs_have_the_shape_that_they_had():
    inputs = {"note": "old", "class": "Rare", "settings": {"delay": 1}, "labels": {"a": "1", "b": "2"}}
    outputs = {
        "class": "Standard",
        "settings": {"delay": 2, "paused": True},
        "labels": {"a": "3", "c": "4"},
        "count": 3,
    }
    found = {"class": "Standard", "settings": {"delay": 2}, "labels": {"a": "3"}}
    assert checking.refreshed(TABLE, inputs, outputs) == found


def test_times_lose_their_fraction_and_documents_keep_their_spelling():
    table = {"on": computed(Kind.TIME), "meta": optional(Kind.JSON)}
    state = bodies.after_read(table, {"meta": '{"a": 1}'}, {"on": "2026-01-01T00:00:00.250000Z", "meta": {"a": 1}})
    assert state == {"on": "2026-01-01T00:00:00Z", "meta": '{"a": 1}'}
    assert bodies.after_read(table, state, {"meta": {"a": 2}})["meta"] == '{"a":2}'


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values))
def test_values_survive_the_way_through_the_protocol(values):
    assert json.dumps(from_struct(to_struct(values)), sort_keys=True) == json.dumps(_whole(values), sort_keys=True)


def _whole(value: Any) -> Any:
    match value:
        case dict():
            return {key: _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case _:
            return value


@given(st.dictionaries(st.text(), json_values))
def test_secrets_keep_their_mark_and_lose_it_only_on_demand(values):
    marked = from_struct(to_struct({"whole": Secret(values), "unknown": UNKNOWN}))
    assert isinstance(marked["whole"], Secret)
    assert marked["unknown"] is UNKNOWN
    assert json.dumps(plain(marked)["whole"], sort_keys=True) == json.dumps(_whole(values), sort_keys=True)
    assert repr(marked["whole"]) == "<secret>"
