import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.errors import Unsupported
from sandbox.engine.policy.config import Policy, PolicyConfig, PolicyConfigError, reconcile, validate


def problems(schema, value, required=()):
    return validate(Policy(name="p", level="advisory", stack=False, properties={"x": schema}, required=required), value)


@pytest.mark.parametrize(
    ("schema", "value", "complaint"),
    [
        ({"type": "number"}, "ten", "x: Invalid type. Expected: number, given: string"),
        ({"type": "integer"}, 1.5, "x: Invalid type. Expected: integer, given: number"),
        ({"type": ["string", "null"]}, True, "x: Invalid type. Expected: [string,null], given: boolean"),
        ({"enum": ["a", "b"]}, "c", 'x: x must be one of the following: "a", "b"'),
        ({"minimum": 1}, 0, "x: Must be greater than or equal to 1"),
        ({"exclusiveMaximum": 5}, 5, "x: Must be less than 5"),
        ({"minLength": 2}, "a", "x: String length must be greater than or equal to 2"),
        ({"pattern": "^a"}, "b", "x: Does not match pattern '^a'"),
        ({"minItems": 1}, [], "x: Array must have at least 1 items"),
        ({"items": {"type": "string"}}, ["a", 1], "x.1: Invalid type. Expected: string, given: integer"),
        ({"properties": {"a": {"type": "string"}}, "required": ["b"]}, {"a": "t"}, "x: b is required"),
        ({"properties": {}, "additionalProperties": False}, {"a": 1}, "x: Additional property a is not allowed"),
    ],
)
def test_complaints_have_the_words_of_pulumis_validator(schema, value, complaint):
    assert problems(schema, {"x": value}) == [complaint]


def test_a_required_value_that_is_missing_is_named():
    assert problems({"type": "number"}, {}, required=("x",)) == ["x is required"]


schemas = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "number", "integer", "boolean", "array", "object", ["string", "null"]]),
        "minimum": st.integers(-3, 3),
        "exclusiveMaximum": st.integers(-3, 3),
        "multipleOf": st.integers(1, 3),
        "minLength": st.integers(0, 3),
        "maxItems": st.integers(0, 3),
        "uniqueItems": st.booleans(),
        "minProperties": st.integers(0, 2),
        "additionalProperties": st.booleans(),
        "items": st.just({"type": "string"}),
        "enum": st.lists(st.sampled_from(["a", 1, True, None, [1], {"a": 0}]), min_size=1, unique_by=repr),
        "const": st.sampled_from([0, False, [True]]),
    },
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.sampled_from(["", "a", "abc"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)


@given(schemas, values)
def test_what_is_accepted_is_what_json_schema_accepts(schema, value):
    assert (problems(schema, {"x": value}) == []) == jsonschema_rs.is_valid(schema, value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [({"enum": [1]}, True), ({"const": False}, 0), ({"enum": [[1]]}, [True]), ({"const": {"a": 1}}, {"a": True})],
)
def test_a_boolean_is_no_number(schema, value):
    """A failure that the property above found once in some thousand runs."""
    assert problems(schema, {"x": value})


@pytest.mark.parametrize("value", [[1, True], [[0], [False]]])
def test_a_boolean_and_a_number_are_two_unique_items(value):
    assert problems({"uniqueItems": True}, {"x": value}) == []


def test_a_keyword_that_is_not_understood_is_refused_not_passed():
    with pytest.raises(Unsupported, match="'oneOf'"):
        problems({"oneOf": []}, {"x": 1})


def policy(name="p", **properties):
    return Policy(name=name, level="advisory", stack=False, properties=properties)


def test_given_values_come_over_initial_ones_and_those_over_defaults():
    declared = policy(a={"default": 1}, b={"default": 1}, c={"default": 1})
    settled = reconcile(
        [declared],
        {"p": PolicyConfig(level="mandatory", properties={"b": 2, "c": 2})},
        {"p": PolicyConfig(properties={"c": 3})},
    )
    assert settled == {"p": PolicyConfig(level="mandatory", properties={"a": 1, "b": 2, "c": 3})}


def test_all_sets_every_level_that_is_not_named():
    settled = reconcile(
        [policy("p"), policy("q")], {}, {"all": PolicyConfig(level="mandatory"), "q": PolicyConfig(level="disabled")}
    )
    assert {name: found.level for name, found in settled.items()} == {"p": "mandatory", "q": "disabled"}


def test_every_complaint_is_told_at_once():
    with pytest.raises(PolicyConfigError, match=r"p: a: Invalid.*\nq: a: Invalid"):
        reconcile(
            [policy("p", a={"type": "string"}), policy("q", a={"type": "string"})],
            {},
            {name: PolicyConfig(properties={"a": 1}) for name in "pq"},
        )
