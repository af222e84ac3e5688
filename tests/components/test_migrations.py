"""The history of migrations: what is pending, and what must not be rewritten."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.migrations import (
    HistoryError,
    annotated_chain,
    annotation,
    chain_at,
    history,
    irreversible,
    pending,
    request,
    rewritten,
)
from headworks.model.environment import Migration

NAMES = st.lists(st.sampled_from(("Room", "Lobby", "Hall", "Archive")), max_size=3).map(tuple)
TAGS = st.lists(st.sampled_from(("v1", "v2", "v3", "2026-11-22", "rooms", "a/b")), min_size=1, unique=True)


@st.composite
def migrations(draw: st.DrawFn) -> list[Migration]:
    return [Migration(tag=tag, new_classes=draw(NAMES), new_sqlite_classes=draw(NAMES)) for tag in draw(TAGS)]


V1 = Migration(tag="v1", new_sqlite_classes=("Room", "Lobby"))
V2 = Migration(tag="v2", renamed_classes=(("Lobby", "Hall"),))
V3 = Migration(tag="v3", new_sqlite_classes=("Archive",), deleted_classes=("Room",))


def test_the_chain_is_the_one_that_anybody_can_compute_from_the_documented_rule():
    content = b'{"newSqliteClasses":["Room","Lobby"],"tag":"v1"}'
    first, second = history([V1, V2])
    assert first["chain"] == hashlib.sha256(content).hexdigest()
    assert (
        second["chain"]
        == hashlib.sha256(
            first["chain"].encode() + b'{"renamedClasses":[{"from":"Lobby","to":"Hall"}],"tag":"v2"}'
        ).hexdigest()
    )


@given(migrations())
def test_a_script_without_a_tag_gets_every_step_and_one_with_the_last_tag_none(declared):
    steps = history(declared)
    assert pending(steps, "") == steps
    assert pending(steps, steps[-1]["tag"]) == []


@given(migrations(), st.data())
def test_what_is_pending_after_a_tag_is_what_was_declared_after_it(declared, data):
    steps = history(declared)
    applied = data.draw(st.integers(1, len(steps)))
    assert steps[:applied] + pending(steps, steps[applied - 1]["tag"]) == steps


def test_a_live_tag_that_nobody_declared_is_refused_since_sending_all_would_create_classes_that_exist():
    with pytest.raises(HistoryError, match=r"'v9', which is not in the declared history \(v1, v2\)"):
        pending(history([V1, V2]), "v9")


@given(migrations(), migrations())
def test_adding_steps_at_the_end_rewrites_nothing(declared, added):
    known = {migration.tag for migration in declared}
    longer = declared + [migration for migration in added if migration.tag not in known]
    assert rewritten(history(declared), history(longer)) is None


@given(migrations(), st.data())
def test_every_other_change_of_an_applied_step_is_found(declared, data):
    applied = history(declared)
    index = data.draw(st.integers(0, len(declared) - 1))
    changed = declared[index].model_copy(update={"new_classes": (*declared[index].new_classes, "Intruder")})
    assert rewritten(applied, history([*declared[:index], changed, *declared[index + 1 :]]))
    assert rewritten(applied, history(declared[:index] + declared[index + 1 :]))


def test_the_refusal_of_a_rewritten_history_shows_what_was_applied_and_what_is_declared():
    reason = rewritten(history([V1, V2]), history([V1.model_copy(update={"new_sqlite_classes": ("Room",)}), V2]))
    assert reason is not None
    assert '["Room", "Lobby"]' in reason
    assert '["Room"]' in reason
    assert "is no longer declared" in (rewritten(history([V1, V2]), history([V1])) or "")


def test_the_request_names_the_tag_that_the_script_has_only_if_it_has_one():
    steps = history([V1, V2])
    assert request(steps, "") == {
        "new_tag": "v2",
        "steps": [{"new_sqlite_classes": ["Room", "Lobby"]}, {"renamed_classes": [{"from": "Lobby", "to": "Hall"}]}],
    }
    assert request(steps[1:], "v1")["old_tag"] == "v1"


def test_a_step_that_destroys_data_is_not_sent_and_the_refusal_names_the_class():
    assert irreversible(history([V1, V2])) is None
    assert "'v3' deletes Room and all data" in (irreversible(history([V1, V2, V3])) or "")


@given(migrations())
def test_a_script_tells_by_its_annotation_which_history_it_went_through(declared):
    steps = history(declared)
    tag, chain = steps[-1]["tag"], chain_at(steps, steps[-1]["tag"])
    text = annotation(steps)
    assert len(text.encode()) <= 100
    assert chain is not None
    assert chain.startswith(annotated_chain(text, tag) or "no")
    assert annotated_chain("released by hand", tag) is None
