"""A wrangler configuration goes from text to model and back without loss, or is refused with the names of what would be lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.failure import Failure
from headworks.wrangler import emit, parse


def test_whatever_the_model_can_say_survives_the_way_there_and_back(configurations):
    @given(configurations)
    def survives(value):
        document = parse(json.dumps(value), "wrangler.jsonc")
        text = emit(document)
        assert json.loads(text) == value
        assert parse(text, "wrangler.jsonc") == document
        assert emit(parse(text, "wrangler.jsonc")) == text

    survives()


def test_an_option_that_is_added_anywhere_is_refused_by_its_path(configurations):
    @given(configurations, st.sampled_from(["containers", "site", "Name", "kv-namespaces"]))
    def refused(value, option):
        with pytest.raises(Failure, match=rf"\n  {option}: not known here") as failure:
            parse(json.dumps(value | {option: {}}), "wrangler.jsonc")
        assert failure.value.exit_code == 2

    refused()


def test_all_that_would_be_lost_is_named_at_once():
    text = """{
      "name": 5,
      "routes": ["a.example/*", {"pattern": "b.example", "zone": "b.example"}],
      "kv_namespaces": [{"binding": "KV", "ID": "x"}],
      "env": {"staging": {"vectorize": []}},
      "vars": {"TOKEN": "not-to-be-shown"}
    }"""
    with pytest.raises(Failure) as failure:
        parse(text, "app/wrangler.jsonc")
    message = str(failure.value)
    assert message.startswith("app/wrangler.jsonc holds what cannot be represented")
    for path in (
        "name: input should be a valid string",
        "kv_namespaces.0.ID: not known here",
        "env.staging.vectorize: not known here",
    ):
        assert path in message
    assert "zone" in message
    assert "not-to-be-shown" not in message


def test_a_value_of_a_wrong_type_is_not_shown():
    with pytest.raises(Failure) as failure:
        parse('{"secrets": "a-value-that-is-secret"}', "wrangler.jsonc")
    assert "a-value-that-is-secret" not in str(failure.value)


@pytest.mark.parametrize("number", ["1", "1.0", "0.5"])
def test_numbers_stay_as_they_were_written(number):
    text = f'{{\n  "observability": {{ "head_sampling_rate": {number} }}\n}}\n'
    assert emit(parse(text, "wrangler.jsonc")) == text


def test_what_is_said_to_be_off_or_empty_is_not_left_out():
    text = '{\n  "workers_dev": false,\n  "routes": [],\n  "triggers": { "crons": [] }\n}\n'
    assert emit(parse(text, "wrangler.jsonc")) == text


def test_words_that_python_has_for_itself_are_wranglers():
    text = """{
  "$schema": "node_modules/wrangler/config-schema.json",
  "migrations": [
    {
      "tag": "v2",
      "renamed_classes": [
        { "from": "A", "to": "B" }
      ],
      "transferred_classes": [
        { "from": "C", "from_script": "other", "to": "D" }
      ]
    }
  ],
  "hyperdrive": [
    { "binding": "H", "id": "1", "localConnectionString": "postgres://localhost" }
  ]
}
"""
    assert emit(parse(text, "wrangler.jsonc")) == text


def test_what_is_no_json_is_refused_with_its_place():
    with pytest.raises(Failure, match=r"w.jsonc is no JSON with comments: .*line 2") as failure:
        parse('{\n  "name" "x"\n}', "w.jsonc")
    assert failure.value.exit_code == 2
