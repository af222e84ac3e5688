from hypothesis import given
from hypothesis import strategies as st

from headworks.model.ordering import cycles, in_order

keys = st.sampled_from("abcdef")
graphs = st.dictionaries(keys, st.lists(keys | st.just("elsewhere"), max_size=4), max_size=6)


def reachable(needs, start):
    found, pending = set(), list(needs[start])
    while pending:
        key = pending.pop()
        if key in needs and key not in found:
            found.add(key)
            pending.extend(needs[key])
    return found


@given(graphs)
def test_every_key_comes_once_and_nothing_else_does(needs):
    assert sorted(in_order(needs)) == sorted(needs)


@given(graphs)
def test_without_a_cycle_each_key_comes_after_those_that_it_needs(needs):
    if cycles(needs):
        return
    order = in_order(needs)
    for key, needed in needs.items():
        assert all(order.index(each) < order.index(key) for each in needed if each in needs)


@given(graphs)
def test_a_cycle_is_found_exactly_if_some_key_needs_itself_in_the_end(needs):
    assert bool(cycles(needs)) == any(key in reachable(needs, key) for key in needs)


@given(graphs)
def test_what_is_told_as_a_cycle_is_one(needs):
    for cycle in cycles(needs):
        for key, following in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert following in needs[key]


def test_the_order_is_the_same_however_the_keys_were_written():
    """An engine hands the configuration over with its keys sorted, the files have them as people wrote them."""
    assert in_order({"c": [], "a": [], "b": []}) == ("a", "b", "c")
    assert in_order({"a": ["c", "b"], "b": [], "c": []}) == ("b", "c", "a")
    assert (
        in_order({"c": ["b", "a"], "b": [], "a": []})
        == in_order({"a": [], "b": [], "c": ["a", "b"]})
        == ("a", "b", "c")
    )
    assert in_order({"gateway": ["db", "auth"], "db": [], "auth": ["db"]}) == ("db", "auth", "gateway")
