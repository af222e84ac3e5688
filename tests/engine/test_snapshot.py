"""The snapshot: what is on disk at every moment of a deployment."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.deploy.deletes import schedule_deletes
from sandbox.engine.deploy.dependency_graph import DependencyGraph
from sandbox.engine.deploy.snapshot import Snapshot
from sandbox.engine.deploy.steps import CreateStep, DeleteStep, SameStep, UpdateStep
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Secret

PREFIX = "urn:pulumi:dev::shop::t:i:T::"


def state(name, *needs, parent="", **more):
    more.setdefault("id", f"{name}-1")
    dependencies = [f"{PREFIX}{need}" for need in needs]
    above = f"{PREFIX}{parent}" if parent else ""
    return ResourceState(
        urn=f"{PREFIX}{name}", custom=True, type="t:i:T", dependencies=dependencies, parent=above, **more
    )


def snapshot_of(*states, pending=()):
    document = {
        "resources": [each.to_json(encrypt) for each in states],
        "pending_operations": list(pending),
        "metadata": {},
    }
    return Snapshot(document, encrypt=encrypt, decrypt=lambda text: text.removeprefix("cipher:"))


def encrypt(text):
    return f"cipher:{text}"


class Disk:
    """Keeps what was saved; a save takes a while, as on a real disk."""

    def __init__(self):
        self.saved = []

    def save(self, document):
        self.saved.append(document)

    def names(self, place=-1):
        return [each["urn"].rpartition("::")[2] for each in self.saved[place].get("resources", [])]


def test_a_create_is_announced_before_it_happens_and_taken_back_when_it_is_done():
    async def run():
        snapshot, disk = snapshot_of(), Disk()
        snapshot.write_to(disk, {})
        step = CreateStep(new=state("a", id=""))
        await snapshot.begin(step)
        step.new.id = "a-1"
        await snapshot.end(step, successful=True)
        return disk

    disk = asyncio.run(run())
    announced = disk.saved[0]["pending_operations"]
    assert announced == [{"resource": {"urn": f"{PREFIX}a", "custom": True, "type": "t:i:T"}, "type": "creating"}]
    assert "resources" not in disk.saved[0]
    assert "pending_operations" not in disk.saved[1]
    assert disk.names() == ["a"]


def test_a_step_that_failed_leaves_the_old_state():
    async def run():
        snapshot, disk = snapshot_of(state("a", inputs={"size": 1})), Disk()
        snapshot.write_to(disk, {})
        step = UpdateStep(old=snapshot.base[0], new=state("a", inputs={"size": 2}))
        await snapshot.begin(step)
        await snapshot.end(step, successful=False)
        return disk.saved[-1]

    assert asyncio.run(run())["resources"][0]["inputs"] == {"size": 1}


def test_an_unchanged_resource_costs_no_write_and_keeps_its_ciphertext():
    async def run():
        snapshot, disk = snapshot_of(state("a", inputs={"token": Secret("t")})), Disk()
        snapshot.write_to(disk, {})
        written = snapshot.document()["resources"][0]
        step = SameStep(old=snapshot.base[0], new=state("a", inputs={"token": Secret("t")}))
        await snapshot.begin(step)
        await snapshot.end(step, successful=True)
        return disk, written, snapshot.document()["resources"][0]

    disk, before, after = asyncio.run(run())
    assert disk.saved == []
    assert after is before


def test_what_was_replaced_stays_until_it_is_deleted():
    async def run():
        snapshot, disk = snapshot_of(state("a")), Disk()
        snapshot.write_to(disk, {})
        old = snapshot.base[0]
        create = CreateStep(op="create-replacement", old=old, new=state("a", id="a-2"), pending_delete=True)
        await snapshot.begin(create)
        old.delete = True
        snapshot.changed(old)
        await snapshot.end(create, successful=True)
        halfway = disk.saved[-1]
        delete = DeleteStep(op="delete-replaced", old=old)
        await snapshot.begin(delete)
        await snapshot.end(delete, successful=True)
        return halfway, disk.saved[-1]

    halfway, after = asyncio.run(run())
    assert [(each["id"], each.get("delete", False)) for each in halfway["resources"]] == [("a-2", False), ("a-1", True)]
    assert [each["id"] for each in after["resources"]] == ["a-2"]


def test_saves_that_wait_for_each_other_are_one():
    async def run():
        snapshot, disk = snapshot_of(), Disk()
        snapshot.write_to(disk, {})
        await asyncio.gather(*(snapshot.save() for _ in range(50)))
        return disk

    assert len(asyncio.run(run()).saved) < 5


def test_a_create_that_was_killed_stays_pending_and_the_other_kinds_do_not():
    pending = [
        {"resource": state(kind, id="").to_json(str), "type": kind} for kind in ("creating", "updating", "deleting")
    ]
    kept = asyncio.run(_document(snapshot_of(pending=pending)))["pending_operations"]
    assert [each["type"] for each in kept] == ["creating"]


async def _document(snapshot):
    return snapshot.document()


def test_references_follow_a_resource_that_was_renamed():
    async def run():
        snapshot = snapshot_of(state("old"), state("b", "old", property_dependencies={"up": [f"{PREFIX}old"]}))
        new = state("new")
        new.aliases = [f"{PREFIX}old"]
        await snapshot.end(SameStep(old=snapshot.base[0], new=new), successful=True)
        return snapshot.document()["resources"]

    renamed, dependent = asyncio.run(run())
    assert "aliases" not in renamed
    assert dependent["dependencies"] == [f"{PREFIX}new"]
    assert dependent["propertyDependencies"] == {"up": [f"{PREFIX}new"]}


def test_what_a_refresh_found_gone_is_forgotten_by_those_that_needed_it():
    async def run():
        snapshot = snapshot_of(state("top"), state("gone", parent="top"), state("b", "gone", parent="gone"))
        snapshot.rebase({id(snapshot.base[1]): None})
        return snapshot.document()["resources"]

    top, orphan = asyncio.run(run())
    assert "dependencies" not in orphan
    assert orphan["parent"] == top["urn"]


def test_a_state_with_a_key_that_nobody_knows_is_not_read():
    with pytest.raises(ValueError, match="'extensionRef', which this engine does not know"):
        ResourceState.from_json({"urn": "u", "custom": True, "type": "t", "extensionRef": "x"}, str)


# deletes -------------------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw):
    """States in which each may need, or lie below, any that came before it."""
    names = [f"r{number}" for number in range(draw(st.integers(1, 9)))]
    made = []
    for place, name in enumerate(names):
        earlier = st.sampled_from(names[:place]) if place else st.nothing()
        needs = draw(st.lists(earlier, unique=True, max_size=3)) if place else []
        parent = draw(st.one_of(st.just(""), earlier)) if place else ""
        made.append(state(name, *needs, parent=parent))
    return made


@given(graphs(), st.data())
def test_nothing_is_deleted_while_something_that_goes_too_needs_it(states, data):
    doomed = data.draw(st.lists(st.sampled_from(states), unique_by=id))
    waves = schedule_deletes([DeleteStep(old=each) for each in doomed], DependencyGraph(states))
    place = {step.urn: number for number, wave in enumerate(waves) for step in wave}
    assert sorted(place) == sorted(each.urn for each in doomed)
    for each in doomed:
        for needed in {*each.dependencies, each.parent} & place.keys():
            assert place[each.urn] < place[needed]


@given(graphs())
def test_dependents_are_all_that_need_the_root_directly_or_not(states):
    graph, root = DependencyGraph(states), states[0]
    reached = {root.urn}
    for each in states[1:]:
        if reached & set(each.dependencies):
            reached.add(each.urn)
    assert {each.urn for each in graph.depending_on(root)} == reached - {root.urn}


def test_what_lies_below_a_resource_that_moved_is_written_with_its_new_urn_though_nothing_registered_it_again():
    async def run():
        old, child, other = state("a"), state("b", parent="a"), state("c", "b")
        child.urn = f"{PREFIX.removesuffix('::')}$t:i:T::b"
        other.dependencies = [child.urn]
        snapshot, disk = snapshot_of(old, child, other), Disk()
        snapshot.write_to(disk, {})
        moved = state("a", aliases=[old.urn])
        moved.urn = f"{PREFIX.removesuffix('t:i:T::')}t:i:U$t:i:T::a"
        step = SameStep(old=snapshot.base[0], new=moved)
        await snapshot.begin(step)
        await snapshot.end(step, successful=True)
        written = {each["urn"].rpartition("::")[2]: each for each in disk.saved[-1]["resources"]}
        assert written["b"]["parent"] == moved.urn
        assert written["b"]["urn"] == "urn:pulumi:dev::shop::t:i:U$t:i:T$t:i:T::b"
        assert written["c"]["dependencies"] == [written["b"]["urn"]]

    asyncio.run(run())
