"""Keys that name something else in the same environment: it has to be there."""

from collections.abc import Callable, Iterator, Mapping

from headworks.model.checks.every_worker import every_worker
from headworks.model.problems import Finding, Path
from headworks.model.specification import Specification

Named = tuple[str, str, Path]
"""What is named, by which key, and where."""


def _references(specification: Specification) -> Iterator[Finding]:
    known: Mapping[str, tuple[str, ...]] = {
        "companion": tuple(specification.workers),
        "queue": tuple(key for key, queue in specification.queues.items() if queue.enabled),
        "health check": tuple(specification.healthchecks),
        "destination": tuple(specification.destinations),
        "service": tuple(specification.platform.services) if specification.platform else (),
    }
    for what, key, path in _named(specification):
        if key not in known[what]:
            listed = f"there are {', '.join(known[what])}" if known[what] else f"there is no {what} at all"
            yield Finding(
                path=path,
                value=key,
                reason=f"no {what} has this key; {listed}",
                fix=f"write the key of a {what} under {_PLACES[what]!r}, or declare it there",
            )


_PLACES = {
    "companion": "workers",
    "queue": "queues",
    "health check": "healthchecks",
    "destination": "destinations",
    "service": "platform.services",
}


def _named(specification: Specification) -> Iterator[Named]:
    for subject in (_by_resources, _by_workers, _by_queues, _by_buckets, _by_alerts, _by_platform):
        yield from subject(specification)


def _by_resources(specification: Specification) -> Iterator[Named]:
    for field in ("buckets", "kv", "d1", "hyperdrive", "queues", "workflows"):
        for key, item in getattr(specification, field).items():
            if item.enabled and item.worker is not None:
                yield "companion", item.worker, (field, key, "worker")


def _by_workers(specification: Specification) -> Iterator[Named]:
    for _, worker, path in every_worker(specification):
        for index, key in enumerate(worker.tail_consumers):
            yield "companion", key, (*path, "tail_consumers", index)
        for binding, key in worker.services.items():
            yield "companion", key, (*path, "services", binding)


def _by_queues(specification: Specification) -> Iterator[Named]:
    for key, queue in specification.queues.items():
        if queue.enabled and (consumer := queue.consumer):
            path: Path = ("queues", key, "consumer")
            if consumer.worker is not None:
                yield "companion", consumer.worker, (*path, "worker")
            if consumer.dead_letter_queue and consumer.dead_letter_queue.queue is not None:
                yield "queue", consumer.dead_letter_queue.queue, (*path, "dead_letter_queue", "queue")


def _by_buckets(specification: Specification) -> Iterator[Named]:
    for binding, bucket in specification.buckets.items():
        for index, notification in enumerate(bucket.notifications if bucket.enabled else ()):
            yield "queue", notification.queue, ("buckets", binding, "notifications", index, "queue")


def _by_alerts(specification: Specification) -> Iterator[Named]:
    for key, alert in specification.alerts.items():
        if alert.healthcheck is not None:
            yield "health check", alert.healthcheck, ("alerts", key, "healthcheck")
        for index, destination in enumerate(alert.notify):
            yield "destination", destination, ("alerts", key, "notify", index)


def _by_platform(specification: Specification) -> Iterator[Named]:
    """A service that is bound has to be in the catalogue, too (D15)."""
    if platform := specification.platform:
        if platform.deploy is not None:
            yield "companion", platform.deploy, ("platform", "deploy")
        for key, service in platform.services.items():
            for binding, needed in service.bindings.items():
                yield "service", needed, ("platform", "services", key, "bindings", binding)


CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_references,)
