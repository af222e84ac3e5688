"""Paths into property values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.errors import EngineError
from sandbox.engine.resource.property_path import contains, parse, reset
from sandbox.engine.resource.values import Secret


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("tags", ("tags",)),
        ("tags.team", ("tags", "team")),
        ("rules[0].ports[*]", ("rules", 0, "ports", "*")),
        ('tags["a.b"].c', ("tags", "a.b", "c")),
        (r'tags["say \"hi\""]', ("tags", 'say "hi"')),
        ("*", ("*",)),
    ],
)
def test_a_path_is_read_as_pulumi_reads_it(text, path):
    assert parse(text) == path


@pytest.mark.parametrize("text", ["tags.", "[a]", "a[", 'a["b'])
def test_what_is_no_path_is_named(text):
    with pytest.raises(EngineError, match="is not a property path"):
        parse(text)


def test_a_path_contains_what_lies_below_it():
    assert contains(parse("tags"), parse("tags.team"))
    assert contains(parse("rules[*].port"), parse("rules[3].port"))
    assert contains(parse("*"), parse("anything.at[0]"))
    assert not contains(parse("tags.team"), parse("tags"))
    assert not contains(parse("tags"), parse("tag"))


values = st.recursive(
    st.one_of(st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=8,
)
properties = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(properties, properties)
def test_an_ignored_property_has_its_old_value_and_the_others_their_new_ones(old, new):
    result, done = reset(parse("a"), old, new)
    assert done
    assert result.get("a", "absent") == old.get("a", "absent")
    assert {key: value for key, value in result.items() if key != "a"} == {
        key: value for key, value in new.items() if key != "a"
    }


@given(properties, properties, st.sampled_from(["a.b", "b[0]", "a[*].c", "c[1].a"]))
def test_ignoring_changes_nothing_in_what_was_given(old, new, text):
    before = (repr(old), repr(new))
    reset(parse(text), old, new)
    assert (repr(old), repr(new)) == before


@given(properties, st.sampled_from(["a", "a.b", "b[0]", "a[*].c"]))
def test_without_a_change_there_is_nothing_to_ignore(value, text):
    assert reset(parse(text), value, value)[0] == value


def test_an_added_element_of_a_list_cannot_be_ignored():
    assert reset(parse("rules[1]"), {"rules": [1]}, {"rules": [1, 2]}) == ({"rules": [1, 2]}, False)


def test_every_element_of_a_list_can_be_ignored():
    old, new = {"rules": [{"port": 1, "name": "a"}]}, {"rules": [{"port": 2, "name": "b"}]}
    assert reset(parse("rules[*].port"), old, new) == ({"rules": [{"port": 1, "name": "b"}]}, True)


def test_a_path_into_a_secret_leaves_it_secret():
    result, done = reset(parse("keys.one"), {"keys": Secret({"one": 1})}, {"keys": Secret({"one": 2, "two": 2})})
    assert (result, done) == ({"keys": Secret({"one": 1, "two": 2})}, True)


@pytest.mark.parametrize(
    ("text", "old", "new", "result", "done"),
    [
        ("tags.team", {}, {"tags": {"team": 1, "cost": 2}}, {"tags": {"cost": 2}}, True),
        ("tags.team", {"tags": {"team": 1}}, {}, {}, False),
        ("tags.team", {"tags": 1}, {"tags": 2}, {"tags": 2}, True),
        ("tags.*", {"tags": {"a": 1}}, {"tags": {"a": 2, "b": 2}}, {"tags": {"a": 1}}, True),
        ("tags.*", {}, {"tags": {"a": 2}}, {"tags": {"a": 2}}, True),
        ("tags.*.x", {"tags": {"a": {"x": 1}}}, {"tags": {"a": {}, "b": {"x": 2}}}, {"tags": {"a": {"x": 1}, "b": {"x": 2}}}, True),
        ("rules[5]", {"rules": [1]}, {"rules": [2]}, {"rules": [2]}, True),
        ("rules[*]", {"rules": [1, 1, 1]}, {"rules": [2, 2]}, {"rules": [1, 1]}, False),
        ("rules[*].x", {"rules": [{}, {}, {}]}, {"rules": [{"x": 1}, {"x": 1}]}, {"rules": [{}, {}]}, False),
    ],
)  # fmt: skip
def test_what_one_side_alone_has_is_ignored_as_pulumi_ignores_it(text, old, new, result, done):
    assert reset(parse(text), old, new) == (result, done)


def test_what_is_taken_out_of_an_old_secret_stays_secret():
    old, new = {"keys": Secret({"one": [1, 2]})}, {"keys": {"one": [3, 4], "two": 5}}
    assert reset(parse("keys.one"), old, new)[0] == {"keys": {"one": Secret([1, 2]), "two": 5}}
    assert reset(parse("keys.one[1]"), old, new)[0] == {"keys": {"one": [3, Secret(2)], "two": 5}}
    assert reset(parse("keys.*"), old, new)[0] == {"keys": {"one": Secret([1, 2])}}
