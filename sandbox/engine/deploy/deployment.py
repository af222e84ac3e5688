"""One deployment: what the parts of the engine share while an operation runs, and the order in which things happen.

For an update or a preview: policy packs and the program are started side by side, each registration goes through the step
generator (one at a time) and the step executor (many at once), and when the program wants nothing more, what it did not
register is deleted. `refresh` and `destroy` need no program.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from itertools import chain
from typing import Any

from sandbox.engine.deploy.builtin import Builtin, StackOutputs
from sandbox.engine.deploy.default_providers import DENIED, DefaultProviders
from sandbox.engine.deploy.deletes import generate_deletes, schedule_deletes
from sandbox.engine.deploy.dependency_graph import DependencyGraph
from sandbox.engine.deploy.imports import ImportFile, import_all
from sandbox.engine.deploy.registry import Registry
from sandbox.engine.deploy.snapshot import Snapshot
from sandbox.engine.deploy.step_executor import StepExecutor
from sandbox.engine.deploy.step_generator import Plan, StepGenerator
from sandbox.engine.deploy.steps import RefreshStep
from sandbox.engine.deploy.targets import Targets
from sandbox.engine.errors import EngineError, Stopped
from sandbox.engine.events import Events
from sandbox.engine.options import Options
from sandbox.engine.plugin.answers import InvokeResult
from sandbox.engine.plugin.resource_provider import ResourceProvider
from sandbox.engine.policy.packs import PolicyPacks
from sandbox.engine.policy.reviews import Reviews
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal, Read, Registered, Registration
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, contains_unknown
from sandbox.engine.source.host import Host, stop_packs
from sandbox.engine.source.monitor import Monitor, MonitorServer
from sandbox.engine.source.program import Program
from sandbox.engine.workspace.config import Configuration, Project

EXIT_TOLD = 32
"""Exit status of a program that has told the user itself why it failed."""


class Deployment:
    def __init__(
        self,
        project: Project,
        options: Options,
        configuration: Configuration,
        snapshot: Snapshot,
        events: Events,
        outputs_of_stack: StackOutputs,
        *,
        refresh_only: bool = False,
    ) -> None:
        self.project_file = project
        self.project = project.name
        self.stack = options.stack
        self.directory = project.directory
        self.program_directory = project.program
        self.options = options
        self.configuration = configuration
        self.snapshot = snapshot
        self.events = events
        self.preview = events.preview
        self.refresh_only = refresh_only
        self.failed = False
        self.stopped = False
        """Something ended the deployment that has been told; there is no result to tell beside."""
        self.news: dict[str, ResourceState] = {}
        """Resources of this run that are done, by URN."""
        self.generator = StepGenerator(self, Targets(options.targets, dependents=options.target_dependents))
        self.executor = StepExecutor(self, options.parallel)
        self._refreshing: StepExecutor | None = None
        self._task = asyncio.current_task()
        self._builtin = Builtin(outputs_of_stack, self.news)
        self._host = Host(project, options, configuration, events)
        self.registry = Registry(self._host.start_provider, self._builtin)
        self._reviews = Reviews(PolicyPacks([], events), self.provider_state)
        self._ready = asyncio.Event()
        """Policy packs have been configured: resources may come."""
        self._generating = asyncio.Lock()
        self._default_providers = DefaultProviders(configuration, self.register)
        self._stack_outputs: tuple[str, Properties] | None = None

    # what steps and the step generator ask for -----------------------------------------------------------------------

    @cached_property
    def olds(self) -> dict[str, ResourceState]:
        """The last deployment's states by URN, without those that wait to be deleted."""
        return {state.urn: state for state in self.snapshot.base if not state.delete}

    @cached_property
    def graph(self) -> DependencyGraph:
        return DependencyGraph(self.snapshot.base)

    def provider(self, state: ResourceState) -> ResourceProvider:
        if state.provider.startswith(DENIED):
            package = state.provider.removeprefix(DENIED)
            self.error(
                f"Default provider for '{package}' disabled. '{state.urn}' must use an explicit provider.", state.urn
            )
            raise Stopped("default provider disabled")
        return self.registry.get(state)

    async def ensure_provider(self, state: ResourceState) -> None:
        if state.custom and state.provider:
            await self.registry.ensure(state.provider, chain(self.news.values(), self.snapshot.base))

    def error(self, message: str, urn: str = "") -> None:
        self.failed = True
        self.events.diagnostic("error", message, urn)

    def warn(self, message: str, urn: str = "") -> None:
        self.events.diagnostic("warning", message, urn)

    def info(self, message: str, urn: str = "") -> None:
        self.events.diagnostic("info", message, urn)

    async def review(self, state: ResourceState, goal: Goal) -> bool:
        """Has the policies remediate and judge the inputs; whether the resource may be operated on."""
        acceptable = await self._reviews.resource(state, goal)
        if not acceptable:
            self.generator.failed = True
        return acceptable or self.preview

    def provider_state(self, reference: str) -> ResourceState | None:
        """The provider resource behind a reference, as this run knows it or as the state has it."""
        urn, _ = urns.split_reference(reference)
        return self.generator.providers.get(urn) or self.olds.get(urn)

    # what the program asks for ---------------------------------------------------------------------------------------

    async def register(self, registration: Registration) -> Registered:
        await self._ready.wait()
        await self._carry_out(lambda: self.generator.generate(registration))
        return await registration.answer

    async def read(self, read: Read) -> Registered:
        await self._ready.wait()
        await self._carry_out(lambda: self.generator.generate_read(read))
        return await read.answer

    async def _carry_out(self, generate: Any) -> None:
        """Generates steps, one resource at a time, hands them to the executor, and goes on where there is more to decide."""
        while generate is not None:
            async with self._generating:
                if self.executor.cancelled.is_set():
                    raise Stopped("resource monitor shut down")
                plan = await self._planned(generate)
                task = await self.executor.submit(plan.steps) if plan.steps else None
            generate = plan.then
            if generate is not None and task is not None:
                await task
                if self.executor.failed and plan.steps[0] in self.executor.failed:
                    return

    async def _planned(self, generate: Any) -> Plan:
        try:
            plan: Plan = await generate()
        except Stopped:
            self._stop()
            raise
        except EngineError as error:
            self.refuse(error)
            raise Stopped(str(error)) from error
        return plan

    def refuse(self, error: EngineError) -> None:
        """Ends the deployment because of what the program asked for."""
        self.error(str(error))
        self._stop()

    def cancel(self) -> None:
        """What Ctrl-C does: steps under way end and are saved, nothing new begins. The second time it all ends at once."""
        if self.stopped and self._task is not None:
            self._task.cancel()
            return
        self.error("cancelled: steps under way are finished and saved first; press Ctrl-C again to abandon them")
        self._stop()

    def _stop(self) -> None:
        self.failed = self.stopped = True
        self.executor.cancel()
        if self._refreshing is not None:
            self._refreshing.cancel()

    async def register_outputs(self, urn: str, outputs: Properties) -> None:
        if urns.qualified_type(urn) == urns.STACK_TYPE:
            # Only at the end is it known whether old outputs that are missing now are gone, or were never reached.
            self._stack_outputs = (urn, outputs)
            return
        await self.executor.register_outputs(urn, outputs)

    async def invoke(self, token: str, arguments: Properties, *, provider: str, version: str, url: str) -> InvokeResult:
        package = urns.package(token)
        if package == "pulumi":
            return await self._builtin.invoke(token, arguments)
        await self._ready.wait()
        reference = provider or await self.default_provider(package, version, url)
        await self.registry.ensure(reference, chain(self.news.values(), self.snapshot.base))
        client = self.registry.configured(reference)
        assert client is not None
        if contains_unknown(arguments):
            return InvokeResult(values={})
        try:
            return await client.invoke(token, arguments, preview=self.preview)
        except EngineError as error:
            raise EngineError(f"invocation of {token} returned an error: {error}") from error

    async def default_provider(self, package: str, version: str, url: str) -> str:
        return await self._default_providers.reference(package, version, url)

    # running ---------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[MonitorServer]:
        async with AsyncExitStack() as running:
            server = MonitorServer(self)
            self._host.address = server.address
            await server.start()
            running.push_async_callback(server.stop)
            running.push_async_callback(self.registry.close)
            yield server

    async def update(self) -> None:
        """Brings the world in line with the program; at a preview, tells what that would take."""
        async with self._serving() as server:
            if self.options.refresh:
                await self._refresh()
                if self.failed:
                    return
            elif not self.preview:
                self._warn_of_interrupted_steps()
            await self._run_program(server)
            await self._finish()

    async def refresh(self) -> None:
        async with self._serving():
            await self._refresh()

    async def import_(self, file: ImportFile, *, protect: bool) -> None:
        """Takes objects that exist into the state. The program is not run."""
        async with self._serving():
            self._ready.set()
            await import_all(self, file, protect=protect)
            await self.executor.drain()
            await self._finish()

    async def destroy(self) -> None:
        async with self._serving():
            if self.options.refresh:
                await self._refresh()
            elif not self.preview:
                self._warn_of_interrupted_steps()
            if not self.failed and self._targets_known():
                await self._delete()
            await self._finish()

    async def _run_program(self, server: MonitorServer) -> None:
        """Runs the program to its end, or until something fails; then deletes what it does not have any more."""
        async with AsyncExitStack() as running:
            packs = asyncio.create_task(self._host.start_packs())
            running.push_async_callback(stop_packs, packs)
            program = await self._host.start_program()
            running.push_async_callback(self._stop_program, program, server.monitor)
            self._reviews = Reviews(await packs, self.provider_state)
            self._ready.set()
            await self._watch(program, server.monitor)
            await self.executor.drain()
            if not self.executor.cancelled.is_set() and self._targets_known():
                await self._delete()
            await self._take_stack_outputs()
            if not self.failed and not self.executor.failed:
                await self._review_stack()
            server.monitor.released.set()
            if not self.executor.cancelled.is_set():
                await program.wait()

    async def _watch(self, program: Program, monitor: Monitor) -> None:
        """Returns when the program wants nothing more, has ended, or can get nothing more."""
        exited = asyncio.create_task(program.wait())
        waits = [exited, *(asyncio.create_task(event.wait()) for event in (monitor.finished, self.executor.cancelled))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if exited.done() and not self.executor.cancelled.is_set():
            self._judge_exit(exited.result())
        for wait in waits:
            wait.cancel()

    async def _stop_program(self, program: Program, monitor: Monitor) -> None:
        self._host.interrupting = program.running
        monitor.stopped.set()
        await program.interrupt()

    def _judge_exit(self, status: int) -> None:
        if status == 0:
            return
        if status != EXIT_TOLD:
            self.error(f"an unhandled error occurred: program exited with non-zero exit code: {status}")
        self._stop()

    async def _delete(self) -> None:
        try:
            sames, deletes = await generate_deletes(self)
        except Stopped:
            self._stop()
            return
        if sames:
            await (await self.executor.submit(sames))
        await self.executor.run_deletes(schedule_deletes(deletes, self.graph))

    async def _refresh(self) -> None:
        """Reads every resource anew, and goes on from there."""
        if not self._targets_known():
            return
        self._refreshing = executor = StepExecutor(self, self.options.parallel, ignore_errors=True)
        steps = []
        for state in self.snapshot.base:
            if self.generator.targets.includes(state):
                self.generator.targets.reached(state, targeted=True)
                steps.append(RefreshStep(old=state))
                await self.ensure_provider(state)
        await executor.run_all(steps)
        self.snapshot.rebase({id(step.old): step.new for step in steps if step not in executor.failed})
        self.__dict__.pop("olds", None)
        self.__dict__.pop("graph", None)
        if self.refresh_only:
            self.executor.changes = executor.changes
        await self.snapshot.save()
        if executor.failed:
            self.failed = True
            self._tell_result()

    def _targets_known(self) -> bool:
        unknown = self.generator.targets.unknown([*self.olds, *self.generator.urns])
        for target in unknown:
            self.error(f"Target '{target}' could not be found in the stack.")
        return not unknown

    async def _take_stack_outputs(self) -> None:
        """The exports; after a failure those that were not reached keep their old value."""
        if self._stack_outputs is None:
            return
        urn, outputs = self._stack_outputs
        if not self.executor.awaits_outputs(urn):
            return
        if self.failed or self.executor.failed or self.generator.failed:
            old = self.olds.get(urn)
            outputs = (old.outputs if old is not None else {}) | outputs
        await self.executor.register_outputs(urn, outputs)

    async def _review_stack(self) -> None:
        stack = urns.create(self.stack, self.project, "", urns.STACK_TYPE, f"{self.project}-{self.stack}")
        if not await self._reviews.stack(stack, self.news.values(), self.generator.goals):
            self.generator.failed = True

    async def _finish(self) -> None:
        await self.snapshot.save()
        if (self.executor.failed or self.generator.failed) and not self.stopped:
            self._tell_result()
        self.failed = self.failed or bool(self.executor.failed) or self.generator.failed

    def _tell_result(self) -> None:
        self.error("preview failed" if self.preview else "update failed")

    def _warn_of_interrupted_steps(self) -> None:
        interrupted = self.snapshot.interrupted
        if interrupted:
            listed = "".join(
                f"  * {operation.state.urn}, interrupted while {operation.type}\n" for operation in interrupted
            )
            self.warn(INTERRUPTED.format(count=len(interrupted), listed=listed))

    @property
    def interrupting(self) -> bool:
        return self._host.interrupting

    @property
    def pack_versions(self) -> dict[str, str]:
        return self._reviews.packs.versions


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
