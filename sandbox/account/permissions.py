"""What a token may do: which permission groups open an operation, and on which accounts and zones a policy grants them.

`permissions.json` has the groups of every operation here, from Cloudflare's description; `scripts/permissions.py` makes it.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.account.envelope import Json

ACCOUNT = "com.cloudflare.api.account"
ZONE = f"{ACCOUNT}.zone"
USER = "com.cloudflare.api.user"
SCOPES = {"account": ACCOUNT, "zone": ZONE, "user": USER}
ALL = "*"


@dataclass(frozen=True)
class Target:
    """What an operation is about."""

    user: str
    account: str | None = None
    zone: str | None = None
    """None for a list of zones: then any zone will do."""

    @property
    def names(self) -> Mapping[str, str | None]:
        """What a policy may call it, by scope."""
        return {ACCOUNT: self.account, ZONE: self.zone, USER: self.user}


@cache
def groups() -> Mapping[str, Json]:
    """Every permission group by its id, as the API lists it. The ids are this account's own."""
    scopes: Mapping[str, str] = _document()["groups"]
    listed = ({"id": _id(name), "name": name, "scopes": [SCOPES[scope]]} for name, scope in scopes.items())
    return {str(group["id"]): group for group in listed}


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def opening(method: str, template: str) -> frozenset[str]:
    """Ids of the groups of which a token needs one for an operation; none where any token will do."""
    path = re.sub(r"\{[^}]*\}", "{}", template)
    return frozenset(_id(name) for name in _document()["operations"][f"{method} {path}"])


@cache
def _document() -> Any:
    return json.loads(Path(__file__).with_name("permissions.json").read_text())


def permits(policies: list[Json], wanted: frozenset[str], target: Target) -> bool:
    """Whether the policies grant one of the groups on the target; what one of them denies no other grants."""
    return not wanted or bool(
        _touched(policies, "allow", wanted, target) - _touched(policies, "deny", wanted, target)
    )  # fmt: skip


def _touched(policies: list[Json], effect: str, wanted: frozenset[str], target: Target) -> set[str]:
    return {
        group["id"]
        for policy in policies
        if policy["effect"] == effect
        for group in policy["permission_groups"]
        if group["id"] in wanted and reaches(policy["resources"], groups()[group["id"]]["scopes"][0], target)
    }


def reaches(resources: Json, scope: str, target: Target) -> bool:
    """Whether what a policy is about holds the target, as far as groups of the scope are concerned."""
    return any(_is(name, target.names[scope], scope) for name in _granted(resources, scope, target))


def _granted(resources: Json, scope: str, target: Target) -> Iterator[str]:
    """Names of the scope among the resources, and those inside the target's account."""
    for name, value in resources.items():
        if isinstance(value, str):
            yield name
        elif scope != ACCOUNT and _is(name, target.account, ACCOUNT):
            yield from value


def _is(name: str, identifier: str | None, scope: str) -> bool:
    kind, _, given = name.rpartition(".")
    return kind == scope and (given == ALL or identifier in (given, None))
