"""Where dead letters go, and that they come to rest there."""

from collections.abc import Callable, Iterator

from headworks.model.ordering import cycles
from headworks.model.physical import declared_queue
from headworks.model.problems import Finding, Path
from headworks.model.specification import Specification
from headworks.model.specification.queues import DeadLetterQueue


def _dead_letters(specification: Specification) -> Iterator[Finding]:
    for key, letters in _dead_letter_queues(specification):
        path: Path = ("queues", key, "consumer", "dead_letter_queue")
        declared = declared_queue(specification.queues, letters)
        if (letters.name is None) == (letters.queue is None):
            yield Finding(
                path=path,
                reason="a dead letter queue has a name of its own, or is a queue that is declared here",
                fix="write either 'name', or 'queue' with the key of the queue",
            )
        elif declared == key:
            name = specification.queues[key].name
            yield Finding(
                path=path,
                value=name,
                reason="the queue is its own dead letter queue: a message that fails would go round for ever",
                fix="name another queue, such as " + repr(f"{name.removesuffix('-queue')}-dlq"),
            )
        elif declared is not None and letters.message_retention_period is not None:
            yield Finding(
                path=(*path, "message_retention_period"),
                value=letters.message_retention_period,
                reason=f"the dead letters go to the declared queue {declared!r}, which says itself how long it keeps messages",
                fix=f"write it at queues.{declared}.message_retention_period",
            )


def _rounds(specification: Specification) -> Iterator[Finding]:
    """Of several queues: one alone has a finding above."""
    next_queue = {
        key: declared_queue(specification.queues, letters) for key, letters in _dead_letter_queues(specification)
    }
    needs = {key: [to] if (to := next_queue.get(key)) else [] for key in specification.queues}
    for cycle in cycles(needs):
        if len(cycle) > 1:
            yield Finding(
                path=("queues", cycle[0], "consumer", "dead_letter_queue"),
                reason=f"dead letters go round for ever: {' → '.join((*cycle, cycle[0]))}",
                fix="let one of these queues have a dead letter queue without a consumer, or none",
            )


def _dead_letter_queues(specification: Specification) -> Iterator[tuple[str, DeadLetterQueue]]:
    """Those of queues that are used, by the key of the queue."""
    for key, queue in specification.queues.items():
        if queue.enabled and queue.consumer and queue.consumer.dead_letter_queue:
            yield key, queue.consumer.dead_letter_queue


def _producers(specification: Specification) -> Iterator[Finding]:
    for key, queue in specification.queues.items():
        if queue.worker is not None and queue.binding is None:
            yield Finding(
                path=("queues", key, "worker"),
                value=queue.worker,
                reason="the queue has no producer binding that this Worker could have",
                fix="write 'binding' too; a companion that consumes goes to consumer.worker",
            )


CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_dead_letters, _rounds, _producers)
