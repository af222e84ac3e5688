"""The least permissions as the API takes them: the body of `POST /accounts/{id}/tokens`, and of `POST /user/tokens`."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from headworks.token.comparison import ACCOUNT, ZONE
from headworks.token.least import Permission
from headworks.token.parts import Place


@dataclass(frozen=True)
class Known:
    """What an account says of ids; the rest stays unknown."""

    groups: Mapping[str, str]
    """By name."""
    zones: Mapping[str, str]
    """By name."""


def body_of(name: str, permissions: Collection[Permission], known: Known) -> dict[str, Any]:
    """One policy for each set of places. What is not known has no `id`, or a zone's name in its place."""
    places: dict[str, set[Place]] = defaultdict(set)
    for each in permissions:
        places[each.group.name].add(each.place)
    groups: dict[tuple[Place, ...], list[str]] = defaultdict(list)
    for group, found in places.items():
        for same in ([place for place in found if not place.zone], [place for place in found if place.zone]):
            if same:
                groups[tuple(sorted(same))].append(group)
    return {"name": name, "policies": [_policy(sorted(groups[where]), where, known) for where in sorted(groups)]}


def unknown(permissions: Collection[Permission], known: Known) -> list[str]:
    """Names of permission groups and zones whose ids are not known."""
    groups = dict.fromkeys(each.group.name for each in permissions if each.group.name not in known.groups)
    zones = dict.fromkeys(
        each.place.zone for each in permissions if each.place.zone and each.place.zone not in known.zones
    )
    return [*groups, *(f"zone {zone}" for zone in zones)]


def _policy(groups: Collection[str], places: Collection[Place], known: Known) -> dict[str, Any]:
    return {
        "effect": "allow",
        "permission_groups": [
            ({"id": known.groups[name]} if name in known.groups else {}) | {"name": name} for name in groups
        ],
        "resources": {_resource(place, known): "*" for place in places},
    }


def _resource(place: Place, known: Known) -> str:
    if place.zone:
        return f"{ZONE}.{known.zones.get(place.zone, place.zone)}"
    return f"{ACCOUNT}.{place.account}"
