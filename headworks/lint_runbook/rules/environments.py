"""Which environment, and so which Worker, a step acts on."""

import re
from collections.abc import Iterator
from typing import Any

from headworks.lint_runbook.rule import Defect, Rule
from headworks.lint_runbook.runbook import Origin, Runbook, Step, table
from headworks.lint_runbook.structured import Path
from headworks.lint_runbook.wrangler import WranglerCall, vocabulary

OF_AN_ENVIRONMENT = re.compile(
    r"(?:deploy|deployments|rollback|secret|tail|triggers|versions|delete)\b|kv (?:key|bulk)\b"
)
"""Commands that act on the Worker, or the bindings, of the environment they name."""
BY_ITSELF = ("name", "namespace-id", "dispatch-namespace", "dry-run", "help", "h")
"""Flags that say which Worker or namespace is meant without an environment."""
ACTION = "cloudflare/wrangler-action"
PULL_REQUEST = re.compile(r"pull_request\b")


def missing_environments(runbook: Runbook) -> Iterator[Defect]:
    """Only where the runbook has environments: who has none, needs no `--env`."""
    elsewhere = _example(runbook)
    if not elsewhere:
        return
    for step, call in runbook.wrangler_steps:
        if _needs_environment(step, call) and call.environment is None:
            command = " ".join(word.written for word in step.command.words)
            yield Defect(
                step.place_of(call.program),
                f"it names no environment, unlike {elsewhere}.",
                f"{command.replace(call.written, call.command, 1)} --env {_environment(runbook)}",
            )
    for workflow in runbook.workflows:
        for path, inputs in _inputs_of_action(workflow.value):
            if not {"environment", "command"} & inputs.keys():
                yield Defect(
                    workflow.place(*path),
                    f"{ACTION} gets no environment, unlike {elsewhere}.",
                    f"environment: {_environment(runbook)} under `with:`",
                )


def _needs_environment(step: Step, call: WranglerCall) -> bool:
    if call.unknown or not vocabulary().commands.get(call.command) or not OF_AN_ENVIRONMENT.match(call.command):
        return False
    if call.command.startswith("kv "):
        return call.flag("binding") is not None
    is_worker_named = call.command == "tail" and bool(call.arguments)
    return step.origin is not Origin.SCRIPT and call.flag(*BY_ITSELF) is None and not is_worker_named


def _example(runbook: Runbook) -> str:
    for step, call in runbook.wrangler_steps:
        if call.environment:
            return f"`--env {call.environment}` in line {step.place.line}"
    for name, place in runbook.environments.items():
        return f"[env.{name}] in line {place.line}"
    return ""


def _environment(runbook: Runbook) -> str:
    named = [call.environment for _, call in runbook.wrangler_steps if call.environment] + [*runbook.environments]
    return "production" if "production" in named else named[0]


def _inputs_of_action(workflow: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for job, content in table(workflow.get("jobs")).items():
        steps = table(content).get("steps")
        for index, step in enumerate(steps if isinstance(steps, list) else []):
            if str(table(step).get("uses", "")).startswith(ACTION):
                yield ("jobs", job, "steps", index, "uses"), table(step.get("with"))


def undeclared_environments(runbook: Runbook) -> Iterator[Defect]:
    """Where the runbook shows a whole configuration: one with the name of the Worker."""
    whole = [configuration for configuration in runbook.configurations if "name" in configuration.value]
    if not whole:
        return
    line = whole[0].code.start.line
    for step, call in runbook.wrangler_steps:
        environment = call.environment or ""
        if re.fullmatch(r"[\w-]+", environment) and environment not in runbook.environments:
            yield Defect(
                step.place_of(call.program),
                f"the configuration in line {line} declares no environment `{environment}`.",
                f"declare `env.{environment}` with all its bindings and variables, or leave `--env` out",
            )


def bindings_that_are_not_inherited(runbook: Runbook) -> Iterator[Defect]:
    """All configurations of the runbook together are one file: they show it part by part."""
    top: dict[str, int] = {}
    own: dict[str, set[str]] = {}
    for configuration in runbook.configurations:
        for key in configuration.value.keys() & vocabulary().not_inherited:
            top.setdefault(key, configuration.place(key).line)
        for name, environment in table(configuration.value.get("env")).items():
            own.setdefault(name, set()).update(table(environment))
    for name, place in runbook.environments.items():
        lost = sorted(top.keys() - own[name])
        if lost:
            named = ", ".join(f"{key} (line {top[key]})" for key in lost)
            yield Defect(
                place,
                f"environment `{name}` does not take over from the top level: {named}.",
                f"repeat in `env.{name}`, with values of its own: {', '.join(lost)}",
            )


def deploys_of_pull_requests(runbook: Runbook) -> Iterator[Defect]:
    for workflow in runbook.workflows:
        for name, job in table(workflow.value.get("jobs")).items():
            condition = str(table(job).get("if", ""))
            by_request = PULL_REQUEST.search(condition) or (
                not condition and PULL_REQUEST.search(str(workflow.value.get("on")))
            )
            for index in _deploying_steps(table(job)) if by_request else ():
                yield Defect(
                    workflow.place("jobs", name, "steps", index),
                    f"job `{name}` deploys code of pull requests into an environment that all share.",
                    "deploy after the merge; give a pull request a stack of its own, or `wrangler versions upload`",
                )


def _deploying_steps(job: dict[str, Any]) -> Iterator[int]:
    steps = job.get("steps")
    for index, step in enumerate(steps if isinstance(steps, list) else []):
        if re.search(rf"wrangler (?:deploy|publish)\b|run deploy\b|{ACTION}", str(step)):
            yield index


RULES = (
    Rule(
        "environment-missing",
        "Each step names its environment",
        "wrangler acts on the Worker without a suffix: another one than the other steps deploy, watch or roll back.",
        check=missing_environments,
        requirements=("T69", "T34", "P36", "T86"),
    ),
    Rule(
        "environment-not-declared",
        "Environments that steps name are declared",
        "wrangler warns, and makes or reads a Worker `NAME-ENVIRONMENT` without any binding.",
        check=undeclared_environments,
        requirements=("P35",),
    ),
    Rule(
        "bindings-not-inherited",
        "An environment has its own bindings and variables",
        "The Worker goes live without them, and fails at the first request that needs one.",
        check=bindings_that_are_not_inherited,
        requirements=("T30", "P35"),
    ),
    Rule(
        "pull-request-deploys",
        "Code that is not merged stays out of shared environments",
        "Two pull requests overwrite each other, and code that nobody reviewed runs with the secrets of staging.",
        check=deploys_of_pull_requests,
        requirements=("T87",),
    ),
)
