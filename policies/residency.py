"""Where data stays."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import EVERYWHERE, OUTSIDE_DEVELOPMENT, ResourceRule, StackRule, Violation
from policies.tokens import D1_DATABASE, KV_NAMESPACE, QUEUE, R2_BUCKET, WORKER_ENVIRONMENT

DATA = {
    R2_BUCKET: "the bucket's objects",
    KV_NAMESPACE: "the namespace's keys",
    D1_DATABASE: "the database's rows",
    QUEUE: "the queue's messages",
}

ANYWHERE = "default"
"""The jurisdiction of what may lie anywhere; unsaid, it is this one."""

VARIABLE = "JURISDICTION"
"""Tells the code where to ask for Durable Objects, which have no such setting of their own."""


def elsewhere(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    wanted = {jurisdiction for each in stack.of_type(WORKER_ENVIRONMENT) if (jurisdiction := _jurisdiction(each))}
    if len(wanted) != 1:
        return
    (wanted_one,) = wanted
    for resource in stack.of_type(*DATA):
        actual = _jurisdiction(resource)
        if actual is not None and actual != wanted_one:
            yield Violation(
                f"{DATA[resource.type]} are kept in the jurisdiction {actual}, and the environment promises {wanted_one}. It cannot be changed once the resource is made.",
                "set `jurisdiction` for the whole environment, before the first deployment.",
                property="jurisdiction",
                resource=resource,
            )


def _jurisdiction(resource: Resource) -> str | None:
    """None if it is not known yet."""
    properties = resource.properties
    stated = properties.text("jurisdiction")
    return stated or (None if properties.is_unknown("jurisdiction") else ANYWHERE)


def contradicted(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    environment = resource.properties
    jurisdiction, told = _jurisdiction(resource), environment.table("vars").text(VARIABLE)
    if jurisdiction and told and told != jurisdiction:
        yield Violation(
            f"the code is told to keep its Durable Objects in another jurisdiction than {jurisdiction}, where everything else is kept.",
            f"give `jurisdiction` and the variable {VARIABLE} one value, in one profile.",
            property=f"vars.{VARIABLE}",
        )
    for sibling in environment.tables("siblings"):
        other = sibling.text("jurisdiction")
        if sibling.flag("production") and jurisdiction and other and other not in {ANYWHERE, jurisdiction}:
            yield Violation(
                f"production keeps its data in {other}, and this environment in {jurisdiction}, where a copy of it must not be brought.",
                f"set `jurisdiction: {other}` here, too, before the first deployment.",
                property="jurisdiction",
            )


RULES = (
    StackRule(
        id="data-must-stay-in-its-jurisdiction",
        title="All data is in the jurisdiction of its environment",
        description="Every bucket, KV namespace, database and queue of a stack is in the jurisdiction of its environment.",
        details="A resource that does not say its jurisdiction is in `default`, which is anywhere.",
        requirements=("P16", "P20", "P66"),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="Make a new resource in the right jurisdiction, copy, and delete the old one: the jurisdiction of one that exists never changes.",
        check=elsewhere,
    ),
    ResourceRule(
        id="jurisdiction-must-be-told-once",
        title="One jurisdiction for all data and all environments",
        description="What the code is told of the jurisdiction agrees with it, and staging keeps its data where production does.",
        details=f"Judged are `jurisdiction` of the `WorkerEnvironment`, its variable `{VARIABLE}`, and the jurisdiction of the sibling that is production.",
        requirements=("P20",),
        severity=Severity.HIGH,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Put both words into one profile of the system, and let the environments name that profile.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=contradicted,
    ),
)
