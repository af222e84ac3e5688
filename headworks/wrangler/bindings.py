"""What the code finds in `env`, in wrangler's words."""

from typing import Literal

from pydantic import Field, JsonValue

from headworks.wrangler.option import Number, Option


class KvNamespace(Option):
    binding: str
    id: str | None = None
    preview_id: str | None = None
    remote: bool | None = None


class R2Bucket(Option):
    binding: str
    bucket_name: str | None = None
    preview_bucket_name: str | None = None
    jurisdiction: str | None = None
    remote: bool | None = None


class D1Database(Option):
    binding: str
    database_name: str | None = None
    database_id: str | None = None
    preview_database_id: str | None = None
    jurisdiction: str | None = None
    migrations_table: str | None = None
    migrations_dir: str | None = None
    remote: bool | None = None


class Hyperdrive(Option):
    binding: str
    id: str
    local_connection_string: str | None = Field(default=None, alias="localConnectionString")


class QueueProducer(Option):
    binding: str
    queue: str | None = None
    delivery_delay: int | None = None
    """Wrangler does not heed it any more: the queue itself has the delay."""
    remote: bool | None = None


class QueueConsumer(Option):
    """Times are in seconds, as in the outputs; the API alone has milliseconds."""

    queue: str
    type: Literal["worker"] | None = None
    max_batch_size: int | None = None
    max_batch_timeout: int | None = None
    max_retries: int | None = None
    max_concurrency: int | None = None
    retry_delay: int | None = None
    dead_letter_queue: str | None = None
    """The name of a queue."""


class Queues(Option):
    producers: tuple[QueueProducer, ...] | None = None
    consumers: tuple[QueueConsumer, ...] | None = None


class DurableObject(Option):
    name: str
    class_name: str
    script_name: str | None = None
    """The script whose class it is; none for the Worker's own."""
    environment: str | None = None


class DurableObjects(Option):
    bindings: tuple[DurableObject, ...] | None = None


class RenamedClass(Option):
    from_: str = Field(alias="from")
    to: str


class TransferredClass(Option):
    from_: str = Field(alias="from")
    from_script: str
    to: str


class Migration(Option):
    """One step in the history of the Durable Object classes."""

    tag: str
    new_sqlite_classes: tuple[str, ...] | None = None
    new_classes: tuple[str, ...] | None = None
    renamed_classes: tuple[RenamedClass, ...] | None = None
    transferred_classes: tuple[TransferredClass, ...] | None = None
    deleted_classes: tuple[str, ...] | None = None


class WorkflowLimits(Option):
    steps: int | None = None


class WorkflowConcurrency(Option):
    limit: int | None = None


class WorkflowRetention(Option):
    """Milliseconds, or a text such as `3 days`."""

    success_retention: Number | str | None = None
    error_retention: Number | str | None = None


class Workflow(Option):
    binding: str
    name: str
    class_name: str
    script_name: str | None = None
    """The script whose class it is; none for the Worker's own."""
    limits: WorkflowLimits | None = None
    concurrency: WorkflowConcurrency | None = None
    schedules: str | tuple[str, ...] | None = None
    default_retention: WorkflowRetention | None = None


class Service(Option):
    binding: str
    service: str
    environment: str | None = None
    """Of older files: wrangler has it no more."""
    entrypoint: str | None = None
    props: dict[str, JsonValue] | None = None
    remote: bool | None = None


class Outbound(Option):
    service: str
    environment: str | None = None
    parameters: tuple[str, ...] | None = None


class DispatchNamespace(Option):
    binding: str
    namespace: str | None = None
    outbound: Outbound | None = None
    remote: bool | None = None


class SimpleRateLimit(Option):
    limit: Number
    period: Literal[10, 60]
    """Seconds."""


class RateLimit(Option):
    name: str
    namespace_id: str
    simple: SimpleRateLimit


class AnalyticsEngineDataset(Option):
    binding: str
    dataset: str | None = None


class OneBinding(Option):
    """Of what a Worker has at most one."""

    binding: str
