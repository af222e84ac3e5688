"""The register of what cannot be renamed: a dynamic resource whose only work is to refuse.

Pulumi replaces what gets another name, and the data stays behind or goes with the old one. Protection stops that in
production, but says neither what is at stake nor what to do instead. The register knows the names of the last
deployment from the state, so it can. Namespaces and queues are not in it: Cloudflare renames them in place.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

_KINDS = {
    "buckets": ("R2 bucket", "its objects"),
    "databases": ("D1 database", "its tables"),
    "scripts": ("Worker", "the storage of its Durable Objects, its secrets and its versions"),
}
"""What a kind of name is called, and what would be lost with the old one."""


class PhysicalNamesProvider(ResourceProvider):
    """Compares the names with those in the state; contacts nobody."""

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        failures = [
            CheckFailure(kind, _refusal(kind, key, names[key], news[kind][key]))
            for kind, names in olds.items()
            if kind in _KINDS
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
    return {kind: properties[kind] for kind in _KINDS}


def _refusal(kind: str, key: str, name: str, new_name: str) -> str:
    what, lost = _KINDS[kind]
    return (
        f"the {what} {key} is called {name!r} and would be called {new_name!r}. Cloudflare cannot rename it: an empty one would "
        f"take its place, without {lost}. Put the name back. To move, declare the new one under a key of its own, copy, "
        "let the app use it, and take the old one out afterwards."
    )


class PhysicalNames(Resource, module="headworks", name="PhysicalNames"):
    """The names of an environment's buckets and databases by binding, and of its script."""

    def __init__(
        self,
        name: str,
        *,
        buckets: Mapping[str, str],
        databases: Mapping[str, str],
        script: str,
        opts: pulumi.ResourceOptions,
    ) -> None:
        names = {"buckets": dict(buckets), "databases": dict(databases), "scripts": {"worker": script}}
        super().__init__(PhysicalNamesProvider(), name, names, opts)
