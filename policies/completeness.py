"""Production is whole: nothing declared is missing, nothing of another environment slipped in."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.exposure import host_of_pattern
from policies.graph import Resource, Stack
from policies.isolation import KINDS
from policies.properties import Properties
from policies.rule import IN_PRODUCTION, StackRule, Violation
from policies.tokens import (
    D1_DATABASE,
    DISPATCH_NAMESPACE,
    DNS_RECORD,
    HYPERDRIVE,
    KV_NAMESPACE,
    PAGES_DOMAIN,
    PAGES_PROJECT,
    QUEUE,
    R2_BUCKET,
    WORKER_ENVIRONMENT,
    WORKERS_CUSTOM_DOMAIN,
    WORKERS_ROUTE,
    WORKERS_SCRIPT,
    WORKFLOW,
)

REGISTERED_AS = {
    "scripts": {WORKERS_SCRIPT: "scriptName"},
    "buckets": {R2_BUCKET: "name"},
    "kvNamespaces": {KV_NAMESPACE: "title"},
    "databases": {D1_DATABASE: "name"},
    "queues": {QUEUE: "queueName"},
    "hosts": {WORKERS_ROUTE: "pattern", WORKERS_CUSTOM_DOMAIN: "hostname", PAGES_DOMAIN: "name", DNS_RECORD: "name"},
    "workflows": {WORKFLOW: "workflowName"},
    "hyperdrives": {HYPERDRIVE: "name"},
    "dispatchNamespaces": {DISPATCH_NAMESPACE: "name"},
    "pagesProjects": {PAGES_PROJECT: "name"},
}
"""Kind of a physical name → the resources that make it real, and the property that bears it."""

LEFT_TO_WRANGLER = frozenset({"scripts", "hosts", "workflows"})
"""What no resource of the stack makes when wrangler owns the Worker's code."""

NOT_PRODUCTION = frozenset({"staging", "stage", "dev", "development"})


def incomplete_production(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    for environment in stack.of_type(WORKER_ENVIRONMENT):
        yield from _missing_names(stack, environment)
        yield from _misplaced_names(environment)


def _missing_names(stack: Stack, environment: Resource) -> Iterator[Violation]:
    names, declared = environment.properties.table("names"), environment.properties.table("declaredNames")
    left_out = LEFT_TO_WRANGLER if environment.properties.text("owner") == "wrangler" else frozenset()
    for kind in declared:
        in_use, registered = names.texts(kind), _registered(stack, kind)
        what = KINDS.get(kind, kind)
        for name in declared.texts(kind):
            if name not in in_use and environment.properties.is_known("names"):
                consequence = f"the system declares the {what} {name}, and this production environment does without it."
                fix = "take out what switches it off in the stack's file, or take it out of the system."
                yield Violation(consequence, fix, property=f"names.{kind}", resource=environment)
            elif name not in registered and None not in registered and kind not in left_out:
                consequence = f"the {what} {name} is declared, but no resource of the stack makes it."
                fix = "let the component of its kind make it, and look for a condition that leaves it out."
                yield Violation(consequence, fix, property=f"declaredNames.{kind}", resource=environment)


def _registered(stack: Stack, kind: str) -> set[str | None]:
    """The names that resources of the stack bear; None among them stands for unknown ones."""
    found: set[str | None] = set()
    for type_, key in REGISTERED_AS.get(kind, {}).items():
        for resource in stack.of_type(type_):
            name = resource.properties.text(key)
            found.add(host_of_pattern(name) if name and type_ == WORKERS_ROUTE else name)
    return found


def _misplaced_names(environment: Resource) -> Iterator[Violation]:
    names = environment.properties.table("names")
    for kind in names:
        for name in names.texts(kind):
            # Of a host only the first label is ours to name; `.dev` is also a top-level domain.
            ours = name.split(".")[0] if kind == "hosts" else name
            if NOT_PRODUCTION & set(re.split(r"[^a-z0-9]+", ours.lower())):
                yield Violation(
                    f"the {KINDS.get(kind, kind)} {name} is by its name of another environment, so production may write into data that is thrown away.",
                    "use the production name (no suffix) in the stack's file.",
                    property=f"names.{kind}",
                    resource=environment,
                )


RULES = (
    StackRule(
        id="production-names-must-be-complete",
        title="Production names are complete",
        description="Everything that the system declares exists in production under its production name.",
        details="Every name in `declaredNames` of the `WorkerEnvironment` is in its `names`, and a resource of the stack makes it (Worker, Workflows and hosts excepted where wrangler owns the code); and no name in production is of staging or development.",
        requirements=("R1", "R5", "R86", "R87", "T48", "T52", "T53", "T131", "T132", "P58"),
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        remediation="Compare `declaredNames` with `names` of the environment in the preview, and correct the stack's file.",
        check=incomplete_production,
    ),
)
