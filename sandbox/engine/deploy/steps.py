"""The steps of a deployment: what each does to the world and to the resource's state.

A step knows nothing of order, events or the snapshot; the step executor sees to those. `apply` raises EngineError when it
failed; with `partial` set the object exists all the same and has to be kept.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sandbox.engine.deploy.differences import diff_resource, inverted
from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.answers import DiffResult, PropertyDiff
from sandbox.engine.plugin.resource_provider import Create, Delete, Update
from sandbox.engine.plugin.resource_provider import Read as ReadRequest
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Outcome, Read, Registered, Registration
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import UNKNOWN_TEXT, secret

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment


class DeleteProtectedError(EngineError):
    """A protected resource was to be deleted; other deletes go on, so that all such errors are told at once."""


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass(kw_only=True, eq=False)
class Step(ABC):
    op: str
    old: ResourceState | None = None
    new: ResourceState | None = None
    registration: Registration | Read | None = None
    keys: list[str] = field(default_factory=list)
    """Properties that force the replacement."""
    diffs: list[str] = field(default_factory=list)
    detailed_diff: dict[str, PropertyDiff] | None = None
    logical: bool = True
    """Counted in the summary; a replacement consists of one logical and two physical steps."""
    partial: bool = False

    @property
    def state(self) -> ResourceState:
        """The state that the step is about: what will be, or what is to go."""
        state = self.new or self.old
        assert state is not None
        return state

    @property
    def urn(self) -> str:
        return self.state.urn

    @property
    def type(self) -> str:
        return self.state.type

    @property
    def provider(self) -> str:
        return self.state.provider

    @property
    def internal(self) -> bool:
        """Not shown to people, not counted."""
        return self.op == "remove-pending-replace" or urns.is_default_provider(self.urn)

    @property
    def result_op(self) -> str:
        """The operation that it turned out to be."""
        return self.op

    def because(self, diff: DiffResult) -> Self:
        """The step with what the provider said about the difference."""
        self.keys, self.diffs, self.detailed_diff = diff.replaces, diff.diffs, diff.detailed_diff
        return self

    @abstractmethod
    async def apply(self, deployment: "Deployment") -> None: ...

    def complete(self) -> None:
        self._resolve(Outcome.SUCCESS)

    def fail(self) -> None:
        self._resolve(Outcome.FAILED)

    def skip(self) -> None:
        self._resolve(Outcome.SKIPPED)

    def _resolve(self, outcome: Outcome) -> None:
        if self.registration is not None and self.new is not None:
            self.registration.resolve(Registered(state=self.new, outcome=outcome))

    def keep_secrets(self) -> None:
        """Marks outputs secret that the program named, or whose input of the same name is."""
        if self.new is None:
            return
        outputs = self.new.outputs
        leaked = [
            key for key in outputs if key in self.new.inputs and secret(self.new.inputs[key]) is self.new.inputs[key]
        ]
        for key in {*self.new.additional_secret_outputs, *leaked} & outputs.keys():
            outputs[key] = secret(outputs[key])


@dataclass(kw_only=True, eq=False)
class SameStep(Step):
    """Nothing to do. With `skipped`, a new resource that is not a target: it is not made and not in state."""

    op: str = "same"
    skipped: bool = False
    untargeted: bool = False

    async def apply(self, deployment: "Deployment") -> None:
        assert self.old is not None
        assert self.new is not None
        self.new.id = self.old.id
        self.new.outputs = self.old.outputs
        self.new.created, self.new.modified = self.old.created, self.old.modified
        if urns.is_provider(self.new.type) and not self.skipped and not self.untargeted:
            # The old inputs: a provider that calls changed inputs no difference goes on with what it had.
            await deployment.registry.same(replace(self.new, inputs=self.old.inputs), checked=True)

    def complete(self) -> None:
        if self.registration is not None and self.new is not None:
            self.registration.resolve(Registered(state=self.new, unknown=self.skipped))


@dataclass(kw_only=True, eq=False)
class CreateStep(Step):
    op: str = "create"
    pending_delete: bool = False
    """The replaced object still exists and is deleted at the end."""

    async def apply(self, deployment: "Deployment") -> None:
        new = self.new
        assert new is not None
        if new.custom:
            provider, interrupted = deployment.provider(new), new.urn in deployment.snapshot.interrupted_creates
            asked = Create(
                urn=new.urn,
                inputs=new.inputs,
                seconds=new.custom_timeouts.get("create", 0),
                preview=deployment.preview,
                interrupted=interrupted,
            )
            result = await provider.create(asked)
            if interrupted and self.pending_delete and self.old is not None and result.id == self.old.id:
                # What the provider took for the interrupted successor is what it is to replace.
                result = await provider.create(replace(asked, interrupted=False))
            new.id, new.outputs, new.init_errors = result.id, result.outputs, result.init_errors
            new.refresh_before_update = result.refresh_before_update
        new.created = new.modified = now()
        if self.pending_delete:
            assert self.old is not None
            self.old.delete = True
            deployment.snapshot.changed(self.old)
        if new.init_errors:
            self.partial = True
            raise _initialization_failed(new.init_errors)


@dataclass(kw_only=True, eq=False)
class UpdateStep(Step):
    op: str = "update"
    ignore_changes: list[str] = field(default_factory=list)

    async def apply(self, deployment: "Deployment") -> None:
        old, new = self.old, self.new
        assert old is not None
        assert new is not None
        new.id, new.created, new.modified = old.id, old.created, old.modified
        if not new.custom:
            return
        asked = Update(
            urn=new.urn,
            id=old.id,
            old_inputs=old.inputs,
            old_outputs=old.outputs,
            news=new.inputs,
            seconds=new.custom_timeouts.get("update", 0),
            ignore_changes=self.ignore_changes,
            preview=deployment.preview,
        )
        result = await deployment.provider(new).update(asked)
        new.outputs, new.init_errors = result.outputs, result.init_errors
        new.refresh_before_update = result.refresh_before_update
        new.modified = now()
        if new.init_errors:
            self.partial = True
            # The object is not what the new inputs describe, so that the next update has to be able to tell.
            new.inputs = old.inputs
            raise _initialization_failed(new.init_errors)


@dataclass(kw_only=True, eq=False)
class DeleteStep(Step):
    op: str = "delete"
    pending_replacement: bool = False
    """Deleted before its successor is made: the state stays until then."""

    def __post_init__(self) -> None:
        if self.old is not None and self.old.external:
            self.op = {"delete": "discard", "delete-replaced": "discard-replaced"}[self.op]

    async def apply(self, deployment: "Deployment") -> None:
        old = self.old
        assert old is not None
        if old.protect and self.op == "delete" and not deployment.options.ignore_protect:
            raise DeleteProtectedError(
                f'resource "{old.urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove '
                "the `protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n"
                f"`pulumi state unprotect '{old.urn}'`"
            )
        kept = old.external or old.retain_on_delete or not old.custom
        goes_along = old.deleted_with != "" and old.deleted_with in deployment.generator.deletes
        if not deployment.preview and not kept and not goes_along:
            await self._delete(deployment, old)
        if self.pending_replacement:
            old.pending_replacement = True
            deployment.snapshot.changed(old)

    async def _delete(self, deployment: "Deployment", old: ResourceState) -> None:
        provider = deployment.provider(old)
        try:
            await provider.delete(
                Delete(
                    urn=old.urn,
                    id=old.id,
                    inputs=old.inputs,
                    outputs=old.outputs,
                    seconds=old.custom_timeouts.get("delete", 0),
                )
            )
        except EngineError:
            # A killed deployment may have deleted it already, and some APIs refuse to do it twice.
            interrupted = old.urn in deployment.snapshot.interrupted_deletes
            if not interrupted or (await provider.read(_read(old, old.id))).id:
                raise


@dataclass(kw_only=True, eq=False)
class ReplaceStep(Step):
    """The replacement as a whole, for the display and the summary."""

    op: str = "replace"

    async def apply(self, deployment: "Deployment") -> None:
        """Nothing: the create and the delete around it do the work."""

    def complete(self) -> None:
        """The create answers the program."""


@dataclass(kw_only=True, eq=False)
class RemovePendingReplaceStep(Step):
    """Drops a state whose object was deleted to be replaced, after the program has given the resource up."""

    op: str = "remove-pending-replace"
    logical: bool = False

    async def apply(self, deployment: "Deployment") -> None:
        """Nothing: the object is gone already."""


@dataclass(kw_only=True, eq=False)
class ReadStep(Step):
    op: str = "read"

    async def apply(self, deployment: "Deployment") -> None:
        new = self.new
        assert new is not None
        if new.id == UNKNOWN_TEXT:
            return
        result = await deployment.provider(new).read(replace(_read(new, new.id), state=new.inputs))
        if not result.id:
            raise EngineError(f"resource '{new.id}' does not exist")
        new.id, new.outputs, new.init_errors = result.id, result.outputs, result.init_errors
        if self.old is not None:
            new.created, new.modified = self.old.created, self.old.modified
            if self.op == "read-replacement":
                self.old.delete = True
                deployment.snapshot.changed(self.old)
        if self.old is None or self.old.outputs != new.outputs:
            new.modified = now()
        if new.init_errors:
            self.partial = True
            raise _initialization_failed(new.init_errors)


@dataclass(kw_only=True, eq=False)
class ImportStep(Step):
    """Takes an existing object over. Its inputs become those that the provider reads; the program's come after."""

    op: str = "import"
    original: ResourceState | None = None
    """What the imported object replaces."""

    async def apply(self, deployment: "Deployment") -> None:
        new = self.new
        assert new is not None
        result = await deployment.provider(new).read(replace(_read(new, new.import_id), inputs=None, state={}))
        if not result.id:
            raise EngineError(f"resource '{new.import_id}' does not exist")
        if result.inputs is None:
            raise EngineError(
                f"provider does not support importing resources; please try updating the '{urns.package(new.type)}' plugin"
            )
        new.id, new.inputs, new.outputs, new.init_errors = result.id, result.inputs, result.outputs, result.init_errors
        new.created = new.modified = now()
        self.old = replace(new, additional_secret_outputs=[], created="", modified="", inputs=dict(new.inputs))
        if self.original is not None:
            self.original.delete = True
            deployment.snapshot.changed(self.original)

    def complete(self) -> None:
        """The step generator goes on with what was imported, and answers the program then."""


@dataclass(kw_only=True, eq=False)
class RefreshStep(Step):
    """Reads the object anew. `new` is None afterwards if it is gone; it is `old` if nothing had to be read."""

    op: str = "refresh"
    logical: bool = False
    diff: DiffResult | None = None

    def __post_init__(self) -> None:
        # Until the object was read nothing says that it is gone.
        self.new = self.old

    @property
    def state(self) -> ResourceState:
        state = self.new or self.old
        assert state is not None
        return state

    @property
    def result_op(self) -> str:
        assert self.old is not None
        if self.new is None:
            return "delete"
        if self.old.external:
            return "same" if self.new.outputs == self.old.outputs else "update"
        return "update" if self.diff is not None and self.diff.changes == "some" else "same"

    async def apply(self, deployment: "Deployment") -> None:
        old = self.old
        assert old is not None
        if not old.custom or urns.is_provider(old.type) or old.pending_replacement:
            return
        provider = deployment.provider(old)
        result = await provider.read(_read(old, old.id))
        if not result.id:
            self.new = None
            return
        self.new = new = replace(
            old,
            id=result.id,
            inputs=old.inputs if result.inputs is None else result.inputs,
            outputs=result.outputs,
            init_errors=result.init_errors,
            refresh_before_update=result.refresh_before_update,
        )
        if result.init_errors:
            deployment.warn(
                "Refreshed resource is in an unhealthy state:\n* " + "\n* ".join(result.init_errors), old.urn
            )
        if (new.inputs, new.outputs) != (old.inputs, old.outputs):
            new.modified = now()
        if old.external:
            return
        # Seen from the world: what an update would undo is what has changed, so that kinds are turned round.
        self.diff = inverted(await diff_resource(deployment, provider, new, new.inputs, old.inputs, old.ignore_changes))
        self.diffs, self.detailed_diff = self.diff.diffs, self.diff.detailed_diff

    def complete(self) -> None:
        """No program waits for a refresh."""


def _read(state: ResourceState, id_: str) -> ReadRequest:
    seconds = state.custom_timeouts.get("read", 0)
    return ReadRequest(urn=state.urn, id=id_, inputs=state.inputs, state=state.outputs, seconds=seconds)


def _initialization_failed(reasons: list[str]) -> EngineError:
    listed = "\n".join(f"\t* {reason}" for reason in reasons)
    return EngineError(f"{len(reasons)} error{'s' if len(reasons) > 1 else ''} occurred:\n{listed}")
