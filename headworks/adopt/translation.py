"""From one environment of a wrangler configuration, and the account, to what a stack says of it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from headworks.adopt.dispatch import take_dispatch_namespaces
from headworks.adopt.findings import consequence
from headworks.adopt.inheritance import WranglerEnvironment
from headworks.adopt.jurisdictions import settle_jurisdiction
from headworks.adopt.queues import take_queues
from headworks.adopt.routes import take_routes
from headworks.adopt.stores import take_buckets, take_databases, take_hyperdrives, take_kv_namespaces
from headworks.adopt.tails import take_tail_workers
from headworks.adopt.translated import WRANGLERS, Translated, key_of
from headworks.facts.account import AccountReader
from headworks.facts.live import workers
from headworks.wrangler.bindings import DurableObjects, Migration, Workflow
from headworks.wrangler.configuration import EnvironmentOptions
from headworks.wrangler.settings import Observability

TAKEN = frozenset(
    {
        "name",
        "account_id",
        "main",
        "compatibility_date",
        "compatibility_flags",
        "workers_dev",
        "preview_urls",
        "route",
        "routes",
        "triggers",
        "limits",
        "logpush",
        "observability",
        "vars",
        "secrets",
        "durable_objects",
        "migrations",
        "kv_namespaces",
        "r2_buckets",
        "d1_databases",
        "queues",
        "workflows",
        "ratelimits",
        "tail_consumers",
        "hyperdrive",
        "dispatch_namespaces",
    }
)
"""The options of which a stack has words of its own."""


def translate(
    environment: WranglerEnvironment,
    account: AccountReader,
    *,
    script: str,
    system: str,
    main: str,
    shared_tails: Collection[str],
) -> Translated:
    """`script` is the name of the environment's Worker, `system` of the one that all are called after.

    `main` is its entry point, as the program's folder calls it; `shared_tails` are tail Workers of other environments, too.
    Raises UnreadableError where the account does not say.
    """
    options = environment.options
    into = Translated(
        name=environment.name,
        production=environment.is_production,
        account_id=account.account_id,
        script_suffix=script.removeprefix(system) if script.startswith(system) else "",
    )
    into.not_taken += environment.not_taken
    for option in sorted(_said(options) - TAKEN):
        into.is_not_taken(option, consequence(option))
    routes = list(take_routes(into, account, options))
    into.says["worker"] = _worker(into, options, account, script=script, main=main, routed=bool(routes))
    into.names["script", "worker"] = ("worker", "name")
    take_buckets(into, account, options.r2_buckets or ())
    take_kv_namespaces(into, account, options.kv_namespaces or ())
    take_databases(into, account, options.d1_databases or ())
    take_hyperdrives(into, account, options.hyperdrive or ())
    if options.queues:
        take_queues(into, account, options.queues)
    settle_jurisdiction(into, account)
    tails = options.tail_consumers or ()
    take_tail_workers(into, account, tails, script=script, system=system, shared=shared_tails)
    take_dispatch_namespaces(into, account, options.dispatch_namespaces or ())
    if options.workflows:
        _take_workflows(into, options.workflows, script)
    if routes:
        into.says["routes"] = routes
    _take_secrets(into, options, account, script)
    return into


def _said(options: EnvironmentOptions) -> set[str]:
    return {name for name in options.model_fields_set if getattr(options, name) not in (None, (), {})}


def _worker(
    into: Translated, options: EnvironmentOptions, account: AccountReader, *, script: str, main: str, routed: bool
) -> dict[str, Any]:
    if script in workers.scripts(account):
        into.is_not_imported(f"Worker {script}", "Its code is wrangler's to deploy (`code.owner: wrangler`).")
    live = workers.addresses(account, script) or workers.Addresses(workers_dev=not routed, preview_urls=False)
    says: dict[str, Any] = {
        "name": script,
        "code": {"owner": "wrangler", "main": main},
        "compatibility_date": options.compatibility_date,
        "compatibility_flags": list(options.compatibility_flags or ()),
        "vars": dict(_variables(into, options.vars or {})),
        "workers_dev": (not routed) if options.workers_dev is None else options.workers_dev,
        # Wrangler leaves it as it is when nothing is said.
        "preview_urls": live.preview_urls if options.preview_urls is None else options.preview_urls,
        "logpush": options.logpush or False,
        "observability": _observability(into, options.observability or Observability()),
        "ratelimits": {
            each.name: {"namespace_id": each.namespace_id, "limit": each.simple.limit, "period": each.simple.period}
            for each in options.ratelimits or ()
        },
        "migrations": [_migration(into, each) for each in options.migrations or ()],
        "durable_objects": dict(_classes(into, options.durable_objects or DurableObjects(), script)),
        "crons": list((options.triggers and options.triggers.crons) or ()),
    }
    if says["crons"]:
        into.is_not_imported(f"cron triggers of {script}", WRANGLERS)
    if options.limits:
        into.leave_out(options.limits, {"cpu_ms"}, "limits")
        says["limits"] = {"cpu_ms": options.limits.cpu_ms} if options.limits.cpu_ms else {}
    return {key: value for key, value in says.items() if value not in ([], {}, False)}


def _variables(into: Translated, written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in written.items():
        if isinstance(value, str):
            yield name, value
        else:
            into.is_not_taken(
                f"vars.{name}",
                "A variable of a stack is a text, and this one is JSON: the rendered configuration lacks it. Make a text of it "
                "that the code parses, or keep it in the app's own wrangler configuration.",
            )


def _observability(into: Translated, written: Observability) -> dict[str, Any]:
    """All that is said, and what wrangler takes for said: without a word, nothing is kept."""
    logs = written.logs
    into.leave_out(written, {"enabled", "head_sampling_rate", "logs"}, "observability")
    if logs:
        into.leave_out(logs, {"enabled", "head_sampling_rate", "invocation_logs"}, "observability.logs")
    enabled = bool(written.enabled or (logs and logs.enabled))
    rates = [each.head_sampling_rate for each in (logs, written) if each and each.head_sampling_rate is not None]
    says: dict[str, Any] = {"enabled": enabled}
    if rates and rates[0] != 1:
        says["head_sampling_rate"] = float(rates[0])
    if logs and logs.invocation_logs is False:
        says["logs"] = {"invocation_logs": False}
    return says


def _migration(into: Translated, step: Migration) -> dict[str, Any]:
    taken = {"tag", "new_sqlite_classes", "new_classes", "renamed_classes", "deleted_classes"}
    into.leave_out(step, taken, f"migrations.{step.tag}")
    said = step.model_dump(mode="json", by_alias=True, exclude_none=True, include=taken)
    return {key: value for key, value in said.items() if value}


def _classes(into: Translated, written: DurableObjects, script: str) -> Iterator[tuple[str, str]]:
    for each in written.bindings or ():
        where = f"durable_objects.{each.name}"
        if each.script_name not in (None, script):
            into.is_not_taken(
                where, f"Its class is of another Worker, {each.script_name}. {consequence('script_name')}"
            )
            continue
        into.leave_out(each, {"name", "class_name", "script_name"}, where)
        yield each.name, each.class_name


def _take_workflows(into: Translated, written: tuple[Workflow, ...], script: str) -> None:
    for each in written:
        where = f"workflows.{each.binding}"
        if each.script_name not in (None, script):
            into.is_not_taken(
                where, f"Its class is of another Worker, {each.script_name}. {consequence('script_name')}"
            )
            continue
        into.leave_out(each, {"binding", "name", "class_name", "script_name"}, where)
        key = key_of(each.binding)
        says = {"name": each.name, "binding": each.binding, "class_name": each.class_name}
        into.says.setdefault("workflows", {})[key] = says
        into.names["workflow", key] = ("workflows", key, "name")
        into.is_not_imported(f"Workflow {each.name}", WRANGLERS)


def _take_secrets(into: Translated, options: EnvironmentOptions, account: AccountReader, script: str) -> None:
    """Names only, those that the configuration wants and those that are set."""
    required = (options.secrets and options.secrets.required) or ()
    live = workers.secrets(account, script)
    if names := sorted({*required, *live}):
        into.says["secrets"] = names
        into.is_not_imported(
            f"values of {len(names)} secrets of {script}",
            "Cloudflare tells nobody a value. The stack has the names alone.",
        )
