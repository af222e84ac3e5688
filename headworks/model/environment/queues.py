"""Queues, their consumers, and where failed messages go."""

from headworks.model.environment.resolved import Resolved
from headworks.model.words import Jurisdiction


class QueueConsumer(Resolved):
    """How the Worker consumes a queue; wrangler's words, times in seconds."""

    max_batch_size: int
    max_batch_timeout: int
    max_retries: int
    max_concurrency: int | None
    """None lets Cloudflare scale the consumers."""
    retry_delay: int
    worker: str | None = None
    """Key of the companion that consumes; None for the main Worker."""


class DeadLetterQueue(Resolved):
    name: str
    message_retention_period: int
    """Seconds."""
    queue: str | None = None
    """Key of the declared queue that this is; None when the queue is made only for dead letters."""


class Queue(Resolved):
    key: str
    """The key in the system's file; part of the logical names."""
    name: str
    binding: str | None
    """Name of the producer binding of the Worker; None when the Worker does not produce."""
    worker: str | None = None
    jurisdiction: Jurisdiction = "default"
    delivery_delay: int
    """Seconds."""
    message_retention_period: int
    """Seconds."""
    consumer: QueueConsumer | None
    dead_letter_queue: DeadLetterQueue | None
