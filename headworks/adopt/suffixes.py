"""What tells the names of one environment from those of another: a suffix for each kind, if there is one to be found."""

from collections.abc import Mapping, Sequence
from itertools import takewhile

_SEPARATORS = "-_"
_LONGEST = 32
"""Characters of a suffix, as the model takes it."""

Names = Mapping[str, Mapping[str, str]]
"""Of one kind: by thing and environment."""


def suffixes(names: Names) -> dict[str, str]:
    """Suffixes by environment, so that each name is one for all environments with the suffix of its own behind it.

    Nothing if the names do not come about in this way; then they are best written out.
    """
    found: dict[str, str] = {}
    for by_environment in names.values():
        if len(by_environment) > 1:
            common = stem(list(by_environment.values()))
            for environment, name in by_environment.items():
                if found.setdefault(environment, name[len(common) :]) != name[len(common) :]:
                    return {}
    return found if _hold(names, found) else {}


def stem(names: Sequence[str]) -> str:
    """What all begin with, up to a separator: `events` of events-prod and events-preview, not `events-pr`."""
    begins = _beginning(names)
    if all(len(name) == len(begins) or name[len(begins)] in _SEPARATORS for name in names):
        return begins
    ends = [begins.rfind(separator) for separator in _SEPARATORS]
    return begins[: max(ends)] if max(ends) > 0 else ""


def _beginning(names: Sequence[str]) -> str:
    same = takewhile(lambda characters: len(set(characters)) == 1, zip(*names, strict=False))
    return "".join(characters[0] for characters in same)


def _hold(names: Names, found: Mapping[str, str]) -> bool:
    """Whether every name ends in the suffix of its environment, and the rest is the same everywhere, and something."""
    for by_environment in names.values():
        stems = set()
        for environment, name in by_environment.items():
            suffix = found.get(environment, "")
            if not name.endswith(suffix) or name == suffix or len(suffix) > _LONGEST:
                return False
            stems.add(name.removesuffix(suffix))
        if len(stems) > 1:
            return False
    return True
