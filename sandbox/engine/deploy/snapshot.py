"""The states of a stack's resources in memory, kept on disk step by step.

New states come in the order in which their steps ended, then those of the last deployment that no step has dealt with yet.
So whatever is on disk lists a resource behind everything that it depends on, at every moment.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

from sandbox.engine.deploy.dependency_graph import dependencies
from sandbox.engine.deploy.steps import Step
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState

Document = dict[str, Any]

PENDING = {
    "create": "creating",
    "create-replacement": "creating",
    "update": "updating",
    "delete": "deleting",
    "delete-replaced": "deleting",
    "discard": "deleting",
    "discard-replaced": "deleting",
    "read": "reading",
    "read-replacement": "reading",
    "import": "importing",
    "import-replacement": "importing",
}
"""What a step that was interrupted is called in the state."""
ADDS = {"same", "create", "create-replacement", "update", "read", "read-replacement", "import", "import-replacement"}
FINISHES = {"same", "update", "read", "remove-pending-replace"}
REPLACES = {"create-replacement", "delete", "delete-replaced", "discard", "discard-replaced"}
_NOT_COMPARED = {"created", "modified", "source_position", "stack_trace"}


class Writer(Protocol):
    """Makes a deployment document durable."""

    def save(self, deployment: Document, /) -> None: ...


@dataclass(frozen=True, eq=False)
class Operation:
    """A step that has begun and, as far as the state knows, not ended."""

    state: ResourceState
    type: str


class Snapshot:
    """States before and during a deployment. Without a writer, at a preview, nothing is saved."""

    def __init__(self, document: Document, *, encrypt: Callable[[str], str], decrypt: Callable[[str], str]) -> None:
        self._encrypt = encrypt
        self._frame = {key: value for key, value in document.items() if key not in ("resources", "pending_operations")}
        self._written: dict[int, tuple[ResourceState, Document]] = {}
        self.base: list[ResourceState] = []
        for written in document.get("resources") or []:
            state = ResourceState.from_json(written, decrypt)
            self.base.append(state)
            self._written[id(state)] = (state, written)
        self.interrupted = [
            Operation(ResourceState.from_json(pending["resource"], decrypt), pending["type"])
            for pending in document.get("pending_operations") or []
        ]
        self._interrupted_documents = list(document.get("pending_operations") or [])
        self.interrupted_creates = {each.state.urn for each in self.interrupted if each.type == "creating"}
        self.interrupted_deletes = {each.state.urn for each in self.interrupted if each.type == "deleting"}
        self._new: list[ResourceState] = []
        self._done: set[int] = set()
        self._pending: dict[int, tuple[ResourceState, Document]] = {}
        self._writer: Writer | None = None
        self._saving = asyncio.Lock()
        self._wanted = self._saved = 0

    def write_to(self, writer: Writer, frame: Document) -> None:
        """From now on every change is saved, with the frame's keys (`manifest` …) around the resources."""
        self._writer = writer
        self._frame = self._frame | frame

    # what steps do to it ---------------------------------------------------------------------------------------------

    async def begin(self, step: Step) -> None:
        """Notes that the step is under way, before the provider hears of it."""
        kind = PENDING.get(step.op)
        if kind is not None and self._writer is not None:
            state = step.state
            self._pending[id(state)] = (state, {"resource": state.to_json(self._encrypt), "type": kind})
            await self.save()

    async def end(self, step: Step, *, successful: bool) -> None:
        self._pending.pop(id(step.state), None)
        if successful:
            self._take(step)
        if not self._elided(step, successful=successful):
            await self.save()

    def _take(self, step: Step) -> None:
        old, new = step.old, step.new
        if step.op in ADDS and not step.skipped:
            assert new is not None
            self._new.append(new)
        # Between the two halves of a replacement that deletes first, the old state stays.
        halfway = old is not None and old.pending_replacement
        if old is not None and (
            step.op in FINISHES or (halfway == (step.op == "create-replacement") and step.op in REPLACES)
        ):
            self._done.add(id(old))

    def _elided(self, step: Step, *, successful: bool) -> bool:
        """Whether the state on disk says all that matters: what has changed is saved with the next change, or at the end."""
        if step.op in ("replace", "refresh"):
            return True
        if step.op != "same" or not successful:
            return False
        assert step.old is not None
        assert step.new is not None
        if step.skipped:
            return True
        if _differing(step.old, step.new):
            return False
        if not _differing(step.old, step.new, ignore=set()) and id(step.old) in self._written:
            self._written[id(step.new)] = (step.new, self._written[id(step.old)][1])
        return True

    def changed(self, state: ResourceState) -> None:
        """The state was changed in place: what was written of it is out of date."""
        self._written.pop(id(state), None)

    def rebase(self, refreshed: dict[int, ResourceState | None]) -> None:
        """Puts refreshed states (by the identity of the old one; None: the object is gone) in the place of the base.

        References to what is gone are dropped; a child of what is gone moves up to its grandparent.
        """
        kept: list[ResourceState] = []
        present: set[str] = set()
        grandparents: dict[str, str] = {}
        for old in self.base:
            state = refreshed.get(id(old), old)
            if state is None:
                grandparents[old.urn] = grandparents.get(old.parent, old.parent)
                continue
            kept.append(self._repaired(state, present, grandparents))
            present.add(state.urn)
        self.base = kept

    def _repaired(self, state: ResourceState, present: set[str], grandparents: dict[str, str]) -> ResourceState:
        missing = {urn for urn in dependencies(state) if urn not in present}
        orphan = state.parent in grandparents and state.parent not in present
        if not missing and not orphan and all(state.property_dependencies.values()):
            return state
        return replace(
            state,
            parent=grandparents[state.parent] if orphan else state.parent,
            dependencies=[urn for urn in state.dependencies if urn not in missing],
            property_dependencies={
                key: kept
                for key, needed in state.property_dependencies.items()
                if (kept := [urn for urn in needed if urn not in missing])
            },
            deleted_with="" if state.deleted_with in missing else state.deleted_with,
            replace_with=[urn for urn in state.replace_with if urn not in missing],
        )

    # the document ----------------------------------------------------------------------------------------------------

    @property
    def states(self) -> list[ResourceState]:
        return [state for state in [*self._new, *self.base] if id(state) not in self._done]

    def document(self) -> Document:
        """The deployment as the checkpoint holds it. A resource that has not changed is the same object as before."""
        states = self.states
        renamed = _renamed(states)
        # This is done for each save, so that it may cost next to nothing for each state that was written before.
        written = self._written
        resources = [
            self._json(state, renamed) if renamed or id(state) not in written else written[id(state)][1]
            for state in states
        ]
        creating = [pending for pending in self._interrupted_documents if pending["type"] == "creating"]
        pending = [*(written for _, written in self._pending.values()), *creating]
        frame = dict(self._frame)
        metadata = frame.pop("metadata", {})
        return (
            frame
            | ({"resources": resources} if resources else {})
            | ({"pending_operations": pending} if pending else {})
            | {"metadata": metadata}
        )

    def _json(self, state: ResourceState, renamed: dict[str, str]) -> Document:
        current = _without_aliases(state, renamed) if renamed else state
        if current is not state:
            # References to an old URN may stop being wrong only when the resource that moved is done: not kept.
            return current.to_json(self._encrypt)
        if id(state) not in self._written:
            self._written[id(state)] = (state, state.to_json(self._encrypt))
        return self._written[id(state)][1]

    async def save(self) -> None:
        """Returns when everything up to this call is on disk. Calls that wait share one write."""
        if self._writer is None:
            return
        self._wanted += 1
        mine = self._wanted
        async with self._saving:
            if self._saved >= mine:
                return
            covered = self._wanted
            await asyncio.to_thread(self._writer.save, self.document())
            self._saved = covered


def _differing(old: ResourceState, new: ResourceState, ignore: set[str] = _NOT_COMPARED) -> bool:
    names = [item.name for item in fields(ResourceState) if item.name not in ignore]
    return any(_comparable(getattr(old, name)) != _comparable(getattr(new, name)) for name in names)


def _comparable(value: Any) -> Any:
    """Lists of URNs in any order: the SDK sends them in the order of a set."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return sorted(value)
    if isinstance(value, dict):
        return {
            key: sorted(item) if isinstance(item, list) and _all_urns(item) else item for key, item in value.items()
        }
    return value


def _all_urns(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(item, str) and item.startswith(urns.PREFIX) for item in items)


def _renamed(states: list[ResourceState]) -> dict[str, str]:
    """New URNs by old ones: of what moved, and of what lies below it and was not registered again."""
    renamed: dict[str, str] = {}
    for state in states:
        for alias in state.aliases:
            renamed[alias] = state.urn
        if state.parent in renamed:
            renamed[state.urn] = urns.below(renamed[state.parent], state.type, urns.name_of(state.urn))
    return renamed


def _without_aliases(state: ResourceState, renamed: dict[str, str]) -> ResourceState:
    """The state with new URNs wherever it refers to a resource that has moved; aliases themselves are not stored."""
    provider_urn, provider_id = urns.split_reference(state.provider) if state.provider else ("", "")
    references = {state.urn, state.parent, state.deleted_with, provider_urn, *dependencies(state)}
    if not state.aliases and references.isdisjoint(renamed):
        return state

    def current(urn: str) -> str:
        return renamed.get(urn, urn)

    return replace(
        state,
        urn=current(state.urn),
        aliases=[],
        parent=current(state.parent),
        provider=urns.reference(current(provider_urn), provider_id) if state.provider else "",
        dependencies=[current(urn) for urn in state.dependencies],
        property_dependencies={
            key: [current(urn) for urn in needed] for key, needed in state.property_dependencies.items()
        },
        deleted_with=current(state.deleted_with),
        replace_with=[current(urn) for urn in state.replace_with],
    )
