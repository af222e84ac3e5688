"""One deployment: what the parts of the engine share while an operation runs.

Each registration goes through the step generator (one at a time) and the step executor (many at once); in what order an
operation happens is the deployment executor's business.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from itertools import chain

from sandbox.engine.deploy.builtin import BUILTIN, Builtin, StackOutputs
from sandbox.engine.deploy.default_providers import DENIED, DefaultProviders
from sandbox.engine.deploy.dependency_graph import DependencyGraph
from sandbox.engine.deploy.registration import Read, Registered, Registration
from sandbox.engine.deploy.registry import Registry, Start
from sandbox.engine.deploy.snapshot import Snapshot
from sandbox.engine.deploy.step_executor import StepExecutor
from sandbox.engine.deploy.step_generator import Plan, StepGenerator
from sandbox.engine.deploy.targets import Targets
from sandbox.engine.errors import EngineError, Stopped
from sandbox.engine.events import Events
from sandbox.engine.options import Options
from sandbox.engine.plugin.answers import InvokeResult
from sandbox.engine.plugin.resource_provider import ResourceProvider
from sandbox.engine.policy.packs import PolicyPacks
from sandbox.engine.policy.reviews import Reviews
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, contains_unknown
from sandbox.engine.workspace.configuration import Configuration
from sandbox.engine.workspace.project import Project


class Deployment:
    def __init__(
        self,
        project: Project,
        options: Options,
        configuration: Configuration,
        snapshot: Snapshot,
        events: Events,
        *,
        start_provider: Start,
        outputs_of_stack: StackOutputs,
        refresh_only: bool = False,
    ) -> None:
        self.project = project.name
        self.stack = options.stack
        self.stack_name = f"{project.name}-{options.stack}"
        """The logical name of the stack as a resource."""
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
        self.stack_outputs: tuple[str, Properties] | None = None
        """The stack's URN and its exports, which the program registers when it is done."""
        self.generator = StepGenerator(self, self._targets())
        self.executor = StepExecutor(self, options.parallel)
        self.refreshing: StepExecutor | None = None
        self.ready = asyncio.Event()
        """Policy packs have been configured: resources may come."""
        self._task = asyncio.current_task()
        self._builtin = Builtin(outputs_of_stack, self.news)
        self.registry = Registry(start_provider, self._builtin)
        self.reviews = Reviews(PolicyPacks([], events), self.provider_state)
        self._generating = asyncio.Lock()
        self._default_providers = DefaultProviders(configuration, self.register)

    # what steps and the step generator ask for -----------------------------------------------------------------------

    @cached_property
    def olds(self) -> dict[str, ResourceState]:
        """The last deployment's states by URN, without those that wait to be deleted."""
        return {state.urn: state for state in self.snapshot.base if not state.delete}

    @cached_property
    def graph(self) -> DependencyGraph:
        return DependencyGraph(self.snapshot.base)

    def _targets(self) -> Targets:
        options = self.options
        if options.targets:
            return Targets(options.targets, dependents=options.target_dependents)
        kept = self._protected() if options.exclude_protected else []
        return Targets((), [*options.excludes, *kept], dependents=options.exclude_dependents)

    def _protected(self) -> list[str]:
        """What is protected, and what that needs."""
        protected = [state for state in self.snapshot.base if state.protect]
        kept = set(map(id, protected)).union(*map(self.graph.transitive_dependencies_of, protected))
        return [state.urn for state in self.snapshot.base if id(state) in kept]

    def rebase(self, refreshed: dict[int, ResourceState | None]) -> None:
        """Goes on from states that a refresh has found; see `Snapshot.rebase`."""
        self.snapshot.rebase(refreshed)
        for derived in ("olds", "graph"):
            self.__dict__.pop(derived, None)

    def urn(self, parent: str, type_: str, name: str) -> str:
        return urns.create(self.stack, self.project, parent, type_, name)

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
        acceptable = await self.reviews.resource(state, goal)
        if not acceptable:
            self.generator.failed = True
        return acceptable or self.preview

    def provider_state(self, reference: str) -> ResourceState | None:
        """The provider resource behind a reference, as this run knows it or as the state has it."""
        urn, _ = urns.split_reference(reference)
        return self.generator.providers.get(urn) or self.olds.get(urn)

    # what the program asks for ---------------------------------------------------------------------------------------

    def begin(self, packs: PolicyPacks) -> None:
        """From now on resources may come; the packs judge them."""
        self.reviews = Reviews(packs, self.provider_state)
        self.ready.set()

    async def register(self, registration: Registration) -> Registered:
        await self.ready.wait()
        goal = registration.goal
        urn = self.urn(goal.parent, goal.type, goal.name)
        await self._carry_out(lambda: self.generator.generate(registration), urn)
        return await registration.answer

    async def read(self, read: Read) -> Registered:
        await self.ready.wait()
        urn = self.urn(read.state.parent, read.state.type, read.name)
        await self._carry_out(lambda: self.generator.generate_read(read), urn)
        return await read.answer

    async def _carry_out(self, generate: Callable[[], Awaitable[Plan]], urn: str) -> None:
        """Generates steps, one resource at a time, hands them to the executor, and goes on where there is more to decide."""
        following: Callable[[], Awaitable[Plan]] | None = generate
        while following is not None:
            async with self._generating:
                if self.executor.cancelled.is_set():
                    raise Stopped("resource monitor shut down")
                plan = await self._planned(following, urn)
                steps = self.executor.without_skipped(plan.steps)
                if plan.steps and not steps:
                    return
                task = await self.executor.submit(steps) if steps else None
            following = plan.then
            if following is not None and task is not None:
                await task
                if self.executor.failed and plan.steps[0] in self.executor.failed:
                    return

    async def _planned(self, generate: Callable[[], Awaitable[Plan]], urn: str) -> Plan:
        try:
            return await generate()
        except Stopped:
            self.stop()
            raise
        except EngineError as error:
            self.refuse(error, urn)
            raise Stopped(str(error)) from error

    def refuse(self, error: EngineError, urn: str = "") -> None:
        """Ends the deployment because of what the program asked for."""
        self.error(str(error), urn)
        self.stop()

    def cancel(self) -> None:
        """What Ctrl-C does: steps under way end and are saved, nothing new begins. The second time it all ends at once."""
        if self.stopped and self._task is not None:
            self._task.cancel()
            return
        self.error("cancelled: steps under way are finished and saved first; press Ctrl-C again to abandon them")
        self.stop()

    def stop(self) -> None:
        self.failed = self.stopped = True
        self.executor.cancel()
        if self.refreshing is not None:
            self.refreshing.cancel()

    async def register_outputs(self, urn: str, outputs: Properties) -> None:
        if urns.qualified_type(urn) == urns.STACK_TYPE:
            # Only at the end is it known whether old outputs that are missing now are gone, or were never reached.
            self.stack_outputs = (urn, outputs)
            return
        await self.executor.register_outputs(urn, outputs)

    async def invoke(self, token: str, arguments: Properties, *, provider: str, version: str, url: str) -> InvokeResult:
        package = urns.package(token)
        if package == BUILTIN:
            return await self._builtin.invoke(token, arguments)
        await self.ready.wait()
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
