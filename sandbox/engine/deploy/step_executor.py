"""The step executor: runs chains of steps side by side, as many as `parallel` allows, and tells of each.

The first failure cancels: steps under way end, nothing new begins. With `continue_on_error` only what depends on the failed
resource is left out.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.engine.deploy.dependency_graph import dependencies
from sandbox.engine.deploy.read_steps import RefreshStep
from sandbox.engine.deploy.step_events import after_step, before_step, step_failed
from sandbox.engine.deploy.steps import DeleteProtectedError, Step
from sandbox.engine.errors import EngineError
from sandbox.engine.resource import urns

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment
    from sandbox.engine.resource.values import Properties

STATUS_OK, STATUS_PARTIAL = 0, 1
"""How far a failed step got, in events."""


class StepExecutor:
    def __init__(self, deployment: "Deployment", parallel: int, *, ignore_errors: bool = False) -> None:
        self._deployment = deployment
        self._slots = asyncio.Semaphore(max(parallel, 1))
        self._running: set[asyncio.Task[None]] = set()
        self._ignore_errors = ignore_errors
        self.cancelled = asyncio.Event()
        self.failed: list[Step] = []
        self.changes: Counter[str] = Counter()
        self._skipped: set[str] = set()
        self._registered: dict[str, Step] = {}
        """Steps whose resource may still get outputs from the program."""

    async def submit(self, chain: Sequence[Step]) -> "asyncio.Task[None]":
        """Waits for a free place, then runs the chain in the background."""
        await self._slots.acquire()
        task = asyncio.create_task(self._run(chain))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def run_all(self, steps: Sequence[Step]) -> None:
        """Runs steps that do not depend on each other; returns when all have ended."""
        tasks = [await self.submit([step]) for step in steps]
        await asyncio.gather(*tasks)

    async def drain(self) -> None:
        """Returns when no step is under way."""
        while self._running:
            await asyncio.wait(self._running)

    def cancel(self) -> None:
        self.cancelled.set()

    def without_skipped(self, chain: Sequence[Step]) -> list[Step]:
        """The steps that need nothing that failed; the program hears of the others at once."""
        self._skipped |= {step.urn for step in self.failed}
        kept = []
        for step in chain:
            if self._skipped.isdisjoint([*dependencies(step.state), step.state.parent]):
                kept.append(step)
            else:
                step.skip()
                self._skipped.add(step.urn)
        return kept

    async def _run(self, chain: Sequence[Step]) -> None:
        try:
            for place, step in enumerate(chain):
                if self.cancelled.is_set():
                    return
                if not await self._execute(step):
                    self._give_up(chain[place:])
                    return
        finally:
            self._slots.release()

    async def _execute(self, step: Step) -> bool:
        deployment = self._deployment
        before_step(deployment.events, step)
        try:
            await deployment.snapshot.begin(step)
            error = await self._apply(step)
            if step.op != "replace":
                step.keep_secrets()
            self._tell(step, error)
            await deployment.snapshot.end(step, successful=error is None or step.partial)
        except EngineError as unsaved:
            # The state could not be written. Nothing that depends on it may begin.
            deployment.error(str(unsaved), step.urn)
            error = unsaved
        if error is not None:
            self._fail(step, error)
            return False
        if step.new is not None and step.op != "replace":
            deployment.news[step.urn] = step.new
        if step.logical:
            self._registered[step.urn] = step
        step.complete()
        return True

    async def _apply(self, step: Step) -> EngineError | None:
        try:
            await step.apply(self._deployment)
        except EngineError as error:
            return error
        return None

    def _tell(self, step: Step, error: EngineError | None) -> None:
        deployment = self._deployment
        if error is not None:
            message = f"Preview failed: {error}" if deployment.preview else str(error)
            deployment.error(message, "" if step.internal else step.urn)
            if not deployment.preview:
                status = STATUS_PARTIAL if step.partial else STATUS_OK
                step_failed(deployment.events, step, status, self.changes.total())
            return
        refreshing = deployment.refresh_only and isinstance(step, RefreshStep)
        op = step.result_op if refreshing else step.op
        if (refreshing or _counted(step)) and not step.internal:
            self.changes[op] += 1
        # A component's outputs come with their registration; those from here would be the old ones.
        if deployment.preview or step.state.custom or step.op == "delete" or isinstance(step, RefreshStep):
            after_step(deployment.events, step, op)

    def _fail(self, step: Step, error: EngineError) -> None:
        self.failed.append(step)
        goes_on = self._deployment.options.continue_on_error or isinstance(error, DeleteProtectedError)
        if not goes_on and not self._ignore_errors:
            self.cancel()

    def _give_up(self, chain: Sequence[Step]) -> None:
        """If the deployment goes on after a failure, the program goes on too: it waits for none of these any more."""
        if not self.cancelled.is_set():
            for step in chain:
                step.fail()

    async def register_outputs(self, urn: str, outputs: "Properties") -> None:
        """What `register_outputs` of a component, or the exports of the stack, say in the end."""
        step = self._registered.pop(urn, None)
        if step is None:
            raise EngineError(
                f"outputs were registered for '{urn}', which is not a resource of this run or has outputs already; "
                "call register_outputs once per component"
            )
        if step.new is None or step.skipped:
            return
        step.new.outputs = outputs
        self._deployment.snapshot.changed(step.new)
        after_step(self._deployment.events, step, step.op)
        await self._deployment.snapshot.save()

    def awaits_outputs(self, urn: str) -> bool:
        return urn in self._registered

    async def run_deletes(self, waves: Sequence[Sequence[Step]]) -> None:
        """One wave after the other, without what something needs that could not be deleted."""
        needed: set[int] = set()
        for wave in waves:
            for failed in self.failed:
                for state in (failed.old, failed.new):
                    if state is not None and state in self._deployment.graph:
                        needed |= self._deployment.graph.transitive_dependencies_of(state)
            await self.run_all([step for step in wave if id(step.state) not in needed])


def _counted(step: Step) -> bool:
    if step.op == "read":
        return step.old is not None and step.new is not None and step.old.outputs != step.new.outputs
    return step.logical and not urns.is_default_provider(step.urn)
