"""From a request of the SDK to the goal of a resource."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pulumi.runtime.proto import alias_pb2, resource_pb2

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.resource.goal import Alias, Goal
from sandbox.engine.resource.values import Properties, from_value, number
from sandbox.engine.source.transforms import Options

Request = resource_pb2.RegisterResourceRequest
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def options_of(request: Request, provider: str) -> Options:
    """The options that a transform may change."""
    aliases = [alias_pb2.Alias(urn=urn) for urn in request.aliasURNs]
    options = Options(
        depends_on=request.dependencies,
        ignore_changes=request.ignoreChanges,
        replace_on_changes=request.replaceOnChanges,
        version=request.version,
        aliases=[*aliases, *request.aliases],
        provider=provider,
        plugin_download_url=request.pluginDownloadURL,
        deleted_with=request.deletedWith,
        additional_secret_outputs=request.additionalSecretOutputs,
        providers=request.providers,
        plugin_checksums=request.pluginChecksums,
        hide_diff=request.hideDiffs,
        replace_with=request.replace_with,
    )
    setattr(options, "import", request.importId)  # a keyword of Python
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.HasField("replacement_trigger"):
        options.replacement_trigger.CopyFrom(request.replacement_trigger)
    if request.HasField("hooks"):
        options.hooks.CopyFrom(request.hooks)
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def goal_of(
    request: Request,
    options: Options,
    *,
    inputs: Properties,
    provider: str,
    dependencies: list[str],
    property_dependencies: Mapping[str, list[str]],
    directory: Path,
) -> Goal:
    if options.HasField("hooks") and options.hooks.ByteSize():
        raise Unsupported(f"resource hooks (on {request.name!r})")
    trigger = options.HasField("replacement_trigger")
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=inputs,
        parent=request.parent,
        protect=options.protect if options.HasField("protect") else None,
        dependencies=dependencies,
        provider=provider,
        property_dependencies=dict(property_dependencies),
        delete_before_replace=options.delete_before_replace if options.HasField("delete_before_replace") else None,
        ignore_changes=list(options.ignore_changes),
        additional_secret_outputs=list(options.additional_secret_outputs),
        aliases=[_alias(alias) for alias in options.aliases],
        import_id=getattr(options, "import"),
        custom_timeouts=_timeouts(options.custom_timeouts),
        replace_on_changes=list(options.replace_on_changes),
        replacement_trigger=from_value(options.replacement_trigger) if trigger else None,
        retain_on_delete=options.retain_on_delete if options.HasField("retain_on_delete") else None,
        deleted_with=options.deleted_with,
        replace_with=list(options.replace_with),
        hide_diff=list(options.hide_diff),
        source_position=source_position(request.sourcePosition, directory),
        stack_trace=[{"sourcePosition": source_position(frame.pc, directory)} for frame in request.stackTrace.frames],
    )


def source_position(position: Any, directory: Path) -> str:
    """`project:///path#line`, from the project's folder; empty for code outside of it."""
    file = _file_of_project(position.uri, directory)
    place = f"{position.line},{position.column}" if position.column else f"{position.line}"
    return f"project:///{file}#{place}" if file else ""


@lru_cache(maxsize=1024)  # each resource comes with its whole stack, which is mostly the same few files
def _file_of_project(uri: str, directory: Path) -> str:
    path = Path(unquote(urlsplit(uri).path))
    return path.relative_to(directory).as_posix() if path.is_relative_to(directory) else ""


def seconds(duration: str) -> float:
    """Go's notation of durations, `1h30m`."""
    parts = _DURATION.findall(duration)
    if not parts or "".join(amount + unit for amount, unit in parts) != duration:
        raise EngineError(f"{duration!r} is not a duration for custom_timeouts; write it like 90s, 5m or 1h30m")
    return number(sum(float(amount) * _SECONDS[unit] for amount, unit in parts))


def _timeouts(timeouts: Any) -> dict[str, float]:
    given = {name: getattr(timeouts, name) for name in ("create", "update", "delete", "read")}
    return {name: seconds(duration) for name, duration in given.items() if duration}


def _alias(alias: Any) -> Alias:
    if alias.WhichOneof("alias") == "urn":
        return Alias(urn=alias.urn)
    spec = alias.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )
