"""From a valid specification to the environment that the components are made of: every physical name spelled out."""

from collections.abc import Iterable, Mapping

from headworks.model import environment, naming
from headworks.model.checks import physical_names
from headworks.model.naming import Kind
from headworks.model.specification import Bucket, Migration, Queue, Route, Specification, Worker


def resolve(
    specification: Specification,
    *,
    system: str,
    stack: str,
    declared: Specification,
    siblings: Iterable[environment.Sibling],
) -> environment.Environment:
    """The environment.

    `system` is the name of the system, `declared` the same environment without the overrides of its stack.
    """
    suffixes = specification.suffixes
    return environment.Environment(
        system=system,
        name=specification.name,
        stack=stack,
        account_id=specification.account_id,
        production=specification.production,
        worker=_worker(specification.worker, suffixes),
        buckets=tuple(
            _bucket(binding, bucket, suffixes) for binding, bucket in specification.buckets.items() if bucket.enabled
        ),
        kv_namespaces=tuple(
            environment.KvNamespace(binding=binding, title=naming.physical_name("kv", namespace.title, suffixes))
            for binding, namespace in specification.kv.items()
            if namespace.enabled
        ),
        databases=tuple(
            environment.Database(
                binding=binding,
                name=naming.physical_name("d1", database.name, suffixes),
                read_replication=database.read_replication,
                primary_location_hint=database.primary_location_hint,
            )
            for binding, database in specification.d1.items()
            if database.enabled
        ),
        queues=tuple(_queue(key, queue, suffixes) for key, queue in specification.queues.items() if queue.enabled),
        routes=tuple(_route(route) for route in specification.routes),
        secrets=specification.secrets,
        declared_names=_union(names(declared), names(specification)),
        siblings=tuple(siblings),
    )


def sibling(specification: Specification) -> environment.Sibling:
    return environment.Sibling(name=specification.name, account_id=specification.account_id, names=names(specification))


def names(specification: Specification) -> environment.Names:
    """The physical names that an environment uses."""
    by_kind: dict[Kind, dict[str, None]] = {kind: {} for kind in naming.PHYSICAL_NAMES}
    for kind, physical, _ in physical_names(specification):
        by_kind[kind][physical] = None
    return environment.Names(
        scripts=tuple(by_kind["script"]),
        buckets=tuple(by_kind["bucket"]),
        kv_namespaces=tuple(by_kind["kv"]),
        databases=tuple(by_kind["d1"]),
        queues=tuple(by_kind["queue"]),
        hosts=tuple(dict.fromkeys(route.host for route in specification.routes)),
    )


def _union(one: environment.Names, other: environment.Names) -> environment.Names:
    return environment.Names(
        **{
            kind: tuple(dict.fromkeys((*getattr(one, kind), *getattr(other, kind))))
            for kind in environment.Names.model_fields
        }
    )


def _worker(worker: Worker, suffixes: Mapping[Kind, str]) -> environment.Worker:
    return environment.Worker(
        name=naming.physical_name("script", worker.name, suffixes),
        code=environment.Code(owner=worker.code.owner, main=worker.code.main),
        compatibility_date=worker.compatibility_date,
        compatibility_flags=worker.compatibility_flags,
        vars=worker.vars,
        durable_objects=worker.durable_objects,
        migrations=tuple(_migration(step) for step in worker.migrations),
        observability=environment.Observability(
            enabled=worker.observability.enabled,
            head_sampling_rate=worker.observability.head_sampling_rate,
            invocation_logs=worker.observability.logs.invocation_logs,
        ),
        cpu_ms=worker.limits.cpu_ms,
        logpush=worker.logpush,
        workers_dev=worker.workers_dev,
        preview_urls=worker.preview_urls,
    )


def _migration(step: Migration) -> environment.Migration:
    return environment.Migration(
        tag=step.tag,
        new_classes=step.new_classes,
        new_sqlite_classes=step.new_sqlite_classes,
        renamed_classes=tuple((rename.from_, rename.to) for rename in step.renamed_classes),
        deleted_classes=step.deleted_classes,
    )


def _bucket(binding: str, bucket: Bucket, suffixes: Mapping[Kind, str]) -> environment.Bucket:
    return environment.Bucket(
        binding=binding,
        name=naming.physical_name("bucket", bucket.name, suffixes),
        jurisdiction=bucket.jurisdiction,
        location=bucket.location,
        storage_class=bucket.storage_class,
        cors=tuple(environment.CorsRule(**dict(rule)) for rule in bucket.cors),
    )


def _queue(key: str, queue: Queue, suffixes: Mapping[Kind, str]) -> environment.Queue:
    consumer = queue.consumer
    letters = consumer.dead_letter_queue if consumer else None
    return environment.Queue(
        key=key,
        name=naming.physical_name("queue", queue.name, suffixes),
        binding=queue.binding,
        delivery_delay=queue.delivery_delay,
        message_retention_period=queue.message_retention_period,
        consumer=consumer
        and environment.QueueConsumer(
            max_batch_size=consumer.max_batch_size,
            max_batch_timeout=consumer.max_batch_timeout,
            max_retries=consumer.max_retries,
            max_concurrency=consumer.max_concurrency,
            retry_delay=consumer.retry_delay,
        ),
        dead_letter_queue=letters
        and environment.DeadLetterQueue(
            name=naming.physical_name("queue", letters.name, suffixes),
            message_retention_period=letters.message_retention_period,
        ),
    )


def _route(route: Route) -> environment.Route:
    return environment.Route(
        host=route.host,
        zone=route.zone,
        path=route.path,
        custom_domain=route.custom_domain,
        dns=route.dns
        and environment.DnsRecord(type=route.dns.type, content=route.dns.content, proxied=route.dns.proxied),
    )
