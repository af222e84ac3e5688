"""From a valid specification to the environment that the components are made of: every physical name spelled out."""

from collections.abc import Iterable

from headworks.model import environment, naming
from headworks.model.naming import Kind
from headworks.model.physical import declared_queue, names
from headworks.model.platform_resolution import generated_variables, platform, service_routes
from headworks.model.shape import shape
from headworks.model.specification import Specification
from headworks.model.specification.entrances import PagesSite, Route
from headworks.model.specification.queues import LONGEST_RETENTION, DeadLetterQueue, Queue
from headworks.model.specification.storage import D1, Bucket, Hyperdrive, LifecycleRule, Waived
from headworks.model.specification.watching import Healthcheck
from headworks.model.specification.workers import Companion, Migration, Worker, Workflow


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
    return _Resolution(specification).resolved(
        system=system,
        stack=stack,
        declared_names=_union(names(declared), names(specification)),
        siblings=tuple(siblings),
    )


def sibling(specification: Specification) -> environment.Sibling:
    return environment.Sibling(
        name=specification.name,
        account_id=specification.account_id,
        names=names(specification),
        production=specification.production,
        jurisdiction=specification.jurisdiction,
        shape=shape(specification),
    )


def _union(one: environment.Names, other: environment.Names) -> environment.Names:
    return environment.Names(
        **{
            kind: tuple(dict.fromkeys((*getattr(one, kind), *getattr(other, kind))))
            for kind in environment.Names.model_fields
        }
    )


class _Resolution:
    """One specification, with its suffixes and the names of its scripts at hand."""

    def __init__(self, specification: Specification) -> None:
        self._written = specification
        self._suffixes = specification.suffixes
        self._companions = {key: self._name("script", each.name) for key, each in specification.workers.items()}
        self._platform: environment.Platform | None = None
        self._generated: dict[str | None, dict[str, str]] = {}
        if written := specification.platform:
            self._platform = platform(written, self._name("dispatch", written.namespace))
            self._generated = generated_variables(written, self._platform, specification.account_id)

    def resolved(
        self,
        *,
        system: str,
        stack: str,
        declared_names: environment.Names,
        siblings: tuple[environment.Sibling, ...],
    ) -> environment.Environment:
        written = self._written
        return environment.Environment(
            system=system,
            name=written.name,
            stack=stack,
            account_id=written.account_id,
            production=written.production,
            worker=self._worker(None, written.worker),
            buckets=tuple(self._bucket(*each) for each in written.buckets.items() if each[1].enabled),
            kv_namespaces=tuple(
                environment.KvNamespace(
                    binding=binding,
                    title=self._name("kv", namespace.title),
                    worker=namespace.worker,
                    jurisdiction=written.jurisdiction,
                )
                for binding, namespace in written.kv.items()
                if namespace.enabled
            ),
            databases=tuple(self._database(*each) for each in written.d1.items() if each[1].enabled),
            queues=tuple(self._queue(*each) for each in written.queues.items() if each[1].enabled),
            routes=(
                *map(_route, written.routes),
                *(service_routes(self._platform) if self._platform else ()),
            ),
            secrets=written.secrets,
            profiles=written.profiles,
            jurisdiction=written.jurisdiction,
            routes_enabled=written.routes_enabled,
            companions=tuple(self._companion(*each) for each in written.workers.items()),
            workflows=tuple(self._workflow(*each) for each in written.workflows.items() if each[1].enabled),
            hyperdrives=tuple(self._hyperdrive(*each) for each in written.hyperdrive.items() if each[1].enabled),
            zones=tuple(
                environment.ZoneSettings(zone=zone, **dict(settings)) for zone, settings in written.zones.items()
            ),
            pages=tuple(self._site(*each) for each in written.pages.items() if each[1].enabled),
            healthchecks=tuple(_healthcheck(*each) for each in written.healthchecks.items()),
            destinations=tuple(
                environment.Destination(key=key, **dict(to)) for key, to in written.destinations.items()
            ),
            alerts=tuple(environment.Alert(key=key, **dict(alert)) for key, alert in written.alerts.items()),
            external=tuple(
                environment.ExternalDependency(key=key, **dict(dependency))
                for key, dependency in written.external.items()
            ),
            platform=self._platform,
            declared_names=declared_names,
            shape=shape(written),
            siblings=siblings,
        )

    def _name(self, kind: Kind, name: str) -> str:
        return naming.physical_name(kind, name, self._suffixes)

    def _companion(self, key: str, companion: Companion) -> environment.Companion:
        return environment.Companion(
            key=key,
            worker=self._worker(key, companion),
            routes=tuple(map(_route, companion.routes)),
            secrets=companion.secrets,
        )

    def _worker(self, key: str | None, worker: Worker) -> environment.Worker:
        return environment.Worker(
            name=self._name("script", worker.name),
            code=environment.Code(owner=worker.code.owner, main=worker.code.main),
            compatibility_date=worker.compatibility_date,
            compatibility_flags=worker.compatibility_flags,
            vars=worker.vars | self._generated.get(key, {}),
            durable_objects=worker.durable_objects,
            migrations=tuple(map(_migration, worker.migrations)),
            observability=environment.Observability(
                enabled=worker.observability.enabled,
                head_sampling_rate=worker.observability.head_sampling_rate,
                invocation_logs=worker.observability.logs.invocation_logs,
            ),
            cpu_ms=worker.limits.cpu_ms,
            logpush=worker.logpush,
            workers_dev=worker.workers_dev,
            preview_urls=worker.preview_urls,
            crons=worker.crons,
            tail_consumers=tuple(self._companions[each] for each in worker.tail_consumers),
            services={binding: self._companions[each] for binding, each in worker.services.items()},
            rate_limits=tuple(
                environment.RateLimit(binding=binding, **dict(limit)) for binding, limit in worker.ratelimits.items()
            ),
            rollback_to=worker.rollback_to,
        )

    def _bucket(self, binding: str, bucket: Bucket) -> environment.Bucket:
        return environment.Bucket(
            binding=binding,
            name=self._name("bucket", bucket.name),
            worker=bucket.worker,
            jurisdiction=bucket.jurisdiction or self._written.jurisdiction,
            location=bucket.location,
            storage_class=bucket.storage_class,
            cors=_cors(bucket),
            lifecycle=_lifecycle(bucket),
            lifecycle_waived=bucket.lifecycle.waived if isinstance(bucket.lifecycle, Waived) else None,
            lock=tuple(environment.LockRule(**dict(rule)) for rule in bucket.lock),
            notifications=tuple(environment.Notification(**dict(rule)) for rule in bucket.notifications),
        )

    def _database(self, binding: str, database: D1) -> environment.Database:
        return environment.Database(
            binding=binding,
            name=self._name("d1", database.name),
            worker=database.worker,
            jurisdiction=self._written.jurisdiction,
            migrations_dir=database.migrations_dir,
            migrations_table=database.migrations_table,
            read_replication=database.read_replication,
            primary_location_hint=database.primary_location_hint,
        )

    def _hyperdrive(self, binding: str, hyperdrive: Hyperdrive) -> environment.Hyperdrive:
        written = {key: value for key, value in hyperdrive if key != "enabled"}
        return environment.Hyperdrive(binding=binding, **written | {"name": self._name("hyperdrive", hyperdrive.name)})

    def _queue(self, key: str, queue: Queue) -> environment.Queue:
        consumer = queue.consumer
        letters = consumer.dead_letter_queue if consumer else None
        return environment.Queue(
            key=key,
            name=self._name("queue", queue.name),
            binding=queue.binding,
            worker=queue.worker,
            jurisdiction=self._written.jurisdiction,
            delivery_delay=queue.delivery_delay,
            message_retention_period=queue.message_retention_period,
            consumer=consumer
            and environment.QueueConsumer(
                max_batch_size=consumer.max_batch_size,
                max_batch_timeout=consumer.max_batch_timeout,
                max_retries=consumer.max_retries,
                max_concurrency=consumer.max_concurrency,
                retry_delay=consumer.retry_delay,
                worker=consumer.worker,
            ),
            dead_letter_queue=letters and self._dead_letter_queue(letters),
        )

    def _dead_letter_queue(self, letters: DeadLetterQueue) -> environment.DeadLetterQueue:
        queues = self._written.queues
        if key := declared_queue(queues, letters):
            return environment.DeadLetterQueue(
                name=self._name("queue", queues[key].name),
                message_retention_period=queues[key].message_retention_period,
                queue=key,
            )
        return environment.DeadLetterQueue(
            name=self._name("queue", letters.name or ""),
            message_retention_period=letters.message_retention_period or LONGEST_RETENTION,
        )

    def _workflow(self, key: str, workflow: Workflow) -> environment.Workflow:
        return environment.Workflow(
            key=key,
            name=self._name("workflow", workflow.name),
            binding=workflow.binding,
            class_name=workflow.class_name,
            worker=workflow.worker,
        )

    def _site(self, key: str, site: PagesSite) -> environment.PagesSite:
        written = {field: value for field, value in site if field != "enabled"}
        return environment.PagesSite(key=key, **written | {"name": self._name("pages", site.name)})


DEFAULT_MULTIPART_RULE = environment.LifecycleRule(id="Default Multipart Abort Rule", prefix="", abort_multipart_days=7)
"""What Cloudflare gives every new bucket. A policy of ours takes its place, so it has to say this again."""


def _lifecycle(bucket: Bucket) -> tuple[environment.LifecycleRule, ...] | None:
    if bucket.lifecycle is None or isinstance(bucket.lifecycle, Waived):
        return None
    rules = tuple(environment.LifecycleRule(**dict(rule)) for rule in bucket.lifecycle)
    return rules if any(map(_aborts_everywhere, bucket.lifecycle)) else (*rules, DEFAULT_MULTIPART_RULE)


def _aborts_everywhere(rule: LifecycleRule) -> bool:
    return rule.prefix == "" and rule.abort_multipart_days is not None


def _cors(bucket: Bucket) -> tuple[environment.CorsRule, ...] | None:
    if bucket.cors is None:
        return None
    return () if bucket.cors == "none" else tuple(environment.CorsRule(**dict(rule)) for rule in bucket.cors)


def _migration(step: Migration) -> environment.Migration:
    return environment.Migration(
        tag=step.tag,
        new_classes=step.new_classes,
        new_sqlite_classes=step.new_sqlite_classes,
        renamed_classes=tuple((rename.from_, rename.to) for rename in step.renamed_classes),
        deleted_classes=step.deleted_classes,
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


def _healthcheck(key: str, healthcheck: Healthcheck) -> environment.Healthcheck:
    return environment.Healthcheck(key=key, **dict(healthcheck))
