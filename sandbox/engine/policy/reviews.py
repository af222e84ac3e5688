"""What policy packs are asked about resources, in their words."""

from collections.abc import Callable, Iterable, Mapping

from sandbox.engine.policy.messages import AnalyzedResource
from sandbox.engine.policy.packs import PolicyPacks
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties


class Reviews:
    """The reviews of one deployment. `provider_state` finds the provider resource behind a reference."""

    def __init__(self, packs: PolicyPacks, provider_state: Callable[[str], ResourceState | None]) -> None:
        self.packs = packs
        self._provider_state = provider_state

    async def resource(self, state: ResourceState, goal: Goal) -> bool:
        """Lets the packs change the inputs, then judge them; whether they are tolerable."""
        state.inputs = await self.packs.remediate(self._asked(state, state.inputs, goal))
        return await self.packs.analyze(self._asked(state, state.inputs, goal))

    async def stack(self, urn: str, states: Iterable[ResourceState], goals: Mapping[str, Goal]) -> bool:
        """Has the packs judge all resources together, by their outputs."""
        return await self.packs.analyze_stack(
            urn, [self._asked(state, state.outputs, goals.get(state.urn)) for state in states]
        )

    def _asked(self, state: ResourceState, properties: Properties, goal: Goal | None) -> AnalyzedResource:
        provider = self._provider_state(state.provider) if state.provider else None
        return AnalyzedResource(
            urn=state.urn,
            type=state.type,
            name=urns.name_of(state.urn),
            properties=properties,
            parent=state.parent,
            protect=state.protect,
            ignore_changes=state.ignore_changes,
            delete_before_replace=None if goal is None else goal.delete_before_replace,
            additional_secret_outputs=state.additional_secret_outputs,
            aliases=state.aliases,
            custom_timeouts=state.custom_timeouts,
            provider=None if provider is None else self._asked(provider, provider.inputs, None),
            dependencies=state.dependencies,
            property_dependencies=state.property_dependencies,
        )
