"""Workers: code, settings, the Durable Objects and Workflows that the code has."""

from headworks.model.environment.entrances import Route
from headworks.model.environment.resolved import Resolved
from headworks.model.words import CodeOwner, RateLimitPeriod


class RateLimit(Resolved):
    """A rate limit that the code asks (T106)."""

    binding: str
    namespace_id: str
    """A positive whole number, unique in the account; limits of one id share their counters."""
    limit: int
    period: RateLimitPeriod
    """Seconds."""


class Migration(Resolved):
    """One step of the Durable Object ledger; the words are wrangler's."""

    tag: str
    new_classes: tuple[str, ...] = ()
    new_sqlite_classes: tuple[str, ...] = ()
    renamed_classes: tuple[tuple[str, str], ...] = ()
    """(from, to)."""
    deleted_classes: tuple[str, ...] = ()


class Code(Resolved):
    """Who uploads the Worker's code: the stack (`pulumi`), or the app's own repository (`wrangler`)."""

    owner: CodeOwner
    main: str | None
    """Relative to the folder of the program: the built bundle, one ES module; or the entry point that wrangler builds from, if it is said."""


class Observability(Resolved):
    enabled: bool = True
    head_sampling_rate: float = 1.0
    invocation_logs: bool = True


class Worker(Resolved):
    name: str
    code: Code
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    vars: dict[str, str]
    durable_objects: dict[str, str]
    """Binding to class."""
    migrations: tuple[Migration, ...]
    observability: Observability
    cpu_ms: int | None
    logpush: bool
    workers_dev: bool
    preview_urls: bool
    crons: tuple[str, ...] = ()
    """When Cloudflare calls the code's `scheduled`, in UTC."""
    tail_consumers: tuple[str, ...] = ()
    """Physical names of the scripts that get this Worker's logs."""
    services: dict[str, str] = {}
    """Service bindings: binding to the physical name of a script."""
    rate_limits: tuple[RateLimit, ...] = ()
    rollback_to: str | None = None
    """Id of an earlier version that gets all requests; None: the newest upload does (R75)."""


class Workflow(Resolved):
    """A Workflow, whose class the Worker's code exports."""

    key: str
    name: str
    binding: str
    class_name: str
    worker: str | None = None


class Companion(Resolved):
    """Another Worker of the same system: a tail Worker, a deploy service."""

    key: str
    worker: Worker
    routes: tuple[Route, ...]
    secrets: tuple[str, ...]
