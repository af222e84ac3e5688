"""How a Worker is built, reached, called and watched, in wrangler's words."""

from typing import Literal

from headworks.wrangler.option import Number, Option


class ZoneNameRoute(Option):
    pattern: str
    zone_name: str
    custom_domain: bool | None = None


class ZoneIdRoute(Option):
    pattern: str
    zone_id: str
    custom_domain: bool | None = None


class CustomDomainRoute(Option):
    pattern: str
    custom_domain: bool
    enabled: bool | None = None
    previews_enabled: bool | None = None


Route = str | ZoneNameRoute | ZoneIdRoute | CustomDomainRoute
"""A bare pattern, a pattern on a zone, or a custom domain."""


class Triggers(Option):
    crons: tuple[str, ...] | None = None


class Limits(Option):
    cpu_ms: int | None = None
    subrequests: int | None = None


class SmartPlacement(Option):
    mode: Literal["off", "smart"]
    hint: str | None = None


class RegionPlacement(Option):
    mode: Literal["targeted"] | None = None
    region: str


class HostPlacement(Option):
    mode: Literal["targeted"] | None = None
    host: str


class HostnamePlacement(Option):
    mode: Literal["targeted"] | None = None
    hostname: str


Placement = SmartPlacement | RegionPlacement | HostPlacement | HostnamePlacement
"""Where the code runs: near its users, or near what it calls."""


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
