"""What differs between a resource and its state, and whether that replaces it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.engine.plugin.answers import DiffResult, PropertyDiff
from sandbox.engine.plugin.resource_provider import Diff, ResourceProvider
from sandbox.engine.resource import property_path
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, contains_unknown, plain

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment

INIT_ERROR = "#initerror"
"""Pseudo property: a path of `replace_on_changes` that covers it replaces what did not get ready."""


async def diff_resource(
    deployment: "Deployment",
    provider: ResourceProvider,
    urn: str,
    old: ResourceState,
    old_inputs: Properties,
    news: Properties,
    ignore_changes: list[str],
) -> DiffResult:
    """The provider's own word; where it has none, a comparison of the inputs. `urn` is the one that the resource has now."""
    if not provider.known:
        deployment.warn(
            "The provider for this resource has inputs that are not known during preview.\n"
            "This preview may not correctly represent the changes that will be applied during an update.",
            urn,
        )
        return DiffResult(changes="some")
    diff = await provider.diff(
        Diff(
            urn=urn,
            id=old.id,
            old_inputs=old_inputs,
            old_outputs=old.outputs,
            news=news,
            ignore_changes=ignore_changes,
        )
    )
    if diff.changes != "unknown":
        return diff
    before, after = plain(old_inputs), plain(with_ignored(news, old_inputs, ignore_changes)[0])
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    kinds = {key: "add" if key not in before else "delete" if key not in after else "update" for key in changed}
    detailed = {key: PropertyDiff(kind, input_diff=True) for key, kind in kinds.items()}
    return replace(diff, changes="some" if changed else "none", diffs=changed, detailed_diff=detailed or None)


def with_ignored(inputs: Properties, old: Properties, paths: list[str]) -> tuple[Properties, list[str]]:
    impossible = []
    for text in paths:
        inputs, done = property_path.reset(property_path.parse(text), old, inputs)
        if not done:
            impossible.append(text)
    return inputs, impossible


def replacement_triggered(old: object, new: object) -> bool:
    if contains_unknown(old) or contains_unknown(new):
        return True
    return old is not None and new is not None and plain(old) != plain(new)


def replace_on_changes(diff: DiffResult, wanted: list[str], *, init_errors: bool) -> DiffResult:
    """The diff with what the program wants to replace for. It acts on what the provider reports, and only on that."""
    if not wanted or (diff.changes != "some" and not init_errors):
        return diff
    paths = [property_path.parse(text) for text in wanted]

    def covered(text: str) -> bool:
        return any(property_path.contains(path, property_path.parse(text)) for path in paths)

    detailed = diff.detailed_diff
    if detailed is not None:
        detailed = {
            path: PropertyDiff(f"{found.kind}-replace", found.input_diff)
            if covered(path) and not found.replaces
            else found
            for path, found in detailed.items()
        }
    keys = [*diff.replaces, *(key for key in diff.diffs if key not in diff.replaces and covered(key))]
    if init_errors and covered(INIT_ERROR):
        return replace(diff, changes="some", replaces=[*keys, INIT_ERROR], detailed_diff=detailed)
    return replace(diff, replaces=keys, detailed_diff=detailed)


_INVERSE = {"add": "delete", "delete": "add", "update": "update"}


def inverted(diff: DiffResult) -> DiffResult:
    if diff.detailed_diff is None:
        return diff
    detailed = {}
    for path, found in diff.detailed_diff.items():
        kind, dash, suffix = found.kind.partition("-")
        detailed[path] = PropertyDiff(_INVERSE[kind] + dash + suffix, found.input_diff)
    return replace(diff, detailed_diff=detailed)
