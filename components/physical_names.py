"""The register of what cannot be renamed or moved: a dynamic resource whose only work is to refuse.

Pulumi replaces what gets another name or jurisdiction, and the data stays behind or goes with the old one. Protection stops
that in production, but says neither what is at stake nor what to do instead. The register knows the names of the last
deployment from the state, so it can. KV namespaces and queues are in it by their jurisdiction only: Cloudflare renames them
in place.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

if TYPE_CHECKING:
    from headworks.model.environment import Environment


@dataclass(frozen=True)
class _Kind:
    """What a kind of name is called, and what would be lost with the old one."""

    what: str
    lost: str
    state: str = "called"
    """What it is in relation to the name, and what Cloudflare cannot do about that."""
    impossible: str = "rename"


_KINDS = {
    "buckets": _Kind("R2 bucket", "its objects"),
    "databases": _Kind("D1 database", "its tables"),
    "scripts": _Kind("Worker", "the storage of its Durable Objects, its secrets and its versions"),
    "workflows": _Kind("Workflow", "its instances"),
    "dispatchNamespaces": _Kind("dispatch namespace", "the Workers in it"),
    "pagesProjects": _Kind("Pages project", "its deployments and its secrets"),
    "kvNamespaces": _Kind("KV namespace", "its keys", state="kept in the jurisdiction", impossible="move"),
    "queues": _Kind("queue", "its messages", state="kept in the jurisdiction", impossible="move"),
}
"""By kind, names by key; of the last two, jurisdictions."""


class PhysicalNamesProvider(ResourceProvider):
    """Compares the names with those in the state; contacts nobody."""

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        failures = [
            CheckFailure(kind, _refusal(kind, key, names[key], news[kind][key]))
            for kind, names in _names(olds).items()
            for key in names
            if news[kind].get(key, names[key]) != names[key]
        ]
        return CheckResult(news, failures)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=_names(olds) != _names(news))

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult("names", _names(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_names(news))


def _names(properties: dict[str, Any]) -> dict[str, Any]:
    return {kind: properties.get(kind, {}) for kind in _KINDS}


def _refusal(kind: str, key: str, name: str, new_name: str) -> str:
    of_kind = _KINDS[kind]
    return (
        f"the {of_kind.what} {key} is {of_kind.state} {name!r} and would be {of_kind.state} {new_name!r}. Cloudflare cannot "
        f"{of_kind.impossible} it: an empty one would take its place, without {of_kind.lost}. Put the name back. To move, "
        "declare the new one under a key of its own, copy, let the app use it, and take the old one out afterwards."
    )


class PhysicalNames(Resource, module="headworks", name="PhysicalNames"):
    """What bears a name that it cannot change, by kind and key; what is in another jurisdiction is another thing."""

    def __init__(self, name: str, environment: "Environment", opts: pulumi.ResourceOptions) -> None:
        super().__init__(PhysicalNamesProvider(), name, _register(environment), opts)


def _register(environment: "Environment") -> dict[str, dict[str, str]]:
    return {
        "buckets": {each.binding: _identity(each.name, each.jurisdiction) for each in environment.buckets},
        "databases": {each.binding: _identity(each.name, each.jurisdiction) for each in environment.databases},
        "scripts": {each.key or "worker": each.worker.name for each in environment.workers},
        "workflows": {each.key: each.name for each in environment.workflows},
        "dispatchNamespaces": {"platform": environment.platform.namespace} if environment.platform else {},
        "pagesProjects": {each.key: each.name for each in environment.pages},
        "kvNamespaces": {each.binding: each.jurisdiction for each in environment.kv_namespaces},
        "queues": {each.key: each.jurisdiction for each in environment.queues},
    }


def _identity(name: str, jurisdiction: str) -> str:
    """What has one name in two jurisdictions is two things."""
    return name if jurisdiction == "default" else f"{name} ({jurisdiction})"
