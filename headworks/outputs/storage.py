"""The outputs about what keeps data: buckets, namespaces, databases, queues."""

from headworks.outputs.output import Output


class BucketOutput(Output):
    """An R2 bucket."""

    name: str
    """Its physical name."""
    jurisdiction: str
    """Where its data stays; `default` is anywhere."""


class KvNamespaceOutput(Output):
    """A KV namespace."""

    title: str
    """Its name in the account."""
    id: str
    """What Cloudflare calls it."""


class DatabaseOutput(Output):
    """A D1 database."""

    name: str
    """Its physical name."""
    uuid: str
    """What Cloudflare calls it."""
    jurisdiction: str
    """Where its data stays; `default` is anywhere."""
    migrations_dir: str | None = None
    """Folder of its schema's files, relative to the folder of the program; none where the stack applies none."""
    migrations_table: str
    """The table that says which of them were applied."""
    bookmark: str | None = None
    """Where time travel goes back to before the last migrations; empty while none was applied, none if there are no files."""


class HyperdriveOutput(Output):
    """A pool of connections to a database elsewhere."""

    name: str
    """Its physical name."""
    id: str
    """What Cloudflare calls it."""


class StorageOutput(Output):
    """What keeps data, by binding."""

    buckets: dict[str, BucketOutput]
    """R2 buckets."""
    kv_namespaces: dict[str, KvNamespaceOutput]
    """KV namespaces."""
    databases: dict[str, DatabaseOutput]
    """D1 databases."""
    hyperdrives: dict[str, HyperdriveOutput] | None = None
    """Hyperdrive configurations."""


class QueueConsumerOutput(Output):
    """How a Worker consumes a queue; times in seconds."""

    worker: str | None = None
    """Key of the companion that consumes; none for the main Worker."""
    max_batch_size: int
    """Messages that it gets at once."""
    max_batch_timeout: int
    """Seconds that a batch waits for more messages."""
    max_retries: int
    """How often a message comes again before it is a dead letter."""
    max_concurrency: int | None = None
    """Consumers at once; none where Cloudflare scales them."""
    retry_delay: int
    """Seconds before a message comes again."""


class QueueOutput(Output):
    """A queue."""

    name: str
    """Its physical name."""
    id: str
    """What Cloudflare calls it."""
    dead_letter_queue: str | None = None
    """Name of the queue that takes what could not be processed."""
    delivery_delay: int
    """Seconds before a message is delivered."""
    message_retention_period: int
    """Seconds that a message is kept."""
    consumer: QueueConsumerOutput | None = None
    """How a Worker of the system consumes it."""
