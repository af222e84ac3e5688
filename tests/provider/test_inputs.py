"""Inputs in every form: what is taken as something else, what is refused, and what may still be unknown."""

import asyncio
import hashlib
from typing import Any

import grpc
import pytest

from sandbox.provider import checking
from sandbox.provider.conversion import converted
from sandbox.provider.planning import plan
from sandbox.provider.schema import Call, Kind, RefusedError, Resource, a_list, a_set, an_object, optional, required
from sandbox.provider.table import RESOURCES
from sandbox.provider.values import UNKNOWN, Secret

ELEMENT = an_object(key=required(Kind.TEXT))
PROPERTIES = {
    "text": optional(Kind.TEXT, excludes="other"),
    "other": optional(Kind.TEXT, excludes="text"),
    "number": optional(Kind.NUMBER, between=(0, 10)),
    "whole": optional(Kind.WHOLE),
    "texts": optional(a_set(Kind.TEXT)),
    "objects": optional(a_list(ELEMENT)),
    "box": optional(an_object(secret=optional(Kind.TEXT, secret=True)), must_be_known=True),
}
ROW = Resource(properties=PROPERTIES, create=Call(method="POST", path="/things"))


def failures(**inputs: Any) -> list[str]:
    return checking.check(ROW, "Thing", "it", converted(PROPERTIES, inputs)).failures


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("text", True, "true"),
        ("text", 7, "7"),
        ("text", 1.5, "1.5"),
        ("text", 1e21, "1000000000000000000000"),
        ("number", "1.5", 1.5),
        ("whole", "1e3", 1000),
        ("number", "", None),
        ("number", "soon", "soon"),
        ("number", True, True),
        ("texts", [1, False], ["1", "false"]),
        ("objects", [{"key": 1}], [{"key": "1"}]),
    ],
)
def test_scalars_become_what_the_property_is(name, given, taken):
    assert converted(PROPERTIES, {name: given}).get(name) == taken


@pytest.mark.parametrize(
    ("inputs", "places"),
    [
        ({"number": "10"}, []),
        ({"number": 10.5}, ["number"]),
        ({"number": "soon"}, ["number"]),
        ({"whole": 1.5}, ["whole"]),
        ({"text": "a", "other": "b"}, ["text", "other"]),
        ({"text": "a", "other": UNKNOWN}, []),
        ({"texts": ["a", "b", "a"]}, ["texts"]),
        ({"texts": ["a", UNKNOWN, UNKNOWN]}, []),
        ({"objects": [UNKNOWN]}, ["objects[0].key"]),
    ],
)
def test_what_check_refuses(inputs, places):
    found = failures(**inputs)
    assert len(found) == len(places), found
    assert all(place in failure for place, failure in zip(places, found, strict=True))


@pytest.mark.parametrize(
    ("module", "refused"),
    [
        ({"contentBase64": "eA=="}, 0),
        ({"contentFile": UNKNOWN}, 0),
        ({}, 1),
        ({"contentBase64": "eA==", "contentFile": "worker.js"}, 2),
    ],
    ids=["text", "a file that is not known yet", "nothing", "both"],
)
def test_a_module_has_one_content(module, refused):
    version = "cloudflare:index/workerVersion:WorkerVersion"
    given = {"name": "worker.js", "contentType": "application/javascript+module"} | module
    inputs = {"accountId": "a", "workerId": "w", "modules": [given]}
    assert len(checking.check(RESOURCES[version], version, "it", inputs).failures) == refused


def test_an_object_that_is_not_known_as_a_whole_is_refused_where_it_cannot_be_planned():
    assert plan(PROPERTIES, None, {"box": {"secret": UNKNOWN}}).state["box"] == {"secret": UNKNOWN}
    with pytest.raises(RefusedError, match="box is not known yet"):
        plan(PROPERTIES, None, {"box": UNKNOWN})


def test_check_marks_a_secret_that_is_not_known_yet_and_a_plan_does_not():
    values = {"box": {"secret": UNKNOWN}}
    assert checking.marked(PROPERTIES, values, unknown=True) == {"box": {"secret": Secret(UNKNOWN)}}
    assert checking.marked(PROPERTIES, values) == values


@pytest.mark.parametrize("type_name", sorted(RESOURCES))
def test_every_optional_input_may_be_unknown_in_a_preview_or_is_refused_by_name(type_name):
    row = RESOURCES[type_name]
    for name, property_ in row.properties.items():
        inputs = {other: "x" for other, told in row.properties.items() if told.required} | {name: UNKNOWN}
        if property_.must_be_known:
            with pytest.raises(RefusedError, match=name):
                plan(row.properties, None, inputs, row.special.plan)
        elif property_.required or property_.optional:
            assert plan(row.properties, None, inputs, row.special.plan).state[name] is UNKNOWN


def test_paths_name_what_is_missing_and_keep_slashes_unless_a_key_may_hold_them():
    call = Call(method="GET", path="/accounts/{accountId}/things/{thingName}")
    assert call.path_for({"accountId": "a", "thingName": "b/c d"}) == "/accounts/a/things/b/c%20d"
    key = Call(method="GET", path="/keys/{key}", escapes_slashes=True)
    assert key.path_for({"key": "b/c"}) == "/keys/b%2Fc"
    for missing in ({"accountId": "a"}, {"accountId": "a", "thingName": ""}):
        with pytest.raises(RefusedError, match="missing required thing_name parameter"):
            call.path_for(missing)


def test_an_import_id_with_a_broken_escape_asks_nobody(plugin_at):
    async def import_() -> None:
        async with plugin_at("http://127.0.0.1:1/client/v4") as plugin:
            await plugin.import_("cloudflare:index/queue:Queue", "it", "account/%zz")

    with pytest.raises(grpc.aio.AioRpcError, match='invalid urlencoded segment: for "<queue_id>"'):
        asyncio.run(import_())


def test_objects_of_a_set_are_refreshed_by_what_they_say():
    properties = {"targets": optional(a_set(an_object(id=optional(Kind.TEXT))))}
    inputs = {"targets": [{}, {"id": "b"}, {"id": "a"}]}
    assert checking.refreshed(properties, inputs, {"targets": [{"id": "a"}, {"id": "b"}, {}]}) == inputs


@pytest.mark.parametrize(("said", "changed"), [({"ipv6Only": False}, True), ({}, False)], ids=["one of them", "none"])
def test_a_record_whose_settings_are_named_in_part_is_modified(said, changed):
    record = RESOURCES["cloudflare:index/dnsRecord:DnsRecord"]
    inputs = {"zoneId": "z", "name": "a.example.com", "type": "MX", "ttl": 1, "content": "mail.example.com"}
    state = {**inputs, "settings": {"ipv6Only": False}, "proxied": False, "modifiedOn": "2026-01-01T00:00:00Z"}
    planned = plan(record.properties, state, {**inputs, "settings": said, "privateRouting": True}, record.special.plan)
    assert (planned.state["modifiedOn"] is UNKNOWN) == changed


@pytest.mark.parametrize("left_out", ["preview", "production"])
def test_a_pages_project_declares_both_environments_or_none(left_out):
    project = RESOURCES["cloudflare:index/pagesProject:PagesProject"]
    inputs = {"accountId": "a", "name": "site", "productionBranch": "main"}
    answer = {"deployment_configs": {"preview": {"fail_open": True}, "production": {"fail_open": True}}}
    settle = project.special.state
    assert settle
    for configs, refused in (({left_out: {}}, True), ({"preview": {}, "production": {}}, False), (None, False)):
        told = inputs if configs is None else {**inputs, "deploymentConfigs": configs}
        planned = plan(project.properties, None, told, project.special.plan).state
        if refused:
            with pytest.raises(RefusedError, match="Declare preview and production"):
                settle({}, planned, answer)
        else:
            settle({}, planned, answer)


HASH = hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"limits": UNKNOWN}, []),
        ({"contentSha256": HASH, "limits": UNKNOWN}, ["limits"]),
        ({"contentSha256": HASH, "limits": {"cpuMs": UNKNOWN}}, []),
        ({"contentSha256": HASH, "observability": {"enabled": True, "logs": UNKNOWN}}, ["observability"]),
        ({"contentSha256": HASH, "bindings": UNKNOWN}, []),
        ({"assets": {"jwt": "t", "config": {"runWorkerFirst": True}}}, []),
        ({"assets": {"jwt": "t", "config": {"runWorkerFirst": ["/api/*", UNKNOWN]}}}, []),
        ({"assets": {"jwt": "t", "config": {"runWorkerFirst": "/api/*"}}}, ["runWorkerFirst"]),
        ({"assets": {"jwt": "t", "config": {"runWorkerFirst": [1]}}}, ["runWorkerFirst"]),
    ],
)
def test_what_check_says_of_a_script_beyond_single_values(given, refused):
    script = "cloudflare:index/workersScript:WorkersScript"
    inputs = {"accountId": "a", "scriptName": "s", "content": "x"} | given
    found = checking.check(RESOURCES[script], script, "it", inputs).failures
    assert len(found) == len(refused), found
    assert all(name in failure for name, failure in zip(refused, found, strict=True))
