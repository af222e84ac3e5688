"""What two environments of one account are compared by: their names and shapes."""

from headworks.model.environment.resolved import Resolved
from headworks.model.words import Jurisdiction


class Names(Resolved):
    """Every physical name of an environment, by kind: what no second environment of one account may use."""

    scripts: tuple[str, ...]
    buckets: tuple[str, ...]
    kv_namespaces: tuple[str, ...]
    databases: tuple[str, ...]
    queues: tuple[str, ...]
    hosts: tuple[str, ...]
    workflows: tuple[str, ...] = ()
    hyperdrives: tuple[str, ...] = ()
    dispatch_namespaces: tuple[str, ...] = ()
    pages_projects: tuple[str, ...] = ()


class WorkerShape(Resolved):
    """What a Worker of an environment runs with and finds in its `env`, by name: what staging and production have in common."""

    key: str
    """Empty for the main Worker, else the companion's."""
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    bindings: tuple[str, ...]
    """All names in `env` but those of its secrets."""
    secrets: tuple[str, ...]
    rate_limits: tuple[str, ...]
    """Their namespace ids: limits of one id share their counters in the whole account."""
    databases: tuple[str, ...] = ()
    """Databases outside Cloudflare that it reaches through Hyperdrive, as `host:port/name`."""


class Sibling(Resolved):
    """Another environment of the same system, as far as isolation and likeness need it."""

    name: str
    account_id: str
    names: Names
    production: bool = False
    jurisdiction: Jurisdiction = "default"
    shape: tuple[WorkerShape, ...] = ()
