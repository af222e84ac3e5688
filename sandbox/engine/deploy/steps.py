"""The steps of a deployment: what each does to the world and to the resource's state.

A step knows nothing of order, events or the snapshot; the step executor sees to those. `apply` raises EngineError when it
failed; with `partial` set the object exists all the same and has to be kept.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sandbox.engine.deploy.registration import Outcome, Read, Registered, Registration
from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.answers import DiffResult, OperationResult, PropertyDiff
from sandbox.engine.plugin.resource_provider import Create, Delete, Update
from sandbox.engine.plugin.resource_provider import Read as ReadRequest
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import secret

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
    skipped: bool = False
    """Of a `same`: a new resource that is not a target. It is not made, and not in the state."""

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

    # what kinds of steps do alike -------------------------------------------------------------------------------------

    def take(self, result: OperationResult) -> None:
        """What the provider answered becomes the new state."""
        assert self.new is not None
        self.new.id, self.new.outputs, self.new.init_errors = result.id, result.outputs, result.init_errors

    def refuse_unready(self) -> None:
        """What exists but did not get ready is kept, and fails all the same."""
        assert self.new is not None
        reasons = self.new.init_errors
        if reasons:
            self.partial = True
            listed = "\n".join(f"\t* {reason}" for reason in reasons)
            raise EngineError(f"{len(reasons)} error{'s' if len(reasons) > 1 else ''} occurred:\n{listed}")

    def condemn(self, replaced: ResourceState | None, deployment: "Deployment") -> None:
        """What is replaced still exists: it goes among the deletes at the end."""
        if replaced is not None:
            replaced.delete = True
            deployment.snapshot.changed(replaced)


@dataclass(kw_only=True, eq=False)
class SameStep(Step):
    """Nothing to do."""

    op: str = "same"
    old: ResourceState
    new: ResourceState
    untargeted: bool = False

    async def apply(self, deployment: "Deployment") -> None:
        self.new.id = self.old.id
        self.new.outputs = self.old.outputs
        self.new.created, self.new.modified = self.old.created, self.old.modified
        if urns.is_provider(self.new.type) and not self.skipped and not self.untargeted:
            # The old inputs: a provider that calls changed inputs no difference goes on with what it had.
            await deployment.registry.same(replace(self.new, inputs=self.old.inputs), checked=True)

    def complete(self) -> None:
        if self.registration is not None:
            self.registration.resolve(Registered(state=self.new, unknown=self.skipped))


@dataclass(kw_only=True, eq=False)
class CreateStep(Step):
    op: str = "create"
    new: ResourceState
    pending_delete: bool = False
    """The replaced object still exists and is deleted at the end."""

    async def apply(self, deployment: "Deployment") -> None:
        new = self.new
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
            self.take(result)
            new.refresh_before_update = result.refresh_before_update
        new.created = new.modified = now()
        if self.pending_delete:
            self.condemn(self.old, deployment)
        self.refuse_unready()


@dataclass(kw_only=True, eq=False)
class UpdateStep(Step):
    op: str = "update"
    old: ResourceState
    new: ResourceState
    ignore_changes: list[str] = field(default_factory=list)

    async def apply(self, deployment: "Deployment") -> None:
        old, new = self.old, self.new
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
        self.take(result)
        new.refresh_before_update = result.refresh_before_update
        new.modified = now()
        if new.init_errors:
            # The object is not what the new inputs describe, so that the next update has to be able to tell.
            new.inputs = old.inputs
        self.refuse_unready()


@dataclass(kw_only=True, eq=False)
class DeleteStep(Step):
    op: str = "delete"
    old: ResourceState
    pending_replacement: bool = False
    """Deleted before its successor is made: the state stays until then."""

    def __post_init__(self) -> None:
        if self.old.external:
            self.op = {"delete": "discard", "delete-replaced": "discard-replaced"}[self.op]

    async def apply(self, deployment: "Deployment") -> None:
        old = self.old
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
            if not interrupted or (await provider.read(read_request(old, old.id))).id:
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


def read_request(state: ResourceState, id_: str) -> ReadRequest:
    seconds = state.custom_timeouts.get("read", 0)
    return ReadRequest(urn=state.urn, id=id_, inputs=state.inputs, state=state.outputs, seconds=seconds)
