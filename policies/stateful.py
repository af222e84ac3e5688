"""Resources that hold data: what a mistaken destroy or replacement would take with it."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import IN_PRODUCTION, StackRule, Violation
from policies.tokens import D1_DATABASE, DISPATCH_NAMESPACE, KV_NAMESPACE, QUEUE, R2_BUCKET, WORKERS_SCRIPT

WHAT_IS_LOST = {
    R2_BUCKET: "the bucket's objects",
    KV_NAMESPACE: "the namespace's keys",
    D1_DATABASE: "the database",
    QUEUE: "the queue's undelivered messages",
    DISPATCH_NAMESPACE: "every Worker in the namespace",
    WORKERS_SCRIPT: "the storage of the script's Durable Objects",
}


def unprotected(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    for resource in stack.of_type(*WHAT_IS_LOST):
        if resource.protected or (resource.type == WORKERS_SCRIPT and not _owns_durable_objects(resource)):
            continue
        yield Violation(
            f"the resource is not protected, so a destroy or a replacement deletes {WHAT_IS_LOST[resource.type]}.",
            "pass `ResourceOptions(protect=True, retain_on_delete=True)`; the components do so in production.",
            resource=resource,
        )


def _owns_durable_objects(script: Resource) -> bool:
    """A binding with `scriptName` is to the objects of another script; its own name there means itself."""
    return any(
        binding.text("type") == "durable_object_namespace"
        and (binding.text("scriptName") or script.properties.text("scriptName")) == script.properties.text("scriptName")
        for binding in script.properties.tables("bindings")
    )


RULES = (
    StackRule(
        id="stateful-resources-must-be-protected",
        title="Stateful resources are protected",
        description="What holds data in production cannot be deleted by accident.",
        details="R2 buckets, KV namespaces, D1 databases, queues, dispatch namespaces and scripts that own Durable Objects have `protect`. The pack cannot see `retain_on_delete`; the tests of the components do.",
        requirements=("R86", "R87", "D1", "D4"),
        severity=Severity.CRITICAL,
        levels=IN_PRODUCTION,
        remediation="Set `protect` and `retain_on_delete` on the resource and bring the stack up: neither touches the data. To delete it on purpose, `pulumi state unprotect` it first.",
        check=unprotected,
    ),
)
