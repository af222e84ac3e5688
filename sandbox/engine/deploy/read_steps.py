"""The steps that ask what the world is like, and change nothing in it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.engine.deploy.differences import diff_resource, inverted
from sandbox.engine.deploy.steps import Step, now, read_request
from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.answers import DiffResult
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import UNKNOWN_TEXT

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment


@dataclass(kw_only=True, eq=False)
class ReadStep(Step):
    op: str = "read"
    new: ResourceState

    async def apply(self, deployment: "Deployment") -> None:
        new = self.new
        if new.id == UNKNOWN_TEXT:
            return
        result = await deployment.provider(new).read(replace(read_request(new, new.id), state=new.inputs))
        if not result.id:
            raise EngineError(f"resource '{new.id}' does not exist")
        self.take(result)
        if self.old is not None:
            new.created, new.modified = self.old.created, self.old.modified
            if self.op == "read-replacement":
                self.condemn(self.old, deployment)
        if self.old is None or self.old.outputs != new.outputs:
            new.modified = now()
        self.refuse_unready()


@dataclass(kw_only=True, eq=False)
class ImportStep(Step):
    """Takes an existing object over. Its inputs become those that the provider reads; the program's come after."""

    op: str = "import"
    new: ResourceState
    original: ResourceState | None = None
    """What the imported object replaces."""

    async def apply(self, deployment: "Deployment") -> None:
        new = self.new
        result = await deployment.provider(new).read(replace(read_request(new, new.import_id), inputs=None, state={}))
        if not result.id:
            raise EngineError(f"resource '{new.import_id}' does not exist")
        if result.inputs is None:
            raise EngineError(
                f"provider does not support importing resources; please try updating the '{urns.package(new.type)}' plugin"
            )
        self.take(result)
        new.inputs = result.inputs
        new.created = new.modified = now()
        self.old = replace(new, additional_secret_outputs=[], created="", modified="", inputs=dict(new.inputs))
        self.condemn(self.original, deployment)

    def complete(self) -> None:
        """The step generator goes on with what was imported, and answers the program then."""


@dataclass(kw_only=True, eq=False)
class RefreshStep(Step):
    """Reads the object anew. `new` is None afterwards if it is gone; it is `old` if nothing had to be read."""

    op: str = "refresh"
    old: ResourceState
    logical: bool = False
    diff: DiffResult | None = None

    def __post_init__(self) -> None:
        # Until the object was read nothing says that it is gone.
        self.new = self.old

    @property
    def result_op(self) -> str:
        if self.new is None:
            return "delete"
        if self.old.external:
            return "same" if self.new.outputs == self.old.outputs else "update"
        return "update" if self.diff is not None and self.diff.changes == "some" else "same"

    async def apply(self, deployment: "Deployment") -> None:
        old = self.old
        if not old.custom or urns.is_provider(old.type) or old.pending_replacement:
            return
        provider = deployment.provider(old)
        result = await provider.read(read_request(old, old.id))
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
        diff = await diff_resource(deployment, provider, new.urn, new, new.inputs, old.inputs, old.ignore_changes)
        self.diff = inverted(diff)
        self.diffs, self.detailed_diff = self.diff.diffs, self.diff.detailed_diff

    def complete(self) -> None:
        """No program waits for a refresh."""
