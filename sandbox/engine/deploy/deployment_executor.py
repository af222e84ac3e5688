"""The deployment executor: what one operation consists of, and in what order.

An update, or its preview, runs the source, and when that wants nothing more, deletes what it did not register. `refresh`,
`destroy` and `import_` need no source.
"""

from collections.abc import Callable, Sequence

from sandbox.engine.deploy.deletes import generate_deletes, schedule_deletes
from sandbox.engine.deploy.deployment import Deployment
from sandbox.engine.deploy.imports import import_all
from sandbox.engine.deploy.read_steps import RefreshStep
from sandbox.engine.deploy.source import Source
from sandbox.engine.deploy.step_executor import StepExecutor
from sandbox.engine.deploy.targets import unknown
from sandbox.engine.errors import Stopped
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.workspace.import_file import ImportFile


class DeploymentExecutor:
    def __init__(self, deployment: Deployment, source: Source) -> None:
        self._deployment = deployment
        self._source = source

    async def update(self) -> None:
        """Brings the world in line with the program; at a preview, tells what that would take."""
        await self._prepare()
        if self._deployment.failed:
            return
        if self._known(self._deployment.options.replaces):
            await self._run_source()
        await self._finish()

    async def refresh(self, wanted: Callable[[ResourceState], bool] = lambda _: True) -> None:
        """Reads every resource anew, or those that are wanted, and goes on from there."""
        deployment = self._deployment
        targets = deployment.generator.targets
        if not self._known([*targets.patterns, *targets.excludes]):
            return
        deployment.refreshing = executor = StepExecutor(deployment, deployment.options.parallel, ignore_errors=True)
        steps = []
        for state in deployment.snapshot.base:
            included = wanted(state) and targets.includes(state)
            targets.reached(state, targeted=included)
            if included:
                steps.append(RefreshStep(old=state))
                await deployment.ensure_provider(state)
        await executor.run_all(steps)
        deployment.rebase({id(step.old): step.new for step in steps if step not in executor.failed})
        if deployment.refresh_only:
            deployment.executor.changes = executor.changes
        await deployment.snapshot.save()
        if executor.failed:
            deployment.failed = True
            self._tell_result()

    async def destroy(self) -> None:
        """Deletes everything in the state."""
        await self._prepare()
        if not self._deployment.failed and self._known(self._deployment.options.targets):
            await self._delete()
        await self._finish()

    async def import_(self, file: ImportFile, *, protect: bool) -> None:
        """Takes objects that exist into the state."""
        deployment = self._deployment
        deployment.ready.set()
        await import_all(deployment, file, protect=protect)
        await deployment.executor.drain()
        await self._finish()

    async def _prepare(self) -> None:
        """Reads what has to be read before anything is decided."""
        deployment = self._deployment
        if deployment.options.refresh:
            await self.refresh()
        elif any(state.refresh_before_update for state in deployment.olds.values()):
            await self.refresh(lambda state: state.refresh_before_update)
        else:
            self._warn_of_interrupted_steps()

    async def _run_source(self) -> None:
        """Runs it to its end, or until something fails; then deletes what it does not have any more."""
        deployment, executor = self._deployment, self._deployment.executor
        async with self._source.running() as packs:
            deployment.begin(packs)
            await self._source.exhausted()
            await executor.drain()
            if not executor.cancelled.is_set():
                self._known(deployment.options.targets)
                await self._delete()
            await self._take_stack_outputs()
            if not deployment.failed and not executor.failed:
                await self._review_stack()
            await self._source.release()

    async def _delete(self) -> None:
        deployment = self._deployment
        try:
            sames, deletes = await generate_deletes(deployment)
        except Stopped:
            deployment.stop()
            return
        if sames:
            await (await deployment.executor.submit(sames))
        await deployment.executor.run_deletes(schedule_deletes(deletes, deployment.graph))

    def _known(self, patterns: Sequence[str]) -> bool:
        deployment = self._deployment
        missing = unknown(patterns, [*deployment.olds, *deployment.generator.urns])
        for target in missing:
            hint = "" if "$" in target else " Did you forget to escape $ in your shell?"
            deployment.error(f"Target '{target}' could not be found in the stack.{hint}")
        return not missing

    async def _take_stack_outputs(self) -> None:
        """The exports; after a failure those that were not reached keep their old value."""
        deployment, executor = self._deployment, self._deployment.executor
        if deployment.stack_outputs is None:
            return
        urn, outputs = deployment.stack_outputs
        if not executor.awaits_outputs(urn):
            return
        if deployment.failed or executor.failed or deployment.generator.failed:
            old = deployment.olds.get(urn)
            outputs = (old.outputs if old is not None else {}) | outputs
        await executor.register_outputs(urn, outputs)

    async def _review_stack(self) -> None:
        deployment, generator = self._deployment, self._deployment.generator
        stack = deployment.urn("", urns.STACK_TYPE, deployment.stack_name)
        if not await deployment.reviews.stack(stack, deployment.news.values(), generator.goals):
            generator.failed = True

    async def _finish(self) -> None:
        deployment = self._deployment
        await deployment.snapshot.save()
        failed = bool(deployment.executor.failed) or deployment.generator.failed
        if failed and not deployment.stopped:
            self._tell_result()
        deployment.failed = deployment.failed or failed

    def _tell_result(self) -> None:
        self._deployment.error("preview failed" if self._deployment.preview else "update failed")

    def _warn_of_interrupted_steps(self) -> None:
        deployment = self._deployment
        interrupted = deployment.snapshot.interrupted
        if interrupted and not deployment.preview:
            listed = "".join(f"  * {each.state.urn}, interrupted while {each.type}\n" for each in interrupted)
            deployment.warn(INTERRUPTED.format(count=len(interrupted), listed=listed))


INTERRUPTED = (
    "Attempting to deploy or update resources with {count} pending operations from previous deployment.\n"
    "{listed}"
    "These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for changes to these resources "
    "to complete. You should confirm whether or not the operations listed completed successfully by checking the state of the "
    "appropriate provider. For example, if you are using AWS, you can confirm using the AWS Console.\n\n"
    "Once you have confirmed the status of the interrupted operations, you can repair your stack using `pulumi refresh` which "
    "will refresh the state from the provider you are using and clear the pending operations if there are any.\n\n"
    "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations."
)
