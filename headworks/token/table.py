"""The least permissions as a table for people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from headworks.token.least import Least, Permission
from headworks.token.parts import Place


@dataclass(frozen=True)
class Row:
    permission: str
    """The permission group without its last word: that differs between preview and up."""
    places: tuple[Place, ...]
    preview: str
    """`Read`, `Write`, or nothing."""
    up: str
    needed_by: tuple[str, ...]

    @property
    def on(self) -> str:
        zones = [place.zone for place in self.places if place.zone]
        if not zones:
            return f"account {self.places[0].account}"
        return f"{'zone' if len(zones) == 1 else 'zones'} {', '.join(zones)}"


def rows_of(least: Least) -> list[Row]:
    """One row for a permission on an account, or on the zones where the same is needed."""
    places: dict[tuple[str, str, str, bool], list[Place]] = defaultdict(list)
    needed_by: dict[tuple[str, str, str, bool], dict[str, None]] = defaultdict(dict)
    preview, up = _levels(least.preview), _levels(least.up)
    for name, place in sorted({*preview, *up}, key=lambda each: (bool(each[1].zone), each[0], each[1])):
        key = (name, preview.get((name, place), ""), up.get((name, place), ""), bool(place.zone))
        places[key].append(place)
        for permission, who in (*least.up.items(), *least.preview.items()):
            if permission.place == place and permission.group.name.rpartition(" ")[0] == name:
                needed_by[key] |= dict.fromkeys(who)
    return [Row(key[0], tuple(found), key[1], key[2], tuple(needed_by[key])) for key, found in places.items()]


def _levels(permissions: Iterable[Permission]) -> dict[tuple[str, Place], str]:
    return {
        (each.group.name.rpartition(" ")[0], each.place): each.group.name.rpartition(" ")[2] for each in permissions
    }
