"""The schema of the outputs, and the promise that a reader of an old one can read the documents of today."""

import copy
import json

import jsonschema_rs
import pytest

from headworks.outputs import VERSION, schema
from headworks.outputs.compatibility import breaks

FIRST = "v1.0.json"


@pytest.fixture
def old():
    return schema.schema()


@pytest.fixture
def new(old):
    return copy.deepcopy(old)


def test_the_committed_schema_is_current():
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run `python -m headworks.outputs.schema`"


def test_the_schema_is_a_json_schema():
    assert jsonschema_rs.meta.is_valid(json.loads(schema.text()))


def test_every_key_has_a_description():
    whole = schema.schema()
    parts = {"": whole} | whole["$defs"]
    bare = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, of in part["properties"].items()
        if not of.get("description")
    ]
    assert bare == []


def test_a_schema_of_this_version_is_kept():
    assert FIRST.removesuffix("0.json") == f"v{VERSION}."
    assert FIRST in schema.former()


@pytest.mark.parametrize("name", schema.former())
def test_readers_of_former_releases_can_read_what_is_written_today(name):
    assert breaks(schema.former()[name], schema.schema()) == []


def keys(schema, definition=None):
    return (schema["$defs"][definition] if definition else schema)["properties"]


BREAKING = [
    ("a key is gone", lambda new: keys(new, "WorkerOutput").pop("name"), ".worker.name: is gone"),
    ("a document is gone", lambda new: keys(new).pop("queues"), ".queues: is gone"),
    (
        "a key may be missing",
        lambda new: new["$defs"]["RouteOutput"]["required"].remove("zone"),
        ".routes[].zone: may be missing",
    ),
    (
        "another type",
        lambda new: keys(new, "QueueOutput")["deliveryDelay"].update(type="number"),
        ".queues.*.deliveryDelay: was {'type': 'integer'}, is {'type': 'number'}",
    ),
    (
        "two types",
        lambda new: keys(new, "EnvironmentOutput").update(name={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ".environment.name: was {'type': 'string'}, is {'anyOf': [{'type': 'string'}, {'type': 'null'}]}",
    ),
    (
        "another word",
        lambda new: (
            keys(new, "BindingOutput")["type"]["enum"].remove("d1")
            or keys(new, "BindingOutput")["type"]["enum"].append("ai")
        ),
        ".bindings[].type: may be something else than 'd1', 'dispatch_namespace'",
    ),
    (
        "any word",
        lambda new: keys(new, "WorkerOutput")["owner"].pop("enum"),
        ".worker.owner: may be something else than 'pulumi', 'wrangler'",
    ),
    (
        "another version",
        lambda new: keys(new, "EnvironmentOutput")["version"].update(const=2),
        ".environment.version: may be something else than 1",
    ),
    (
        "a list of anything",
        lambda new: keys(new, "SecretsOutput")["required"].pop("items"),
        ".secrets.required[]: may be anything",
    ),
    (
        "a list of something else",
        lambda new: keys(new, "SecretsOutput")["required"]["items"].update(type="integer"),
        ".secrets.required[]: was {'type': 'string'}, is {'type': 'integer'}",
    ),
    (
        "a mapping to something else",
        lambda new: keys(new)["healthchecks"]["additionalProperties"].update(type="integer"),
        ".healthchecks.*: was {'type': 'string'}, is {'type': 'integer'}",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), [each[1:] for each in BREAKING], ids=[each[0] for each in BREAKING])
def test_what_would_break_a_reader_is_named(old, new, change, sentence):
    change(new)
    assert any(each.startswith(sentence) for each in breaks(old, new)), breaks(old, new)


@pytest.mark.parametrize(
    "change",
    [
        lambda new: new["properties"].update(weather={"type": "string"}),
        lambda new: new["required"].append("sites"),
        lambda new: new["$defs"]["WorkerOutput"]["properties"]["owner"].update(enum=["pulumi"]),
        lambda new: new["$defs"]["RouteOutput"]["properties"]["host"].update(description="Another sentence."),
    ],
    ids=["a document more", "a document that is always there", "a word less", "another sentence"],
)
def test_what_breaks_no_reader_is_let_through(old, new, change):
    change(new)
    assert new != old
    assert breaks(old, new) == []
