"""Whether one JSON value contains another."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.probes.containment import contains, differences

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
KEYS = st.text(max_size=3)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@st.composite
def parts(draw: st.DrawFn, whole: object) -> object:
    """What is left of a value when members and items are taken out of it, at any depth."""
    match whole:
        case dict():
            return {key: draw(parts(whole[key])) for key in whole if draw(st.booleans())}
        case list():
            return draw(st.permutations([draw(parts(item)) for item in whole if draw(st.booleans())]))
        case _:
            return whole


@given(JSON.flatmap(lambda whole: st.tuples(st.just(whole), parts(whole))))
def test_a_value_contains_itself_and_its_parts(whole_and_part):
    whole, part = whole_and_part
    assert contains(whole, whole)
    assert contains(whole, part)
    assert not list(differences(part, whole))


@given(JSON, JSON)
def test_two_values_that_contain_each_other_have_the_same_members(one, other):
    if contains(one, other) and contains(other, one) and isinstance(one, dict):
        assert isinstance(other, dict)
        assert one.keys() == other.keys()


@given(JSON, JSON, JSON)
def test_what_a_part_contains_the_whole_contains_too(whole, part, smaller):
    if contains(whole, part) and contains(part, smaller):
        assert contains(whole, smaller)


@given(st.dictionaries(KEYS, JSON), KEYS, JSON)
def test_a_member_that_is_not_there_is_missed_and_named(whole, key, value):
    whole.pop(key, None)
    assert list(differences({key: value}, whole)) == [f"{key} is not there"]


@given(JSON, JSON)
def test_any_two_values_can_be_compared(one, other):
    assert contains(one, other) is (not list(differences(other, one)))


@pytest.mark.parametrize(
    ("wanted", "found", "says"),
    [
        ({"status": "ok"}, {"status": "degraded"}, ['status is "degraded" and not "ok"']),
        (
            {"status": "ok", "db": {"up": True}},
            {"db": {"up": False}},
            ["status is not there", "db.up is false and not true"],
        ),
        ({"up": True}, {"up": 1}, ["up is 1 and not true"]),
        ({"count": 0}, {"count": False}, ["count is false and not 0"]),
        ({"count": 1}, {"count": 1.0}, []),
        ({"count": None}, {}, ["count is not there"]),
        ({"tags": ["a"]}, {"tags": ["b", "a"]}, []),
        ({"tags": ["a", "c"]}, {"tags": ["b", "a"]}, ['tags has no "c"']),
        ({"services": [{"name": "db"}]}, {"services": [{"name": "web"}, {"name": "db", "up": True}]}, []),
        ({"tags": []}, {"tags": "none"}, ['tags is "none" and not []']),
        ({"a": {}}, {"a": []}, ["a is [] and not {}"]),
        ({"a": 1}, [{"a": 1}], ['it is [{"a": 1}] and not {"a": 1}']),
    ],
)
def test_where_two_values_differ_is_told(wanted, found, says):
    assert list(differences(wanted, json.loads(json.dumps(found)))) == says


def test_a_long_value_is_told_in_short():
    (difference,) = differences({"text": "ok"}, {"text": "x" * 1000})
    assert len(difference) < 100
