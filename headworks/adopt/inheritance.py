"""The environments of a wrangler configuration, each with everything that holds for it, by wrangler's own rules.

An environment takes over what it does not say itself, but for the options that wrangler does not hand down (bindings,
variables …): these it has to repeat. Its Worker has the name of the Worker at the top with its own name behind it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from headworks.adopt.findings import CONSEQUENCES, UNKNOWN, NotTaken
from headworks.failure import Failure, problems_of
from headworks.lint_runbook.wrangler import vocabulary
from headworks.model.naming import ENVIRONMENT
from headworks.wrangler.configuration import EnvironmentOptions

NO_TOP_LEVEL = "none"
"""Says that what stands at the top is for the environments to inherit, and no environment itself."""

_PRODUCTION = ("production", "prod")
_OF_THE_FILE = frozenset({"$schema", "env"})


@dataclass(frozen=True, kw_only=True)
class WranglerEnvironment:
    name: str
    options: EnvironmentOptions
    not_taken: tuple[NotTaken, ...]
    """What nobody here knows."""

    @property
    def is_production(self) -> bool:
        return self.name in _PRODUCTION


def environments(document: Mapping[str, Any], source: str, top_level: str | None = None) -> list[WranglerEnvironment]:
    """All environments of a file, production first.

    `top_level` names the one at the top of the file, or says that there is none. Unsaid, it is production, unless one beneath
    `env` is. Raises Failure (exit 2) for what wrangler would refuse, too.
    """
    beneath = document.get("env") or {}
    if not isinstance(beneath, Mapping) or not all(isinstance(each, Mapping) for each in beneath.values()):
        raise Failure(f"{source}: env is no table of environments.", fix="Write [env.NAME].", exit_code=2)
    named = {name: effective(document, name) for name in beneath}
    chosen = top_level or (NO_TOP_LEVEL if set(_PRODUCTION) & named.keys() else _PRODUCTION[0])
    if chosen in named:
        raise Failure(
            f"{source} has an environment {chosen!r} beneath `env`, so the top cannot be called so, too.",
            fix=f"Choose another name with --top-level, or {NO_TOP_LEVEL}.",
            exit_code=2,
        )
    if chosen != NO_TOP_LEVEL:
        named = {chosen: effective(document, None), **named}
    if not named:
        raise Failure(f"{source} has no environment.", fix="Leave --top-level out.", exit_code=2)
    found = [_environment(name, options, source) for name, options in named.items()]
    return sorted(found, key=lambda each: not each.is_production)


def effective(document: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    """All options that hold for an environment; for the one at the top of the file if there is no name."""
    top = {key: value for key, value in document.items() if key not in _OF_THE_FILE}
    if name is None:
        return top
    own = document["env"][name]
    inherited = {key: value for key, value in top.items() if key not in vocabulary().not_inherited}
    called = {"name": f"{top['name']}-{name}"} if "name" in top else {}
    return inherited | called | dict(own)


def _environment(name: str, options: dict[str, Any], source: str) -> WranglerEnvironment:
    if not ENVIRONMENT.accepts(name):
        raise Failure(
            f"{source}: an environment is called {name!r}, and a stack cannot be: it must have {ENVIRONMENT.says}.",
            fix="Rename it, or choose another name for the top with --top-level.",
            exit_code=2,
        )
    not_taken = []
    known = json.loads(json.dumps(options))
    for path in _take_out_what_is_unknown(known):
        what = ".".join(str(step) for step in path)
        not_taken.append(NotTaken(environment=name, what=what, consequence=CONSEQUENCES.get(str(path[-1]), UNKNOWN)))
    try:
        validated = EnvironmentOptions.model_validate_json(json.dumps(known))
    except ValidationError as error:
        raise Failure(_refusal(error, f"{source}, environment {name}"), fix="Correct it there.", exit_code=2) from error
    return WranglerEnvironment(name=name, options=validated, not_taken=tuple(not_taken))


def _take_out_what_is_unknown(options: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Remove every option that the model does not have, and say where it was."""
    while found := _unknown(options):
        for path in found:
            place: Any = options
            for step in path[:-1]:
                place = place[step]
            place.pop(path[-1])
            yield path


def _unknown(options: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Paths of what no model has. Where one of several may stand, that is what none of them has."""
    try:
        EnvironmentOptions.model_validate_json(json.dumps(options))
    except ValidationError as error:
        extra = [each["loc"] for each in error.errors(include_url=False) if each["type"] == "extra_forbidden"]
        refused: dict[tuple[Any, ...], dict[Any, set[Any]]] = {}
        for *model, key in extra:
            refused.setdefault(_written(options, model), {}).setdefault(tuple(model), set()).add(key)
        return [
            (*place, key) for place, by_model in refused.items() for key in sorted(set.intersection(*by_model.values()))
        ]
    return []


def _written(options: Any, location: Sequence[Any]) -> tuple[Any, ...]:
    """The path in the document: a location also names which of several types was tried."""
    path = []
    for step in location:
        if (isinstance(options, list) and isinstance(step, int)) or (isinstance(options, dict) and step in options):
            options = options[step]
            path.append(step)
    return tuple(path)


def _refusal(error: ValidationError, where: str) -> str:
    """What is wrong, without values: a variable may be a secret that stands in the wrong place."""
    problems = sorted({f"  {problem}" for problem in problems_of(error)})
    return "\n".join([f"{where} has what wrangler does not take:", *problems])
