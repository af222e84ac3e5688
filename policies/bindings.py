"""Code against what is bound to it: classes that must be exported, handlers that are called, resources that must be there."""

import re
from collections.abc import Callable, Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import EVERYWHERE, OUTSIDE_DEVELOPMENT, ResourceRule, StackRule, Violation
from policies.tokens import (
    DISPATCH_NAMESPACE,
    QUEUE,
    QUEUE_CONSUMER,
    R2_BUCKET,
    ROUTES,
    SCHEDULES,
    TAIL,
    WORK_QUEUE,
    WORKER_CODE,
    WORKERS_CRON_TRIGGER,
    WORKERS_SCRIPT,
)

DECLARED = re.compile(r"\bexport\s+(?:async\s+)?(?:class|function\s*\*?|const|let|var)\s+([\w$]+)")
LISTED = re.compile(r"\bexport\s*\{([^}]*)\}")
PASSED_ON = re.compile(r"\bexport\s*\*\s*from\b")

CLASS_BINDINGS = {"durable_object_namespace": "Durable Object", "workflow": "Workflow"}


def exports_of(content: str) -> set[str] | None:
    """The names that an ES module exports; None if it passes on what another module exports, or is no such module."""
    if PASSED_ON.search(content) or not re.search(r"\bexport\b", content):
        return None
    listed = (name for names in LISTED.findall(content) for name in names.split(","))
    return {*DECLARED.findall(content), *(words[-1] for name in listed if (words := name.split()))}


def unexported_classes(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    script = resource.properties
    exported = exports_of(script.text("content") or "")
    if exported is None:
        return
    own_name = script.text("scriptName")
    for binding in script.tables("bindings"):
        kind, name = CLASS_BINDINGS.get(binding.text("type") or ""), binding.text("className")
        if kind and name and name not in exported and (binding.text("scriptName") or own_name) == own_name:
            yield Violation(
                f"the code does not export the {kind} class {name}, so Cloudflare refuses the upload (10070).",
                f"export it from the entry point (`export class {name}`), or correct the name in the system's file.",
                property="content",
            )


def missing_handlers(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    """Only what is certain: a handler's name that stands nowhere in the code is not exported by it."""
    contents = {script.properties.text("scriptName"): script for script in stack.of_type(WORKERS_SCRIPT)}
    for script_name, handler, caller, path in _calls(stack):
        script = contents.get(script_name)
        content = script.properties.text("content") if script else None
        if content and not re.search(rf"\b{handler}\b", content):
            yield Violation(
                f"Cloudflare calls `{handler}` of {script_name}, which its code does not have: each call fails.",
                f"export a `{handler}` handler, or take out what calls it.",
                property=path,
                resource=caller,
            )


def _calls(stack: Stack) -> Iterator[tuple[str, str, Resource, str]]:
    """(script, its handler, who lets it be called, where that is said)."""
    for type_, handler, path, scripts in CALLERS:
        for caller in stack.of_type(type_):
            if not caller.is_inside(SCHEDULES) and not caller.is_inside(WORK_QUEUE):  # these two are asked themselves
                yield from ((script, handler, caller, path) for script in scripts(caller.properties) if script)


def _scheduled(properties: Properties) -> list[str | None]:
    has_schedules = properties.texts("crons") or properties.tables("schedules")
    return [properties.text("scriptName")] if has_schedules else []


CALLERS: tuple[tuple[str, str, str, Callable[[Properties], list[str | None]]], ...] = (
    (SCHEDULES, "scheduled", "crons", _scheduled),
    (WORKERS_CRON_TRIGGER, "scheduled", "schedules", _scheduled),
    (WORK_QUEUE, "queue", "consumer.scriptName", lambda queue: [queue.table("consumer").text("scriptName")]),
    (QUEUE_CONSUMER, "queue", "scriptName", lambda consumer: [consumer.text("scriptName")]),
    (TAIL, "tail", "consumers", lambda tail: [*tail.texts("consumers")]),
)
"""Type, the handler that it has called, the property that says of which script, and those scripts."""


NAMED_BY = {
    "r2_bucket": (R2_BUCKET, "name", "bucketName"),
    "queue": (QUEUE, "queueName", "queueName"),
    "dispatch_namespace": (DISPATCH_NAMESPACE, "name", "namespace"),
    "service": (WORKERS_SCRIPT, "scriptName", "service"),
}
"""Type of a binding → what it leads to, the property that names that, and the binding's property that says the name."""


def dangling_bindings(stack: Stack, settings: Properties) -> Iterator[Violation]:
    elsewhere = set(settings.texts("elsewhere"))
    for script in stack.of_type(WORKERS_SCRIPT):
        for binding in script.properties.tables("bindings"):
            type_ = binding.text("type") or ""
            if type_ not in NAMED_BY:
                continue
            target, key, says = NAMED_BY[type_]
            name = binding.text(says)
            there = {each.properties.text(key) for each in stack.of_type(target)}
            if name and name not in there and name not in elsewhere and None not in there:
                yield Violation(
                    f"the binding {binding.text('name')} leads to {name}, which this stack does not make: the upload is refused, or it works on what belongs to somebody else.",
                    "bind what the stack makes; what another stack makes for this one is named in `elsewhere`.",
                    property="bindings",
                    resource=script,
                )


def missing_tails(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    there = {each.properties.text("scriptName") for each in stack.of_type(WORKER_CODE, WORKERS_SCRIPT)}
    for tail in stack.of_type(TAIL):
        for name in tail.properties.texts("consumers"):
            if name not in there and None not in there:
                yield Violation(
                    f"the tail Worker {name} is not made by this stack, so the upload is refused, or the logs go to somebody else.",
                    "declare it under `workers`, and its key under `tail_consumers`.",
                    property="consumers",
                    resource=tail,
                )


def unreachable_workers(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    reached = set(_reached(stack))
    for code in stack.of_type(WORKER_CODE):
        properties = code.properties
        name = properties.text("scriptName")
        if name is None or name in reached or None in reached or properties.flag("workersDev") is not False:
            continue
        yield Violation(
            f"nothing leads to the Worker {name}: no route, schedule, queue, service binding or tail, so it is paid for and never runs.",
            "give it a route (or `tail_consumers`, a consumer, a cron), or take it out.",
            property="scriptName",
            resource=code,
        )


def _reached(stack: Stack) -> Iterator[str | None]:
    """Scripts that something leads to; None for one that is not known yet."""
    for routes in stack.of_type(ROUTES):
        if routes.properties.tables("routes"):
            yield routes.properties.text("scriptName")
    yield from (name for name, _, _, _ in _calls(stack))
    for script in stack.of_type(WORKERS_SCRIPT):
        for binding in script.properties.tables("bindings"):
            if binding.text("type") == "service":
                yield binding.text("service")
    for code in stack.of_type(WORKER_CODE):
        # Of a Worker that wrangler uploads only the types of its bindings are stated.
        if any(binding.text("type") == "service" for binding in code.properties.tables("bindings")):
            yield None if code.properties.text("owner") == "wrangler" else ""


RULES = (
    ResourceRule(
        id="bound-classes-must-be-exported",
        title="Bound classes are exported",
        description="The code exports every class of a Durable Object or Workflow that is bound to it.",
        details="Judged is the `content` of `WorkersScript`, one ES module. Of code that wrangler uploads the pack sees nothing.",
        requirements=("P7", "P9", "P57", "P75"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Export the class from the entry point and build again.",
        types=frozenset({WORKERS_SCRIPT}),
        check=unexported_classes,
    ),
    StackRule(
        id="called-handlers-must-exist",
        title="Handlers that are called exist",
        description="Code that has a schedule, consumes a queue or tails another Worker has the handler for it.",
        details="Looked for is the word (`scheduled`, `queue`, `tail`) in the `content` of the script: its absence is certain, its presence is not.",
        requirements=("P21", "T19", "T55"),
        severity=Severity.MEDIUM,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Add the handler to the default export of the entry point.",
        check=missing_handlers,
    ),
    StackRule(
        id="bindings-must-lead-to-resources",
        title="Bindings lead to resources of the stack",
        description="Buckets, queues, dispatch namespaces and services that a script binds are made by its stack.",
        details="A name that is spelled otherwise than the resource is found by nobody but the user who gets the error.",
        requirements=("P13", "P58", "P75", "D10"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Let the binding take its name from the resource's output, as the components do.",
        settings={
            "elsewhere": {
                "type": "array",
                "items": {"type": "string"},
                "default": [],
                "description": "Physical names of resources that another stack makes for this one.",
            }
        },
        check=dangling_bindings,
    ),
    StackRule(
        id="tail-workers-must-exist",
        title="Tail Workers are made by the stack",
        description="Every script that gets a Worker's logs is made by the same stack.",
        requirements=("T19", "T55"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Declare the tail Worker as a companion.",
        check=missing_tails,
    ),
    StackRule(
        id="workers-must-be-reachable",
        title="Something leads to every Worker",
        description="Every Worker has a route, a schedule, a queue, a tail or a service binding that leads to it.",
        details="Judged is `WorkerCode` outside of development. workers.dev counts, where it is allowed.",
        requirements=("R19", "R20", "T19", "T55", "D9"),
        severity=Severity.MEDIUM,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Declare the route that requests should come by.",
        check=unreachable_workers,
    ),
)
