"""The providers of a deployment, by reference (`URN::ID`), and the lifecycle of provider resources.

For resources of type `pulumi:providers:PACKAGE` the registry itself is the provider: to check one is to start its plugin, to
create, update or keep one is to configure it.
"""
# ruff: noqa: ARG002 - all providers are asked alike, and these need less than others

import asyncio
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

from sandbox.engine import urns
from sandbox.engine.answers import CheckResult, DiffResult, OperationResult
from sandbox.engine.errors import EngineError
from sandbox.engine.provider import Provider
from sandbox.engine.resource import ResourceState
from sandbox.engine.values import UNKNOWN_TEXT, Properties

INTERNAL = "__internal"
"""What the engine itself keeps in a provider's inputs (a plugin's address, say); the plugin never sees it."""


class ResourceProvider(Protocol):
    """What steps and the step generator ask of whoever manages a resource."""

    known: bool
    """False at a preview at which the provider cannot be configured yet, and so cannot be asked."""

    async def check(self, urn: str, olds: Properties, news: Properties, *, random_seed: bytes = b"") -> CheckResult: ...

    async def diff(
        self,
        urn: str,
        id_: str,
        *,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str] = (),
    ) -> DiffResult: ...

    async def create(
        self,
        urn: str,
        inputs: Properties,
        *,
        seconds: float = 0,
        preview: bool = False,
        interrupted: bool = False,
    ) -> OperationResult: ...

    async def read(
        self, urn: str, id_: str, *, inputs: Properties | None, state: Properties, seconds: float = 0
    ) -> OperationResult: ...

    async def update(
        self,
        urn: str,
        id_: str,
        *,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        seconds: float = 0,
        ignore_changes: Sequence[str] = (),
        preview: bool = False,
    ) -> OperationResult: ...

    async def delete(
        self, urn: str, id_: str, *, inputs: Properties, outputs: Properties, seconds: float = 0
    ) -> None: ...


Start = Callable[[str], AbstractAsyncContextManager[Provider]]
"""Starts the plugin of a package, and ends it when the context is left."""


class Registry:
    known = True

    def __init__(self, start: Start, builtin: ResourceProvider) -> None:
        self._start = start
        self._builtin = builtin
        self._running = AsyncExitStack()
        self._loading = asyncio.Lock()
        self._providers: dict[str, Provider] = {}
        self._checked: dict[str, Provider] = {}
        """Started to check a provider resource, not configured yet, by the resource's URN."""

    async def close(self) -> None:
        await self._running.aclose()

    def get(self, state: ResourceState) -> ResourceProvider:
        """Who manages the resource."""
        if urns.is_provider(state.type):
            return self
        urn, _ = urns.split_reference(state.provider)
        if urns.provider_package(urns.type_of(urn)) == "pulumi":
            return self._builtin
        if state.provider not in self._providers:
            raise EngineError(f"unknown provider '{state.provider}' for resource {state.urn}")
        return self._providers[state.provider]

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
        reference = f"{state.urn}::{state.id}"
        if reference in self._providers or self._package(state.urn) == "pulumi":
            return
        provider = self._checked.pop(state.urn, None) if checked else None
        provider = provider or await self._load(state.urn)
        await self._configure(provider, state.urn, state.id, state.inputs)

    # provider resources as resources ---------------------------------------------------------------------------------

    async def check(self, urn: str, olds: Properties, news: Properties, *, random_seed: bytes = b"") -> CheckResult:
        if self._package(urn) == "pulumi":
            return CheckResult(inputs=news)
        provider = await self._load(urn)
        result = await provider.check_config(urn, _configuration(olds), _configuration(news))
        if result.failures:
            return result
        self._checked[urn] = provider
        kept = {key: news[key] for key in ("version", INTERNAL) if key in news and key not in result.inputs}
        return CheckResult(inputs=result.inputs | kept)

    async def diff(
        self,
        urn: str,
        id_: str,
        *,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str] = (),
    ) -> DiffResult:
        if self._package(urn) == "pulumi" or old_inputs == news:
            # Only changed inputs are worth a question.
            return DiffResult(changes="none")
        provider = self._checked.get(urn) or self._providers[f"{urn}::{id_}"]
        result = await provider.diff_config(
            urn, _configuration(old_inputs), old_outputs, _configuration(news), ignore_changes
        )
        if result.changes != "unknown":
            return result
        return DiffResult(changes="none" if old_outputs == _configuration(news) else "some")

    async def create(
        self,
        urn: str,
        inputs: Properties,
        *,
        seconds: float = 0,
        preview: bool = False,
        interrupted: bool = False,
    ) -> OperationResult:
        id_ = UNKNOWN_TEXT if preview else str(uuid.uuid4())
        if self._package(urn) != "pulumi":
            provider = self._checked.pop(urn, None) or await self._load(urn)
            await self._configure(provider, urn, id_, inputs)
        return OperationResult(id=id_, outputs=_configuration(inputs))

    async def update(
        self,
        urn: str,
        id_: str,
        *,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        seconds: float = 0,
        ignore_changes: Sequence[str] = (),
        preview: bool = False,
    ) -> OperationResult:
        await self._configure(self._checked.pop(urn), urn, id_, news)
        return OperationResult(id=id_, outputs=_configuration(news))

    async def delete(self, urn: str, id_: str, *, inputs: Properties, outputs: Properties, seconds: float = 0) -> None:
        """A provider is nothing in the world; its plugin ends with the deployment."""

    async def read(
        self,
        urn: str,
        id_: str,
        *,
        inputs: Properties | None,
        state: Properties,
        seconds: float = 0,
    ) -> OperationResult:
        raise EngineError(f"provider resources may not be read, so '{urn}' cannot be imported")

    # plugins ---------------------------------------------------------------------------------------------------------

    def _package(self, urn: str) -> str:
        return urns.provider_package(urns.type_of(urn))

    async def _load(self, urn: str) -> Provider:
        return await self._running.enter_async_context(self._start(self._package(urn)))

    async def _configure(self, provider: Provider, urn: str, id_: str, inputs: Properties) -> None:
        await provider.configure(urn, id_, _configuration(inputs))
        self._providers[f"{urn}::{id_}"] = provider


def _configuration(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key != INTERNAL}
