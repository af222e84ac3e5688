"""The physical names of an environment, with the places at which they were written."""

from collections.abc import Iterator, Mapping

from headworks.model import environment, naming
from headworks.model.naming import Kind
from headworks.model.ordering import in_order
from headworks.model.problems import Path
from headworks.model.specification import Specification
from headworks.model.specification.platform import Platform
from headworks.model.specification.queues import DeadLetterQueue, Queue


def physical_names(specification: Specification) -> Iterator[tuple[Kind, str, Path]]:
    """Every physical name that the environment uses: its kind, the name, where its text was written."""
    suffixes = specification.suffixes

    def named(kind: Kind, name: str, *path: str) -> tuple[Kind, str, Path]:
        return kind, naming.physical_name(kind, name, suffixes), path

    yield named("script", specification.worker.name, "worker", "name")
    for key, companion in specification.workers.items():
        yield named("script", companion.name, "workers", key, "name")
    for kind, field, name in _NAMED:
        for key, item in getattr(specification, field).items():
            if item.enabled:
                yield named(kind, getattr(item, name), field, key, name)
    for key, queue in specification.queues.items():
        letters = queue.consumer.dead_letter_queue if queue.consumer else None
        if queue.enabled and letters and letters.name and not declared_queue(specification.queues, letters):
            yield named("queue", letters.name, "queues", key, "consumer", "dead_letter_queue", "name")
    if platform := specification.platform:
        yield named("dispatch", platform.namespace, "platform", "namespace")


_NAMED: tuple[tuple[Kind, str, str], ...] = (
    ("bucket", "buckets", "name"),
    ("kv", "kv", "title"),
    ("d1", "d1", "name"),
    ("queue", "queues", "name"),
    ("workflow", "workflows", "name"),
    ("hyperdrive", "hyperdrive", "name"),
    ("pages", "pages", "name"),
)
"""Kind, the field that lists the resources, and the field of each that names it."""


def declared_queue(queues: Mapping[str, Queue], letters: DeadLetterQueue) -> str | None:
    """Key of the declared queue that takes the dead letters, by key or by its name; None when one is made for them."""
    if letters.queue is not None:
        return letters.queue
    return next((key for key, queue in queues.items() if queue.enabled and queue.name == letters.name), None)


def hosts(specification: Specification) -> Iterator[str]:
    """The hosts at which the environment is reached."""
    yield from (route.host for route in specification.routes)
    if specification.platform:
        yield from (host for host, _ in service_hosts(specification.platform).values())
    for companion in specification.workers.values():
        yield from (route.host for route in companion.routes)
    for site in specification.pages.values():
        if site.enabled:
            yield from site.domains


def service_hosts(platform: Platform) -> dict[str, tuple[str, str]]:
    """Host and zone of each service, by its key, each after those that it binds (D15).

    Nothing while the environment does not say how hosts come about.
    """
    if platform.host is None or platform.zone is None:
        return {}
    order = in_order({key: service.bindings.values() for key, service in platform.services.items()})
    return {key: (platform.host.replace(SERVICE, key), platform.zone.replace(SERVICE, key)) for key in order}


SERVICE = "{service}"
"""Stands for the key of a service in the platform's `host` and `zone`."""


def names(specification: Specification) -> environment.Names:
    """The physical names that an environment uses, by kind."""
    by_kind: dict[Kind, dict[str, None]] = {kind: {} for kind in naming.PHYSICAL_NAMES}
    for kind, physical, _ in physical_names(specification):
        by_kind[kind][physical] = None
    return environment.Names(
        scripts=tuple(by_kind["script"]),
        buckets=tuple(by_kind["bucket"]),
        kv_namespaces=tuple(by_kind["kv"]),
        databases=tuple(by_kind["d1"]),
        queues=tuple(by_kind["queue"]),
        hosts=tuple(dict.fromkeys(hosts(specification))),
        workflows=tuple(by_kind["workflow"]),
        hyperdrives=tuple(by_kind["hyperdrive"]),
        dispatch_namespaces=tuple(by_kind["dispatch"]),
        pages_projects=tuple(by_kind["pages"]),
    )
