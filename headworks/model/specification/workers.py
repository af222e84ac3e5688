"""Worker scripts: the main Worker of a system and its companions."""

from typing import Annotated

from pydantic import Field

from headworks.model import naming
from headworks.model.specification.entrances import Route
from headworks.model.specification.written import Date, Identifier, Key, Name, Text, Written
from headworks.model.words import CodeOwner, RateLimitPeriod

MOST_CRONS = 250
"""Cron triggers of one account on a paid plan."""


class Rename(Written):
    """A Durable Object class under a new name; its data stays."""

    from_: Annotated[Identifier, Field(alias="from")]
    """The name so far."""
    to: Identifier
    """The new name."""


class Migration(Written):
    """One step in the history of the Durable Object classes. A step that was applied is never changed."""

    tag: Annotated[str, Field(min_length=1, max_length=50)]
    """Name of the step, unique within the system."""
    new_sqlite_classes: tuple[Identifier, ...] = ()
    """New classes with SQLite storage."""
    new_classes: tuple[Identifier, ...] = ()
    """New classes with the older key-value storage, which can never be turned into SQLite."""
    renamed_classes: tuple[Rename, ...] = ()
    """Classes that go on under another name."""
    deleted_classes: tuple[Identifier, ...] = ()
    """Classes whose objects are deleted, with all that they store."""


class Code(Written):
    """Who uploads the Worker's code."""

    owner: CodeOwner
    """`pulumi`: the stack uploads `main`. `wrangler`: the app's own repository does."""
    main: Text | None = None
    """Relative to the folder of the program: the built bundle, one ES module; for the owner wrangler the entry point that it builds from."""


class Logs(Written):
    """The Worker's logs."""

    invocation_logs: bool = True
    """One log line for each invocation, besides what the code logs."""


class Observability(Written):
    """What Cloudflare records of the Worker."""

    enabled: bool = True
    """Whether logs are kept."""
    head_sampling_rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the requests that is recorded, from 0 to 1."""
    logs: Logs = Logs()
    """What the logs hold."""


class Limits(Written):
    """What an invocation may use."""

    cpu_ms: Annotated[int, Field(ge=1, le=300_000)] | None = None
    """Milliseconds of CPU time; left out, the plan's own limit holds."""


class RateLimit(Written):
    """A rate limit that the code asks."""

    namespace_id: Annotated[str, Field(pattern=naming.NAMESPACE_ID.pattern)]
    """A number of your choice, in quotes. Limits of one number share their counters, in the whole account."""
    limit: Annotated[int, Field(ge=1)]
    """Requests that are let through in a period."""
    period: RateLimitPeriod
    """Length of the period in seconds."""


class Worker(Written):
    """A Worker script."""

    name: Name
    """Name of the script, without the suffix of the environment."""
    code: Code
    """Who uploads the code, and from where."""
    compatibility_date: Date
    """Day whose runtime behaviour the code was written for, as `"YYYY-MM-DD"`."""
    compatibility_flags: tuple[Text, ...] = ()
    """Single changes of behaviour on top of the date, such as nodejs_compat."""
    vars: dict[Identifier, str] = {}
    """Plain variables, readable by everyone who may see the account. What is secret goes to `secrets`."""
    durable_objects: dict[Identifier, Identifier] = {}
    """Durable Object bindings: binding to class."""
    migrations: tuple[Migration, ...] = ()
    """The history of the Durable Object classes, oldest step first."""
    crons: Annotated[tuple[Annotated[str, Field(pattern=naming.CRON.pattern)], ...], Field(max_length=MOST_CRONS)] = ()
    """When Cloudflare calls the code's `scheduled`: minute, hour, day of month, month, day of week, in UTC."""
    tail_consumers: tuple[Key, ...] = ()
    """Keys of the companions that get this Worker's logs."""
    services: dict[Identifier, Key] = {}
    """Service bindings: binding to the key of a companion."""
    ratelimits: dict[Identifier, RateLimit] = {}
    """Rate limits by binding."""
    observability: Observability = Observability()
    """What Cloudflare records of the Worker."""
    limits: Limits = Limits()
    """What an invocation may use."""
    logpush: bool = False
    """Whether trace events are sent to the account's Logpush jobs."""
    workers_dev: bool = False
    """Whether the Worker answers on workers.dev too."""
    preview_urls: bool = False
    """Whether each version has a URL of its own."""
    rollback_to: Text | None = None
    """Id of an earlier version that is to get all requests; left out, the newest upload gets them."""


class Companion(Worker):
    """Another Worker of the system: a tail Worker, a deploy service."""

    routes: tuple[Route, ...] = ()
    """Where requests come in."""
    secrets: tuple[Identifier, ...] = ()
    """Names of the secrets that this Worker needs."""


class Workflow(Written):
    """A Workflow, whose class the code of a Worker exports."""

    name: Name
    """Name of the Workflow, without the suffix of the environment."""
    enabled: bool = True
    """false leaves the Workflow and its binding out."""
    binding: Identifier
    """Name of the binding."""
    class_name: Identifier
    """The class that the code exports."""
    worker: Key | None = None
    """Key of the companion that exports and binds it; left out, the main Worker does."""
