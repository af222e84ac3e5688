"""What was uploaded with the code of each Worker: settings and bindings, compared with the stack's outputs.

A refresh keeps the bindings of the state whatever the account answers, keeps settings that were cleared, and knows nothing of the
Workers that wrangler deploys.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_snake

from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference, How
from headworks.drift.looks.look import Look
from headworks.facts.account import AccountReader
from headworks.facts.live import workers as live
from headworks.facts.live.stand_in import is_stand_in

_SECRETS = {"secret", "secret_key", "secret_text"}
"""What a binding to a secret is, in the outputs and in the account."""


_SETTINGS: Mapping[str, tuple[Callable[[Mapping[str, Any]], Any], Callable[[Mapping[str, Any]], Any]]] = {
    "compatibilityDate": (lambda worker: worker["compatibilityDate"], lambda found: found.get("compatibility_date")),
    "compatibilityFlags": (
        lambda worker: sorted(worker["compatibilityFlags"]),
        lambda found: sorted(found.get("compatibility_flags") or ()),
    ),
    "limits.cpuMs": (
        lambda worker: (worker.get("limits") or {}).get("cpuMs"),
        lambda found: (found.get("limits") or {}).get("cpu_ms"),
    ),
    "logpush": (lambda worker: worker["logpush"], lambda found: bool(found.get("logpush"))),
    "observability.enabled": (
        lambda worker: worker["observability"]["enabled"],
        lambda found: bool((found.get("observability") or {}).get("enabled")),
    ),
    "observability.headSamplingRate": (
        lambda worker: worker["observability"]["headSamplingRate"],
        lambda found: (found.get("observability") or {}).get("head_sampling_rate") or 1,
    ),
    "tailConsumers": (
        lambda worker: sorted(worker.get("tailConsumers") or ()),
        lambda found: sorted(each["service"] for each in found.get("tail_consumers") or ()),
    ),
}
"""How the outputs say a setting, and how the account does."""


def _settings(worker: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    for name, (declared, answered) in _SETTINGS.items():
        if declared(worker) != answered(found):
            yield f"{name}: {json.dumps(declared(worker))} → {json.dumps(answered(found))}"


def _uploads(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    for declared in deployed.workers:
        script = declared["worker"]["name"]
        found = live.settings(account, script)
        # Before its first deployment by wrangler a Worker is only what holds its secrets.
        if found is None or is_stand_in(live.modules(account, script) or []):
            continue
        bindings = _by_name(declared["bindings"]), _by_name(found.get("bindings") or ())
        if says := [*_settings(declared["worker"], found), *_differing(*bindings)]:
            yield Difference(How.CHANGED, "worker", script, "; ".join(says))


def _by_name(bindings: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Without the secrets, which are looked at by name."""
    return {each["name"]: each for each in bindings if each["type"] not in _SECRETS}


def _differing(declared: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The account answers more of a binding than was declared."""
    for name in sorted({*declared, *found}):
        if name not in found:
            yield f"the binding {name} is gone"
        elif name not in declared:
            yield f"the binding {name} ({found[name]['type']}) was added"
        elif other := [key for key, value in _said(declared[name]) if found[name].get(key) != value]:
            yield f"the binding {name} has another {', '.join(other)}"  # and not which: somebody may have put a secret there


def _said(binding: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """In the words of the API. A jurisdiction or an environment that it leaves out is the only one."""
    return [(to_snake(key), value) for key, value in binding.items() if key not in {"environment", "jurisdiction"}]


LOOKS = (Look("settings and bindings of the Workers", _uploads),)
