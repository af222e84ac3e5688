"""A queue with its dead letter queue and its consumer."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.bindings import MAIN, Bound
from components.cloudflare import ConsumerSettings, Queue, QueueConsumer, QueueSettings
from components.protection import stateful
from components.residency import DEFAULT, stated


class DeadLetterQueueArgs(TypedDict):
    name: str
    message_retention_period: int
    """Seconds."""
    queue: NotRequired[str]
    """Key of the declared queue that it is, which a WorkQueue of its own makes; without it this one makes it."""


class ConsumerArgs(TypedDict):
    script_name: str
    """Who consumes: for the policies. The consumer itself is made by `attach_consumer`."""
    worker: NotRequired[str]
    """Key of the companion that it is; without it the main Worker."""
    max_batch_size: int
    max_batch_timeout: int
    """Seconds."""
    max_retries: int
    max_concurrency: NotRequired[int]
    """Without it Cloudflare scales the consumers."""
    retry_delay: int
    """Seconds."""


class WorkQueueArgs(TypedDict):
    account_id: str
    production: bool
    key: str
    """The queue's key in the system's file."""
    queue_name: str
    """The physical name. A new name renames in place: the id, the messages and the consumer stay."""
    producer_binding: NotRequired[str]
    """The Worker's name for the queue, if it produces."""
    worker: NotRequired[str]
    """Key of the companion that produces; without it the main Worker does."""
    jurisdiction: NotRequired[str]
    """Where the messages stay; decided for ever when the queue is made."""
    dead_letters_of: NotRequired[Sequence[str]]
    """Keys of the queues whose dead letters come here; its own consumer needs no further dead letter queue."""
    delivery_delay: int
    """Seconds."""
    message_retention_period: int
    """Seconds."""
    dead_letter_queue: NotRequired[DeadLetterQueueArgs]
    consumer: NotRequired[ConsumerArgs]
    """Whoever makes the consumer: the stack, or wrangler with its upload."""


class WorkQueue(Bound):
    """A queue, where its failed messages go, and the Worker that consumes it.

    It does not pause delivery: that is an operator's hand on the live queue, and no `up` should undo it.
    """

    queue_name: pulumi.Output[str]
    queue_id: pulumi.Output[str]
    dead_letter_queue_name: pulumi.Output[str] | None

    def __init__(self, name: str, args: WorkQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:WorkQueue", name, _inputs(args), opts)
        self._name, self._args = name, args
        queue = self._queue(f"{name}-queue", args["queue_name"], _settings(args))
        self.queue_name = queue.queue_name
        self.queue_id = queue.queue_id
        self.dead_letter_queue_name = self._dead_letter_queue(args)
        if "producer_binding" in args:
            binding = args["producer_binding"]
            self.bind({"type": "queue", "name": binding, "queue_name": self.queue_name}, args.get("worker", MAIN))
        self.register_outputs({"queueName": self.queue_name, "queueId": self.queue_id})

    def _dead_letter_queue(self, args: WorkQueueArgs) -> pulumi.Output[str] | None:
        if "dead_letter_queue" not in args:
            return None
        dead_letters = args["dead_letter_queue"]
        if "queue" in dead_letters:
            return pulumi.Output.from_input(dead_letters["name"])
        retention: QueueSettings = {"message_retention_period": dead_letters["message_retention_period"]}
        return self._queue(f"{self._name}-dead-letter-queue", dead_letters["name"], retention).queue_name

    def _queue(self, name: str, queue_name: str, settings: QueueSettings) -> Queue:
        return Queue(
            name,
            account_id=self._args["account_id"],
            queue_name=queue_name,
            jurisdiction=stated(self._args.get("jurisdiction")),
            settings=settings,
            opts=stateful(self, production=self._args["production"]),
        )

    def attach_consumer(
        self, deployed_script: pulumi.Input[str], declared_dead_letter_queue: pulumi.Input[str] | None = None
    ) -> None:
        """Make the declared consumer, if there is one.

        Not in the constructor, because the script binds the queue and the consumer needs the script: `deployed_script` is the
        script's name as an output of its upload, so that the consumer is made after it, and removed before it (10064).
        `declared_dead_letter_queue` is the name of the one that another WorkQueue made, as its output.
        """
        if "consumer" not in self._args:
            return
        consumer = self._args["consumer"]
        QueueConsumer(
            f"{self._name}-consumer",
            account_id=self._args["account_id"],
            queue_id=self.queue_id,
            type="worker",
            script_name=deployed_script,
            dead_letter_queue=declared_dead_letter_queue
            or self.dead_letter_queue_name,  # the API wants the name, not the id
            settings=_consumer_settings(consumer),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _settings(args: WorkQueueArgs) -> QueueSettings:
    return {"delivery_delay": args["delivery_delay"], "message_retention_period": args["message_retention_period"]}


def _consumer_settings(consumer: ConsumerArgs) -> ConsumerSettings:
    """The consumer's settings in the API's units: the batch timeout alone is in milliseconds, and is converted only here."""
    settings: ConsumerSettings = {
        "batch_size": consumer["max_batch_size"],
        "max_wait_time_ms": consumer["max_batch_timeout"] * 1000,
        "max_retries": consumer["max_retries"],
        "retry_delay": consumer["retry_delay"],
    }
    if "max_concurrency" in consumer:
        settings["max_concurrency"] = consumer["max_concurrency"]
    return settings


def _inputs(args: WorkQueueArgs) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "accountId": args["account_id"],
        "production": args["production"],
        "key": args["key"],
        "queueName": args["queue_name"],
        "messageRetentionPeriod": args["message_retention_period"],
        "deliveryDelay": args["delivery_delay"],
        "jurisdiction": args.get("jurisdiction", DEFAULT),
    }
    if "producer_binding" in args:
        inputs["producerBinding"] = args["producer_binding"]
    if "dead_letters_of" in args:
        inputs["deadLettersOf"] = list(args["dead_letters_of"])
    if "dead_letter_queue" in args:
        inputs["deadLetterQueue"] = args["dead_letter_queue"]["name"]
    if "consumer" in args:
        inputs["consumer"] = _consumer_inputs(args, args["consumer"])
    return inputs


def _consumer_inputs(args: WorkQueueArgs, consumer: ConsumerArgs) -> dict[str, Any]:
    settings = _consumer_settings(consumer)
    inputs: dict[str, Any] = {
        "scriptName": consumer["script_name"],
        "batchSize": settings["batch_size"],
        "maxWaitTimeMs": settings["max_wait_time_ms"],
        "maxRetries": settings["max_retries"],
        "retryDelay": settings["retry_delay"],
    }
    if "max_concurrency" in settings:
        inputs["maxConcurrency"] = settings["max_concurrency"]
    if "dead_letter_queue" in args:
        inputs["deadLetterQueue"] = args["dead_letter_queue"]["name"]
    return inputs
