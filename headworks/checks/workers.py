"""Checks of the Workers: that they run, with all that they need, where they are asked."""

from collections.abc import Iterator
from functools import partial

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check, none_wrong, nothing_declared, read_each
from headworks.facts.account import AccountReader
from headworks.facts.live import account as live_account
from headworks.facts.live import routing
from headworks.facts.live import workers as live
from headworks.facts.live.stand_in import is_stand_in
from headworks.model.environment import Companion, Route

_DEPLOY = "Bring the stack up; where wrangler owns the code, deploy it with what `headworks render` writes."


def _is_deployed(context: Context, _: Arguments) -> Finding:
    names = [each.worker.name for each in context.environment.workers]
    faults = read_each(partial(_fault_of_deployment, context.account), names)
    return none_wrong([f"{name} ({why})" for name, why in faults.items() if why], "Not deployed:", _DEPLOY, names)


def _fault_of_deployment(account: AccountReader, script: str) -> str:
    """Why the Worker does not serve requests; empty when it does."""
    deployment, modules = live.deployment(account, script), live.modules(account, script)
    if modules is None or deployment is None:
        return "there is no deployment"
    if is_stand_in(modules):
        return "there is only what stands in for it until the first deployment"
    if round(sum(deployment.percentages)) != 100:
        return f"its versions get {sum(deployment.percentages):g} % of the requests"
    return ""


def _secrets_are_set(context: Context, _: Arguments) -> Finding:
    workers = [each for each in context.environment.workers if each.secrets]
    if not workers:
        return nothing_declared("secret")
    present = read_each(lambda name: live.secrets(context.account, name), [each.worker.name for each in workers])
    wrong = [
        f"{name} of {each.worker.name}"
        for each in workers
        for name in each.secrets
        if name not in present[each.worker.name]
    ]
    mend = f"Set each with `headworks secrets put {context.environment.stack} NAME`."
    return none_wrong(wrong, "Not set:", mend, [f"{each.worker.name}: {', '.join(each.secrets)}" for each in workers])


def _durable_object_classes_exist(context: Context, _: Arguments) -> Finding:
    declared = [
        (each.worker.name, class_name)
        for each in context.environment.workers
        for class_name in dict.fromkeys(each.worker.durable_objects.values())
    ]
    if not declared:
        return nothing_declared("Durable Object")
    present = live.durable_object_classes(context.account)
    shown = [f"{class_name} of {script}" for script, class_name in declared]
    wrong = [f"{class_name} of {script}" for script, class_name in declared if (script, class_name) not in present]
    return none_wrong(wrong, "The account lacks the Durable Object class", _DEPLOY, shown)


def _routes_are_live(context: Context, _: Arguments) -> Finding:
    routes = [(each, route) for each in context.environment.workers for route in each.routes]
    if not routes:
        return nothing_declared("route")
    if not context.environment.routes_enabled:
        return Finding.missing(
            "The Workers are taken off their routes. Take `routes_enabled: false` out of the stack's file."
        )
    zones = read_each(
        lambda name: live_account.zone(context.account, name), list(dict.fromkeys(r.zone for _, r in routes))
    )
    wrong = []
    for worker, route in routes:
        zone = zones[route.zone]
        if zone is None:
            wrong.append(f"{route.host} (the zone {route.zone} is not in the account)")
        else:
            wrong += _faults_of_route(context.account, worker, route, zone.id)
    return none_wrong(wrong, "Not live:", _DEPLOY, [f"{route.host} → {worker.worker.name}" for worker, route in routes])


def _faults_of_route(account: AccountReader, worker: Companion, route: Route, zone_id: str) -> Iterator[str]:
    where = route.host if route.custom_domain else f"{route.host}{route.path}"
    present = routing.custom_domains(account) if route.custom_domain else routing.routes(account, zone_id)
    script = worker.worker.name
    if where not in present:
        yield f"{where} ({'no such custom domain' if route.custom_domain else 'no such route'})"
    elif present[where] != script:
        yield f"{where} (leads to {present[where] or 'no Worker'}, not to {script})"
    if route.dns:
        wanted = routing.Record(route.dns.type, route.dns.content, route.dns.proxied)
        found = routing.records(account, zone_id, route.host)
        if wanted not in found:
            yield f"{route.host} ({_shown(wanted)} is not its record, but {', '.join(map(_shown, found)) or 'none'})"


def _shown(record: routing.Record) -> str:
    return f"{record.type} {record.content}, {'proxied' if record.proxied else 'not proxied'}"


def _logs_are_kept(context: Context, _: Arguments) -> Finding:
    names = [each.worker.name for each in context.environment.workers]
    faults = read_each(partial(_fault_of_logs, context.account), names)
    return none_wrong([f"{name} ({why})" for name, why in faults.items() if why], "No logs are kept of", _DEPLOY, names)


def _fault_of_logs(account: AccountReader, script: str) -> str:
    settings = live.script_settings(account, script)
    if settings is None:
        return "there is no such Worker"
    kept = settings.observability
    if kept is None or not kept.enabled:
        return "observability is off"
    if kept.logs is not None and not (kept.logs.enabled and kept.logs.persist is not False):
        return "its logs are off" if not kept.logs.enabled else "its logs are not stored"
    rates = (kept.head_sampling_rate, kept.logs.head_sampling_rate if kept.logs else None)
    return "its sampling rate is 0" if 0 in rates else ""


CHECKS = (
    account_check("worker-is-deployed", "code of each Worker gets all requests, and is no stand-in", _is_deployed),
    account_check("secrets-are-set", "each Worker has the secrets that it declares, by name", _secrets_are_set),
    account_check(
        "durable-object-classes-exist", "the account has each class that a Worker binds", _durable_object_classes_exist
    ),
    account_check(
        "routes-are-live", "each route, custom domain and DNS record is there and leads to its Worker", _routes_are_live
    ),
    account_check("logs-are-kept", "the settings of each Worker say that its logs are stored", _logs_are_kept),
)
