"""Variables: what the code is told, and what belongs on a developer's machine."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource
from policies.properties import Properties
from policies.rule import EVERYWHERE, OUTSIDE_DEVELOPMENT, ResourceRule, Violation
from policies.script import plain_bindings, texts_in, variables
from policies.tokens import WORKER_ENVIRONMENT, WORKERS_SCRIPT

SKIPS_AUTHENTICATION = re.compile(
    r"(?:.*_)?(?:(?:SKIP|DISABLE|BYPASS|NO)_AUTH|AUTH_(?:SKIP|DISABLED|BYPASS))(?:_.*)?", re.IGNORECASE
)
DEBUGS = re.compile(r"DEBUG|DEBUG_.*|.*_DEBUG", re.IGNORECASE)
LOG_LEVEL = re.compile(r"(?:.*_)?LOG_?LEVEL", re.IGNORECASE)

LOG_LEVELS = ["debug", "info", "warn", "error"]
OFF_VALUES = frozenset({"", "0", "false", "no", "none", "null", "off"})
TALKATIVE_LEVELS = frozenset({"debug", "trace", "verbose", "silly", "all"})


def debug_variables(resource: Resource, settings: Properties) -> Iterator[Violation]:
    """A script inside a WorkerEnvironment is judged there, once, with the environment that the component declares."""
    allowed = set(settings.texts("allowed"))
    for path, name, value in _variables(resource):
        for key, text in texts_in(name, value):
            consequence = None if allowed & {name, key} else _consequence(key, text.strip().strip('"').lower())
            if consequence:
                yield Violation(
                    f"the variable {name} {consequence}",
                    "remove it here, or set it in the file of the development stack only.",
                    property=path,
                )
                break


def _variables(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """Path, name and text of each."""
    if resource.type == WORKER_ENVIRONMENT:
        yield from variables(resource.properties)
    elif not resource.is_inside(WORKER_ENVIRONMENT):
        yield from (("bindings", name, text) for name, text in plain_bindings(resource.properties))


def _consequence(name: str, value: str) -> str | None:
    if SKIPS_AUTHENTICATION.fullmatch(name) and value not in OFF_VALUES:
        return "lets requests in without authentication."
    if DEBUGS.fullmatch(name) and value not in OFF_VALUES:
        return "turns debugging on, which shows callers and logs what they should not see."
    if LOG_LEVEL.fullmatch(name) and value in TALKATIVE_LEVELS:
        return "sets a log level that writes personal data and credentials into the logs."
    return None


def another_environment(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    name = resource.properties.text("environment")
    for path, variable, value in variables(resource.properties):
        if variable == "ENVIRONMENT" and name and value and value != name:
            yield Violation(
                f"the code is told that it runs in another environment than {name}, and does there what it should not.",
                f"set ENVIRONMENT to {name}.",
                property=f"{path}.{variable}",
            )


def unknown_log_levels(resource: Resource, settings: Properties) -> Iterator[Violation]:
    levels = settings.texts("levels") or LOG_LEVELS
    for path, name, value in variables(resource.properties):
        if LOG_LEVEL.fullmatch(name) and value and value.lower() not in levels:
            yield Violation(
                "the log level is none that the code knows, so it logs all or nothing.",
                f"write one of {', '.join(levels)}.",
                property=f"{path}.{name}",
            )


def kept_variables(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    kept = {"plain_text", "json"} & set(resource.properties.texts("keepBindings"))
    if kept:
        yield Violation(
            "variables that somebody sets in the dashboard outlive every deployment, so nobody can tell from the files what the Worker is told.",
            "keep secrets only (`secret_text`, `secret_key`), and set variables in the stack's file.",
            property="keepBindings",
        )


RULES = (
    ResourceRule(
        id="environment-variable-must-agree",
        title="The code is told its own environment",
        description="A variable ENVIRONMENT says the name of the environment.",
        details="Judged are the variables of the main Worker and of its companions, where they have one of that name.",
        requirements=("T32", "P28", "D10"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Correct ENVIRONMENT in the stack's file.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=another_environment,
    ),
    ResourceRule(
        id="log-levels-must-be-known",
        title="Log levels are levels",
        description="A variable LOG_LEVEL says one of the levels that the code knows.",
        details="That it says none below info outside of development is for debug-variables-must-stay-in-development.",
        requirements=("T31", "P29"),
        severity=Severity.LOW,
        levels=EVERYWHERE,
        remediation="Write debug, info, warn or error.",
        settings={
            "levels": {
                "type": "array",
                "items": {"type": "string"},
                "default": LOG_LEVELS,
                "description": "The levels that the code knows.",
            }
        },
        types=frozenset({WORKER_ENVIRONMENT}),
        check=unknown_log_levels,
    ),
    ResourceRule(
        id="variables-must-come-from-the-stack",
        title="Variables are set in one place",
        description="An upload does not keep variables that were set elsewhere.",
        details="Judged is `keepBindings` of `WorkersScript`.",
        requirements=("T33",),
        severity=Severity.MEDIUM,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Take `plain_text` and `json` out of `keepBindings`, and write what the dashboard has into the stack's file first.",
        types=frozenset({WORKERS_SCRIPT}),
        check=kept_variables,
    ),
    ResourceRule(
        id="debug-variables-must-stay-in-development",
        title="No debugging or skipped authentication outside development",
        description="Variables that skip authentication, turn debugging on or log everything are for development only.",
        details="No variable of a `WorkerEnvironment`, and no plain binding of a script outside of one, skips authentication (`SKIP_AUTH`, `DISABLE_AUTH`, …), turns debugging on (`DEBUG`, `DEBUG_…`, `…_DEBUG`) or sets a `LOG_LEVEL` of debug or lower. Values that mean off (`false`, `0`, `off`, …) are fine. JSON is looked into.",
        requirements=("R34", "R35", "T31", "T124", "P29"),
        severity=Severity.CRITICAL,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Remove the variable from the system's and the stack's file. To look into a running Worker, tail its logs instead.",
        settings={
            "allowed": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Names of variables that look like debugging and are harmless.",
            }
        },
        types=frozenset({WORKER_ENVIRONMENT, WORKERS_SCRIPT}),
        check=debug_variables,
    ),
)
