"""The history of Durable Object migrations: an append-only list of steps, chained by hashes.

Cloudflare keeps one word of a script's history, the tag of its last step. The chain tells whether the steps before that
tag are still the ones that were applied: each step's hash covers its own content and the hash before it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from headworks.model.environment import Migration

_ANNOTATED_DIGITS = 12
"""Hexadecimal digits of a chain that fit beside a tag into an annotation of 100 bytes."""

Rename = TypedDict("Rename", {"from": str, "to": str})


class Step(TypedDict):
    """One migration in the form in which the state, the policies and the ledger see it."""

    tag: str
    newClasses: NotRequired[list[str]]
    """Classes with key-value storage."""
    newSqliteClasses: NotRequired[list[str]]
    renamedClasses: NotRequired[list[Rename]]
    deletedClasses: NotRequired[list[str]]
    """Classes whose stored data is destroyed."""
    chain: str
    """SHA-256 of the previous step's chain and this step's canonical JSON, hexadecimal."""


class HistoryError(ValueError):
    """The declared history does not continue what was applied."""


def history(migrations: Iterable["Migration"]) -> list[Step]:
    """The declared migrations, each with its chain."""
    steps: list[Step] = []
    chain = ""
    for migration in migrations:
        renames: list[Rename] = [{"from": before, "to": after} for before, after in migration.renamed_classes]
        changes = {
            "newClasses": list(migration.new_classes),
            "newSqliteClasses": list(migration.new_sqlite_classes),
            "renamedClasses": renames,
            "deletedClasses": list(migration.deleted_classes),
        }
        step = {"tag": migration.tag} | {key: value for key, value in changes.items() if value}
        chain = _chained(chain, step)
        steps.append(Step(**step, chain=chain))  # type: ignore[typeddict-item]  # the keys are the ones above
    return steps


def _chained(previous: str, step: dict[str, Any]) -> str:
    canonical = json.dumps(step, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


def pending(steps: Sequence[Step], live_tag: str) -> list[Step]:
    """The steps after `live_tag`; all of them when the script has no tag.

    Raises HistoryError when the live tag is none of ours: sending everything again would create classes that exist.
    """
    if not live_tag:
        return list(steps)
    tags = [step["tag"] for step in steps]
    if live_tag not in tags:
        raise HistoryError(
            f"the script's migration tag is {live_tag!r}, which is not in the declared history ({', '.join(tags) or 'empty'}). "
            "Somebody else migrated the script, or steps were taken out of the file: declare the steps up to that tag as they were applied."
        )
    return list(steps[tags.index(live_tag) + 1 :])


def rewritten(applied: Sequence[Step], declared: Sequence[Step]) -> str | None:
    """Why `declared` is not `applied` with steps added at its end; None if it is."""
    same = list(takewhile(lambda pair: pair[0]["chain"] == pair[1]["chain"], zip(applied, declared, strict=False)))
    if len(same) == len(applied):
        return None
    step = applied[len(same)]
    if len(same) == len(declared):
        return (
            f"migration {step['tag']!r} was applied and is no longer declared. The history is append-only: put it back."
        )
    found = declared[len(same)]
    return (
        f"migration {len(same) + 1} was applied as {_content(step)} and is now declared as {_content(found)}. "
        "The history is append-only: restore the applied step and add what is new as a step of its own, with a new tag."
    )


def irreversible(steps: Iterable[Step]) -> str | None:
    """Why these pending steps are not sent; None if they may be.

    A class may go only when no running code binds it any more, so its deletion has to follow the upload, while the ledger
    precedes it.
    """
    for step in steps:
        if classes := ", ".join(step.get("deletedClasses", ())):
            return (
                f"migration {step['tag']!r} deletes {classes} and all data that its objects store, which is not supported here yet. "
                "Take the binding out and bring the stack up; then delete the class with wrangler, and declare the step afterwards."
            )
    return None


def _content(step: Step) -> str:
    return json.dumps({key: value for key, value in step.items() if key != "chain"}, sort_keys=True)


def annotation(steps: Sequence[Step]) -> str:
    """What the script's `workers/tag` says of the history, so that a live script can be compared with a file."""
    return f"ledger:{steps[-1]['tag']}:{steps[-1]['chain'][:_ANNOTATED_DIGITS]}"


def annotated_chain(text: str, tag: str) -> str | None:
    """The beginning of the chain that an annotation records for `tag`; None when it records something else."""
    prefix = f"ledger:{tag}:"
    return text.removeprefix(prefix) if text.startswith(prefix) else None


def chain_at(steps: Sequence[Step], tag: str) -> str | None:
    """The chain of the declared step with this tag."""
    return next((step["chain"] for step in steps if step["tag"] == tag), None)


def request(steps: Sequence[Step], live_tag: str) -> dict[str, Any]:
    """The `migrations` of an upload that applies `steps` to a script whose tag is `live_tag`."""
    body: dict[str, Any] = {"new_tag": steps[-1]["tag"], "steps": [_api_step(step) for step in steps]}
    return {"old_tag": live_tag} | body if live_tag else body


_API_KEYS = {
    "newClasses": "new_classes",
    "newSqliteClasses": "new_sqlite_classes",
    "renamedClasses": "renamed_classes",
    "deletedClasses": "deleted_classes",
}


def _api_step(step: Step) -> dict[str, Any]:
    return {_API_KEYS[key]: value for key, value in step.items() if key in _API_KEYS}
