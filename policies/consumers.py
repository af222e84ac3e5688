"""Queues: limits of Cloudflare, and settings with which messages are worked off instead of lost."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.queues import dead_letter_queues
from policies.rule import EVERYWHERE, IN_PRODUCTION, OUTSIDE_DEVELOPMENT, ResourceRule, StackRule, Violation
from policies.tokens import QUEUE, QUEUE_CONSUMER, WORK_QUEUE

Range = tuple[float, float]

LIMITS_OF_QUEUE: Mapping[str, Range] = {"messageRetentionPeriod": (60, 1_209_600), "deliveryDelay": (0, 43_200)}
"""Setting → least and most that the API takes. Times in seconds."""

LIMITS_OF_CONSUMER: Mapping[str, Range] = {
    "batchSize": (1, 100),
    "maxWaitTimeMs": (0, 60_000),
    "maxRetries": (0, 100),
    "maxConcurrency": (1, 250),
    "retryDelay": (0, 43_200),
}

DEFAULT_RETENTION = 345_600
"""Seconds for which Cloudflare keeps a message when nothing is said: 4 days."""


def beyond_limits(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for path, settings, limits in _limited(resource):
        for key, (least, most) in limits.items():
            value = settings.number(key)
            if value is not None and not least <= value <= most:
                yield Violation(
                    f"{value:g} is outside of what Cloudflare takes, {least:g} to {most:g}, so the change fails halfway.",
                    f"state a value from {least:g} to {most:g}.",
                    property=f"{path}{key}",
                )


def _limited(resource: Resource) -> Iterator[tuple[str, Properties, Mapping[str, Range]]]:
    """(path, settings, their limits). What a WorkQueue makes is judged there, once."""
    if resource.type == WORK_QUEUE:
        yield "", resource.properties, LIMITS_OF_QUEUE
    elif resource.type == QUEUE and not resource.is_inside(WORK_QUEUE):
        yield "settings.", resource.properties.table("settings"), LIMITS_OF_QUEUE
    for path, settings in _consumers(resource):
        yield path, settings, LIMITS_OF_CONSUMER


def _consumers(resource: Resource) -> Iterator[tuple[str, Properties]]:
    """(path, settings) of the Worker that consumes; nothing if none does."""
    properties = resource.properties
    if resource.type == WORK_QUEUE:
        key = "consumer"
    elif resource.type == QUEUE_CONSUMER and not resource.is_inside(WORK_QUEUE):
        key = "settings"
    else:
        return
    settings = properties.table(key)
    is_there = key in properties if key == "consumer" else properties.text("type") != "notification"
    if is_there and not properties.is_unknown(key):
        yield f"{key}.", settings


def unretried(resource: Resource, settings: Properties) -> Iterator[Violation]:
    most = settings.number("most") or MOST_RETRIES
    for path, consumer in _consumers(resource):
        retries = consumer.number("maxRetries")
        if consumer.is_missing("maxRetries"):
            consequence = "it is not stated how often a message is retried, so Cloudflare decides."
        elif retries is not None and retries < 1:
            consequence = (
                "a message is never retried, so one hiccup of what the Worker calls makes a dead letter of it."
            )
        elif retries is not None and retries > most:
            consequence = f"a message is retried {retries:g} times, so one that always fails is paid for {retries + 1:g} times before anybody sees it."
        else:
            continue
        yield Violation(consequence, f"state `max_retries` from 1 to {most:g}.", property=f"{path}maxRetries")


MOST_RETRIES = 10


def unbatched(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for path, consumer in _consumers(resource):
        size, wait = consumer.number("batchSize"), consumer.number("maxWaitTimeMs")
        if size == 1:
            consequence = "each message is an invocation of its own, which costs as much as a batch of a hundred."
            yield Violation(consequence, "state a `max_batch_size` above 1.", property=f"{path}batchSize")
        elif wait == 0:
            consequence = "the consumer never waits for a batch to fill, so most batches are single messages."
            yield Violation(consequence, "state a `max_batch_timeout` of 1 or more.", property=f"{path}maxWaitTimeMs")


def unconsumed(resource: Resource, settings: Properties) -> Iterator[Violation]:
    queue = resource.properties
    if resource.name in settings.texts("consumedElsewhere"):
        return
    queue.table("consumer")
    if queue.is_missing("consumer") and not queue.texts("deadLettersOf"):
        yield Violation(
            "nobody consumes the queue, so its messages expire unread.",
            "declare the `consumer`; for a queue that another system consumes, name it in `consumedElsewhere`.",
            property="consumer",
        )


def short_lived_dead_letters(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    queues = {queue.properties.text("queueName"): queue for queue in stack.of_type(QUEUE)}
    for name, (dead_letter_queue, _, _) in dead_letter_queues(stack).items():
        queue, dead_letters = queues.get(name), queues.get(dead_letter_queue)
        if queue is None or dead_letters is None or queue is dead_letters:
            continue
        kept, needed = _retention(dead_letters), _retention(queue)
        if kept is not None and needed is not None and kept < needed:
            yield Violation(
                f"dead letters are kept for {kept:g} s and the messages of {name} for {needed:g} s, so what failed is gone before anybody looked.",
                f"state a `message_retention_period` of {needed:g} or more for the dead letter queue.",
                property="settings.messageRetentionPeriod",
                resource=dead_letters,
            )


def _retention(queue: Resource) -> float | None:
    """Seconds; None if it is not known yet."""
    properties = queue.properties
    settings = properties.table("settings")
    if properties.is_unknown("settings") or settings.is_unknown("messageRetentionPeriod"):
        return settings.number("messageRetentionPeriod")
    return settings.number("messageRetentionPeriod") or DEFAULT_RETENTION


RULES = (
    ResourceRule(
        id="queue-settings-must-be-within-limits",
        title="Settings of queues are within Cloudflare's limits",
        description="Batch size, waiting time, retries, concurrency, delays and retention are what the API takes.",
        details="Judged are `WorkQueue`, and `Queue` and `QueueConsumer` outside of one. The real API finds out during the `up`, when the queue exists already and its consumer does not.",
        requirements=("T12", "T13", "T14", "T16"),
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        remediation="State a value within the limits that the message names; times are in seconds in our files, the batch timeout in milliseconds in the API.",
        types=frozenset({WORK_QUEUE, QUEUE, QUEUE_CONSUMER}),
        check=beyond_limits,
    ),
    ResourceRule(
        id="consumers-must-retry",
        title="Consumers retry, and not for ever",
        description="How often a message is retried is stated, once at least and not without end.",
        details="Without a retry a dead letter says nothing; with too many of them it comes days late, and each attempt is billed.",
        requirements=("R13", "T14", "T17", "T117"),
        severity=Severity.MEDIUM,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Set `max_retries` of the consumer: 3 unless something else was measured.",
        settings={
            "most": {
                "type": "number",
                "default": MOST_RETRIES,
                "description": "Most retries that are accepted.",
            }
        },
        types=frozenset({WORK_QUEUE, QUEUE_CONSUMER}),
        check=unretried,
    ),
    ResourceRule(
        id="consumers-must-batch",
        title="Consumers take messages in batches",
        description="A consumer takes more than one message at a time, and waits for them.",
        details="An invocation per message is the dearest way to drain a queue, and the first to run into the limits of what the Worker calls.",
        requirements=("T12", "T13", "T17", "T113", "T122"),
        severity=Severity.LOW,
        levels=IN_PRODUCTION,
        remediation="Raise `max_batch_size` and `max_batch_timeout`; the Worker acknowledges messages one by one where one may fail without the others.",
        types=frozenset({WORK_QUEUE, QUEUE_CONSUMER}),
        check=unbatched,
    ),
    ResourceRule(
        id="queues-must-have-consumer",
        title="Queues are consumed",
        description="A Worker consumes every queue; only dead letters may wait for people.",
        details="Judged is `WorkQueue`. A queue that takes the dead letters of others needs no consumer.",
        requirements=("R13",),
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        remediation="Declare the `consumer` of the queue.",
        settings={
            "consumedElsewhere": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Logical names of queues that another system consumes, or that are pulled over HTTP.",
            }
        },
        types=frozenset({WORK_QUEUE}),
        check=unconsumed,
    ),
    StackRule(
        id="dead-letters-must-outlive-messages",
        title="Dead letters are kept at least as long as messages",
        description="A dead letter queue keeps messages no shorter than the queue that fails into it.",
        details="A dead letter starts its life anew: its queue's retention is all the time that there is to look at it. What is not stated is Cloudflare's 4 days.",
        requirements=("R13", "T123"),
        severity=Severity.MEDIUM,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Raise `message_retention_period` of the dead letter queue; 14 days (1209600) is the most.",
        check=short_lived_dead_letters,
    ),
)
