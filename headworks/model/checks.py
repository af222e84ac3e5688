"""What must hold between several values of one environment. Each check yields all that it finds."""

from collections import defaultdict
from collections.abc import Iterator

from headworks.model import naming
from headworks.model.naming import Kind
from headworks.model.problems import Finding, Path, dotted
from headworks.model.physical import physical_names
from headworks.model.specification import Specification
from headworks.model.specification.queues import Queue
from headworks.model.specification.workers import Migration


def findings(specification: Specification) -> Iterator[Finding]:
    for check in (_names, _bindings, _dead_letters, _code, _migrations, _routes, _secrets):
        yield from check(specification)


def _names(specification: Specification) -> Iterator[Finding]:
    """Cloudflare accepts each name, and nothing is made twice (R2 and KV would quietly take over what is there)."""
    first: dict[tuple[Kind, str], Path] = {}
    for kind, physical, path in physical_names(specification):
        if refusal := naming.refusal(kind, physical):
            yield Finding(
                path=path, value=physical, reason=refusal, fix="change the name, or the suffix of the environment"
            )
        other = first.setdefault((kind, physical), path)
        if other != path and not _same_queue(path, other):
            yield Finding(
                path=path,
                value=physical,
                reason=f"this {naming.NOUNS[kind]} is declared at {dotted(other)} already: it would be made twice",
                fix="give one of them another name",
            )


def _same_queue(path: Path, other: Path) -> bool:
    """A queue that is its own dead letter queue has a finding of its own."""
    return path[:2] == other[:2] and path[0] == "queues"


def _bindings(specification: Specification) -> Iterator[Finding]:
    """Code reads bindings of all kinds from one `env`, so a name stands for one thing."""
    worker = specification.worker
    places: list[tuple[str, Path]] = [
        *((name, ("worker", "vars", name)) for name in worker.vars),
        *((name, ("worker", "durable_objects", name)) for name in worker.durable_objects),
        *((name, ("buckets", name)) for name, bucket in specification.buckets.items() if bucket.enabled),
        *((name, ("kv", name)) for name, namespace in specification.kv.items() if namespace.enabled),
        *((name, ("d1", name)) for name, database in specification.d1.items() if database.enabled),
        *(
            (queue.binding, ("queues", key, "binding"))
            for key, queue in specification.queues.items()
            if queue.enabled and queue.binding
        ),
        *((name, ("secrets", specification.secrets.index(name))) for name in dict.fromkeys(specification.secrets)),
    ]
    first: dict[str, Path] = {}
    for name, path in places:
        other = first.setdefault(name, path)
        if other != path:
            yield Finding(
                path=path,
                reason=f"the binding {name!r} is taken by {dotted(other)}: the code could not tell them apart",
                fix="rename one of the two, here and in the code",
            )


def _dead_letters(specification: Specification) -> Iterator[Finding]:
    for key, queue in specification.queues.items():
        if _feeds_itself(queue):
            yield Finding(
                path=("queues", key, "consumer", "dead_letter_queue"),
                value=queue.name,
                reason="the queue is its own dead letter queue: a message that fails would go round for ever",
                fix="name another queue, such as " + repr(f"{queue.name.removesuffix('-queue')}-dlq"),
            )


def _feeds_itself(queue: Queue) -> bool:
    letters = queue.consumer.dead_letter_queue if queue.consumer else None
    return letters is not None and letters.name == queue.name


def _code(specification: Specification) -> Iterator[Finding]:
    code = specification.worker.code
    if code.owner == "pulumi" and code.main is None:
        yield Finding(
            path=("worker", "code"),
            reason="the stack owns the code, but 'main' does not say where the built bundle is",
            fix="write main, such as apps/rockhounding-api/worker.js, or owner: wrangler",
        )
    if code.owner == "wrangler" and code.main is not None:
        yield Finding(
            path=("worker", "code", "main"),
            value=code.main,
            reason="wrangler owns the code, so the stack would never upload this file",
            fix="take 'main' out, or write owner: pulumi",
        )


def _migrations(specification: Specification) -> Iterator[Finding]:
    """Plays the history through and looks whether every bound class is live at its end."""
    history = _History()
    for index, step in enumerate(specification.worker.migrations):
        yield from history.after(step, ("worker", "migrations", index))
    for binding, name in specification.worker.durable_objects.items():
        if name not in history.live:
            yield Finding(
                path=("worker", "durable_objects", binding),
                value=name,
                reason=f"no migration leaves a class {name!r}: Cloudflare refuses the binding (10061)",
                fix=f"add a step with new_sqlite_classes: [{name}] at the end of worker.migrations",
            )


class _History:
    """The Durable Object classes, step by step."""

    def __init__(self) -> None:
        self.live: dict[str, str] = {}
        """Class to the tag of the step that it comes from."""
        self._tags: set[str] = set()

    def after(self, step: Migration, path: Path) -> Iterator[Finding]:
        if step.tag in self._tags:
            yield Finding(
                path=(*path, "tag"),
                value=step.tag,
                reason="an earlier step has this tag: Cloudflare would take this one for applied and leave it out",
                fix="give the step a tag of its own",
            )
        self._tags.add(step.tag)
        for field in ("new_sqlite_classes", "new_classes"):
            for index, name in enumerate(getattr(step, field)):
                yield from self._comes(name, step.tag, (*path, field, index))
        for index, rename in enumerate(step.renamed_classes):
            place = (*path, "renamed_classes", index)
            yield from self._goes(rename.from_, (*place, "from"))
            yield from self._comes(rename.to, step.tag, (*place, "to"))
        for index, name in enumerate(step.deleted_classes):
            yield from self._goes(name, (*path, "deleted_classes", index))

    def _comes(self, name: str, tag: str, path: Path) -> Iterator[Finding]:
        if name in self.live:
            yield Finding(
                path=path,
                value=name,
                reason=f"step {self.live[name]!r} makes this class already: Cloudflare refuses a second one (10074)",
                fix="take it out of one of the two, or choose another name",
            )
        self.live.setdefault(name, tag)

    def _goes(self, name: str, path: Path) -> Iterator[Finding]:
        if name not in self.live:
            classes = f"live at this step: {', '.join(sorted(self.live))}" if self.live else "none is live at this step"
            yield Finding(
                path=path,
                value=name,
                reason=f"no earlier step leaves a class of this name; {classes}",
                fix="write the name of a live class",
            )
        self.live.pop(name, None)


def _routes(specification: Specification) -> Iterator[Finding]:
    patterns: set[str] = set()
    recorded: dict[str, list[int]] = defaultdict(list)
    for index, route in enumerate(specification.routes):
        path: Path = ("routes", index)
        pattern = route.host + route.path
        if pattern in patterns:
            yield Finding(
                path=(*path, "host"),
                value=pattern,
                reason="an earlier route has the same host and path: Cloudflare refuses it (10020)",
                fix="take one of them out, or change its path",
            )
        patterns.add(pattern)
        if not naming.host_is_within(route.host, route.zone):
            yield Finding(
                path=(*path, "zone"),
                value=route.zone,
                reason=f"the host {route.host} does not lie within this zone",
                fix=f"write the zone that {route.host} belongs to, such as {'.'.join(route.host.split('.')[-2:])}",
            )
        if route.custom_domain and route.path != "/*":
            yield Finding(
                path=(*path, "path"),
                value=route.path,
                reason="a custom domain covers every path of its host",
                fix="take 'path' out, or custom_domain",
            )
        if route.custom_domain and "*" in route.host:
            yield Finding(
                path=(*path, "host"),
                value=route.host,
                reason="a custom domain is one host, without a wildcard",
                fix="write the host in full, or take custom_domain out",
            )
        if route.custom_domain or route.dns:
            recorded[route.host].append(index)
        if route.custom_domain and route.dns:
            yield Finding(
                path=(*path, "dns"),
                reason="Cloudflare makes the record of a custom domain, and refuses one of ours (100117)",
                fix="take 'dns' out",
            )
    for host, indexes in recorded.items():
        for index in indexes[1:]:
            yield Finding(
                path=("routes", index),
                value=host,
                reason=f"routes[{indexes[0]}] makes the DNS record of this host already",
                fix="leave 'dns' (or custom_domain) to one of the routes of a host",
            )


def _secrets(specification: Specification) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, name in enumerate(specification.secrets):
        if name in seen:
            yield Finding(
                path=("secrets", index), reason="this secret is listed already", fix="take one of the two out"
            )
        seen.add(name)
