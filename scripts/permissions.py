"""Write which API-token permission opens which operation, from Cloudflare's description of its API.

usage: permissions.py      writes headworks/token/permissions.json and sandbox/account/permissions.json

Run it when `tests/openapi/` gets another description, the provider's table or the account's endpoints another call, or
`headworks/token/asks.py` another operation; tests/headworks/test_token.py says when that was forgotten.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from headworks.token.asks import CHECKS, DYNAMIC, FACTS, SECRETS, ZONES, key_of
from sandbox.account.endpoints import ENDPOINTS
from sandbox.provider.schema import Resource
from sandbox.provider.table import RESOURCES

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT / "tests/openapi/cloudflare-v4.json"
FOR_TOKENS = ROOT / "headworks/token/permissions.json"
FOR_THE_ACCOUNT = ROOT / "sandbox/account/permissions.json"

GROUPS = "x-api-token-group"
"""Where an operation of the description names its permission groups: one of them is enough."""

RENAMED = {"Zone Zone Read": "Zone Read", "Zone Zone Edit": "Zone Write", "Zone DNS Edit": "DNS Write"}
"""Groups that a few operations call as the dashboard does."""

UNSAID = {
    "/user/tokens/verify": "",
    "/accounts/{}/tokens/verify": "",
    "/accounts": "",
    "/accounts/{}/alerting/": "Notifications",
    "/accounts/{}/d1/": "D1",
    "/accounts/{}/queues/": "Queues",
    "/accounts/{}/r2/": "Workers R2 Storage",
    "/accounts/{}/workers/": "Workers Scripts",
}
"""By the beginning of their paths, operations whose groups the description does not say: those of the same product have
`… Read` and `… Write`. Empty, with the whole path: any token will do."""

ABOUT_EVERYTHING = 20
"""An operation that so many groups open says nothing of what each of them is about."""

SCOPES = {"accounts": "account", "zones": "zone", "user": "user", "memberships": "user"}


def documents() -> dict[Path, Any]:
    """What the two files have to contain."""
    described = _described(json.loads(DESCRIPTION.read_text()))
    resources = {type_.rpartition(":")[2]: _calls(resource) for type_, resource in RESOURCES.items()}
    ours = {ask.key for part in (*DYNAMIC.values(), *CHECKS.values(), ZONES, FACTS, SECRETS) for ask in part}
    used = _groups_of({*ours, *(call for calls in resources.values() for call in calls)}, described)
    answered = _groups_of({key_of(each.method, each.path) for each in ENDPOINTS}, described)
    opened = Counter(group for groups in described.values() for group in groups)
    scopes = _scopes(described)
    return {
        FOR_TOKENS: {
            "groups": {name: {"scope": scopes[name], "opens": opened[name]} for name in _named(used)},
            "operations": used,
            "resources": resources,
        },
        FOR_THE_ACCOUNT: {"groups": {name: scopes[name] for name in _named(answered)}, "operations": answered},
    }


def _described(description: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        key_of(method.upper(), path): sorted({RENAMED.get(name, name) for name in operation.get(GROUPS) or ()})
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict)
    }


def _calls(resource: Resource) -> list[str]:
    calls = (resource.create, resource.read, resource.update, resource.before_update, resource.delete)
    return sorted({key_of(call.method, call.path) for call in (*calls, *resource.special.reads) if call})


def _groups_of(keys: Iterable[str], described: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {key: described.get(key) or _unsaid(key) for key in sorted(keys)}


def _unsaid(key: str) -> list[str]:
    method, path = key.split()
    product = next((product for start, product in UNSAID.items() if _is_of(path, start)), None)
    if product is None:
        raise SystemExit(f"{key}: the description names no permission group; say in UNSAID which product it is of")
    names = [f"{product} Read", f"{product} Write"] if method == "GET" else [f"{product} Write"]
    return names if product else []


def _is_of(path: str, start: str) -> bool:
    return path.startswith(start) if start.endswith("/") else path == start


def _named(operations: Mapping[str, list[str]]) -> list[str]:
    return sorted({name for groups in operations.values() for name in groups})


def _scopes(described: Mapping[str, list[str]]) -> dict[str, str]:
    """What each group is granted on. Where a group is for several, the account comes first."""
    found: dict[str, set[str]] = {}
    for general in (False, True):
        seen = {key: groups for key, groups in described.items() if (len(groups) > ABOUT_EVERYTHING) is general}
        known = set(found)
        for key, groups in seen.items():
            for name in set(groups) - known:
                found.setdefault(name, set()).add(SCOPES[re.split(r"[ /]+", key)[1]])
    return {name: next(scope for scope in SCOPES.values() if scope in scopes) for name, scopes in found.items()}


def text(document: Any) -> str:
    return json.dumps(document, indent=1) + "\n"


if __name__ == "__main__":
    for file, document in documents().items():
        file.write_text(text(document))
        print(f"{file.relative_to(ROOT)}: {len(document['operations'])} operations, {len(document['groups'])} groups")
