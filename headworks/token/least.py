"""The least permissions with which a set of operations can be asked."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from headworks.model.environment import Environment
from headworks.token.asks import Ask
from headworks.token.parts import Part, Place, parts
from headworks.token.permissions import Group, groups_of, provider_asks


@dataclass(frozen=True)
class Permission:
    """A permission group on an account or a zone."""

    group: Group
    place: Place

    def __str__(self) -> str:
        return f"{self.group.name} on {self.place}"


@dataclass(frozen=True)
class Need:
    """Something that a token has to permit: one of `permissions` is enough."""

    permissions: frozenset[Permission]
    ask: Ask
    who: str


@dataclass(frozen=True)
class Least:
    """The least permissions of a stack, each with who needs it."""

    preview: Mapping[Permission, tuple[str, ...]]
    """For what reads: preview, refresh, the gate."""
    up: Mapping[Permission, tuple[str, ...]]
    """For up and destroy, which read, too."""


def least_of(environment: Environment) -> Least:
    """What the stack of an environment needs, in order of place and name."""
    needs = needs_of(environment)
    return Least(
        preview=_with_reasons([need for need in needs if not need.ask.changes]), up=_with_reasons(needs)
    )  # fmt: skip


def needs_of(environment: Environment) -> list[Need]:
    """What the parts of the environment ask, as far as that takes a permission."""
    found = [
        Need(_permissions(groups, part), ask, part.who)
        for part in parts(environment, provider_asks())
        for ask in part.asks
        if (groups := groups_of(ask))
    ]
    return list(dict.fromkeys(found))


def _permissions(groups: Iterable[Group], part: Part) -> frozenset[Permission]:
    """A group that is granted on accounts opens what is in their zones, too; the reverse is not so."""
    account = Place(part.place.account)
    places = {"account": account, "zone": part.place if part.place.zone else None, "user": None}
    return frozenset(Permission(group, place) for group in groups if (place := places[group.scope]))


def cheapest(needs: Collection[frozenset[Permission]]) -> frozenset[Permission]:
    """Permissions that satisfy every need and open the fewest operations of the API together."""
    return _cheapest(frozenset(), list(_without_worse(set(needs))))


def _cheapest(chosen: frozenset[Permission], needs: Collection[frozenset[Permission]]) -> frozenset[Permission]:
    unmet = [need for need in needs if not need & chosen]
    if not unmet:
        return chosen
    hardest = min(unmet, key=lambda need: (len(need), sorted(map(str, need))))
    return min((_cheapest(chosen | {each}, unmet) for each in sorted(hardest, key=str)), key=_cost)


def _cost(permissions: Collection[Permission]) -> tuple[int, list[str]]:
    return sum(each.group.opens for each in permissions), sorted(map(str, permissions))


def _without_worse(needs: Collection[frozenset[Permission]]) -> Iterable[frozenset[Permission]]:
    """The same needs without permissions in whose place another does for the same and more, and opens no more."""
    met: dict[Permission, set[frozenset[Permission]]] = defaultdict(set)
    for need in needs:
        for each in need:
            met[each].add(need)
    order = sorted(met, key=lambda each: (-len(met[each]), each.group.opens, str(each)))
    kept: list[Permission] = []
    for each in order:
        if not any(met[each] <= met[other] and other.group.opens <= each.group.opens for other in kept):
            kept.append(each)
    return {need & frozenset(kept) for need in needs}


def _with_reasons(needs: Collection[Need]) -> Mapping[Permission, tuple[str, ...]]:
    chosen = cheapest([need.permissions for need in needs])
    busy = Counter(each for need in needs for each in need.permissions & chosen)
    reasons: dict[Permission, list[str]] = {each: [] for each in sorted(chosen, key=_order)}
    for need in needs:
        # What several would do for is put down to the one that is needed most.
        reasons[max(need.permissions & chosen, key=lambda each: (busy[each], str(each)))].append(need.who)
    return {each: tuple(dict.fromkeys(who)) for each, who in reasons.items()}


def _order(permission: Permission) -> tuple[Place, str]:
    return permission.place, permission.group.name
