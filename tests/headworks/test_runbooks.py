from pathlib import Path

import pytest
from pydantic import ValidationError

from headworks.runbooks.graph import Resource, at, missing, resources_of
from headworks.runbooks.lines import ResourceProperty, Runbook, load_runbook

QUEUE = Resource(
    "headworks:index:WorkQueue",
    {
        "queueName": "orders",
        "consumer": {"batchSize": 10},
        "production": True,
        "consumers": [{"id": "a"}, {"id": "b"}],
        "hosts": ["x", {"name": "api.example.com", "proxied": True}],
    },
)
OTHER = Resource("cloudflare:index/queue:Queue", {"queueName": "orders-dlq", "settings": {"deliveryDelay": 0}})


def holder(**words) -> ResourceProperty:
    return ResourceProperty.model_validate({"resource": "WorkQueue", "stacks": ["production"], **words})


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("queueName", ["orders"]),
        ("consumer.batchSize", [10]),
        ("consumers[].id", ["a", "b"]),
        ("consumers[id=b].id", ["b"]),
        ("consumers[id=c].id", []),
        ("consumers[host=b].id", []),
        ("consumer[id=b]", []),
        ("hosts[name=api.example.com].proxied", [True]),
        ("consumer{}", [10]),
        ("consumers.id", []),
        ("queueName.length", []),
        ("nothing", []),
    ],
)
def test_a_path_leads_to_every_value_or_nowhere(path, values):
    assert list(at(QUEUE.properties, path)) == values


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({"property": "queueName", "values": ["orders"]}, []),
        ({"property": "queueName", "values": ["orders", "orders-dlq"]}, ["orders-dlq"]),
        ({"property": "queueName"}, []),
        ({"property": "deadLetterQueue"}, ["any WorkQueue.deadLetterQueue"]),
        ({"property": "production", "values": [1]}, [1]),
        ({"property": "queueName", "values": ["orders"], "where": {"consumers[].id": "b"}}, []),
        ({"property": "queueName", "values": ["orders"], "where": {"consumers[].id": "c"}}, ["orders"]),
        ({"resource": "Queue", "property": "settings.deliveryDelay", "values": [0]}, []),
        ({"resource": "R2Bucket", "property": "name"}, ["any R2Bucket.name"]),
    ],
)
def test_a_line_is_held_by_values_that_the_graph_has_and_by_no_others(words, wanted):
    assert missing(holder(**words), [QUEUE, OTHER]) == wanted


def test_outputs_are_seen_and_stand_over_inputs():
    states = [
        {"type": "a:b:C", "inputs": {"name": "x", "size": 1}, "outputs": {"name": "X", "id": "7"}},
        {"type": "a:b:D"},
    ]
    assert resources_of(states) == (Resource("a:b:C", {"name": "X", "size": 1, "id": "7"}), Resource("a:b:D", {}))


def test_an_output_that_is_a_secret_does_not_hide_what_was_given():
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:…"}
    states = [
        {"type": "a:b:C", "inputs": {"bindings": [{"name": "DB"}]}, "outputs": {"bindings": secret, "token": secret}}
    ]
    assert resources_of(states) == (Resource("a:b:C", {"bindings": [{"name": "DB"}]}),)


@pytest.mark.parametrize("ids", [["R2", "R1"], ["R1", "R1"], ["R1", "T2"], ["X1"], ["R0"]])
def test_ids_are_unique_in_order_and_of_one_runbook(ids):
    lines = [{"id": each, "kinds": ["I"], "text": "Something must be so."} for each in ids]
    with pytest.raises(ValidationError):
        Runbook.model_validate({"system": "shop", "lines": lines})


def test_a_word_that_no_line_has_is_refused(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text("system: shop\nlines: [{id: R1, kinds: [I], text: Something must be so., hold_by: []}]\n")
    with pytest.raises(ValidationError, match="hold_by"):
        load_runbook(Path(file))
