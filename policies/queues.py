"""Queues: where a message goes that nobody could process."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import ADVISORY, EVERYWHERE, MANDATORY, OFF, Levels, ResourceRule, StackRule, Violation
from policies.tokens import QUEUE, QUEUE_CONSUMER, WORK_QUEUE


def without_dead_letter_queue(resource: Resource, settings: Properties) -> Iterator[Violation]:
    """A consumer made by WorkQueue is judged there, once, with the environment that the component declares."""
    if resource.name in settings.texts("endOfTheLine"):
        return
    if resource.type == WORK_QUEUE:
        consumer, path = resource.properties.table("consumer"), "consumer.deadLetterQueue"
        if "consumer" not in resource.properties or resource.properties.is_unknown("consumer"):
            return
        if resource.properties.texts("deadLettersOf"):  # the end of the line: a further one would only move them on
            return
    elif resource.is_inside(WORK_QUEUE) or resource.properties.text("type") == "notification":
        return
    else:
        consumer, path = resource.properties, "deadLetterQueue"
    if not consumer.text("deadLetterQueue") and not consumer.is_unknown("deadLetterQueue"):
        yield Violation(
            "the consumer has no dead letter queue, so a message that fails its last retry is deleted for good.",
            "name one (`dead_letter_queue` of the queue in Pulumi.yaml or the stack's file).",
            property=path,
        )


def unresolved_dead_letter_queues(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    existing = {queue.properties.text("queueName") for queue in stack.of_type(QUEUE)}
    leads_to = dead_letter_queues(stack)
    for queue, (dead_letter_queue, resource, path) in leads_to.items():
        if dead_letter_queue == queue:
            consequence = "the queue is its own dead letter queue, so a message that always fails goes round for ever."
            yield Violation(consequence, "name another queue.", property=path, resource=resource)
        elif queue == min(circle := _circle(queue, leads_to), default=None):
            consequence = f"the dead letter queues lead in a circle ({' → '.join([*circle, queue])}), so a message that always fails goes round for ever."
            yield Violation(consequence, "let one of them end the line.", property=path, resource=resource)
        if dead_letter_queue not in existing and None not in existing:
            consequence = f"the stack has no queue {dead_letter_queue}, so messages that fail are lost."
            fix = "make the queue in this stack, or correct the name."
            yield Violation(consequence, fix, property=path, resource=resource)


Link = tuple[str, Resource, str]
"""Dead letter queue, who names it, and where."""


def dead_letter_queues(stack: Stack) -> dict[str, Link]:
    """By the name of the queue."""
    return dict(_links(stack))


def _links(stack: Stack) -> Iterator[tuple[str, Link]]:
    """Queue and its dead letter queue. The component is asked after the resources: it knows what wrangler will set, too."""
    for consumer in stack.of_type(QUEUE_CONSUMER):
        dead_letter_queue = consumer.properties.text("deadLetterQueue")
        queue = _queue_of(consumer)
        if dead_letter_queue and queue:
            yield queue, (dead_letter_queue, consumer, "deadLetterQueue")
    for work_queue in stack.of_type(WORK_QUEUE):
        dead_letter_queue = work_queue.properties.table("consumer").text("deadLetterQueue")
        queue = work_queue.properties.text("queueName")
        if dead_letter_queue and queue:
            yield queue, (dead_letter_queue, work_queue, "consumer.deadLetterQueue")


def _queue_of(consumer: Resource) -> str | None:
    """The consumer's queue by name: at a preview its id is not known yet, but the resource that it comes from is."""
    for queue in consumer.sources.get("queueId", ()):
        if queue.type == QUEUE:
            return queue.properties.text("queueName")
    return consumer.properties.text("queueName")


def _circle(queue: str, leads_to: dict[str, Link]) -> list[str]:
    """The queues through which a message of this queue comes back to it; empty if it does not."""
    passed = [queue]
    while passed[-1] in leads_to:
        following = leads_to[passed[-1]][0]
        if following in passed:
            return passed if following == queue else []
        passed.append(following)
    return []


RULES = (
    ResourceRule(
        id="queues-must-have-dead-letter-queue",
        title="Queues need a dead letter queue",
        description="A consumed queue names the queue that takes what could not be processed.",
        details="A `WorkQueue` with a consumer, and every `QueueConsumer` outside of one, names a dead letter queue. Without it a message that fails its last retry is deleted. The consumer of a queue that takes the dead letters of others is the end of the line.",
        requirements=("R13", "T15", "T118"),
        severity=Severity.HIGH,
        levels=Levels(production=MANDATORY, staging=ADVISORY, development=OFF),
        remediation="Add `dead_letter_queue` to the queue, preview, and bring the stack up. For the consumer of a dead letter queue itself, add its logical name to `endOfTheLine` of this policy's configuration.",
        settings={
            "endOfTheLine": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Logical names of queues and consumers that need none, because they drain a dead letter queue.",
            }
        },
        types=frozenset({WORK_QUEUE, QUEUE_CONSUMER}),
        check=without_dead_letter_queue,
    ),
    StackRule(
        id="dead-letter-queues-must-resolve",
        title="Dead letter queues exist, differ and do not loop",
        description="A dead letter queue is another queue of the same stack, and following them comes to an end.",
        details="In a circle, a message that always fails goes round for ever, and each round is billed.",
        requirements=("R13", "T15", "T53"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Make the named queue part of the stack, and break a circle by giving the last queue in line no dead letter queue.",
        check=unresolved_dead_letter_queues,
    ),
)
