"""What keeps data: buckets, KV namespaces, databases."""

from headworks.model.environment.resolved import Resolved
from headworks.model.words import (
    CorsMethod,
    DatabaseScheme,
    Jurisdiction,
    Location,
    ObjectEvent,
    ReadReplication,
    StorageClass,
)


class CorsRule(Resolved):
    """One rule of a bucket's CORS policy."""

    origins: tuple[str, ...]
    methods: tuple[CorsMethod, ...]
    headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None


class LifecycleRule(Resolved):
    """What becomes of objects with age, in days; at least one of the three is set."""

    id: str
    prefix: str
    """Empty for the whole bucket."""
    expire_days: int | None = None
    ia_transition_days: int | None = None
    abort_multipart_days: int | None = None


class LockRule(Resolved):
    """Objects that nobody may delete or overwrite before their time."""

    id: str
    prefix: str
    retention_days: int | None
    """None for ever."""


class Notification(Resolved):
    """Events of a bucket that go to a queue of the same environment."""

    queue: str
    """The key of the queue."""
    event_types: tuple[ObjectEvent, ...]
    prefix: str = ""
    suffix: str = ""


class Bucket(Resolved):
    binding: str
    name: str
    worker: str | None = None
    """Key of the companion that binds it; None for the main Worker. So for everything with a binding."""
    jurisdiction: Jurisdiction = "default"
    location: Location | None = None
    storage_class: StorageClass = "Standard"
    cors: tuple[CorsRule, ...] | None = None
    """Empty: decided that no browser reads it directly. None: not decided (P18)."""
    lifecycle: tuple[LifecycleRule, ...] | None = None
    """None: not decided, or waived (P19)."""
    lifecycle_waived: str | None = None
    """Why no rule of ours is needed."""
    lock: tuple[LockRule, ...] = ()
    notifications: tuple[Notification, ...] = ()


class KvNamespace(Resolved):
    binding: str
    title: str
    worker: str | None = None
    jurisdiction: Jurisdiction = "default"


class Database(Resolved):
    binding: str
    name: str
    worker: str | None = None
    jurisdiction: Jurisdiction = "default"
    migrations_dir: str | None = None
    """Folder of the schema's SQL files, relative to the folder of the program; None when the app applies them itself."""
    migrations_table: str = "d1_migrations"
    read_replication: ReadReplication = "disabled"
    primary_location_hint: Location | None = None


class Hyperdrive(Resolved):
    """A pool of connections to a database outside. The password is in none of our files: whoever deploys has it in a variable."""

    binding: str
    name: str
    worker: str | None = None
    scheme: DatabaseScheme
    host: str
    port: int
    database: str
    user: str
    password_variable: str
    """Name of the environment variable that has the password when the configuration is made or `password_version` changes."""
    password_version: int
    """Another number sends the password again."""
    caching: bool
