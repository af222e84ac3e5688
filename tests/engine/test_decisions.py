"""Small decisions of the engine: what replaces, what an option means, what a resource depends on."""

import hashlib

import pytest
from google.protobuf.struct_pb2 import Value
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.deploy.differences import inverted, replace_on_changes
from sandbox.engine.deploy.steps import UpdateStep
from sandbox.engine.deploy.targets import Targets
from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.plugin.answers import DiffResult, PropertyDiff
from sandbox.engine.resource.assets import with_hashes
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import ARCHIVE, ASSET, SIGNATURE, Secret, from_struct, to_struct
from sandbox.engine.source.goals import seconds
from sandbox.engine.source.transforms import dependencies_in, with_dependencies

URN = "urn:pulumi:dev::shop::t:i:T::"


def test_replace_on_changes_acts_on_what_the_provider_reports():
    diff = DiffResult(changes="some", diffs=["size", "tags"], detailed_diff={"tags.team": PropertyDiff("update", True)})
    assert replace_on_changes(diff, ["size"], init_errors=False).replaces == ["size"]
    nested = replace_on_changes(diff, ["tags.team"], init_errors=False)
    assert nested.replaces == []
    assert nested.detailed_diff == {"tags.team": PropertyDiff("update-replace", True)}
    assert replace_on_changes(diff, ["*"], init_errors=False).replaces == ["size", "tags"]


def test_without_a_difference_there_is_nothing_to_replace_for():
    same = DiffResult(changes="none")
    assert replace_on_changes(same, ["*"], init_errors=False) is same


def test_what_did_not_get_ready_is_replaced_where_the_program_says_so():
    same = DiffResult(changes="none")
    assert replace_on_changes(same, ["*"], init_errors=True).changes == "some"
    assert replace_on_changes(same, ["size"], init_errors=True).changes == "none"


def test_a_refresh_tells_changes_as_the_world_made_them():
    diff = DiffResult(
        changes="some", detailed_diff={"new": PropertyDiff("delete", True), "gone": PropertyDiff("add-replace", True)}
    )
    assert {path: found.kind for path, found in inverted(diff).detailed_diff.items()} == {
        "new": "add",
        "gone": "delete-replace",
    }


@pytest.mark.parametrize(
    ("text", "expected"), [("5m", 300), ("90s", 90), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), ("0s", 0)]
)
def test_timeouts_are_written_as_go_writes_durations(text, expected):
    assert seconds(text) == expected


@given(st.text().filter(lambda text: not text or not text[0].isdigit()))
def test_what_is_no_duration_is_named(text):
    with pytest.raises(EngineError, match="is not a duration"):
        seconds(text)


def outputs_after(inputs, outputs, **options):
    state = ResourceState(urn=f"{URN}a", custom=True, type="t:i:T", inputs=inputs, outputs=outputs, **options)
    UpdateStep(new=state).keep_secrets()
    return state.outputs


def test_an_output_is_secret_where_its_input_is_or_the_program_says_so():
    assert outputs_after({"token": Secret("t")}, {"token": "t", "size": 1}) == {"token": Secret("t"), "size": 1}
    assert outputs_after({}, {"echo": "e"}, additional_secret_outputs=["echo", "absent"]) == {"echo": Secret("e")}


def test_a_target_draws_its_dependents_in_only_when_asked_to():
    first = ResourceState(urn=f"{URN}a", custom=True, type="t:i:T")
    second = ResourceState(urn=f"{URN}b", custom=True, type="t:i:T", dependencies=[first.urn])
    for dependents in (False, True):
        targets = Targets([first.urn], dependents=dependents)
        targets.reached(first, targeted=True)
        assert targets.includes(second) is dependents
    assert Targets([], dependents=False).includes(second)


def test_a_transform_is_told_what_each_property_depends_on():
    properties = with_dependencies(
        to_struct({"up": "a-1", "token": Secret("t"), "size": 1}), {"up": ["x"], "token": ["y"]}
    )
    assert dependencies_in(properties.fields["up"]) == {"x"}
    assert dependencies_in(properties.fields["token"]) == {"y"}
    assert dependencies_in(properties.fields["size"]) == set()
    assert from_struct(properties) == {"up": "a-1", "token": Secret("t"), "size": 1}


def test_dependencies_are_found_in_lists_and_objects():
    inner = with_dependencies(to_struct({"up": 1}), {"up": ["x"]})
    value = Value()
    value.list_value.values.add().struct_value.CopyFrom(inner)
    value.list_value.values.add().CopyFrom(Value(string_value="plain"))
    assert dependencies_in(value) == {"x"}


def test_an_asset_is_known_by_the_hash_of_its_content(tmp_path):
    (tmp_path / "gauge.txt").write_text("water")
    by_path = with_hashes({SIGNATURE: ASSET, "path": "gauge.txt"}, tmp_path)
    by_text = with_hashes({SIGNATURE: ASSET, "text": "water"}, tmp_path)
    assert by_path["hash"] == by_text["hash"] == hashlib.sha256(b"water").hexdigest()


def test_an_archive_changes_with_the_names_and_the_contents_of_its_files(tmp_path):
    def hash_of(**files):
        assets = {name: {SIGNATURE: ASSET, "text": text} for name, text in files.items()}
        return with_hashes({"deep": [Secret({SIGNATURE: ARCHIVE, "assets": assets})]}, tmp_path)["deep"][0].value[
            "hash"
        ]

    assert len({hash_of(a="1"), hash_of(a="2"), hash_of(b="1"), hash_of(a="1", b="1")}) == 4
    assert hash_of(a="1", b="2") == hash_of(b="2", a="1")


def test_an_asset_that_is_not_there_is_named(tmp_path):
    with pytest.raises(EngineError, match=r"the asset 'absent\.txt' cannot be read"):
        with_hashes({SIGNATURE: ASSET, "path": "absent.txt"}, tmp_path)
    with pytest.raises(Unsupported, match="assets from an address"):
        with_hashes({SIGNATURE: ASSET, "uri": "https://example.org/a"}, tmp_path)
