"""The components that are offered to other languages: those that stand alone, and that make all that their arguments say.

Where a component has arguments that another language cannot give, or that a method would have to complete later, a class
of the same name narrows them. docs/components-in-other-languages.md says which components are not offered, and why.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi

from components import databases, work_queue
from components.buckets import BucketSet
from components.healthchecks import Healthchecks
from components.kv_namespaces import KvNamespaces
from components.routes import Routes


class DatabaseArgs(TypedDict):
    binding: str
    """The Worker's name for the database; part of the logical name."""
    name: str
    """The physical name. Another name is another database."""
    jurisdiction: NotRequired[str]
    """`eu` or `fedramp`: where the rows stay, decided for ever when the database is made."""
    read_replication: str
    """`auto` or `disabled`. Always stated: unsaid, the update after a refresh sends null, and the API refuses it (7400)."""
    primary_location_hint: NotRequired[str]
    """`wnam`, `enam`, `weur`, `eeur`, `apac` or `oc`. Another one replaces the database."""


class DatabasesArgs(TypedDict):
    account_id: str
    production: bool
    """Protects the databases, and keeps them when the component is destroyed."""
    databases: Sequence[DatabaseArgs]


class Databases(databases.Databases):
    """D1 databases without tables: schema migrations are a Python dynamic resource, which no other language can run."""

    uuids: dict[str, pulumi.Output[str]]
    """Database ids by binding."""

    def __init__(self, name: str, args: DatabasesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = [_database(database) for database in args["databases"]]
        super().__init__(
            name, {"account_id": args["account_id"], "production": args["production"], "databases": made}, opts
        )


def _database(args: DatabaseArgs) -> databases.DatabaseArgs:
    database: databases.DatabaseArgs = {
        "binding": args["binding"],
        "name": args["name"],
        "read_replication": args["read_replication"],
    }
    if "jurisdiction" in args:
        database["jurisdiction"] = args["jurisdiction"]
    if "primary_location_hint" in args:
        database["primary_location_hint"] = args["primary_location_hint"]
    return database


class DeadLetterQueueArgs(TypedDict):
    name: str
    """The physical name."""
    message_retention_period: int
    """Seconds."""


class WorkQueueArgs(TypedDict):
    account_id: str
    production: bool
    """Protects the queues, and keeps them when the component is destroyed."""
    queue_name: str
    """The physical name. A new name renames in place: the id, the messages and the consumer stay."""
    jurisdiction: NotRequired[str]
    """`eu` or `fedramp`: where the messages stay, decided for ever when the queue is made."""
    delivery_delay: int
    """Seconds."""
    message_retention_period: int
    """Seconds."""
    dead_letter_queue: NotRequired[DeadLetterQueueArgs]
    """Where failed messages go: give its name to the consumer."""


class WorkQueue(work_queue.WorkQueue):
    """A queue and its dead letter queue. The consumer is for your program: it needs the script, and the script the queue."""

    queue_name: pulumi.Output[str]
    """The physical name, known once the queue exists."""
    queue_id: pulumi.Output[str]
    """What a consumer is attached to."""
    dead_letter_queue_name: pulumi.Output[str] | None
    """What a consumer names for its failed messages."""

    def __init__(self, name: str, args: WorkQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        queue: work_queue.WorkQueueArgs = {
            "account_id": args["account_id"],
            "production": args["production"],
            "key": name,
            "queue_name": args["queue_name"],
            "delivery_delay": args["delivery_delay"],
            "message_retention_period": args["message_retention_period"],
        }
        if "jurisdiction" in args:
            queue["jurisdiction"] = args["jurisdiction"]
        if "dead_letter_queue" in args:
            letters = args["dead_letter_queue"]
            queue["dead_letter_queue"] = {
                "name": letters["name"],
                "message_retention_period": letters["message_retention_period"],
            }
        super().__init__(name, queue, opts)


COMPONENTS: tuple[type[pulumi.ComponentResource], ...] = (
    BucketSet,
    Databases,
    Healthchecks,
    KvNamespaces,
    Routes,
    WorkQueue,
)
