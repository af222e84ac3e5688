"""Tail Workers: the configuration names them, and the account knows what they are. They become companions of the Worker."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from headworks.adopt.findings import consequence
from headworks.adopt.translated import Translated, slug_of
from headworks.facts.account import AccountReader
from headworks.facts.live import workers
from headworks.wrangler.settings import TailConsumer

_SECRETS = ("secret_text", "secret_key")


def shared_tail_workers(of_environments: Iterable[Iterable[TailConsumer]]) -> frozenset[str]:
    """Names of those that get the logs of more than one environment."""
    named = Counter(name for written in of_environments for name in {each.service for each in written})
    return frozenset(name for name, count in named.items() if count > 1)


def take_tail_workers(
    into: Translated,
    account: AccountReader,
    written: Iterable[TailConsumer],
    *,
    script: str,
    system: str,
    shared: Collection[str],
) -> None:
    """`script` is the Worker whose logs they get, `system` what all are called after, `shared` those of several environments."""
    for each in written:
        where = f"tail_consumers.{each.service}"
        found = workers.settings(account, each.service)
        if each.service == script:
            into.is_not_taken(where, "A Worker that gets its own logs logs for ever: take it out.")
        elif each.service in shared:
            into.is_not_taken(where, f"{_SHARED} {consequence('tail_consumers')}")
        elif found is None or not found.get("compatibility_date"):
            into.is_not_taken(
                where,
                f"The account has no Worker {each.service}, or none with a compatibility date, so nobody knows what it is: "
                "deploy it first, and adopt again; or write it under `workers` yourself.",
            )
        else:
            into.leave_out(each, {"service"}, where)
            name = each.service.removesuffix(into.script_suffix) or each.service
            key = slug_of(name.removeprefix(f"{system}-"), "tail")
            if key in into.says.get("workers", {}):
                key = f"{key}-{len(into.says['workers']) + 1}"
            into.says["worker"].setdefault("tail_consumers", []).append(key)
            into.says.setdefault("workers", {})[key] = _companion(into, account, each.service, found)
            into.names["script", f"workers/{key}"] = ("workers", key, "name")


def _companion(into: Translated, account: AccountReader, script: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """As the account has it: its own configuration lies elsewhere."""
    bindings = {each["name"]: each for each in found.get("bindings") or ()}
    for name, binding in bindings.items():
        if binding["type"] not in ("plain_text", *_SECRETS):
            into.is_not_taken(f"binding {name} of Worker {script}", _BOUND)
    into.is_not_imported(f"Worker {script}", "Its code is wrangler's to deploy (`code.owner: wrangler`).")
    observability, live = found.get("observability") or {}, workers.addresses(account, script)
    says = {
        "name": script,
        "code": {"owner": "wrangler"},
        "compatibility_date": found["compatibility_date"],
        "compatibility_flags": list(found.get("compatibility_flags") or ()),
        "vars": {name: each["text"] for name, each in bindings.items() if each["type"] == "plain_text"},
        "secrets": sorted(name for name, each in bindings.items() if each["type"] in _SECRETS),
        "limits": {"cpu_ms": cpu_ms} if (cpu_ms := (found.get("limits") or {}).get("cpu_ms")) else {},
        "logpush": bool(found.get("logpush")),
        "workers_dev": bool(live and live.workers_dev),
        "preview_urls": bool(live and live.preview_urls),
        "crons": sorted(workers.crons(account, script) or ()),
    }
    logs = {"enabled": bool(observability.get("enabled"))}
    return {key: value for key, value in says.items() if value not in ([], {}, False)} | {"observability": logs}


_SHARED = (
    "Several environments send their logs to it, and no two environments have a Worker in common: one of them would own it. "
    "Give each environment its own."
)
_BOUND = (
    "What a tail Worker binds is said in its own wrangler configuration, so the rendered one lacks it: go on deploying it with its "
    "own, or write what it binds into Pulumi.yaml, with `worker` for its key."
)
