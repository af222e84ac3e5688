"""Names and values as the display writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.display.rows import Board
from sandbox.engine.display.values import changes, short, whole
from sandbox.engine.display.words import display_name
from sandbox.engine.resource.values import SIGNATURE, UNKNOWN_TEXT
from tests.engine.display.events import HIDDEN


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("aws:s3/bucket:Bucket", "aws:s3:Bucket"),
        ("cloudflare:index/r2Bucket:R2Bucket", "cloudflare:index:R2Bucket"),
        ("pulumi-python:dynamic/conf:Thing", "pulumi-python:dynamic/conf:Thing"),
        ("pulumi:pulumi:Stack", "pulumi:pulumi:Stack"),
        ("pulumi:providers:aws", "pulumi:providers:aws"),
    ],
)
def test_types_are_shortened_as_pulumi_does(token, name):
    assert display_name(token) == name


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", UNKNOWN_TEXT]) | st.just(HIDDEN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(["a", "b", "__internal"]), values, max_size=3)


@given(objects, objects)
def test_no_value_breaks_the_display_and_equal_objects_have_no_changes(old, new):
    for line in (*whole(new, 1, "create", signed=True), *changes(old, new, 1), *changes(old, new, 1, sames=True)):
        rendered = line.render().plain
        assert SIGNATURE not in rendered
        assert "__internal" not in rendered
    assert list(changes(new, new, 1)) == []
    assert short(new, new) == ""


def test_a_board_takes_unknown_events_in_silence():
    assert Board(preview=True).take({"sequence": 1, "timestamp": 2, "progressEvent": {"message": "x"}}) is None
