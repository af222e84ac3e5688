"""Names on the account, and names of bindings."""

from collections.abc import Callable, Iterator

from headworks.model import naming
from headworks.model.checks.every_worker import every_worker
from headworks.model.naming import Kind
from headworks.model.physical import physical_names
from headworks.model.problems import Finding, Path, dotted
from headworks.model.specification import Specification


def _names(specification: Specification) -> Iterator[Finding]:
    """Cloudflare accepts each name, and nothing is made twice (R2 and KV would quietly take over what is there)."""
    first: dict[tuple[Kind, str], Path] = {}
    for kind, physical, path in physical_names(specification):
        if refusal := naming.refusal(kind, physical):
            yield Finding(
                path=path, value=physical, reason=refusal, fix="change the name, or the suffix of the environment"
            )
        other = first.setdefault((kind, physical), path)
        if other != path:
            yield Finding(
                path=path,
                value=physical,
                reason=f"this {naming.NOUNS[kind]} is declared at {dotted(other)} already: it would be made twice",
                fix=_fix(kind),
            )


def _fix(kind: Kind) -> str:
    if kind == "queue":
        return "give one of them another name; dead letters of several queues go to one that is declared under 'queues'"
    return "give one of them another name"


def _bindings(specification: Specification) -> Iterator[Finding]:
    """Code reads bindings of all kinds from one `env`, so a name stands for one thing in each Worker."""
    first: dict[tuple[str | None, str], Path] = {}
    for worker, name, path in bound(specification):
        other = first.setdefault((worker, name), path)
        if other != path:
            yield Finding(
                path=path,
                reason=f"the binding {name!r} is taken by {dotted(other)}: the code could not tell them apart",
                fix="rename one of the two, here and in the code",
            )


def bound(specification: Specification) -> Iterator[tuple[str | None, str, Path]]:
    """Everything that a Worker finds in its `env`: key of the Worker, name, where it was written."""
    for key, worker, path in every_worker(specification):
        for field in ("vars", "durable_objects", "services", "ratelimits"):
            yield from ((key, name, (*path, field, name)) for name in getattr(worker, field))
    for field in ("buckets", "kv", "d1", "hyperdrive"):
        for name, item in getattr(specification, field).items():
            if item.enabled:
                yield item.worker, name, (field, name)
    for field in ("queues", "workflows"):
        for key, item in getattr(specification, field).items():
            if item.enabled and item.binding:
                yield item.worker, item.binding, (field, key, "binding")
    yield from _bound_by_platform(specification)
    for key, secrets, path in secret_lists(specification):
        yield from ((key, name, (*path, secrets.index(name))) for name in dict.fromkeys(secrets))


def _bound_by_platform(specification: Specification) -> Iterator[tuple[str | None, str, Path]]:
    if platform := specification.platform:
        yield None, platform.binding, ("platform", "binding")
        if platform.services:
            yield None, platform.services_variable, ("platform", "services_variable")
        if platform.deploy:
            yield platform.deploy, platform.namespace_variable, ("platform", "namespace_variable")
            yield platform.deploy, platform.account_variable, ("platform", "account_variable")


def _secrets(specification: Specification) -> Iterator[Finding]:
    for _, secrets, path in secret_lists(specification):
        for index, name in enumerate(secrets):
            if name in secrets[:index]:
                yield Finding(
                    path=(*path, index), reason="this secret is listed already", fix="take one of the two out"
                )


def secret_lists(specification: Specification) -> Iterator[tuple[str | None, tuple[str, ...], Path]]:
    yield None, specification.secrets, ("secrets",)
    for key, companion in specification.workers.items():
        yield key, companion.secrets, ("workers", key, "secrets")


CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_names, _bindings, _secrets)
