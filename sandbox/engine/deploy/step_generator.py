"""The step generator: what has to happen to a resource, given what the program wants and what the state says is there.

It is called for one resource at a time. What it decides is remembered by URN (`creates`, `sames`, `deletes` …), because the
fate of one resource decides on that of others: dependents of a replaced one, children of one that was renamed.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sandbox.engine.deploy.aliases import Aliases
from sandbox.engine.deploy.dependency_graph import dependencies
from sandbox.engine.deploy.differences import (
    diff_resource,
    replace_on_changes,
    replacement_triggered,
    with_ignored,
)
from sandbox.engine.deploy.read_steps import ImportStep, ReadStep
from sandbox.engine.deploy.registration import Read, Registered, Registration
from sandbox.engine.deploy.replacements import create_again, create_before_delete, generate_replacement
from sandbox.engine.deploy.steps import CreateStep, ReplaceStep, SameStep, Step, UpdateStep
from sandbox.engine.deploy.targets import Targets, matches_any
from sandbox.engine.errors import EngineError, Stopped
from sandbox.engine.plugin.answers import DiffResult
from sandbox.engine.plugin.resource_provider import Check, Diff, ResourceProvider
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, masked

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment


NOT_MADE = "which --exclude keeps from being made: exclude the resource too, or pass --exclude-dependents."
"""Pulumi goes on here, and saves a state that it cannot read any more."""


@dataclass
class Plan:
    """Steps to run one after the other, and what to ask the generator when they are done."""

    steps: list[Step]
    then: Callable[[], Awaitable["Plan"]] | None = None


@dataclass
class StepGenerator:
    deployment: "Deployment"
    targets: Targets
    failed: bool = False
    """Something was found that fails the deployment at its end, such as a mandatory violation at a preview."""
    urns: set[str] = field(default_factory=set)
    """Everything that was registered or read."""
    creates: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    sames: set[str] = field(default_factory=set)
    updates: set[str] = field(default_factory=set)
    replaces: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    skipped_creates: set[str] = field(default_factory=set)
    condemned: set[int] = field(default_factory=set)
    """Identities of states that a delete before a replacement has dealt with already."""
    dependent_keys: dict[str, list[str]] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    providers: dict[str, ResourceState] = field(default_factory=dict)
    """Provider resources of this run, by URN."""

    def __post_init__(self) -> None:
        self.aliases = Aliases(self.deployment, self.urns)

    @property
    def operated(self) -> set[str]:
        """URNs that the program still has, so that their old states are not to be deleted."""
        return self.sames | self.updates | self.replaces | self.reads | self.imports

    # reads -----------------------------------------------------------------------------------------------------------

    async def generate_read(self, read: Read) -> Plan:
        state = read.state
        urn = self._claim(state.parent, state.type, read.name)
        old = self.aliases.find_old(urn, Goal(type=state.type, name=read.name, custom=True, parent=state.parent), state)
        state.urn = urn
        if not state.id:
            raise EngineError(
                f"the program reads {urn} without an id, so that it cannot be found; give the resource's id"
            )
        if old is not None and not old.external and old.id != state.id:
            self.replaces.add(urn)
            return Plan(
                [
                    ReadStep(op="read-replacement", old=old, new=state, registration=read, logical=False),
                    ReplaceStep(old=old, new=state),
                ]
            )
        self.reads.add(urn)
        return Plan([ReadStep(old=old, new=state, registration=read)])

    # registrations ---------------------------------------------------------------------------------------------------

    async def generate(self, registration: Registration) -> Plan:
        goal = registration.goal
        urn = self._claim(goal.parent, goal.type, goal.name)
        new = goal.state(urn)
        old = self.aliases.find_old(urn, goal, new)
        self.goals[urn] = goal
        if old is not None:
            new.created, new.modified = old.created, old.modified
            new.refresh_before_update = old.refresh_before_update
        if urns.is_provider(goal.type):
            self.providers[urn] = new
        if (
            goal.custom
            and goal.import_id
            and (old is None or old.external or goal.import_id != (old.import_id or old.id))
        ):
            return self._import(registration, old, new)
        return await self._checked(registration, old, new)

    def _claim(self, parent: str, type_: str, name: str) -> str:
        if parent and parent not in self.urns:
            raise EngineError(f"could not find parent resource {parent}")
        urn = self.deployment.urn(parent, type_, name)
        if urn in self.urns:
            self.stop(f"Duplicate resource URN '{urn}'; try giving it a unique name", urn)
        self.urns.add(urn)
        return urn

    def stop(self, message: str, urn: str = "") -> None:
        self.deployment.error(message, urn)
        raise Stopped(message)

    def _import(self, registration: Registration, old: ResourceState | None, new: ResourceState) -> Plan:
        """Reads the object, then goes on as if the state had had it all along."""
        goal = registration.goal
        self.imports.add(new.urn)
        wanted = replace(new)
        replaced = old is not None and new.urn not in self.deletes
        op = "import-replacement" if replaced else "import"
        step = ImportStep(op=op, new=new, original=old, registration=registration, logical=not replaced)
        steps: list[Step] = [step, ReplaceStep(old=old, new=new)] if replaced else [step]

        async def go_on() -> Plan:
            imported = new
            imported.inputs = self._without_ignored(goal, imported.urn, imported.inputs, step.old)
            wanted.created, wanted.modified = imported.created, imported.modified
            return await self._checked(registration, imported, wanted)

        return Plan(steps, then=go_on)

    async def _checked(self, registration: Registration, old: ResourceState | None, new: ResourceState) -> Plan:
        """Has the provider and the policies look at the inputs, then decides."""
        goal, urn = registration.goal, new.urn
        recreating = urn in self.deletes
        provider = self.deployment.provider(new) if goal.custom else None
        targeted = self.targets.includes(new) or urns.is_provider(goal.type) or goal.type == urns.STACK_TYPE
        inputs = self._without_ignored(goal, urn, new.inputs, old)
        if provider is not None and targeted:
            fresh = recreating or old is None or old.external or self.replaced_in_any_case(urn, old)
            olds = {} if fresh or old is None else old.inputs
            news = goal.inputs if fresh else inputs
            inputs = await self.checked_inputs(provider, new, olds, news)
        elif provider is not None:
            inputs = {} if old is None else old.inputs
        new.inputs = inputs
        if not await self.deployment.review(new, goal):
            raise Stopped(f"resource {urn} is invalid")
        self.targets.reached(new, targeted=targeted)
        plan = await self._decided(registration, provider, old, new, targeted=targeted)
        self._refuse_skipped_dependencies(plan.steps)
        return plan

    async def checked_inputs(
        self, provider: ResourceProvider, state: ResourceState, olds: Properties, news: Properties
    ) -> Properties:
        """The inputs as the provider completes them; what it does not accept is told."""
        result = await provider.check(Check(urn=state.urn, olds=olds, news=news, random_seed=os.urandom(32)))
        for failure in result.failures:
            subject = f"{state.type} resource '{urns.name_of(state.urn)}'"
            if failure.property:
                subject += f": property {failure.property} value {{{masked(news.get(failure.property))}}}"
            self.deployment.error(f"{subject} has a problem: {failure.reason}", state.urn)
        if result.failures:
            raise Stopped(f"resource {state.urn} is invalid")
        return result.inputs

    async def _decided(
        self,
        registration: Registration,
        provider: ResourceProvider | None,
        old: ResourceState | None,
        new: ResourceState,
        *,
        targeted: bool,
    ) -> Plan:
        urn = new.urn
        if old is not None and urn in self.deletes:
            return Plan(create_again(self.deployment, registration, old, new))
        if old is not None and old.external:
            self.creates.add(urn)
            return Plan(create_before_delete(registration, old, new, DiffResult(changes="some")))
        if old is not None and not targeted:
            self._require_provider(old)
            return Plan(self._untargeted(registration, old))
        if old is not None:
            return await self._changed(registration, provider, old, new)
        if not targeted:
            self.sames.add(urn)
            self.skipped_creates.add(urn)
            return Plan([SameStep(old=replace(new), new=new, registration=registration, skipped=True)])
        self.creates.add(urn)
        return Plan([CreateStep(new=new, registration=registration)])

    def _require_provider(self, old: ResourceState) -> None:
        if old.provider and not self.deployment.registry.knows(old.provider):
            self.stop(
                f"provider {old.provider} for resource {old.urn} has not been registered yet, this is due to a change of "
                "providers mixed with --target. Change your program back to the original providers",
                old.urn,
            )

    def _untargeted(self, registration: Registration | None, old: ResourceState) -> list[Step]:
        """The old state unchanged, behind whatever it needs that the program has not registered."""
        self.urns.add(old.urn)
        self.sames.add(old.urn)
        steps: list[Step] = []
        for needed in dict.fromkeys([*dependencies(old), old.parent]):
            before = self.deployment.olds.get(needed)
            if before is not None and needed not in self.operated | self.creates | self.deletes and not before.delete:
                steps += self._untargeted(None, before)
        same = SameStep(old=old, new=replace(old), registration=registration, untargeted=True)
        return [*steps, same]

    def _refuse_skipped_dependencies(self, steps: list[Step]) -> None:
        for step in steps:
            if step.new is None or step.skipped:
                continue
            for needed in [*dependencies(step.new), step.new.parent]:
                if needed in self.skipped_creates:
                    self.failed = True
                    reason = "which was was not specified in --target list." if self.targets.patterns else NOT_MADE
                    message = f"Resource '{step.urn}' depends on '{needed}' {reason}"
                    self.deployment.error(message, step.urn)
                    if not self.deployment.preview:
                        raise Stopped(message)
                    self.skipped_creates.discard(needed)

    # differences -----------------------------------------------------------------------------------------------------

    async def _changed(
        self, registration: Registration, provider: ResourceProvider | None, old: ResourceState, new: ResourceState
    ) -> Plan:
        goal, urn = registration.goal, new.urn
        triggered = replacement_triggered(old.replacement_trigger, new.replacement_trigger)
        diff = DiffResult(changes="some") if triggered else await self._diff(goal, provider, old, new)
        diff = replace_on_changes(diff, goal.replace_on_changes, init_errors=bool(old.init_errors))
        replaces = diff.replaces_resource or triggered or old.pending_replacement
        if (diff.changes == "some" or old.pending_replacement) and replaces:
            return Plan(await generate_replacement(self.deployment, registration, provider, old, new, diff))
        if diff.changes == "some" or old.init_errors:
            self.updates.add(urn)
            step = UpdateStep(old=old, new=new, registration=registration, ignore_changes=goal.ignore_changes)
            return Plan([step.because(diff)])
        if urn in self.imports:
            registration.resolve(Registered(state=old))
            return Plan([])
        self.sames.add(urn)
        return Plan([SameStep(old=old, new=new, registration=registration)])

    async def _diff(
        self, goal: Goal, provider: ResourceProvider | None, old: ResourceState, new: ResourceState
    ) -> DiffResult:
        if self.replaced_in_any_case(new.urn, old):
            return DiffResult(changes="some", replaces=["id"])
        if not self.replaces.isdisjoint(new.replace_with):
            return DiffResult(changes="some", replaces=["replaceWith"])
        if new.deleted_with in self.replaces:
            return DiffResult(changes="some", replaces=["deletedWith"])
        if await self._provider_changed(old, new):
            return DiffResult(changes="some", replaces=["provider"])
        if provider is None:
            return DiffResult(changes="none" if old.inputs == new.inputs else "some")
        return await diff_resource(self.deployment, provider, new.urn, old, old.inputs, new.inputs, goal.ignore_changes)

    async def _provider_changed(self, old: ResourceState, new: ResourceState) -> bool:
        """Whether a resource cannot be managed by the provider that it is given now."""
        if old.provider == new.provider:
            return False
        if not old.provider or not new.provider:
            return True
        old_urn, new_urn = (urns.split_reference(state.provider)[0] for state in (old, new))
        if self.aliases.used.get(old_urn) == new_urn:
            return False
        before, after = self.deployment.olds[old_urn], self.providers[new_urn]
        client = self.deployment.registry.configured(new.provider)
        if client is None:
            return False
        asked = Diff(urn=new_urn, id="", old_inputs=before.inputs, old_outputs=before.outputs, news=after.inputs)
        return (await client.diff_config(asked)).replaces_resource

    def replaced_in_any_case(self, urn: str, old: ResourceState) -> bool:
        """Whether somebody asked for it, in this operation or by `pulumi state taint`."""
        return old.taint or matches_any(self.deployment.options.replaces, urn)

    def _without_ignored(self, goal: Goal, urn: str, inputs: Properties, old: ResourceState | None) -> Properties:
        if old is None or not goal.ignore_changes:
            return inputs
        result, impossible = with_ignored(inputs, old.inputs, goal.ignore_changes)
        if impossible:
            listed = ", ".join(impossible)
            self.deployment.info(f'cannot ignore changes in added or removed elements of the path: "{listed}"', urn)
        return result
