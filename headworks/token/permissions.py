"""`permissions.json`: what the provider asks, and which permission groups open an operation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from headworks.token.asks import Ask

Scope = Literal["account", "zone", "user"]


@dataclass(frozen=True)
class Group:
    """A permission group, as Cloudflare calls what a token may do."""

    name: str
    scope: Scope
    """What it is granted on."""
    opens: int
    """How many operations of the API it opens: the fewer, the less a token may do."""

    @property
    def only_reads(self) -> bool:
        return self.name.endswith(" Read")


@cache
def provider_asks() -> Mapping[str, tuple[Ask, ...]]:
    """What the provider asks, by type of resource."""
    return {
        type_: tuple(Ask(call, changes=not call.startswith("GET ")) for call in calls)
        for type_, calls in _document()["resources"].items()
    }


def groups_of(ask: Ask) -> frozenset[Group]:
    """The groups of which a token needs one; none where any token will do.

    What runs SQL is one operation, whether the SQL reads or writes: a group that only reads does not do for a change.
    """
    document = _document()
    groups = (Group(name, **document["groups"][name]) for name in document["operations"][ask.key])
    return frozenset(group for group in groups if not (ask.changes and group.only_reads))


@cache
def _document() -> Any:
    return json.loads(Path(__file__).with_name("permissions.json").read_text())
