"""Bulk import: objects that exist already become resources of the state, as `pulumi import --file` does it. No program runs.

Each object is read by its provider, and its inputs are what the provider reads, completed by its Check. What the state has
already under the same id is left alone, so that an import which was interrupted can be run again.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.engine.deploy.read_steps import ImportStep
from sandbox.engine.deploy.registration import Registration
from sandbox.engine.errors import Stopped
from sandbox.engine.plugin.resource_provider import Check
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal
from sandbox.engine.workspace.import_file import ImportFile

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment


@dataclass(kw_only=True, eq=False)
class BulkImportStep(ImportStep):
    """An import that no program waits for: the inputs are the provider's own, completed by its Check."""

    async def apply(self, deployment: "Deployment") -> None:
        await super().apply(deployment)
        old, new = self.old, self.new
        assert old is not None
        asked = Check(urn=new.urn, olds=old.inputs, news=new.inputs, random_seed=os.urandom(32))
        checked = await deployment.provider(new).check(asked)
        if not checked.failures:
            new.inputs = checked.inputs
            return
        deployment.warn(_NOT_VALID.format(package=urns.package(new.type)), new.urn)
        for failure in checked.failures:
            said = f"{new.type} resource '{urns.name_of(new.urn)}' has a problem: {failure.reason}"
            deployment.warn(said, new.urn)


_NOT_VALID = (
    "One or more imported inputs failed to validate. This is almost certainly a bug in the `{package}` provider. The import will "
    "still proceed, but you will need to edit the generated code after copying it into your program."
)


async def import_all(deployment: "Deployment", file: ImportFile, *, protect: bool) -> None:
    """Registers what is missing: the stack, components, then the objects, all of them side by side."""
    stack = await _registered(deployment, Goal(type=urns.STACK_TYPE, name=deployment.stack_name, custom=False))
    found = {"": stack, **file.names}
    for urn in file.names.values():
        _keep(deployment, urn)
    steps = []
    for each in file.resources:
        parent = found[each.parent]
        urn = deployment.urn(parent, each.type, each.logical_name)
        found.setdefault(each.name, urn)
        if each.component:
            await _registered(deployment, Goal(type=each.type, name=each.logical_name, custom=False, parent=parent))
        elif not _is_imported(deployment, urn, each.id):
            provider = await deployment.default_provider(urns.package(each.type), each.version, each.url)
            goal = Goal(
                type=each.type,
                name=each.logical_name,
                custom=True,
                parent=parent,
                protect=protect,
                provider=provider,
                import_id=each.id,
            )
            steps.append(BulkImportStep(new=goal.state(urn)))
    if deployment.executor.cancelled.is_set():
        return
    for step in steps:
        await deployment.ensure_provider(step.new)
    await deployment.executor.run_all(steps)


async def _registered(deployment: "Deployment", goal: Goal) -> str:
    """The URN of what nobody has to read. In the state already, it stays what it is."""
    urn = deployment.urn(goal.parent, goal.type, goal.name)
    if urn in deployment.olds:
        _keep(deployment, urn)
    else:
        await deployment.register(Registration(goal))
    return urn


def _keep(deployment: "Deployment", urn: str) -> None:
    if urn not in deployment.olds:
        message = f"the nameTable has {urn}, which the state has not"
        deployment.error(message)
        raise Stopped(message)
    deployment.generator.urns.add(urn)


def _is_imported(deployment: "Deployment", urn: str, id_: str) -> bool:
    """Whether the state has this very object there. Raises Stopped if it has another one."""
    old = deployment.olds.get(urn)
    if old is None:
        return False
    if id_ in {old.import_id, old.id}:
        return True
    message = f"resource '{urn}' already exists"
    deployment.error(message, urn)
    raise Stopped(message)
