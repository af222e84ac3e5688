"""A system in one environment as a graph: what there is, what uses what, and who makes it.

It is drawn from the resolved environment alone, so no program runs and nobody is asked. Alerts, healthchecks and the settings
of zones are left out: they watch the system and are no part of how it works.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from headworks.model.environment import (
    Companion,
    DeadLetterQueue,
    Environment,
    PagesSite,
    Platform,
    Queue,
    QueueConsumer,
    Route,
)

Owner = Literal["stack", "wrangler", "deploy service", "person"]
"""Who makes a thing and changes it. `person`: it is made by hand, or outside Cloudflare."""

Kind = Literal[
    "host", "cron", "Worker", "Pages site", "Durable Object", "R2 bucket", "KV namespace", "D1 database", "queue",
    "dead letter queue", "Workflow", "Hyperdrive", "database", "rate limit", "secrets", "dispatch namespace", "service",
    "external",
]  # fmt: skip

UPLOADER: Mapping[str, Owner] = {"pulumi": "stack", "wrangler": "wrangler"}
"""Who makes what needs the script to exist: its code, routes, consumers, schedules (`code.owner`)."""


@dataclass(frozen=True, kw_only=True)
class Node:
    id: str
    """`<kind>:<name>`, unique in a graph."""
    kind: Kind
    label: str
    lines: tuple[str, ...] = ()
    """More about it, one below the other."""
    owner: Owner


@dataclass(frozen=True, kw_only=True)
class Edge:
    source: str
    target: str
    label: str = ""
    owner: Owner
    """Who makes the connection, which is not always who makes its ends."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    system: str
    environment: str
    nodes: tuple[Node, ...]
    """From where requests come in to where they end: a picture keeps this order as far as it can."""
    edges: tuple[Edge, ...]

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Those that own something here, the stack first."""
        found = {node.owner for node in self.nodes} | {edge.owner for edge in self.edges}
        order: tuple[Owner, ...] = ("stack", "wrangler", "deploy service", "person")
        return tuple(owner for owner in order if owner in found)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def graph_of(environment: Environment) -> Graph:
    """The graph of a resolved environment."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str], Edge] = {}
    for part in _parts(environment):
        if isinstance(part, Node):
            nodes.setdefault(part.id, part)
        else:
            edges.setdefault((part.source, part.target, part.label), part)
    return Graph(
        system=environment.system,
        environment=environment.name,
        nodes=tuple(nodes.values()),
        edges=tuple(edges.values()),
    )


def _parts(environment: Environment) -> Iterator[Node | Edge]:
    """What comes first is drawn first; a thing that is named twice is drawn once."""
    for worker in environment.workers:
        yield from _entrances(worker, enabled=environment.routes_enabled)
    for site in environment.pages:
        yield from _domains(site)
    for worker in environment.workers:
        yield _worker(worker)
    for site in environment.pages:
        yield Node(id=_site(site), kind="Pages site", label=site.name, owner="stack")
    yield from _connections_of_workers(environment)
    for worker in environment.workers:
        yield from _own_things(worker)
    yield from _storage(environment)
    for queue in environment.queues:
        yield from _queue(environment, queue)
    yield from _notifications(environment)
    yield from _compute(environment)
    for worker in environment.workers:
        yield from _secrets(worker)
    if environment.platform:
        yield from _platform(environment, environment.platform)
    yield from _outside(environment)


def _entrances(worker: Companion, *, enabled: bool) -> Iterator[Node | Edge]:
    owner = UPLOADER[worker.worker.code.owner]
    for route in worker.routes:
        yield Node(id=f"host:{route.host}", kind="host", label=route.host, owner="stack" if route.dns else owner)
        yield Edge(
            source=f"host:{route.host}",
            target=_script(worker),
            label=_entrance(route) if enabled else "switched off",
            owner=owner,
        )
    for cron in worker.worker.crons:
        yield Node(id=f"cron:{worker.worker.name} {cron}", kind="cron", label=cron, owner=owner)
        yield Edge(source=f"cron:{worker.worker.name} {cron}", target=_script(worker), owner=owner)


def _entrance(route: Route) -> str:
    return "custom domain" if route.custom_domain else route.path


def _domains(site: PagesSite) -> Iterator[Node | Edge]:
    for domain in site.domains:
        yield Node(id=f"host:{domain}", kind="host", label=domain, owner="stack")
        yield Edge(source=f"host:{domain}", target=_site(site), label="custom domain", owner="stack")


def _worker(worker: Companion) -> Node:
    return Node(id=_script(worker), kind="Worker", label=worker.worker.name, owner=UPLOADER[worker.worker.code.owner])


def _connections_of_workers(environment: Environment) -> Iterator[Edge]:
    """Scripts of other systems are named, but not drawn."""
    ours = {worker.worker.name for worker in environment.workers}
    for worker in environment.workers:
        owner = UPLOADER[worker.worker.code.owner]
        for name in worker.worker.tail_consumers:
            if name in ours:
                yield Edge(source=_script(worker), target=f"Worker:{name}", label="logs", owner=owner)
        for binding, name in worker.worker.services.items():
            if name in ours:
                yield Edge(source=_script(worker), target=f"Worker:{name}", label=binding, owner=owner)


def _own_things(worker: Companion) -> Iterator[Node | Edge]:
    """What exists only as part of a script."""
    owner, script = UPLOADER[worker.worker.code.owner], _script(worker)
    for binding, class_name in worker.worker.durable_objects.items():
        node = f"Durable Object:{worker.worker.name} {class_name}"
        yield Node(id=node, kind="Durable Object", label=class_name, owner=owner)
        yield Edge(source=script, target=node, label=binding, owner=owner)
    for limit in worker.worker.rate_limits:
        node = f"rate limit:{worker.worker.name} {limit.binding}"
        yield Node(id=node, kind="rate limit", label=f"{limit.limit} in {limit.period} s", owner=owner)
        yield Edge(source=script, target=node, label=limit.binding, owner=owner)


def _storage(environment: Environment) -> Iterator[Node | Edge]:
    stored: list[tuple[Kind, str, str, str | None]] = [
        *(("R2 bucket", each.name, each.binding, each.worker) for each in environment.buckets),
        *(("KV namespace", each.title, each.binding, each.worker) for each in environment.kv_namespaces),
        *(("D1 database", each.name, each.binding, each.worker) for each in environment.databases),
    ]
    for kind, name, binding, worker in stored:
        yield Node(id=f"{kind}:{name}", kind=kind, label=name, owner="stack")
        yield _binding(environment, worker, f"{kind}:{name}", binding)


def _binding(environment: Environment, worker: str | None, target: str, binding: str) -> Edge:
    bound = _companion(environment, worker)
    return Edge(source=_script(bound), target=target, label=binding, owner=UPLOADER[bound.worker.code.owner])


def _queue(environment: Environment, queue: Queue) -> Iterator[Node | Edge]:
    yield Node(id=f"queue:{queue.name}", kind="queue", label=queue.name, owner="stack")
    if queue.binding:
        yield _binding(environment, queue.worker, f"queue:{queue.name}", queue.binding)
    dead_letters = queue.dead_letter_queue
    if dead_letters and dead_letters.queue is None:
        yield Node(id=_dead_letters(dead_letters), kind="dead letter queue", label=dead_letters.name, owner="stack")
    if queue.consumer:
        yield from _consumer(environment, queue, queue.consumer)


def _consumer(environment: Environment, queue: Queue, consumer: QueueConsumer) -> Iterator[Edge]:
    worker = _companion(environment, consumer.worker)
    source, owner = f"queue:{queue.name}", UPLOADER[worker.worker.code.owner]
    batch = f"{consumer.max_batch_size} messages or {consumer.max_batch_timeout} s"
    yield Edge(source=source, target=_script(worker), label=batch, owner=owner)
    if queue.dead_letter_queue:
        retries = f"after {consumer.max_retries} retries"
        yield Edge(source=source, target=_dead_letters(queue.dead_letter_queue), label=retries, owner=owner)


def _dead_letters(queue: DeadLetterQueue) -> str:
    return f"dead letter queue:{queue.name}" if queue.queue is None else f"queue:{queue.name}"


def _notifications(environment: Environment) -> Iterator[Edge]:
    names = {queue.key: queue.name for queue in environment.queues}
    for bucket in environment.buckets:
        for notification in bucket.notifications:
            yield Edge(
                source=f"R2 bucket:{bucket.name}",
                target=f"queue:{names[notification.queue]}",
                label=", ".join(notification.event_types),
                owner="stack",
            )


def _compute(environment: Environment) -> Iterator[Node | Edge]:
    for workflow in environment.workflows:
        node, owner = f"Workflow:{workflow.name}", UPLOADER[_companion(environment, workflow.worker).worker.code.owner]
        yield Node(id=node, kind="Workflow", label=workflow.name, owner=owner)
        yield _binding(environment, workflow.worker, node, workflow.binding)
    for pool in environment.hyperdrives:
        node, database = f"Hyperdrive:{pool.name}", f"database:{pool.host}:{pool.port}/{pool.database}"
        yield Node(id=node, kind="Hyperdrive", label=pool.name, owner="stack")
        yield _binding(environment, pool.worker, node, pool.binding)
        yield Node(id=database, kind="database", label=pool.database, lines=(pool.host,), owner="person")
        yield Edge(source=node, target=database, label=pool.scheme, owner="stack")


def _secrets(worker: Companion) -> Iterator[Node | Edge]:
    if worker.secrets:
        node = f"secrets:{worker.worker.name}"
        first, *more = worker.secrets
        yield Node(id=node, kind="secrets", label=first, lines=tuple(more), owner="person")
        yield Edge(source=_script(worker), target=node, owner="person")


def _platform(environment: Environment, platform: Platform) -> Iterator[Node | Edge]:
    namespace = f"dispatch namespace:{platform.namespace}"
    yield Node(
        id=namespace,
        kind="dispatch namespace",
        label=platform.namespace,
        lines=("trusted",) if platform.trusted else (),
        owner="stack",
    )
    yield _binding(environment, None, namespace, platform.binding)
    if platform.deploy:
        deploy = _script(_companion(environment, platform.deploy))
        yield Edge(source=deploy, target=namespace, label="uploads", owner="deploy service")
    for service in reversed(platform.services):  # deployed last is drawn first: those that it binds lie behind it
        yield Node(id=f"service:{service.key}", kind="service", label=service.key, owner="deploy service")
        yield Edge(source=namespace, target=f"service:{service.key}", owner="deploy service")
        for binding, key in service.bindings.items():
            yield Edge(source=f"service:{service.key}", target=f"service:{key}", label=binding, owner="deploy service")


def _outside(environment: Environment) -> Iterator[Node | Edge]:
    for dependency in environment.external:
        lines = tuple(filter(None, (dependency.host,)))
        yield Node(id=f"external:{dependency.key}", kind="external", label=dependency.key, lines=lines, owner="person")
        yield Edge(
            source=f"Worker:{environment.worker.name}",
            target=f"external:{dependency.key}",
            label=dependency.kind,
            owner="person",
        )


def _companion(environment: Environment, key: str | None) -> Companion:
    return next(worker for worker in environment.workers if worker.key == (key or ""))


def _script(worker: Companion) -> str:
    return f"Worker:{worker.worker.name}"


def _site(site: PagesSite) -> str:
    return f"Pages site:{site.name}"
