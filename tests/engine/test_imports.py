"""Bulk import: what exists already becomes part of the state, and nothing in the world changes."""

import json

import pytest

from sandbox import engine

VALVE = "sluice:index:Valve"
TREE = """
class Basin(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("canal:index:Basin", name, {}, None)
        Valve("old", size=5, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})

Basin("basin")
"""


@pytest.fixture
def bulk_import(shop):
    """Imports the resources that are given, in a file as Pulumi takes it."""
    shop.change(objects={"old-1": {"label": "old", "size": 5, "serial": 1, "echo": "old-1/5"}})
    file = shop.project / "import.json"

    def run(*resources: dict, names: dict | None = None, protect: bool = True, **more) -> engine.Result:
        file.write_text(json.dumps({"resources": resources} | ({"nameTable": names} if names else {})))
        return shop.run(lambda options, emit: engine.bulk_import(options, emit, file, protect=protect), **more)

    return run


def old(**more) -> dict:
    return {"type": VALVE, "name": "old", "id": "old-1", **more}


BASIN = {"type": "canal:index:Basin", "name": "basin", "component": True}


def test_an_object_is_read_into_the_state_and_the_program_finds_nothing_to_do(shop, bulk_import):
    result = bulk_import(BASIN, old(parent="basin"))
    assert result.exit_code == 0, shop.messages()
    assert result.changes == {"create": 2, "import": 1}
    assert {call.split()[0] for call in shop.effects()} == {"read"}
    valve = shop.resources()["old"]
    assert (valve["id"], valve["importID"], valve["protect"]) == ("old-1", "old-1", True)
    assert valve["inputs"]["size"] == 5
    assert valve["parent"].endswith("canal:index:Basin::basin")
    assert shop.preview(TREE).changes == {"same": 3}
    assert shop.up(TREE, expect_no_changes=True).exit_code == 0
    assert {call.split()[0] for call in shop.effects()} <= {"read"}


def test_parents_may_come_after_their_children_or_from_the_state(shop, bulk_import):
    assert bulk_import(old(parent="basin"), BASIN).exit_code == 0
    urn = shop.resources()["basin"]["urn"]
    shop.change(objects={**shop.world["objects"], "new-1": {"label": "new", "size": 1, "serial": 1, "echo": ""}})
    imported = bulk_import({"type": VALVE, "name": "new", "id": "new-1", "parent": "there"}, names={"there": urn})
    assert imported.changes == {"import": 1}
    assert shop.resources()["new"]["parent"] == urn
    assert "old" in shop.resources()


def test_what_was_imported_before_is_left_alone(shop, bulk_import):
    bulk_import(BASIN, old(parent="basin"))
    shop.up(TREE)
    before = shop.resources()
    again = bulk_import(BASIN, old(parent="basin"))
    assert (again.exit_code, again.changes) == (0, {})
    assert shop.resources() == before


def test_another_object_under_the_same_name_is_refused(shop, bulk_import):
    bulk_import(old())
    before = shop.resources()
    assert bulk_import(old(id="other-1")).exit_code == 1
    assert any("already exists" in message for message in shop.messages())
    assert shop.resources() == before


def test_an_object_that_is_not_there_fails_the_import_and_keeps_the_others(shop, bulk_import):
    result = bulk_import(old(), {"type": VALVE, "name": "gone", "id": "gone-1"}, parallel=1)
    assert result.exit_code == 1
    assert "resource 'gone-1' does not exist" in shop.messages()
    assert "old" in shop.resources()
    assert "gone" not in shop.resources()


def test_a_preview_reads_and_keeps_nothing(shop, bulk_import):
    assert bulk_import(old(), preview_only=True).changes == {"create": 1, "import": 1}
    assert shop.resources() == {}


def test_without_protection_the_resource_can_be_deleted(shop, bulk_import):
    bulk_import(old(), protect=False)
    assert "protect" not in shop.resources()["old"]


def test_inputs_that_check_refuses_are_told_and_kept(shop, bulk_import):
    shop.change(objects={"old-1": {"label": "old", "size": -1, "serial": 1, "echo": ""}})
    assert bulk_import(old()).exit_code == 0
    assert any("failed to validate" in message for message in shop.messages("warning"))
    assert any("must not be negative" in message for message in shop.messages("warning"))
    assert shop.resources()["old"]["inputs"]["size"] == -1


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (old(properties=["size"]), "properties"),
        (old(provider="other"), "explicit provider"),
        ({"type": VALVE, "name": "old"}, "no id"),
        (old(parent="nobody"), "nobody"),
        ({"name": "old", "id": "old-1"}, "type"),
    ],
)
def test_what_it_does_not_import_is_refused_by_name(bulk_import, resource, said):
    with pytest.raises(engine.EngineError, match=said):
        bulk_import(resource)
