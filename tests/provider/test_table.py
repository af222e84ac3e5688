"""The table against the installed SDK: a program can say nothing that the table does not know."""

import re
import sys
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pulumi import _types

from sandbox.provider.schema import Kind, Property
from sandbox.provider.table import RESOURCES

LEFT_OUT = {
    "cloudflare:index/worker:Worker": {"previewsBaseConfig"},
    "cloudflare:index/workerVersion:WorkerVersion": {"assets", "include"},
}
"""Inputs of the SDK that are refused by name, as no system here uses them."""

ANSWERED_ONLY = {
    "workersTriggeredBy",
    "assetManifestSha256",
    "previewUrlSuffix",
    "lastAnalyzedAt",
    "createdOn",
    "modifiedOn",
    "url",
    "status",
}
"""The SDK takes the types of outputs for nested inputs, too; the API sets these."""


def arguments_of(token: str) -> Any:
    """The SDK's class of a resource's arguments."""
    import pulumi_cloudflare  # noqa: PLC0415 - seconds; only this file needs it

    module_name, class_name = token.split("/")[1].split(":")
    assert hasattr(pulumi_cloudflare, class_name), f"the SDK has no {class_name} ({module_name})"
    module = sys.modules[getattr(pulumi_cloudflare, class_name).__module__]
    return getattr(module, f"{class_name}InitArgs", None) or getattr(module, f"{class_name}Args")


def shape(kind: Any) -> Any:
    """A type of the SDK as its nested type of arguments, None for what has no properties."""
    kind = _types.unwrap_type(kind)
    while typing.get_origin(kind):
        kind = _types.unwrap_type(typing.get_args(kind)[-1])
    return kind if isinstance(kind, type) and _types.is_input_type(kind) else None


def missing(properties: Mapping[str, Property], arguments: Any, prefix: str = "") -> Iterator[str]:
    names = _types.input_type_py_to_pulumi_names(arguments).values()
    types = _types.input_type_types(arguments)
    for name in names:
        if name not in properties:
            yield prefix + name
        elif (inner := shape(types[name])) is not None:
            yield from missing(nested(properties[name]), inner, f"{prefix}{name}.")


def nested(property_: Property) -> Mapping[str, Property]:
    while property_.kind is not Kind.OBJECT and property_.of is not None:
        property_ = property_.of
    return property_.properties


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_the_table_knows_every_input_of_the_sdk(token):
    left_out = LEFT_OUT.get(token, set())
    found = {path for path in missing(RESOURCES[token].properties, arguments_of(token)) if path not in left_out}
    assert {path for path in found if path.rpartition(".")[2] not in ANSWERED_ONLY or "." not in path} == set()


def values_said(arguments: Any, name: str) -> set[str]:
    """The values that the SDK's documentation of an input lists; underscores may be printed as `*`."""
    attribute = next(py for py, pulumi in _types.input_type_py_to_pulumi_names(arguments).items() if pulumi == name)
    _, _, listed = (getattr(arguments, attribute).__doc__ or "").partition("Available values:")
    return {value.replace("*", "_") for value in re.findall(r'"([^"]+)"', listed.partition("\n")[0])}


def unlisted(properties: Mapping[str, Property], arguments: Any, prefix: str = "") -> Iterator[str]:
    types = _types.input_type_types(arguments)
    for name in {*_types.input_type_py_to_pulumi_names(arguments).values()} & {*properties}:
        property_ = properties[name]
        accepted = {*property_.values, *(property_.of.values if property_.of else ())}
        if property_.required or property_.optional:
            yield from (f"{prefix}{name}: {value}" for value in sorted(values_said(arguments, name) - accepted))
        if (inner := shape(types[name])) is not None:
            yield from unlisted(nested(property_), inner, f"{prefix}{name}.")


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_the_table_accepts_the_values_that_the_sdk_lists_and_checks_them(token):
    assert list(unlisted(RESOURCES[token].properties, arguments_of(token))) == []


def test_values_are_read_from_the_sdk():
    token = "cloudflare:index/notificationPolicy:NotificationPolicy"
    assert values_said(arguments_of(token), "alertType") >= {"health_check_status_notification", "incident_alert"}


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_the_sdk_requires_what_the_table_requires(token):
    arguments = arguments_of(token)
    names = _types.input_type_py_to_pulumi_names(arguments)
    hints = typing.get_type_hints(arguments.__init__, include_extras=True)
    optional = {names[py] for py in names if py in hints and type(None) in typing.get_args(hints[py])}
    required = {name for name, property_ in RESOURCES[token].properties.items() if property_.required}
    assert required & optional == set()


def every_property(properties: Mapping[str, Property]) -> Iterator[tuple[str, Property]]:
    for name, property_ in properties.items():
        yield name, property_
        yield from every_property(nested(property_))


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_a_row_is_whole(token):
    resource = RESOURCES[token]
    for name, property_ in every_property(resource.properties):
        assert property_.required or property_.optional or property_.computed, f"{name} has no mode"
        assert not (property_.required and (property_.optional or property_.computed)), f"{name} has two modes"
        assert property_.kind not in {Kind.LIST, Kind.SET, Kind.MAP} or property_.of, f"{name} has no element"
    calls = [resource.create, resource.read, resource.update, resource.delete, resource.before_update]
    for call in filter(None, calls):
        call.path_for(dict.fromkeys(resource.properties, "x"))
        assert {*call.headers.values(), *call.query.values(), *call.names} <= {*resource.properties}
    assert {*resource.headers.values()} <= {*resource.properties}
    identified = [segment.partition("=")[2] for segment in resource.import_id.split("/") if segment]
    assert {*identified} <= {*resource.properties}
