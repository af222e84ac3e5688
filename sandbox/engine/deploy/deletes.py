"""What is deleted at the end of a deployment, and in what order.

Everything in the old state that the program did not register, and what replacements left behind. Resources that do not
depend on each other are deleted at the same time, dependents before what they depend on.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.engine.deploy.dependency_graph import DependencyGraph
from sandbox.engine.deploy.replacements import dependent_replacements
from sandbox.engine.deploy.steps import DeleteStep, RemovePendingReplaceStep, SameStep, Step
from sandbox.engine.errors import Stopped

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment


async def generate_deletes(deployment: "Deployment") -> tuple[list[Step], list[Step]]:
    """Steps that keep what is no target, and steps that delete; providers for the latter are started."""
    generator = deployment.generator
    allowed = await _deletable(deployment)
    sames: list[Step] = []
    deletes: list[Step] = []
    operated = {*generator.operated, *(old for old, new in generator.aliases.used.items() if new in generator.operated)}
    for state in deployment.snapshot.base:
        if allowed is not None and state.urn not in allowed:
            if state.urn not in operated:
                sames.append(SameStep(old=state, new=replace(state), untargeted=True))
            continue
        if state.delete:
            if id(state) in generator.condemned:
                continue
            deletes.append(DeleteStep(op="delete-replaced", old=state, logical=False))
        elif state.urn in operated:
            continue
        elif state.pending_replacement:
            deletes.append(RemovePendingReplaceStep(old=state))
        else:
            deletes.append(DeleteStep(old=state))
        generator.deletes.add(state.urn)
        await deployment.ensure_provider(state)
    _refuse_beyond_targets(deployment, deletes)
    return sames, deletes


async def _deletable(deployment: "Deployment") -> set[str] | None:
    targets = deployment.generator.targets
    allowed = targets.deletable(deployment.snapshot.base, deployment.graph)
    if allowed is None or targets.excludes:
        return allowed
    for state in deployment.snapshot.base:
        if state.urn in allowed:
            allowed |= {dependent.urn for dependent, _ in await dependent_replacements(deployment, state)}
    return allowed


def _refuse_beyond_targets(deployment: "Deployment", deletes: Sequence[Step]) -> None:
    targets = deployment.generator.targets
    if targets.dependents:
        return
    beyond = [step.urn for step in deletes if not targets.named(step.urn)]
    for urn in beyond:
        deployment.error(
            f"Resource '{urn}' will be destroyed but was not specified in --target list.\n"
            "Either include resource in --target list or pass --target-dependents to proceed.",
            urn,
        )
    if beyond:
        deployment.generator.failed = True
        if not deployment.preview:
            raise Stopped("delete untargeted resource")


def schedule_deletes(steps: Sequence[Step], graph: DependencyGraph) -> list[list[Step]]:
    """The steps in waves: those of one wave do not depend on each other, and a wave ends before the next begins."""
    condemned = {id(step.state): step for step in steps}
    depth: dict[int, int] = {}
    # The graph lists a resource behind its dependencies, so that their depth is known when it is looked at.
    for state in graph.states:
        if id(state) in condemned:
            needed = [id(each) for each in graph.dependencies_of(state) if id(each) in condemned]
            depth[id(state)] = 1 + max((depth[each] for each in needed), default=0)
    waves: dict[int, list[Step]] = {}
    for state in graph.states:
        if id(state) in condemned:
            waves.setdefault(depth[id(state)], []).append(condemned[id(state)])
    return [waves[level] for level in sorted(waves, reverse=True)]
