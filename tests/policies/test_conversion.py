"""Properties are converted once per resource, and never those of another one."""

from google.protobuf.struct_pb2 import Struct
from pulumi_policy import policy as sdk

from policies.conversion import MOST, Once, convert_once


def test_one_object_is_converted_once_and_equal_ones_each():
    seen = []
    once = Once(lambda argument: seen.append(argument) or len(seen))
    one, other = ["a"], ["a"]
    assert [once(one), once(one), once(other), once(one)] == [1, 1, 2, 1]


def test_with_further_arguments_nothing_is_kept():
    once = Once(lambda *arguments: list(arguments))
    argument = object()
    assert once(argument, True) is not once(argument, True)


def test_what_is_kept_has_an_end():
    once = Once(lambda argument: object())
    arguments = [[number] for number in range(MOST + 1)]
    first = once(arguments[0])
    for argument in arguments[1:]:
        once(argument)
    assert once(arguments[0]) is not first


def test_the_sdk_has_what_is_replaced(monkeypatch):
    for name in ("json_format", "deserialize_properties"):
        monkeypatch.setattr(sdk, name, getattr(sdk, name))
    convert_once()
    struct = Struct()
    struct.update({"a": [1, {"b": "c"}]})
    converted = sdk.deserialize_properties(sdk.json_format.MessageToDict(struct))
    assert converted == {"a": [1, {"b": "c"}]}
    assert sdk.deserialize_properties(sdk.json_format.MessageToDict(struct)) is converted
