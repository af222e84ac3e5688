"""What holds data: R2 buckets, KV namespaces, D1 databases, and pools of connections to databases elsewhere."""

from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from headworks.model.specification.written import (
    Identifier,
    Key,
    Name,
    Text,
    Written,
)
from headworks.model.words import (
    CorsMethod,
    DatabaseScheme,
    Jurisdiction,
    Location,
    ObjectEvent,
    ReadReplication,
    StorageClass,
)

Days = Annotated[int, Field(ge=1, le=36_500)]


class Cors(Written):
    """One rule of a bucket's CORS policy."""

    origins: tuple[str, ...]
    """Origins that may read: scheme, host and port without a path, or `*`."""
    methods: tuple[CorsMethod, ...]
    """HTTP methods that they may use."""
    headers: tuple[str, ...] = ()
    """Request headers that they may send."""
    expose_headers: tuple[str, ...] = ()
    """Response headers that a script on their pages may read."""
    max_age_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """Seconds for which a browser may keep the answer to a preflight request."""


class LifecycleRule(Written):
    """What becomes of objects with age."""

    id: Text
    """Name of the rule, unique within the bucket."""
    prefix: str = ""
    """Objects whose key begins with this; left out, all of them."""
    expire_days: Days | None = None
    """Days after which an object is deleted."""
    ia_transition_days: Days | None = None
    """Days after which an object moves to infrequent access, which is cheaper to keep and dearer to read."""
    abort_multipart_days: Days | None = None
    """Days after which an upload in parts that was never finished is given up."""


class Waived(Written):
    """The decision to have no rules of our own."""

    waived: Text
    """Why none is needed."""


class LockRule(Written):
    """Objects that nobody may delete or overwrite before their time."""

    id: Text
    """Name of the rule, unique within the bucket."""
    prefix: str = ""
    """Objects whose key begins with this; left out, all of them."""
    retention_days: Days | None = None
    """Days for which an object stays as it is; left out, for ever."""


class Notification(Written):
    """Events of the bucket that go to a queue."""

    queue: Key
    """Key of a queue of this system."""
    event_types: Annotated[tuple[ObjectEvent, ...], Field(min_length=1)]
    """What is told."""
    prefix: str = ""
    """Objects whose key begins with this; left out, all of them."""
    suffix: str = ""
    """Objects whose key ends with this; left out, all of them."""


def _list_or_text(value: object) -> str | None:
    return "[rules]" if isinstance(value, list | tuple) else "[none]" if isinstance(value, str) else None


def _list_or_mapping(value: object) -> str | None:
    return "[rules]" if isinstance(value, list | tuple) else "[waived]" if isinstance(value, dict | Waived) else None


CorsDecision = Annotated[
    Annotated[tuple[Cors, ...], Tag("[rules]")] | Annotated[Literal["none"], Tag("[none]")],
    Discriminator(_list_or_text, custom_error_type="cors_type", custom_error_message="must be none or a list"),
]
LifecycleDecision = Annotated[
    Annotated[tuple[LifecycleRule, ...], Tag("[rules]")] | Annotated[Waived, Tag("[waived]")],
    Discriminator(
        _list_or_mapping,
        custom_error_type="lifecycle_type",
        custom_error_message="must be a list of rules or {waived: reason}",
    ),
]


class Bucket(Written):
    """An R2 bucket, bound to a Worker."""

    shorthand: ClassVar[str | None] = "name"

    name: Name
    """Name of the bucket, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the bucket and its binding out."""
    worker: Key | None = None
    """Key of the companion that binds it; left out, the main Worker does."""
    jurisdiction: Jurisdiction | None = None
    """Where objects must stay; left out, where the environment's data stays. It is part of the bucket's identity: it never changes."""
    location: Location | None = None
    """A hint for where the bucket is made. Cloudflare keeps the first one it was given for a name."""
    storage_class: StorageClass = "Standard"
    """Storage class of new objects."""
    cors: CorsDecision | None = None
    """The CORS policy, rule by rule; `none` when no browser reads the bucket directly. Left out, nobody has decided."""
    lifecycle: LifecycleDecision | None = None
    """What becomes of objects with age, rule by rule, or `waived` with the reason. Left out, nobody has decided."""
    lock: tuple[LockRule, ...] = ()
    """Objects that nobody may delete or overwrite before their time."""
    notifications: tuple[Notification, ...] = ()
    """Events that go to queues."""


class Kv(Written):
    """A KV namespace, bound to a Worker."""

    shorthand: ClassVar[str | None] = "title"

    title: Name
    """Title of the namespace, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the namespace and its binding out."""
    worker: Key | None = None
    """Key of the companion that binds it; left out, the main Worker does."""


class D1(Written):
    """A D1 database, bound to a Worker."""

    shorthand: ClassVar[str | None] = "name"

    name: Name
    """Name of the database, without the suffix of the environment. Another name is another, empty database."""
    enabled: bool = True
    """false leaves the database and its binding out."""
    worker: Key | None = None
    """Key of the companion that binds it; left out, the main Worker does."""
    migrations_dir: Text | None = None
    """Folder of the schema's SQL files, relative to the folder of the program; left out when the app applies them itself."""
    migrations_table: Identifier = "d1_migrations"
    """Table in which the database keeps the names of the files that were applied."""
    read_replication: ReadReplication = "disabled"
    """Read replicas in other regions: `auto` or `disabled`."""
    primary_location_hint: Location | None = None
    """A hint for where the primary is made. Changing it later replaces the database."""


class Hyperdrive(Written):
    """A pool of connections to a database outside, bound to a Worker. The password is written nowhere."""

    name: Name
    """Name of the configuration, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the configuration and its binding out."""
    worker: Key | None = None
    """Key of the companion that binds it; left out, the main Worker does."""
    scheme: DatabaseScheme = "postgres"
    """Kind of database."""
    host: Text
    """Where the database listens."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 5432
    """Port on which it listens."""
    database: Text
    """Name of the database there."""
    user: Text
    """User to connect as."""
    password_variable: Identifier
    """Name of the environment variable that has the password, in the shell of whoever deploys."""
    password_version: Annotated[int, Field(ge=1)] = 1
    """Raise it to send the password again, after it was changed."""
    caching: bool = True
    """Whether answers of the database are kept for a while."""
