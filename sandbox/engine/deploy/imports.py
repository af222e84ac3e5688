"""Bulk import: objects that exist already become resources of the state, as `pulumi import --file` does it. No program runs.

Each object is read by its provider, and its inputs are what the provider reads, completed by its Check. What the state has
already under the same id is left alone, so that an import which was interrupted can be run again.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.engine.deploy.steps import ImportStep
from sandbox.engine.errors import EngineError, Stopped
from sandbox.engine.plugin.resource_provider import Check
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal, Registration

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment

_KEYS = frozenset(
    {"type", "name", "logicalName", "id", "parent", "provider", "version", "pluginDownloadUrl", "component"}
)
"""What is understood of a resource in the file; `properties` and `remote` are not."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """One resource of the file."""

    type: str
    name: str
    logical_name: str
    id: str
    parent: str
    """Name of another resource of the file, or of its table of names; empty for the stack."""
    version: str
    url: str
    component: bool


@dataclass(frozen=True, kw_only=True)
class ImportFile:
    resources: tuple[Import, ...]
    """A parent before its children."""
    names: Mapping[str, str]
    """URNs of resources that the state has, by the names that the file gives them."""


def read_import_file(path: Path) -> ImportFile:
    """Raises EngineError for what is not there, or is no import file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        written = document["resources"]
        resources = [_resource(each) for each in written]
    except OSError as error:
        raise EngineError(f"could not read import file: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(
            f'{path} is no import file: {error!r}. It holds {{"resources": [{{type, name, id}}]}}'
        ) from error
    names = dict(document.get("nameTable") or {})
    return ImportFile(resources=tuple(_parents_first(resources, names)), names=names)


def _resource(written: Mapping[str, Any]) -> Import:
    if unknown := sorted(written.keys() - _KEYS):
        raise EngineError(f"{written.get('name')!r} has {', '.join(unknown)}, which this engine does not import")
    if written.get("provider"):
        raise EngineError(
            f"{written['name']!r} has an explicit provider; this engine imports by default providers only"
        )
    if not written.get("component") and not written.get("id"):
        raise EngineError(f"{written['name']!r} has no id, so that nobody knows which object it is")
    return Import(
        type=written["type"],
        name=written["name"],
        logical_name=written.get("logicalName") or written["name"],
        id=written.get("id") or "",
        parent=written.get("parent") or "",
        version=written.get("version") or "",
        url=written.get("pluginDownloadUrl") or "",
        component=bool(written.get("component")),
    )


def _parents_first(resources: Iterable[Import], names: Mapping[str, str]) -> Iterator[Import]:
    known, waiting = {"", *names}, list(resources)
    while waiting:
        ready = [each for each in waiting if each.parent in known]
        if not ready:
            listed = ", ".join(f"{each.name} ({each.parent})" for each in waiting)
            raise EngineError(f"the parents of these are neither in the file nor in its nameTable: {listed}")
        yield from ready
        known |= {each.name for each in ready}
        waiting = [each for each in waiting if each not in ready]


@dataclass(kw_only=True, eq=False)
class BulkImportStep(ImportStep):
    """An import that no program waits for: the inputs are the provider's own, completed by its Check."""

    async def apply(self, deployment: "Deployment") -> None:
        await super().apply(deployment)
        old, new = self.old, self.new
        assert old is not None
        assert new is not None
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
    project = f"{deployment.project}-{deployment.stack}"
    stack = await _registered(deployment, Goal(type=urns.STACK_TYPE, name=project, custom=False))
    found = {"": stack, **file.names}
    for urn in file.names.values():
        _keep(deployment, urn)
    steps = []
    for each in file.resources:
        parent = found[each.parent]
        urn = urns.create(deployment.stack, deployment.project, parent, each.type, each.logical_name)
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
        assert step.new is not None
        await deployment.ensure_provider(step.new)
    await deployment.executor.run_all(steps)


async def _registered(deployment: "Deployment", goal: Goal) -> str:
    """The URN of what nobody has to read. In the state already, it stays what it is."""
    urn = urns.create(deployment.stack, deployment.project, goal.parent, goal.type, goal.name)
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
