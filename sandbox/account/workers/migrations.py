"""Durable Object migrations: what an upload does to the namespaces of its script.

A pure plan from what is there to what will be. The account applies it only if the whole upload is accepted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.account.envelope import Failure, Json
from sandbox.account.workers.exports import Exports

LISTS = ("new_classes", "new_sqlite_classes", "renamed_classes", "transferred_classes", "deleted_classes")

TAG_MISMATCH = Failure(412, 10079, "Migration tag precondition failed; current tag is {tag}")
FLAT_AND_STEPS = Failure(400, 10021, "migrations: give either steps, or the lists themselves, not both.")
MALFORMED = Failure(400, 10021, "migrations: {reason}.")
NOT_EXPORTED = Failure(
    400, 10070, "Cannot apply {migration} migration to class '{name}' that is not exported by script"
)
IN_USE = Failure(
    400,
    10074,
    "Cannot apply {migration} migration to class '{name}' that is already depended on by existing Durable Objects",
)
NOT_LIVE = Failure(400, 10074, "Cannot apply {migration} migration to non-existent class '{name}'")
TWICE = Failure(400, 10074, "Class '{name}' is the target of more than one migration")
STILL_DEPENDED_ON = Failure(
    400,
    10064,
    "New version of script does not export class '{name}' which is depended on by existing Durable Objects."
    " Delete the class with a deleted_classes migration, or rename it, first.",
)


@dataclass
class Plan:
    """What will be true when the upload is in force."""

    live: dict[str, Json]
    """Class -> namespace (`id` None: to be created; `use_sqlite`)."""
    tag: str | None
    deleted: list[str] = field(default_factory=list)
    """Ids of namespaces that go, with everything stored in them."""
    brought_by: dict[str, str] = field(default_factory=dict)
    """Class -> the migration of this upload that made it live."""


NamespacesOf = Callable[[str], Mapping[str, Json]]


def plan(
    migrations: Any, live: Mapping[str, Json], tag: str | None, exports: Exports, namespaces_of: NamespacesOf
) -> Plan:
    """`migrations` as uploaded (None: none); `live` and `tag` of the script now; `namespaces_of` another script.

    Raises ApiError: 10079 for a wrong `old_tag`, 10070, 10074 and 10064 as Cloudflare does.
    """
    planned = Plan(dict(live), tag)
    if migrations:
        if not isinstance(migrations, dict):
            raise MALFORMED.error(reason="an object is expected")
        if (migrations.get("old_tag") or None) != tag:
            # A step that has been applied is refused here too, whether it is the same or not.
            raise TAG_MISMATCH.error(tag=tag or "(none)")
        for step in _steps(migrations):
            _apply(planned, step, namespaces_of)
        planned.tag = migrations.get("new_tag") or tag
    for name in planned.live:
        # Asked of the result, not of each step: a history may create a class and rename it in one upload.
        if exports.lacks(name) and name in planned.brought_by:
            raise NOT_EXPORTED.error(migration=planned.brought_by[name], name=name)
        if exports.lacks(name):
            raise STILL_DEPENDED_ON.error(name=name)
    return planned


def _steps(migrations: Json) -> Sequence[Json]:
    flat = {name: migrations[name] for name in LISTS if migrations.get(name)}
    steps = migrations.get("steps")
    if steps and flat:
        raise FLAT_AND_STEPS.error()
    if steps is None:
        return [flat]
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise MALFORMED.error(reason="steps must be a list of objects")
    return steps


def _apply(planned: Plan, step: Json, namespaces_of: NamespacesOf) -> None:
    try:
        created = [(name, sqlite) for sqlite in (False, True) for name in step.get(LISTS[sqlite]) or ()]
        renamed = [(pair["from"], pair["to"]) for pair in step.get("renamed_classes") or ()]
        transferred = [(t["from"], t["from_script"], t["to"]) for t in step.get("transferred_classes") or ()]
        deleted = list(step.get("deleted_classes") or ())
    except (TypeError, KeyError) as problem:
        raise MALFORMED.error(reason=f"a step lacks {problem}") from None
    _refuse_doubles(
        [name for name, _ in created] + [to for _, to in renamed] + [to for *_, to in transferred] + deleted
    )

    for name, sqlite in created:
        _bring(planned, "new-sqlite-class" if sqlite else "new-class", name, {"id": None, "use_sqlite": sqlite})
    for old, new in renamed:
        _bring(planned, "rename-class", new, _take(planned.live, "rename-class", old))
    for old, script, new in transferred:
        _bring(planned, "transfer-class", new, _take(dict(namespaces_of(script)), "transfer-class", old))
    for name in deleted:
        gone = _take(planned.live, "delete-class", name)
        if gone["id"] is not None:
            planned.deleted.append(gone["id"])


def _bring(planned: Plan, migration: str, name: str, namespace: Json) -> None:
    if name in planned.live:
        raise IN_USE.error(migration=migration, name=name)
    planned.live[name] = namespace
    planned.brought_by[name] = migration


def _take(live: dict[str, Json], migration: str, name: str) -> Json:
    if name not in live:
        raise NOT_LIVE.error(migration=migration, name=name)
    return live.pop(name)


def _refuse_doubles(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise TWICE.error(name=name)
