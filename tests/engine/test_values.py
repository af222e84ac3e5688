"""Property values survive every form that they are written in."""

import math
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.resource.values import (
    ASSET,
    MASK,
    OUTPUT,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TEXT,
    UNKNOWN_TEXTS,
    Secret,
    contains_secret,
    contains_unknown,
    from_checkpoint,
    from_struct,
    masked,
    number,
    plain,
    secret,
    to_checkpoint,
    to_struct,
)

numbers = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False).map(number))
texts = st.text().filter(lambda text: text not in UNKNOWN_TEXTS)
keys = st.text(min_size=1).filter(lambda text: text != SIGNATURE)
leaves = st.one_of(st.none(), st.booleans(), numbers, texts, st.just(UNKNOWN))


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4), inner.map(secret))


values = st.recursive(leaves, containers, max_leaves=12)
properties = st.dictionaries(keys, values, max_size=5)


@given(properties)
def test_what_goes_to_a_provider_comes_back_the_same(given_values):
    assert from_struct(Struct.FromString(to_struct(given_values).SerializeToString())) == given_values


@given(properties)
def test_what_is_written_to_state_is_read_the_same(given_values):
    hidden: dict[str, str] = {}

    def encrypt(text: str) -> str:
        return hidden.setdefault(f"cipher-{len(hidden)}", text) and f"cipher-{len(hidden) - 1}"

    written = to_checkpoint(given_values, encrypt)
    assert from_checkpoint(written, hidden.__getitem__) == given_values


@given(properties)
def test_plaintext_exports_are_read_the_same(given_values):
    written = to_checkpoint(given_values, str, key="plaintext")
    assert from_checkpoint(written, lambda _: pytest.fail("nothing is encrypted here")) == given_values


@given(properties)
def test_a_provider_that_knows_no_secrets_is_sent_plain_values(given_values):
    assert from_struct(to_struct(given_values, keep_secrets=False)) == plain(given_values)


planted = st.recursive(st.just(Secret("planted")), containers, max_leaves=6)


@given(st.dictionaries(keys, planted, min_size=1))
def test_neither_events_nor_tracebacks_hold_a_secret(given_values):
    assert "planted" not in repr(masked(given_values))
    assert "planted" not in repr(given_values)
    assert MASK in repr(masked({"key": Secret("planted")}))


@given(values)
def test_a_value_without_marks_is_plain(value):
    assert not contains_secret(plain(value))
    assert contains_unknown(plain(value)) == contains_unknown(value)


@pytest.mark.parametrize("text", sorted(UNKNOWN_TEXTS))
def test_every_kind_of_unknown_is_understood_and_one_is_written(text):
    assert from_struct(to_struct({"key": text})) == {"key": UNKNOWN}
    assert to_checkpoint({"key": UNKNOWN}, str) == {"key": UNKNOWN_TEXT}


def test_numbers_are_written_as_the_real_engine_writes_them():
    assert [number(value) for value in (3.0, 0.5, 9007199254740992.0)] == [3, 0.5, 9007199254740992]
    assert isinstance(number(1e21), float)
    assert repr(number(1e21)) == "1e+21"


def test_infinity_is_no_property_value_of_a_checkpoint():
    assert math.isinf(number(math.inf))


def test_outputs_of_the_sdk_become_their_value():
    known = {SIGNATURE: OUTPUT, "value": {"a": 1}, "dependencies": ["urn"]}
    hidden = {SIGNATURE: OUTPUT, "value": "s", "secret": True}
    later = {SIGNATURE: OUTPUT, "secret": True}
    assert from_struct(to_struct({"known": known, "hidden": hidden, "later": later})) == {
        "known": {"a": 1},
        "hidden": Secret("s"),
        "later": Secret(UNKNOWN),
    }


def test_a_secret_in_a_secret_is_one_secret():
    inner = {SIGNATURE: SECRET, "value": "s"}
    assert from_struct(to_struct({"key": {SIGNATURE: SECRET, "value": inner}})) == {"key": Secret("s")}


def test_assets_stay_what_the_sdk_sent():
    asset = {SIGNATURE: ASSET, "text": "water", "hash": "0f"}
    assert from_struct(to_struct({"asset": asset})) == {"asset": asset}


def test_only_kinds_of_json_are_property_values():
    with pytest.raises(TypeError, match="cannot be a set"):
        to_struct({"key": {1, 2}})


def test_what_lies_inside_a_secret_is_encrypted_once_as_pulumi_does_it():
    """An inner secret keeps its envelope with the JSON in clear: the outer encryption covers it."""
    written = to_checkpoint(Secret([{"text": Secret("inner")}]), lambda text: f"<{text}>")
    inner = f'[{{"text":{{"{SIGNATURE}":"{SECRET}","ciphertext":"\\"inner\\""}}}}]'
    assert written == {SIGNATURE: SECRET, "ciphertext": f"<{inner}>"}
    assert from_checkpoint(written, lambda text: text[1:-1]) == Secret([{"text": Secret("inner")}])
