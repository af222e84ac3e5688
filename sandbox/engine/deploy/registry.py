"""The providers of a deployment, by reference (`URN::ID`), and the lifecycle of provider resources.

For resources of type `pulumi:providers:PACKAGE` the registry itself is the provider: to check one is to start its plugin, to
create, update or keep one is to configure it.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace

from sandbox.engine.deploy.builtin import BUILTIN
from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.answers import CheckResult, DiffResult, OperationResult
from sandbox.engine.plugin.provider import Provider
from sandbox.engine.plugin.resource_provider import Check, Create, Delete, Diff, Read, ResourceProvider, Update
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import UNKNOWN_TEXT, Properties

INTERNAL = "__internal"
"""What the engine itself keeps in a provider's inputs (a plugin's address, say); the plugin never sees it."""


Start = Callable[[str], AbstractAsyncContextManager[Provider]]
"""Starts the plugin of a package, and ends it when the context is left."""


class Registry(ResourceProvider):
    def __init__(self, start: Start, builtin: ResourceProvider) -> None:
        self._start = start
        self._builtin = builtin
        self._running = AsyncExitStack()
        self._loading = asyncio.Lock()
        self._providers: dict[str, Provider] = {}
        self._checked: dict[str, Provider] = {}
        """Started to check a provider resource, not configured yet, by the resource's URN."""

    async def aclose(self) -> None:
        await self._running.aclose()

    def get(self, state: ResourceState) -> ResourceProvider:
        """Who manages the resource."""
        if urns.is_provider(state.type):
            return self
        if not self.knows(state.provider):
            raise EngineError(f"unknown provider '{state.provider}' for resource {state.urn}")
        return self._providers.get(state.provider, self._builtin)

    def knows(self, reference: str) -> bool:
        return reference in self._providers or _is_builtin(urns.split_reference(reference)[0])

    def configured(self, reference: str) -> Provider | None:
        return self._providers.get(reference)

    async def ensure(self, reference: str, states: Iterable[ResourceState]) -> None:
        """Starts the provider of a resource that no program has registered in this run, from its state."""
        async with self._loading:
            if not reference or reference in self._providers:
                return
            urn, id_ = urns.split_reference(reference)
            for state in states:
                if state.urn == urn and state.id == id_:
                    await self.same(state, checked=False)
                    return
        raise EngineError(f"the state has no provider '{urn}' with id '{id_}', which a resource in it refers to")

    async def same(self, state: ResourceState, *, checked: bool) -> None:
        """Configures a provider that has not changed; `checked` says that `check` ran before and its plugin can be taken."""
        reference = urns.reference(state.urn, state.id)
        if reference in self._providers or _is_builtin(state.urn):
            return
        provider = self._checked.pop(state.urn, None) if checked else None
        provider = provider or await self._load(state.urn)
        await self._configure(provider, state.urn, state.id, state.inputs)

    # provider resources as resources ---------------------------------------------------------------------------------

    async def check(self, asked: Check) -> CheckResult:
        urn, news = asked.urn, asked.news
        if _is_builtin(urn):
            return CheckResult(inputs=news)
        provider = await self._load(urn)
        result = await provider.check_config(replace(asked, olds=_configuration(asked.olds), news=_configuration(news)))
        if result.failures:
            return result
        self._checked[urn] = provider
        kept = {key: news[key] for key in ("version", INTERNAL) if key in news and key not in result.inputs}
        return CheckResult(inputs=result.inputs | kept)

    async def diff(self, asked: Diff) -> DiffResult:
        if _is_builtin(asked.urn) or asked.old_inputs == asked.news:
            # Only changed inputs are worth a question.
            return DiffResult(changes="none")
        provider = self._checked.get(asked.urn) or self._providers[urns.reference(asked.urn, asked.id)]
        news = _configuration(asked.news)
        result = await provider.diff_config(replace(asked, old_inputs=_configuration(asked.old_inputs), news=news))
        if result.changes != "unknown":
            return result
        return DiffResult(changes="none" if asked.old_outputs == news else "some")

    async def create(self, asked: Create) -> OperationResult:
        urn = asked.urn
        id_ = UNKNOWN_TEXT if asked.preview else str(uuid.uuid4())
        if not _is_builtin(urn):
            provider = self._checked.pop(urn, None) or await self._load(urn)
            await self._configure(provider, urn, id_, asked.inputs)
        return OperationResult(id=id_, outputs=_configuration(asked.inputs))

    async def update(self, asked: Update) -> OperationResult:
        await self._configure(self._checked.pop(asked.urn), asked.urn, asked.id, asked.news)
        return OperationResult(id=asked.id, outputs=_configuration(asked.news))

    async def delete(self, asked: Delete) -> None:
        """A provider is nothing in the world; its plugin ends with the deployment."""

    async def read(self, asked: Read) -> OperationResult:
        raise EngineError(f"provider resources may not be read, so '{asked.urn}' cannot be imported")

    # plugins ---------------------------------------------------------------------------------------------------------

    async def _load(self, urn: str) -> Provider:
        return await self._running.enter_async_context(self._start(urns.provider_package(urn)))

    async def _configure(self, provider: Provider, urn: str, id_: str, inputs: Properties) -> None:
        await provider.configure(urn, id_, _configuration(inputs))
        self._providers[urns.reference(urn, id_)] = provider


def _is_builtin(urn: str) -> bool:
    return urns.provider_package(urn) == BUILTIN


def _configuration(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key != INTERNAL}
