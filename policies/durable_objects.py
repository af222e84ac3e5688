"""Durable Object migrations: a history that can only grow, because the objects' storage follows it."""

import hashlib
import json
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

from pulumi_policy import Severity

from policies.graph import Resource
from policies.properties import Properties
from policies.rule import EVERYWHERE, IN_PRODUCTION, ResourceRule, Violation
from policies.tokens import DURABLE_OBJECTS

Step = dict[str, Any]
"""A migration in plain Python: `tag`, `newClasses`, `newSqliteClasses`, `renamedClasses`, `deletedClasses`, `chain`."""


def broken_ledger(resource: Resource, settings: Properties) -> Iterator[Violation]:
    """What can be told of a single step is told at once; what follows from the whole history only once all is known."""
    ledger = resource.properties
    steps = [_step(migration) for migration in ledger.tables("migrations")]
    yield from _ambiguous_tags(steps)
    yield from _key_value_classes(steps, set(settings.texts("keyValueClasses")))
    if ledger.is_known("migrations"):
        live = yield from _impossible_steps(steps)
        yield from _unborn_classes(ledger, live)
        yield from _broken_chain(steps)
        yield from _rewritten_history(ledger, steps)


def _step(migration: Properties) -> Step:
    lists = {key: migration.texts(key) for key in ("newClasses", "newSqliteClasses", "deletedClasses")}
    renames = [(rename.text("from"), rename.text("to")) for rename in migration.tables("renamedClasses")]
    renamed = [{"from": before, "to": after} for before, after in renames if before and after]
    stated = {key: value for key, value in (lists | {"renamedClasses": renamed}).items() if value}
    return {"tag": migration.text("tag") or "", "chain": migration.text("chain") or ""} | stated


def _ambiguous_tags(steps: list[Step]) -> Iterator[Violation]:
    for tag, count in Counter(step["tag"] for step in steps if step["tag"]).items():
        if count > 1:
            yield Violation(
                f"the tag {tag} names {count} migrations, so Cloudflare skips the later ones as already applied.",
                "give every migration a tag of its own, in order (v1, v2, …).",
                property="migrations",
            )


def _key_value_classes(steps: list[Step], allowed: set[str]) -> Iterator[Violation]:
    for step in steps:
        for name in step.get("newClasses", ()):
            if name not in allowed:
                yield Violation(
                    f"the class {name} is created with key-value storage, which has no SQL, no point-in-time recovery and no way to SQLite later.",
                    "list it under `new_sqlite_classes`; if it exists already, allow it by `keyValueClasses` of this policy.",
                    property="migrations",
                )


def _impossible_steps(steps: list[Step]) -> Generator[Violation, None, set[str]]:
    """Plays the history through. Returns (by `yield from`) the classes that are live at its end."""
    live: set[str] = set()
    for step in steps:
        if not step["tag"]:
            consequence = "a migration has no tag, so nothing tells whether it was applied."
            yield Violation(consequence, "give it a tag of its own, in order (v1, v2, …).", property="migrations")
        for name in (*step.get("newClasses", ()), *step.get("newSqliteClasses", ())):
            if name in live:
                yield _impossible(step, f"creates the class {name}, which exists already", "remove it from this step.")
            live.add(name)
        for name in step.get("deletedClasses", ()):
            if name not in live:
                yield _impossible(
                    step, f"deletes the class {name}, which does not exist then", "remove it from this step."
                )
            live.discard(name)
        for rename in step.get("renamedClasses", ()):
            if rename["from"] not in live:
                problem = f"renames the class {rename['from']}, which does not exist then"
                yield _impossible(step, problem, "correct the old name.")
            if rename["to"] in live:
                yield _impossible(
                    step, f"renames a class to {rename['to']}, which exists already", "choose another name."
                )
            live.discard(rename["from"])
            live.add(rename["to"])
    return live


def _impossible(step: Step, problem: str, fix: str) -> Violation:
    consequence = f"migration {step['tag']} {problem}, so Cloudflare refuses the upload."
    return Violation(consequence, fix, property="migrations")


def _unborn_classes(ledger: Properties, live: set[str]) -> Iterator[Violation]:
    for binding in ledger.tables("bindings"):
        name = binding.text("className")
        if name and name not in live:
            yield Violation(
                f"the bound class {name} is not created by any migration, or no longer exists after them, so Cloudflare refuses the upload.",
                f"add a migration with a new tag: `new_sqlite_classes: [{name}]`.",
                property="bindings",
            )


def _broken_chain(steps: list[Step]) -> Iterator[Violation]:
    chain = ""
    for step in steps:
        content = {key: value for key, value in step.items() if key != "chain"}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        chain = hashlib.sha256((chain + canonical).encode()).hexdigest()
        if step["chain"] != chain:
            yield Violation(
                f"the hash of migration {step['tag']} does not follow from the steps up to it, so the history was edited by hand.",
                "let the component compute the chain, and change migrations in Pulumi.yaml only.",
                property="migrations",
            )
            return


def _rewritten_history(ledger: Properties, steps: list[Step]) -> Iterator[Violation]:
    live_tag, live_chain = ledger.text("liveTag"), ledger.text("liveChain")
    if not live_tag:
        return
    applied = next((step for step in steps if step["tag"] == live_tag), None)
    if applied is None:
        yield Violation(
            f"the live Worker is at migration {live_tag}, which the history does not have: steps were taken out, or somebody else migrated the Worker.",
            "put the missing steps back as they were applied, then add new ones after them.",
            property="liveTag",
        )
    elif live_chain and not applied["chain"].startswith(live_chain):
        yield Violation(
            f"the steps up to {live_tag} are not those that were applied to the live Worker, so its classes are not what the history says.",
            "restore the applied steps, and put the change into a new step with a new tag.",
            property="liveChain",
        )


def deleted_classes(resource: Resource, settings: Properties) -> Iterator[Violation]:
    decided = set(settings.texts("decided"))
    for migration in resource.properties.tables("migrations"):
        for name in migration.texts("deletedClasses"):
            if name not in decided:
                yield Violation(
                    f"migration {migration.text('tag')} deletes the class {name} with everything that its objects store, and no backup of Cloudflare's brings it back.",
                    "rename the class where its data is needed. If it is to go: back it up, waive this rule for the deployment, and name the class in `decided` afterwards.",
                    property="migrations",
                )


RULES = (
    ResourceRule(
        id="durable-object-classes-must-not-be-deleted",
        title="Classes of Durable Objects are not deleted in passing",
        description="A migration that deletes a class is one that somebody decided on.",
        details="The runbook of the Rockhounding API recreates a class whose state is corrupted by deleting it; that is the end of the state, not its repair.",
        requirements=("R78",),
        severity=Severity.CRITICAL,
        levels=IN_PRODUCTION,
        remediation="Waive the rule with the link to the backup as its reason, deploy, then add the class to `decided`: the step stays in the history for ever.",
        settings={
            "decided": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Classes whose deletion was decided on.",
            }
        },
        types=frozenset({DURABLE_OBJECTS}),
        check=deleted_classes,
    ),
    ResourceRule(
        id="durable-object-migrations-must-only-grow",
        title="Durable Object migrations are valid and append-only",
        description="The migrations can be applied, end with every bound class, and continue what is live.",
        details="Tags are present and unique; classes are created once, renamed and deleted only while they exist, and have SQLite storage; the hash chain follows from the content; the live tag is among the declared ones, and the chain that was recorded at it is theirs.",
        requirements=("R10", "R11", "R78", "P9", "P10", "P11", "P12", "P57", "P75"),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="Never edit or remove a migration that was applied. Put every change into a new step with a new tag at the end; renames keep the storage, deletions destroy it.",
        settings={
            "keyValueClasses": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Classes that were created with key-value storage before SQLite was the rule.",
            }
        },
        types=frozenset({DURABLE_OBJECTS}),
        check=broken_ledger,
    ),
)
