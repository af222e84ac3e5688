"""What a Worker runs with: its compatibility date, its flags, its limits, its logs."""

import re
from collections.abc import Iterator
from datetime import date

from pulumi_policy import Severity

from policies.clock import now
from policies.graph import Resource
from policies.properties import Properties
from policies.rule import (
    ADVISED_EVERYWHERE,
    EVERYWHERE,
    OUTSIDE_DEVELOPMENT,
    ResourceRule,
    Violation,
)
from policies.tokens import DISPATCH_PLATFORM, PAGES_PROJECT, WORKER_CODE, WORKERS_SCRIPT

MONTHS = 24
"""After so many the runtime has changed enough for an upgrade to be work."""

IMPORTS_NODE = re.compile(r"""(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']node:""")
"""An import of one of Node's modules, in a bundle of any style."""


def impossible_dates(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for path, holder in _dated(resource):
        if holder.is_missing("compatibilityDate"):
            consequence = "no compatibility date is stated, so the Worker runs as Workers did in 2021."
        elif (text := holder.text("compatibilityDate")) is None:
            continue
        elif (day := _day(text)) is None:
            consequence = "the compatibility date is no date, so Cloudflare refuses the upload."
        elif day > now().date():
            consequence = "the compatibility date is in the future, so Cloudflare refuses the upload (10021)."
        else:
            continue
        fix = 'state the day whose behaviour the code was tested with, as `"YYYY-MM-DD"`.'
        yield Violation(consequence, fix, property=path)


def old_dates(resource: Resource, settings: Properties) -> Iterator[Violation]:
    months = settings.number("months") or MONTHS
    for path, holder in _dated(resource):
        day, today = _day(holder.text("compatibilityDate") or ""), now().date()
        if day and (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day) >= months:
            yield Violation(
                f"the compatibility date is {months:g} months old or older, so the code runs without what was mended since.",
                "raise the date on staging, run the tests, and follow in production.",
                property=path,
            )


def _dated(resource: Resource) -> Iterator[tuple[str, Properties]]:
    """(path, who has the date). What a WorkerCode uploads is judged there, once."""
    if resource.type == DISPATCH_PLATFORM:
        for index, service in enumerate(resource.properties.tables("services")):
            yield f"services[{index}].compatibilityDate", service
    elif resource.type == PAGES_PROJECT:
        configurations = resource.properties.table("deploymentConfigs")
        for kind in ("preview", "production"):
            if kind in configurations and not configurations.is_unknown(kind):
                yield f"deploymentConfigs.{kind}.compatibilityDate", configurations.table(kind)
    elif not resource.is_inside(WORKER_CODE):
        yield "compatibilityDate", resource.properties


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def node_without_flag(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    script = resource.properties
    if not IMPORTS_NODE.search(script.text("content") or ""):
        return
    flags = script.texts("compatibilityFlags")
    if not {"nodejs_compat", "nodejs_compat_v2"} & set(flags) and script.is_known("compatibilityFlags"):
        yield Violation(
            "the code imports modules of Node and runs without the flag nodejs_compat, so the upload is refused (10021).",
            "add `nodejs_compat` to `compatibility_flags`.",
            property="compatibilityFlags",
        )


def retired_usage_model(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    script = resource.properties
    model = script.text("usageModel")
    if model and model != "standard":
        yield Violation(
            f"the usage model {model} is retired, so it gives no processor time.",
            "take it out, and state `limits.cpu_ms` for what requests may need.",
            property="usageModel",
        )
    for path, holder in (("cpuMs", script), ("limits.cpuMs", script.table("limits"))):
        limit = holder.number("cpuMs")
        if limit is not None and not LEAST_CPU <= limit <= MOST_CPU:
            yield Violation(
                f"a limit of {limit:g} ms of processor time is outside of {LEAST_CPU} to {MOST_CPU}: requests die, or the upload is refused.",
                "state what the slowest good request was measured to need, with some room.",
                property=path,
            )


LEAST_CPU, MOST_CPU = 10, 300_000
"""Milliseconds: what the smallest plan gives, and what Cloudflare takes at most."""


def unlogged(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    if resource.is_inside(WORKER_CODE):
        return
    script, observability = resource.properties, resource.properties.table("observability")
    if script.is_unknown("observability") or observability.is_unknown("enabled"):
        return
    if script.flag("logpush") or script.tables("tailConsumers"):
        return
    rate = observability.number("headSamplingRate")
    if observability.flag("enabled") is not True:
        yield Violation(
            "no logs are kept, so an incident leaves nothing to look at.",
            "set `observability: {enabled: true}`.",
            property="observability.enabled",
        )
    elif rate is not None and rate <= 0:
        yield Violation(
            "logs are kept of none of the requests, so an incident leaves nothing to look at.",
            "raise `head_sampling_rate`; 1 is all requests.",
            property="observability.headSamplingRate",
        )


RULES = (
    ResourceRule(
        id="compatibility-dates-must-be-possible",
        title="Compatibility dates are dates that were",
        description="Every Worker states a compatibility date, and none of the future.",
        details="Judged are `WorkerCode`, the services of a `DispatchPlatform`, Pages projects, and `WorkersScript` outside of a `WorkerCode`.",
        requirements=("T3", "P8", "D14", "P75"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="State the day that the code was last tested with; it says which changes of the runtime the code knows.",
        types=frozenset({WORKER_CODE, WORKERS_SCRIPT, DISPATCH_PLATFORM, PAGES_PROJECT}),
        check=impossible_dates,
    ),
    ResourceRule(
        id="compatibility-dates-must-be-recent",
        title="Compatibility dates are recent",
        description="No Worker runs with a compatibility date of years ago.",
        details="Advice: time alone must not stop a deployment that mends something.",
        requirements=("P59",),
        severity=Severity.LOW,
        levels=ADVISED_EVERYWHERE,
        remediation="Read what changed since (developers.cloudflare.com/workers/configuration/compatibility-flags), raise the date on staging, test, follow in production.",
        settings={
            "months": {
                "type": "number",
                "default": MONTHS,
                "description": "Months after which a date counts as old.",
            }
        },
        types=frozenset({WORKER_CODE, WORKERS_SCRIPT, DISPATCH_PLATFORM, PAGES_PROJECT}),
        check=old_dates,
    ),
    ResourceRule(
        id="node-modules-must-have-their-flag",
        title="Code that imports Node's modules has their flag",
        description="A script whose bundle imports `node:` modules runs with nodejs_compat.",
        details="Judged is the `content` of `WorkersScript`; of code that wrangler uploads the pack sees nothing.",
        requirements=("P6", "P59", "P75"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Add `nodejs_compat` to `compatibility_flags` of the Worker in the system's file.",
        types=frozenset({WORKERS_SCRIPT}),
        check=node_without_flag,
    ),
    ResourceRule(
        id="processor-time-must-be-limited-as-today",
        title="Processor time is limited the way that still works",
        description="No Worker relies on a retired usage model, and a limit of processor time is one that Cloudflare keeps.",
        details="`bundled` and `unbound` were retired in 2024: what unbound was for is `limits.cpu_ms` today.",
        requirements=("P22", "P61"),
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        remediation="Take `usage_model` out and state `limits.cpu_ms`.",
        types=frozenset({WORKER_CODE, WORKERS_SCRIPT}),
        check=retired_usage_model,
    ),
    ResourceRule(
        id="logs-must-be-kept",
        title="Logs are kept",
        description="What a Worker logs can be read afterwards.",
        details="Judged are `WorkerCode`, and `WorkersScript` outside of one. Logpush or a tail Worker do, too.",
        requirements=("P55", "T66", "T115"),
        severity=Severity.MEDIUM,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Set `observability: {enabled: true, head_sampling_rate: 1}`; lower the rate where the volume is too much, but not to nothing.",
        types=frozenset({WORKER_CODE, WORKERS_SCRIPT}),
        check=unlogged,
    ),
)
