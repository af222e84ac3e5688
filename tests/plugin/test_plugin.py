"""The components as other languages get them: the real process, its schema, and components that it constructs."""

import json
from pathlib import Path

import pytest
from pulumi.runtime.proto import provider_pb2

from plugin.offer import COMPONENTS

REPOSITORY = Path(__file__).parents[2]
ACCOUNT = "0123456789abcdef0123456789abcdef"
OWNED = {"accountId": ACCOUNT, "production": False}


@pytest.fixture
def schema(provider) -> dict:
    return json.loads(provider.GetSchema(provider_pb2.GetSchemaRequest()).schema)


def test_the_schema_names_exactly_the_components_of_the_list_and_what_each_requires(schema):
    assert (schema["name"], schema["version"]) == ("headworks", "0.1.0")
    required = {token: resource["requiredInputs"] for token, resource in schema["resources"].items()}
    assert required == {
        "headworks:index:BucketSet": ["accountId", "buckets", "production"],
        "headworks:index:Databases": ["accountId", "databases", "production"],
        "headworks:index:Healthchecks": ["accountId", "healthchecks", "production"],
        "headworks:index:KvNamespaces": ["accountId", "namespaces", "production"],
        "headworks:index:Routes": ["accountId", "deployedScript", "owner", "production", "routes", "scriptName"],
        "headworks:index:WorkQueue": [
            "accountId",
            "deliveryDelay",
            "messageRetentionPeriod",
            "production",
            "queueName",
        ],
    }
    assert all(resource["isComponent"] for resource in schema["resources"].values())


def test_outputs_are_what_programs_need_and_nothing_that_only_python_reads(schema):
    outputs = {token.rpartition(":")[2]: sorted(each["properties"]) for token, each in schema["resources"].items()}
    assert outputs == {
        "BucketSet": ["names"],
        "Databases": ["uuids"],
        "Healthchecks": ["ids"],
        "KvNamespaces": ["ids"],
        "Routes": [],
        "WorkQueue": ["deadLetterQueueName", "queueId", "queueName"],
    }


def test_every_component_is_described_and_every_output_says_what_it_is(schema):
    for token, resource in schema["resources"].items():
        assert resource["description"], token
        for name, output in resource["properties"].items():
            assert output["description"], f"{token} {name}"


def test_every_reference_of_the_schema_leads_to_a_type_of_it(schema):
    text = json.dumps(schema)
    references = {part.partition('"')[0] for part in text.split('"$ref": "#/types/')[1:]}
    assert references == set(schema["types"])


def test_the_page_on_other_languages_names_every_component_that_is_offered():
    page = (REPOSITORY / "docs" / "components-in-other-languages.md").read_text()
    assert [each.__name__ for each in COMPONENTS if f"`{each.__name__}`" not in page] == []


def test_buckets_are_constructed_on_the_account_with_the_options_of_production(stack):
    result = stack.up(
        "BucketSet",
        "media",
        accountId=ACCOUNT,
        production=True,
        buckets=[
            {
                "binding": "MEDIA",
                "name": "shop-media",
                "jurisdiction": "eu",
                "storageClass": "Standard",
                "cors": [{"origins": ["https://shop.example"], "methods": ["GET"], "maxAgeSeconds": 600}],
            }
        ],
    )
    assert result.outputs["component"] == {"names": {"MEDIA": "shop-media"}}
    resources = stack.resources()
    assert set(resources) == {"media", "media-MEDIA", "media-MEDIA-cors"}
    bucket = resources["media-MEDIA"]
    assert bucket["parent"] == resources["media"]["urn"]
    assert (bucket["protect"], bucket["retainOnDelete"]) == (True, True)
    assert resources["media-MEDIA-cors"]["inputs"]["rules"][0]["maxAgeSeconds"] == 600


def test_a_queue_brings_its_dead_letters_and_no_consumer(stack):
    result = stack.up(
        "WorkQueue",
        "orders",
        **OWNED,
        queueName="orders-queue",
        deliveryDelay=0,
        messageRetentionPeriod=86400,
        deadLetterQueue={"name": "orders-dlq", "messageRetentionPeriod": 1209600},
    )
    resources = stack.resources()
    assert set(resources) == {"orders", "orders-queue", "orders-dead-letter-queue"}
    assert result.outputs["component"] == {
        "queueName": "orders-queue",
        "queueId": resources["orders-queue"]["id"],
        "deadLetterQueueName": "orders-dlq",
    }
    assert resources["orders"]["outputs"]["key"] == "orders"


def test_databases_and_namespaces_answer_their_ids_by_binding(stack):
    databases = [{"binding": "DB", "name": "shop", "readReplication": "disabled"}]
    made = stack.up("Databases", "d1", **OWNED, databases=databases)
    assert made.outputs["component"] == {"uuids": {"DB": stack.resources()["d1-DB"]["id"]}}
    made = stack.up("KvNamespaces", "kv", **OWNED, namespaces=[{"binding": "CACHE", "title": "shop-cache"}])
    assert made.outputs["component"] == {"ids": {"CACHE": stack.resources()["kv-CACHE"]["id"]}}
    assert set(stack.resources()) == {"kv", "kv-CACHE"}


def test_a_second_up_finds_nothing_to_change(stack):
    namespaces = {**OWNED, "namespaces": [{"binding": "CACHE", "title": "again-cache"}]}
    stack.up("KvNamespaces", "kv", **namespaces)
    again = stack.up("KvNamespaces", "kv", **namespaces)
    assert set(again.changes) == {"same"}


def test_a_missing_input_is_named_with_its_path(stack):
    stack.up("KvNamespaces", "kv", exit_code=1, **OWNED, namespaces=[{"binding": "CACHE"}])
    assert "namespaces[0].title" in stack.errors()
    assert not stack.resources()


def test_a_component_that_is_not_offered_is_refused_by_name(stack):
    stack.up("WorkerEnvironment", "env", exit_code=1, **OWNED)
    assert "WorkerEnvironment" in stack.errors()
