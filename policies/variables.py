"""Variables that belong on a developer's machine."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource
from policies.properties import Properties
from policies.rule import OUTSIDE_DEVELOPMENT, ResourceRule, Violation
from policies.script import plain_bindings, texts_in, variables
from policies.tokens import WORKER_ENVIRONMENT, WORKERS_SCRIPT

SKIPS_AUTHENTICATION = re.compile(
    r"(?:.*_)?(?:(?:SKIP|DISABLE|BYPASS|NO)_AUTH|AUTH_(?:SKIP|DISABLED|BYPASS))(?:_.*)?", re.IGNORECASE
)
DEBUGS = re.compile(r"DEBUG|DEBUG_.*|.*_DEBUG", re.IGNORECASE)
LOG_LEVEL = re.compile(r"(?:.*_)?LOG_?LEVEL", re.IGNORECASE)

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


RULES = (
    ResourceRule(
        id="debug-variables-must-stay-in-development",
        title="No debugging or skipped authentication outside development",
        description="Variables that skip authentication, turn debugging on or log everything are for development only.",
        requirements=("R34", "R35", "P29"),
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
