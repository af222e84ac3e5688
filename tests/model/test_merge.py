from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from headworks.model.merge import idle_removals, merge

leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
keys = st.sampled_from("abcd")
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
mappings = st.dictionaries(keys, values, max_size=4)


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value


@given(mappings)
def test_an_empty_environment_leaves_the_system_as_it_is(base):
    assert merge(base, {}) == base


@given(mappings)
def test_over_an_empty_system_stands_what_the_environment_says_less_its_nulls(patch):
    assert merge({}, patch) == without_nulls(patch)


@given(mappings, mappings)
def test_merging_twice_is_merging_once(base, patch):
    assert merge(merge(base, patch), patch) == merge(base, patch)


@given(mappings, mappings)
def test_every_value_that_the_environment_says_holds(base, patch):
    def holds(said, merged):
        if isinstance(said, dict):
            return all(
                key not in merged if value is None else key in merged and holds(value, merged[key])
                for key, value in said.items()
            )
        return said == merged

    assert holds(patch, merge(base, patch))


@given(mappings, mappings)
def test_what_the_environment_does_not_name_stays(base, patch):
    merged = merge(base, patch)
    assert {key: merged[key] for key in base.keys() - patch.keys()} == {
        key: base[key] for key in base.keys() - patch.keys()
    }


@given(mappings, mappings)
def test_neither_side_is_changed(base, patch):
    before = deepcopy((base, patch))
    merge(base, patch)
    assert (base, patch) == before


@given(mappings, mappings)
def test_a_removal_is_idle_exactly_if_the_merge_would_be_the_same_without_it(base, patch):
    for path in idle_removals(base, patch):
        lighter = deepcopy(patch)
        parent = lighter
        for key in path[:-1]:
            parent = parent[key]
        del parent[path[-1]]
        assert merge(base, lighter) == merge(base, patch)


def test_lists_are_replaced_mappings_merged_and_null_removes():
    base = {"routes": [1, 2], "vars": {"A": "1", "B": "2"}, "limit": 3}
    patch = {"routes": [3], "vars": {"B": None, "C": "4"}, "limit": 5}
    assert merge(base, patch) == {"routes": [3], "vars": {"A": "1", "C": "4"}, "limit": 5}


def test_a_removal_of_what_is_not_there_is_found_at_any_depth():
    assert list(idle_removals({"a": {"b": 1}}, {"a": {"b": None, "c": None}, "d": None})) == [("a", "c"), ("d",)]
