"""From what each environment says to what all say, and what differs: `headworks:system` and `headworks:environment`."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, get_args

from headworks.adopt.suffixes import suffixes
from headworks.adopt.translated import Translated
from headworks.model.naming import Kind

_NEEDED = frozenset(
    {
        "name",
        "title",
        "code",
        "compatibility_date",
        "binding",
        "class_name",
        "namespace_id",
        "limit",
        "period",
        "namespace",
        "host",
        "database",
        "user",
        "password_variable",
    }
)
"""What nothing can be without: where environments differ, the system says what holds for the first of them."""

_ORDER = (
    "worker",
    "workers",
    "platform",
    "buckets",
    "kv",
    "d1",
    "hyperdrive",
    "queues",
    "workflows",
    "routes",
    "jurisdiction",
    "secrets",
)


def system_and_environments(translated: Sequence[Translated]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The system, and each environment by name; the first one is what the others differ from."""
    ends = _suffixes(translated)
    says = {each.name: _without_suffixes(each, ends) for each in translated}
    routes = {name: each.pop("routes", None) for name, each in says.items()}
    _switch_off_what_few_lack(says)
    shared, own = _split(list(says.values()))
    environments = {
        each.name: {"name": each.name, "production": each.production, "account_id": each.account_id}
        | _said_suffixes({kind: ends[kind].get(each.name, "") for kind, _ in each.names})
        | _ordered(rest | ({"routes": routes[each.name]} if routes[each.name] else {}))
        for each, rest in zip(translated, own, strict=True)
    }
    return _ordered(shared), environments


def _suffixes(translated: Sequence[Translated]) -> dict[Kind, dict[str, str]]:
    """By kind and environment; only of kinds that there are."""
    names: dict[Kind, dict[str, dict[str, str]]] = {}
    for each in translated:
        for (kind, thing), path in each.names.items():
            names.setdefault(kind, {}).setdefault(thing, {})[each.name] = _at(each.says, path)
    return {kind: suffixes(of_kind) for kind, of_kind in names.items()}


def _at(says: Any, path: Sequence[str]) -> Any:
    for key in path:
        says = says[key]
    return says


def _without_suffixes(each: Translated, ends: Mapping[Kind, Mapping[str, str]]) -> dict[str, Any]:
    says = deepcopy(each.says)
    for (kind, _), (*above, key) in each.names.items():
        place = _at(says, above)
        place[key] = place[key].removesuffix(ends[kind].get(each.name, ""))
    return says


def _said_suffixes(of_environment: Mapping[Kind, str]) -> dict[str, str]:
    """`suffix` is that of the scripts, which every environment has; kinds with another one say so."""
    general = of_environment.get("script", "")
    special = {
        f"{kind}_suffix": end for kind in get_args(Kind) if (end := of_environment.get(kind, general)) != general
    }
    return ({"suffix": general} if general else {}) | special


def _switch_off_what_few_lack(says: Mapping[str, dict[str, Any]]) -> None:
    """What most environments have is the system's; one that has none of it says so."""
    for section in ("buckets", "kv", "d1", "hyperdrive", "queues", "workflows"):
        things = [each.get(section, {}) for each in says.values()]
        for key in dict.fromkeys(key for each in things for key in each):
            with_it = [each[key] for each in things if key in each]
            if len(things) // 2 < len(with_it) < len(things):
                for each in says.values():
                    each.setdefault(section, {}).setdefault(key, with_it[0] | {"enabled": False})


def _split(says: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What all of them say in the same words, and what each says beside that."""
    shared: dict[str, Any] = {}
    own: list[dict[str, Any]] = [{} for _ in says]
    for key in dict.fromkeys(key for each in says for key in each):
        values = [each.get(key) for each in says]
        if all(isinstance(value, Mapping) for value in values):
            below, rests = _split(values)  # type: ignore[arg-type]
            shared |= {key: below} if below else {}
            for rest, of_environment in zip(rests, own, strict=True):
                of_environment.update({key: rest} if rest else {})
        elif all(value == values[0] for value in values):
            shared[key] = values[0]
        else:
            needed = key in _NEEDED and None not in values
            shared |= {key: values[0]} if needed else {}
            for value, of_environment in zip(values, own, strict=True):
                if value is not None and not (needed and value == values[0]):
                    of_environment[key] = value
    return shared, own


def _ordered(says: Mapping[str, Any]) -> dict[str, Any]:
    return {key: says[key] for key in (*_ORDER, *(key for key in says if key not in _ORDER)) if key in says}
