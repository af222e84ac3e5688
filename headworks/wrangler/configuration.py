"""A wrangler configuration, typed: wrangler's documented options in the scope of this project, and no other."""

from typing import Annotated

from pydantic import Field, JsonValue

from headworks.wrangler.bindings import (
    AnalyticsEngineDataset,
    D1Database,
    DispatchNamespace,
    DurableObjects,
    Hyperdrive,
    KvNamespace,
    Migration,
    OneBinding,
    Queues,
    R2Bucket,
    RateLimit,
    Service,
    Workflow,
)
from headworks.wrangler.option import Option
from headworks.wrangler.settings import (
    Assets,
    Build,
    Dev,
    Limits,
    Observability,
    Placement,
    Route,
    Rule,
    Secrets,
    TailConsumer,
    Triggers,
)


class EnvironmentOptions(Option):
    """What may stand at the top and in an environment beneath `env`; in the order in which it is written."""

    name: str | None = None
    account_id: str | None = None
    main: str | None = None
    compatibility_date: str | None = None
    compatibility_flags: tuple[str, ...] | None = None

    base_dir: str | None = None
    build: Build | None = None
    find_additional_modules: bool | None = None
    preserve_file_names: bool | None = None
    rules: tuple[Rule, ...] | None = None
    no_bundle: bool | None = None
    minify: bool | None = None
    keep_names: bool | None = None
    define: dict[str, str] | None = None
    tsconfig: str | None = None
    jsx_factory: str | None = None
    jsx_fragment: str | None = None
    upload_source_maps: bool | None = None
    assets: Assets | None = None

    workers_dev: bool | None = None
    preview_urls: bool | None = None
    route: Route | None = None
    routes: tuple[Route, ...] | None = None
    triggers: Triggers | None = None
    limits: Limits | None = None
    placement: Placement | None = None
    logpush: bool | None = None
    observability: Observability | None = None
    tail_consumers: tuple[TailConsumer, ...] | None = None

    vars: dict[str, JsonValue] | None = None
    secrets: Secrets | None = None
    durable_objects: DurableObjects | None = None
    migrations: tuple[Migration, ...] | None = None
    kv_namespaces: tuple[KvNamespace, ...] | None = None
    r2_buckets: tuple[R2Bucket, ...] | None = None
    d1_databases: tuple[D1Database, ...] | None = None
    hyperdrive: tuple[Hyperdrive, ...] | None = None
    queues: Queues | None = None
    workflows: tuple[Workflow, ...] | None = None
    services: tuple[Service, ...] | None = None
    dispatch_namespaces: tuple[DispatchNamespace, ...] | None = None
    ratelimits: tuple[RateLimit, ...] | None = None
    analytics_engine_datasets: tuple[AnalyticsEngineDataset, ...] | None = None
    version_metadata: OneBinding | None = None
    ai: OneBinding | None = None
    browser: OneBinding | None = None


class Configuration(EnvironmentOptions):
    """One file: the options of the Worker itself, and of environments beneath it."""

    schema_: Annotated[str | None, Field(alias="$schema")] = None
    keep_vars: bool | None = None
    send_metrics: bool | None = None
    alias: dict[str, str] | None = None
    dev: Dev | None = None
    env: dict[str, EnvironmentOptions] | None = None
