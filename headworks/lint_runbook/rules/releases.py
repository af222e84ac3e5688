"""Deployments, rollbacks and logs: commands that work, and do something else than the runbook says."""

import difflib
import re
from collections.abc import Iterator

from headworks.lint_runbook.rule import Defect, Rule, Severity
from headworks.lint_runbook.runbook import Runbook, Step
from headworks.lint_runbook.shell import pipeline

ROLLBACK_REMARK = re.compile(r"roll(?:ing)?[ -]?back|previous (?:version|deployment|release)|\brevert", re.IGNORECASE)
DATA_REMARK = re.compile(
    r"time.travel|bookmark|data (?:is|are|stays?|remains?)\b.*\bnot?\b|not (?:revert|restore|undo)", re.IGNORECASE
)
TAIL_FIELDS = frozenset(
    [
        "cpuTime",
        "diagnosticsChannelEvents",
        "dispatchNamespace",
        "entrypoint",
        "event",
        "eventTimestamp",
        "exceptions",
        "executionModel",
        "logs",
        "outcome",
        "scriptName",
        "scriptTags",
        "scriptVersion",
        "truncated",
        "wallTime",
    ]
)
"""Of an event of `wrangler tail --format json`."""
JQ_FIELD = re.compile(r"(?:^|[^\w.\])])\.([A-Za-z_]\w*)")


def rollbacks_by_deploy(runbook: Runbook) -> Iterator[Defect]:
    for step, call in runbook.wrangler_steps:
        if (
            call.command == "deploy"
            and call.exists
            and ROLLBACK_REMARK.search(step.command.remark)
            and not _checks_out(runbook, step)
        ):
            environment = f" --env {call.environment}" if call.environment else ""
            yield Defect(
                step.place_of(call.program),
                "`wrangler deploy` uploads the code that is checked out, and takes nothing back.",
                f"wrangler rollback{environment}",
            )


def _checks_out(runbook: Runbook, step: Step) -> bool:
    return any(
        other.code is step.code and other.command.texts[:2] in (["git", "checkout"], ["git", "switch"])
        for other in runbook.steps
    )


def rollbacks_of_data(runbook: Runbook) -> Iterator[Defect]:
    if any(line.find(DATA_REMARK) for line in runbook.markdown.prose) or any(
        call.command.startswith("d1 time-travel") for _, call in runbook.wrangler_steps
    ):
        return
    for step, call in runbook.wrangler_steps:
        if call.command == "rollback":
            yield Defect(
                step.place_of(call.program),
                "a rollback takes back code and variables, and the runbook says nothing on what is stored.",
                "say what becomes of D1 (wrangler d1 time-travel restore), KV, R2, queues, Durable Objects and secrets",
            )


def tails_in_namespaces(runbook: Runbook) -> Iterator[Defect]:
    if not any(
        call.flag("dispatch-namespace") is not None or call.command.startswith("dispatch-namespace")
        for _, call in runbook.wrangler_steps
    ):
        return
    services = set(re.findall(r'"service\\?":\s*\\?"([\w-]+)', runbook.markdown.text))
    for step, call in runbook.wrangler_steps:
        worker = call.arguments[0].text if call.command == "tail" and call.arguments else ""
        if worker.startswith(("<", "$")) or worker in services:
            yield Defect(
                step.place_of(call.program),
                f"`wrangler tail` finds no Worker of a dispatch namespace, such as `{worker}`.",
                "tail the dispatcher, or read the logs of its namespace: a tail Worker (`tail_consumers`), or the query of Workers Observability",
            )


def deploys_outside_namespaces(runbook: Runbook) -> Iterator[Defect]:
    keys = [
        configuration.value["dispatch_namespace"]
        for configuration in runbook.configurations
        if "dispatch_namespace" in configuration.value
    ]
    for step, call in runbook.wrangler_steps if keys else ():
        if call.command == "deploy" and call.flag("dispatch-namespace", "dry-run") is None:
            command = " ".join(word.written for word in step.command.words)
            yield Defect(
                step.place_of(call.program),
                f"without its flag, this uploads to the account and not to the namespace `{keys[0]}`.",
                f"{command} --dispatch-namespace {keys[0]}",
            )


def fields_of_tail(runbook: Runbook) -> Iterator[Defect]:
    for step, call in runbook.wrangler_steps:
        if call.command != "tail":
            continue
        for filters in pipeline(step.command):
            for word in filters.words[1:] if filters.name == "jq" else ():
                for field in JQ_FIELD.findall(re.sub(r'"[^"]*"', "", word.text)):
                    if field not in TAIL_FIELDS:
                        close = difflib.get_close_matches(field.lower(), [known.lower() for known in TAIL_FIELDS], n=1)
                        instead = next(
                            (f".{known}" for known in TAIL_FIELDS if [known.lower()] == close),
                            "one of " + ", ".join(sorted(TAIL_FIELDS)),
                        )
                        yield Defect(
                            step.place_of(word), f"an event of `wrangler tail` has no field `{field}`.", instead
                        )


RULES = (
    Rule(
        "rollback-by-deploy",
        "A rollback goes back",
        "The broken code goes out again, while everybody thinks that it is gone.",
        check=rollbacks_by_deploy,
        requirements=("R75",),
    ),
    Rule(
        "rollback-leaves-data",
        "A rollback says what becomes of the data",
        "The old code meets data, queued messages and secrets of the new one.",
        check=rollbacks_of_data,
        severity=Severity.NOTE,
        requirements=("T89",),
    ),
    Rule(
        "tail-in-namespace",
        "Logs of a namespace come from where they are",
        "It finds no Worker, or tails another one of the account with the same name.",
        check=tails_in_namespaces,
        requirements=("D41", "D32"),
    ),
    Rule(
        "deploy-outside-namespace",
        "What belongs to a dispatch namespace is deployed into it",
        "A Worker of that name arises in the account, and the one in the namespace stays as it is.",
        check=deploys_outside_namespaces,
        requirements=("D14", "D28"),
    ),
    Rule(
        "tail-unknown-field",
        "Filters on logs name fields that there are",
        "jq gives null or nothing for each event, as if nothing had happened.",
        check=fields_of_tail,
        requirements=("R69",),
    ),
)
