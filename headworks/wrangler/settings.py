"""How a Worker is built, reached, called and watched, in wrangler's words."""

from typing import Literal

from headworks.wrangler.option import Number, Option


class Route(Option):
    """A pattern on a zone, or a custom domain. A bare pattern is a text instead."""

    pattern: str
    zone_name: str | None = None
    zone_id: str | None = None
    custom_domain: bool | None = None
    enabled: bool | None = None
    previews_enabled: bool | None = None


class Triggers(Option):
    crons: tuple[str, ...] | None = None


class Limits(Option):
    cpu_ms: int | None = None
    subrequests: int | None = None


class Placement(Option):
    mode: Literal["off", "smart", "targeted"] | None = None
    hint: str | None = None
    region: str | None = None
    host: str | None = None
    hostname: str | None = None


class Logs(Option):
    enabled: bool | None = None
    head_sampling_rate: Number | None = None
    invocation_logs: bool | None = None
    persist: bool | None = None
    destinations: tuple[str, ...] | None = None


class Traces(Option):
    enabled: bool | None = None
    head_sampling_rate: Number | None = None
    persist: bool | None = None
    destinations: tuple[str, ...] | None = None


class Observability(Option):
    enabled: bool | None = None
    head_sampling_rate: Number | None = None
    logs: Logs | None = None
    traces: Traces | None = None


class TailConsumer(Option):
    service: str
    environment: str | None = None


class Secrets(Option):
    required: tuple[str, ...] | None = None


class Build(Option):
    command: str | None = None
    cwd: str | None = None
    watch_dir: str | tuple[str, ...] | None = None


class Rule(Option):
    type: Literal["ESModule", "CommonJS", "CompiledWasm", "Text", "Data", "PythonModule", "PythonRequirement"]
    globs: tuple[str, ...]
    fallthrough: bool | None = None


class Assets(Option):
    directory: str | None = None
    binding: str | None = None
    html_handling: Literal["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"] | None = None
    not_found_handling: Literal["single-page-application", "404-page", "none"] | None = None
    run_worker_first: bool | tuple[str, ...] | None = None


class Dev(Option):
    """Of `wrangler dev`; the stack has no part in it."""

    ip: str | None = None
    port: int | None = None
    inspector_port: int | None = None
    inspector_ip: str | None = None
    local_protocol: Literal["http", "https"] | None = None
    upstream_protocol: Literal["http", "https"] | None = None
    host: str | None = None
