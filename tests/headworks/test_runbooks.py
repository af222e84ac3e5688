import hashlib

import pytest
from pydantic import ValidationError

from headworks.failure import Failure
from headworks.model.environment import Environment
from headworks.runbooks.document import runbook_document
from headworks.runbooks.graph import Resource, at, missing, resources_of
from headworks.runbooks.lines import ResourceProperty, Runbook
from headworks.runbooks.reading import load_runbook

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


LINE = "id: R1, kinds: [A], text: Something must be so."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"system: shop\nlines: [{{{LINE}, hold_by: []}}]\n", "lines.0.hold_by: not known here"),
        (f"system: shop\nlines: [{{{LINE}, stacks: [staging], stacks: [production]}}]\n", "'stacks' stands twice"),
        ("system: shop\nlines: [\n", "line 3"),
        ("", "valid dictionary"),
    ],
    ids=["a word that no line has", "a word that stands twice", "no YAML", "nothing"],
)
def test_what_is_no_runbook_is_refused_by_what_is_wrong(tmp_path, text, reason):
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    with pytest.raises(Failure) as refused:
        load_runbook(file)
    assert str(file) in str(refused.value)
    assert reason in str(refused.value)
    assert refused.value.exit_code == 2


def test_on_and_no_are_texts_as_in_the_other_files(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(
        "system: shop\n"
        f"lines: [{{{LINE}, held_by: [{{resource: A, stacks: [no], property: b, values: [on, off, yes, true, false, 1]}}]}}]\n"
    )
    ((held_by,),) = [line.held_by for line in load_runbook(file).lines]
    assert (held_by.stacks, held_by.values) == (("no",), ("on", "off", "yes", True, False, 1))


SHOP = """
system: shop
lines:
  - {id: R1, kinds: [A], text: Held in production only., stacks: [production], held_by: [{attestation: on-call}]}
  - {id: R2, kinds: [A], text: Asked once it is deployed., when: after, held_by: [{attestation: on-call}]}
  - {id: R3, kinds: [A], text: Only an incident asks it., when: incident, held_by: [{attestation: break-glass}]}
  - id: R4
    kinds: [A]
    text: Both ask it, and one of them a person.
    held_by: [{policy: queues-must-have-consumer}, {attestation: load-test, stacks: [production]}]
  - {id: R5, kinds: [A], text: The backup is there., held_by: [{attestation: external-backup}, {attestation: load-test}]}
  - {id: R6, kinds: [P], text: Nobody is asked., held_by: [{policy: queues-must-have-consumer}]}
"""


def asked_of(runbook: dict) -> list[tuple[str, str, list[str]]]:
    return [(each["kind"], each["when"], each["lines"]) for each in runbook["attestations"]]


def test_the_output_says_what_the_runbook_asks_of_a_stack_and_what_people_owe_it(tmp_path):
    def document(stack):
        return runbook_document(tmp_path, Environment.model_construct(system="shop", stack=stack))

    assert document("production") == {}
    file = tmp_path / "runbooks" / "shop.yaml"
    file.parent.mkdir()
    file.write_text(SHOP)
    production, staging = (document(stack)["runbook"] for stack in ("production", "staging"))
    assert (production["path"], production["lineCount"], staging["lineCount"]) == ("runbooks/shop.yaml", 6, 5)
    assert production["digest"] == hashlib.sha256(SHOP.encode()).hexdigest()
    assert asked_of(production) == [
        ("on-call", "before", ["R1"]),
        ("load-test", "before", ["R4", "R5"]),
        ("external-backup", "before", ["R5"]),
        ("on-call", "after", ["R2"]),
    ]
    assert asked_of(staging) == [
        ("external-backup", "before", ["R5"]),
        ("load-test", "before", ["R5"]),
        ("on-call", "after", ["R2"]),
    ]
    assert document("elsewhere")["runbook"]["attestations"] == []
