"""A Worker's wrangler configuration, from the outputs alone and fully expanded: nothing in it depends on inheritance."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeVar

from headworks.outputs import StackOutputs
from headworks.outputs.storage import QueueOutput
from headworks.outputs.workers import (
    BindingOutput,
    CompanionOutput,
    MigrationStepOutput,
    ObservabilityOutput,
    RouteOutput,
)
from headworks.render.previews import Previews
from headworks.wrangler import Configuration, bindings, settings
from headworks.wrangler.option import Option

Stated = TypeVar("Stated", bound=Option)

SCHEMA = "node_modules/wrangler/config-schema.json"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One Worker of a stack, and where its file goes."""

    outputs: StackOutputs
    key: str
    """Empty for the main Worker."""
    folder: PurePosixPath
    """Of the file, as the system's files call it."""
    package: PurePosixPath
    """Of the app's package.json, from the main Worker's file."""
    previews: Previews

    @property
    def deployed(self) -> CompanionOutput:
        return self.outputs.workers[self.key]

    def path(self, path: str | None) -> str | None:
        """A path of the outputs, as it is called from the file's folder."""
        return None if path is None else posixpath.relpath(path, self.folder.as_posix())


def configuration(target: Target) -> Configuration:
    """Every option that the stack has an opinion on."""
    deployed, worker = target.deployed, target.deployed.worker
    return _stated(
        Configuration,
        schema_=posixpath.relpath(target.package / SCHEMA, target.key or "."),
        name=worker.name,
        account_id=target.outputs.environment.account_id,
        main=target.path(worker.main),
        compatibility_date=worker.compatibility_date,
        compatibility_flags=worker.compatibility_flags,
        workers_dev=worker.workers_dev,
        preview_urls=worker.preview_urls,
        routes=tuple(_route(route) for route in deployed.routes if route.enabled) or None,
        triggers=settings.Triggers(
            crons=worker.crons or ()
        ),  # said even when empty: wrangler leaves old ones otherwise
        limits=settings.Limits(cpu_ms=worker.limits.cpu_ms) if worker.limits else None,
        logpush=worker.logpush,
        observability=_observability(worker.observability),
        tail_consumers=tuple(settings.TailConsumer(service=name) for name in worker.tail_consumers or ()) or None,
        vars={each.name: each.text for each in deployed.bindings if each.type == "plain_text"} or None,
        secrets=settings.Secrets(required=deployed.secrets.required) if deployed.secrets.required else None,
        durable_objects=_durable_objects(deployed),
        migrations=tuple(_migration(step) for step in deployed.migrations.steps or ()) or None,
        queues=_queues(target),
        **{option: _bound(target, kind, made) for kind, (option, made) in _LISTS.items()},
    )


def _stated(option: type[Stated], **values: Any) -> Stated:
    """Without what is None: that would be written, too."""
    return option(**{name: value for name, value in values.items() if value is not None})


def _route(route: RouteOutput) -> settings.ZoneNameRoute:
    if route.custom_domain:
        return settings.ZoneNameRoute(pattern=route.host, zone_name=route.zone, custom_domain=True)
    return settings.ZoneNameRoute(pattern=f"{route.host}{route.path}", zone_name=route.zone)


def _observability(stated: ObservabilityOutput) -> settings.Observability:
    """As the stack uploads it, with what Cloudflare would fill in."""
    rate = stated.head_sampling_rate
    share = int(rate) if rate.is_integer() else rate
    logs = settings.Logs(
        enabled=stated.enabled, head_sampling_rate=share, invocation_logs=stated.invocation_logs, persist=True
    )
    traces = settings.Traces(enabled=False, head_sampling_rate=1, persist=True)
    return settings.Observability(enabled=stated.enabled, head_sampling_rate=share, logs=logs, traces=traces)


def _durable_objects(deployed: CompanionOutput) -> bindings.DurableObjects | None:
    objects = [each for each in deployed.bindings if each.type == "durable_object_namespace"]
    if not objects:
        return None
    return bindings.DurableObjects(
        bindings=tuple(_stated(bindings.DurableObject, name=each.name, class_name=each.class_name) for each in objects)
    )


def _migration(step: MigrationStepOutput) -> bindings.Migration:
    renamed = tuple(bindings.RenamedClass(from_=each.from_, to=each.to) for each in step.renamed_classes or ())
    return _stated(
        bindings.Migration,
        tag=step.tag,
        new_sqlite_classes=step.new_sqlite_classes,
        new_classes=step.new_classes,
        renamed_classes=renamed or None,
        deleted_classes=step.deleted_classes,
    )


def _queues(target: Target) -> bindings.Queues | None:
    """The producers among the bindings, and every queue whose consumer this Worker is."""
    producers = tuple(
        _stated(bindings.QueueProducer, binding=each.name, queue=each.queue_name)
        for each in target.deployed.bindings
        if each.type == "queue"
    )
    consumers = tuple(
        _consumer(queue)
        for queue in target.outputs.queues.values()
        if queue.consumer and (queue.consumer.worker or "") == target.key
    )
    if not producers and not consumers:
        return None
    return _stated(bindings.Queues, producers=producers or None, consumers=consumers or None)


def _consumer(queue: QueueOutput) -> bindings.QueueConsumer:
    stated = queue.consumer.model_dump(exclude={"worker"}) if queue.consumer else {}
    return _stated(bindings.QueueConsumer, queue=queue.name, dead_letter_queue=queue.dead_letter_queue, **stated)


def _bound(target: Target, kind: str, made: Callable[[Target, BindingOutput], Option]) -> tuple[Option, ...] | None:
    return tuple(made(target, each) for each in target.deployed.bindings if each.type == kind) or None


def _kv_namespace(target: Target, binding: BindingOutput) -> Option:
    preview = target.previews.get((target.key, binding.name))
    return _stated(bindings.KvNamespace, binding=binding.name, id=binding.namespace_id, preview_id=preview)


def _r2_bucket(target: Target, binding: BindingOutput) -> Option:
    return _stated(
        bindings.R2Bucket,
        binding=binding.name,
        bucket_name=binding.bucket_name,
        preview_bucket_name=target.previews.get((target.key, binding.name)),
        jurisdiction=binding.jurisdiction,
    )


def _d1_database(target: Target, binding: BindingOutput) -> Option:
    database = target.outputs.storage.databases[binding.name]
    return _stated(
        bindings.D1Database,
        binding=binding.name,
        database_name=database.name,
        database_id=binding.id,
        preview_database_id=target.previews.get((target.key, binding.name)),
        jurisdiction=None if database.jurisdiction == "default" else database.jurisdiction,
        migrations_table=database.migrations_table,
        migrations_dir=target.path(database.migrations_dir),
    )


def _hyperdrive(_: Target, binding: BindingOutput) -> Option:
    return _stated(bindings.Hyperdrive, binding=binding.name, id=binding.id)


def _workflow(_: Target, binding: BindingOutput) -> Option:
    return _stated(bindings.Workflow, binding=binding.name, name=binding.workflow_name, class_name=binding.class_name)


def _service(_: Target, binding: BindingOutput) -> Option:
    return _stated(bindings.Service, binding=binding.name, service=binding.service)


def _dispatch_namespace(_: Target, binding: BindingOutput) -> Option:
    return _stated(bindings.DispatchNamespace, binding=binding.name, namespace=binding.namespace)


def _rate_limit(_: Target, binding: BindingOutput) -> Option:
    simple = bindings.SimpleRateLimit.model_validate(binding.simple.model_dump()) if binding.simple else None
    return _stated(bindings.RateLimit, name=binding.name, namespace_id=binding.namespace_id, simple=simple)


_LISTS: dict[str, tuple[str, Callable[[Target, BindingOutput], Option]]] = {
    "kv_namespace": ("kv_namespaces", _kv_namespace),
    "r2_bucket": ("r2_buckets", _r2_bucket),
    "d1": ("d1_databases", _d1_database),
    "hyperdrive": ("hyperdrive", _hyperdrive),
    "workflow": ("workflows", _workflow),
    "service": ("services", _service),
    "dispatch_namespace": ("dispatch_namespaces", _dispatch_namespace),
    "ratelimit": ("ratelimits", _rate_limit),
}
"""Type of a binding → the option that lists such bindings, and what makes one of its items."""
