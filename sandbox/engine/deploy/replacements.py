"""How a resource is replaced: its successor first, or, where the two cannot stand side by side, the old one and its dependents first."""

from typing import TYPE_CHECKING

from sandbox.engine.deploy.differences import diff_resource, replace_on_changes
from sandbox.engine.deploy.registration import Registration
from sandbox.engine.deploy.steps import CreateStep, DeleteStep, ReplaceStep, Step
from sandbox.engine.errors import EngineError, Stopped
from sandbox.engine.plugin.answers import DiffResult
from sandbox.engine.plugin.resource_provider import ResourceProvider
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import UNKNOWN

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment


async def generate_replacement(
    deployment: "Deployment",
    registration: Registration,
    provider: ResourceProvider | None,
    old: ResourceState,
    new: ResourceState,
    diff: DiffResult,
) -> list[Step]:
    goal, generator = registration.goal, deployment.generator
    _refuse_protected(deployment, old, new)
    if goal.import_id:
        message = (
            "previously-imported resources that still specify an ID may not be replaced; please remove the `import` "
            f"declaration from your program; changed: {', '.join(diff.replaces)}"
        )
        if not deployment.preview:
            raise EngineError(message)
        deployment.warn(message, new.urn)
    generator.replaces.add(new.urn)
    if provider is not None:
        # Defaults of the old object do not hold for the new one.
        new.inputs = await generator.checked_inputs(provider, new, {}, goal.inputs)
    wanted = goal.delete_before_replace
    if not (diff.delete_before_replace if wanted is None else wanted):
        return create_before_delete(registration, old, new, diff)
    await deployment.ensure_provider(old)
    return [
        *await _delete_dependents(deployment, old),
        *_delete_before_create(deployment, registration, old, new, diff),
    ]


def _refuse_protected(deployment: "Deployment", old: ResourceState, new: ResourceState) -> None:
    if not (new.protect and old.protect) or deployment.options.ignore_protect:
        return
    message = (
        f'unable to replace resource "{new.urn}"\nas it is currently marked for protection. To unprotect the resource, '
        "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`"
    )
    deployment.generator.failed = True
    deployment.error(message, new.urn)
    if not deployment.preview:
        raise Stopped(message)


def create_before_delete(
    registration: Registration, old: ResourceState, new: ResourceState, diff: DiffResult
) -> list[Step]:
    """The old object goes among the deletes at the end."""
    create = CreateStep(
        op="create-replacement", old=old, new=new, registration=registration, pending_delete=True, logical=False
    )
    return [create.because(diff), ReplaceStep(old=old, new=new).because(diff)]


def _delete_before_create(
    deployment: "Deployment", registration: Registration, old: ResourceState, new: ResourceState, diff: DiffResult
) -> list[Step]:
    steps: list[Step] = []
    if not old.pending_replacement:
        deployment.generator.deletes.add(old.urn)
        steps.append(DeleteStep(op="delete-replaced", old=old, pending_replacement=True, logical=False))
    create = CreateStep(op="create-replacement", old=old, new=new, registration=registration, logical=False)
    return [*steps, ReplaceStep(old=old, new=new).because(diff), create.because(diff)]


def create_again(
    deployment: "Deployment", registration: Registration, old: ResourceState, new: ResourceState
) -> list[Step]:
    """What was deleted a moment ago because of what it depends on, and now turns out to be wanted again."""
    generator = deployment.generator
    generator.deletes.discard(new.urn)
    generator.replaces.add(new.urn)
    keys = generator.dependent_keys.get(new.urn, [])
    create = CreateStep(op="create-replacement", old=old, new=new, registration=registration, keys=keys, logical=False)
    return [ReplaceStep(old=old, new=new), create]


async def _delete_dependents(deployment: "Deployment", root: ResourceState) -> list[Step]:
    """Deletes first what cannot stay while the root is away; it is made again when the program registers it."""
    generator = deployment.generator
    steps: list[Step] = []
    for dependent, keys in reversed(await dependent_replacements(deployment, root)):
        if id(dependent) in generator.condemned:
            continue
        if dependent.protect and not dependent.delete and not deployment.options.ignore_protect:
            generator.failed = True
            generator.stop(
                f'unable to replace resource "{dependent.urn}" as part of replacing "{root.urn}" as it is currently marked '
                "for protection. To unprotect the resource, remove the `protect` flag from the resource in your Pulumi "
                f"program and run `pulumi up`, or use the command:\n`pulumi state unprotect '{dependent.urn}'`",
                root.urn,
            )
        generator.dependent_keys[dependent.urn] = keys
        await deployment.ensure_provider(dependent)
        if dependent.delete:
            steps.append(DeleteStep(old=dependent))
        else:
            steps.append(DeleteStep(op="delete-replaced", old=dependent, pending_replacement=True, logical=False))
        generator.deletes.add(dependent.urn)
        generator.condemned.add(id(dependent))
    return steps


async def dependent_replacements(
    deployment: "Deployment", root: ResourceState
) -> list[tuple[ResourceState, list[str]]]:
    """Dependents of the root that its replacement would replace too, with the keys that say so."""
    if root not in deployment.graph:
        return []
    generator = deployment.generator
    found: list[tuple[ResourceState, list[str]]] = []
    replaced = {root.urn}
    for dependent in deployment.graph.depending_on(root, generator.operated | generator.creates | generator.deletes):
        keys = await _keys_that_replace(deployment, dependent, replaced)
        if keys is not None:
            replaced.add(dependent.urn)
        if not dependent.delete and (dependent.deleted_with == root.urn or root.urn in dependent.replace_with):
            keys = []
        if keys is not None:
            found.append((dependent, keys))
    return found


async def _keys_that_replace(deployment: "Deployment", state: ResourceState, replaced: set[str]) -> list[str] | None:
    """None if the state can stay while everything in `replaced` changes."""
    if not state.custom or state.external:
        return None
    if state.deleted_with in replaced:
        return []
    if state.provider and urns.split_reference(state.provider)[0] in replaced:
        return []
    unknown = {key: UNKNOWN for key, needed in state.property_dependencies.items() if not replaced.isdisjoint(needed)}
    if not unknown.keys() & state.inputs.keys():
        return None
    await deployment.ensure_provider(state)
    if urns.is_provider(state.type):
        await deployment.registry.same(state, checked=False)
    inputs = {key: unknown.get(key, value) for key, value in state.inputs.items()}
    diff = await diff_resource(
        deployment, deployment.provider(state), state.urn, state, state.inputs, inputs, state.ignore_changes
    )
    diff = replace_on_changes(diff, state.replace_on_changes, init_errors=False)
    return diff.replaces if diff.replaces_resource else None
