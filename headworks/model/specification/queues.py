"""Queues, and what becomes of messages."""

from typing import Annotated, ClassVar

from pydantic import Field

from headworks.model.specification.written import Identifier, Key, Name, Written

DelaySeconds = Annotated[int, Field(ge=0, le=43_200)]
RetentionSeconds = Annotated[int, Field(ge=60, le=1_209_600)]
LONGEST_RETENTION = 1_209_600
"""14 days, in seconds."""


class DeadLetterQueue(Written):
    """Where messages go that were retried in vain: a queue that is made for them, or one that is declared here."""

    shorthand: ClassVar[str | None] = "name"

    name: Name | None = None
    """Name of the dead letter queue, without the suffix of the environment. The stack makes this queue too."""
    message_retention_period: RetentionSeconds | None = None
    """Seconds for which a dead letter is kept; left out, 14 days, as long as Cloudflare allows."""
    queue: Key | None = None
    """Instead of a name: key of a queue of this system, which has a consumer of its own, for example."""


class Consumer(Written):
    """How a Worker consumes the queue."""

    max_batch_size: Annotated[int, Field(ge=1, le=100)] = 10
    """Most messages in one batch."""
    max_batch_timeout: Annotated[int, Field(ge=0, le=60)] = 5
    """Seconds to wait for a batch to fill."""
    max_retries: Annotated[int, Field(ge=0, le=100)] = 3
    """Attempts after the first one, before a message goes to the dead letter queue (without one: is lost)."""
    max_concurrency: Annotated[int, Field(ge=1, le=250)] | None = None
    """Most consumers at the same time; left out, Cloudflare scales them."""
    retry_delay: DelaySeconds = 0
    """Seconds before a failed message is tried again."""
    dead_letter_queue: DeadLetterQueue | None = None
    """The queue for messages that were retried in vain; production needs one."""
    worker: Key | None = None
    """Key of the companion that consumes; left out, the main Worker does."""


class Queue(Written):
    """A queue, and what the Workers have to do with it."""

    name: Name
    """Name of the queue, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the queue, its dead letter queue, its binding and its consumer out."""
    binding: Identifier | None = None
    """Name of the producer binding; left out when no Worker sends to this queue."""
    worker: Key | None = None
    """Key of the companion that has the producer binding; left out, the main Worker has it."""
    delivery_delay: DelaySeconds = 0
    """Seconds before a message is delivered for the first time."""
    message_retention_period: RetentionSeconds = 345_600
    """Seconds for which a message is kept; Cloudflare's default is 4 days."""
    consumer: Consumer | None = None
    """How a Worker consumes this queue; left out when none does."""
