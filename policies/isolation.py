"""Environments and resources that would write to the same physical thing."""

from collections import defaultdict
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import EVERYWHERE, ResourceRule, StackRule, Violation
from policies.tokens import (
    D1_DATABASE,
    DISPATCH_NAMESPACE,
    HYPERDRIVE,
    KV_NAMESPACE,
    KV_VALUE,
    PAGES_DOMAIN,
    PAGES_PROJECT,
    QUEUE,
    R2_BUCKET,
    R2_BUCKET_CORS,
    R2_BUCKET_EVENT_NOTIFICATION,
    R2_BUCKET_LIFECYCLE,
    R2_BUCKET_LOCK,
    R2_MANAGED_DOMAIN,
    WORKER_ENVIRONMENT,
    WORKERS_CRON_TRIGGER,
    WORKERS_CUSTOM_DOMAIN,
    WORKERS_ROUTE,
    WORKERS_SCRIPT,
    WORKERS_SCRIPT_SUBDOMAIN,
    WORKFLOW,
    ZONE_SETTING,
)

KINDS = {
    "scripts": "Worker",
    "buckets": "R2 bucket",
    "kvNamespaces": "KV namespace",
    "databases": "D1 database",
    "queues": "queue",
    "hosts": "host",
    "workflows": "Workflow",
    "hyperdrives": "Hyperdrive configuration",
    "dispatchNamespaces": "dispatch namespace",
    "pagesProjects": "Pages project",
}
"""Kind of a physical name, as `WorkerEnvironment.names` groups them → as a person says it."""


def shared_with_siblings(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    environment = resource.properties
    names = environment.table("names")
    for sibling in environment.tables("siblings"):
        account, other_account = environment.text("accountId"), sibling.text("accountId")
        if account and other_account and account != other_account:
            continue
        for kind in names:
            taken = set(sibling.table("names").texts(kind))
            for name in dict.fromkeys(names.texts(kind)):
                if name in taken:
                    other = sibling.text("environment") or "another environment"
                    yield Violation(
                        f"the {KINDS.get(kind, kind)} {name} belongs to {other} of the same account, too, so one environment reads, overwrites and deletes the other's data.",
                        f"give it a name of its own (a suffix, as in `{name}-staging`), or the environment an account of its own.",
                        property=f"names.{kind}",
                    )


def shared_databases(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    """In whatever account: a database outside of Cloudflare knows nothing of Cloudflare's."""
    environment = resource.properties
    ours = {database for shape in environment.tables("shape") for database in shape.texts("databases")}
    for sibling in environment.tables("siblings"):
        theirs = {database for shape in sibling.tables("shape") for database in shape.texts("databases")}
        for database in sorted(ours & theirs):
            other = sibling.text("environment") or "another environment"
            yield Violation(
                f"{other} works on the database {database}, too, so what is tried out on the one changes the data of the other.",
                "give each environment a database of its own (`database`, or `host`, of the Hyperdrive configuration in the stack's file).",
                property="shape.databases",
            )


def shared_rate_limits(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    environment = resource.properties
    ours = {limit for shape in environment.tables("shape") for limit in shape.texts("rateLimits")}
    for sibling in environment.tables("siblings"):
        account, other_account = environment.text("accountId"), sibling.text("accountId")
        if account and other_account and account != other_account:
            continue
        theirs = {limit for shape in sibling.tables("shape") for limit in shape.texts("rateLimits")}
        for limit in sorted(ours & theirs):
            other = sibling.text("environment") or "another environment"
            yield Violation(
                f"the rate limit {limit} counts the requests of {other}, too, so a load test there locks the users of this one out.",
                "choose a `namespace_id` of its own for each environment of the account.",
                property="shape.rateLimits",
            )


IDENTITY = {
    R2_BUCKET: ("accountId", "name", "jurisdiction"),
    R2_BUCKET_CORS: ("accountId", "bucketName", "jurisdiction"),
    R2_BUCKET_LIFECYCLE: ("accountId", "bucketName", "jurisdiction"),
    R2_BUCKET_LOCK: ("accountId", "bucketName", "jurisdiction"),
    R2_MANAGED_DOMAIN: ("accountId", "bucketName", "jurisdiction"),
    R2_BUCKET_EVENT_NOTIFICATION: ("accountId", "bucketName", "jurisdiction", "queueId"),
    KV_NAMESPACE: ("accountId", "title"),
    KV_VALUE: ("accountId", "namespaceId", "keyName"),
    D1_DATABASE: ("accountId", "name"),
    QUEUE: ("accountId", "queueName"),
    DISPATCH_NAMESPACE: ("accountId", "name"),
    WORKERS_SCRIPT: ("accountId", "scriptName"),
    WORKERS_SCRIPT_SUBDOMAIN: ("accountId", "scriptName"),
    WORKERS_CRON_TRIGGER: ("accountId", "scriptName"),
    WORKERS_CUSTOM_DOMAIN: ("accountId", "hostname"),
    WORKERS_ROUTE: ("zoneId", "pattern"),
    WORKFLOW: ("accountId", "workflowName"),
    HYPERDRIVE: ("accountId", "name"),
    PAGES_PROJECT: ("accountId", "name"),
    PAGES_DOMAIN: ("accountId", "projectName", "name"),
    ZONE_SETTING: ("zoneId", "settingId"),
}
"""What makes a resource the same physical thing as another of its type. Most of these are created by PUT: Cloudflare
takes the second one for an update of the first and says nothing. The others fail halfway through an `up`."""

DEFAULTS = {"jurisdiction": "default"}


def shared_identity(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    """Unknown parts count as equal here and are told as unknown; where a known part differs they need not be known."""
    for type_, keys in IDENTITY.items():
        same: dict[tuple[str | None, ...], list[Resource]] = defaultdict(list)
        for resource in stack.of_type(type_):
            same[tuple(_identity_part(resource.properties, key) for key in keys)].append(resource)
        for identity, resources in same.items():
            if None not in identity:
                yield from _each_after_the_first(resources, keys)
            elif len(resources) > 1:
                resources[0].properties.text(keys[identity.index(None)])


def _identity_part(properties: Properties, key: str) -> str | None:
    """None if it is unknown; told as such only where it would decide."""
    return None if properties.is_unknown(key) else properties.text(key) or DEFAULTS.get(key, "")


def _each_after_the_first(resources: list[Resource], keys: tuple[str, ...]) -> Iterator[Violation]:
    first, *others = resources
    for other in others:
        yield Violation(
            f"{first.name} is the same physical thing, so the later one silently takes over and destroying either removes it for both.",
            "keep one of the two, or give them different names.",
            property=keys[-1] if keys[-1] not in DEFAULTS else keys[-2],
            resource=other,
        )


RULES = (
    ResourceRule(
        id="environments-must-not-share-names",
        title="Environments of one account share no physical name",
        description="No two environments of a system in one account use the same bucket, namespace, database, queue, Worker or host.",
        details="Rockhounding's own runbook had `exports-queue` in staging and production: staging would have taken production's exports.",
        requirements=("R12", "T6", "T10", "T30", "P17"),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="Rename the resource in the environment that is not production; production keeps its data. Where the names must stay, move the environment to another account.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=shared_with_siblings,
    ),
    ResourceRule(
        id="environments-must-not-share-databases",
        title="Environments share no database outside",
        description="No two environments of a system reach the same database through Hyperdrive.",
        details="A database is the same where host, port and name are. That staging logs in as another user does not keep it from production's tables.",
        requirements=("T30",),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="Make a database for the environment (Neon has branches for it), and name it in the stack's file.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=shared_databases,
    ),
    ResourceRule(
        id="rate-limits-must-not-be-shared",
        title="Environments of one account share no rate limit",
        description="No two environments of a system in one account count requests under the same number.",
        details="Rate limits of one `namespace_id` share their counters in the whole account.",
        requirements=("T106",),
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        remediation="Give each environment another `namespace_id` under `ratelimits`.",
        types=frozenset({WORKER_ENVIRONMENT}),
        check=shared_rate_limits,
    ),
    StackRule(
        id="resources-must-not-share-identity",
        title="No two resources of a stack are the same physical thing",
        description="Two resources of one stack never stand for the same object of Cloudflare.",
        details="Judged by account and name, and by what else makes the identity of a type. Most of these are created by PUT, so the second silently takes over the first, and destroying either removes it for both.",
        requirements=("R12", "T10"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Remove one of the two from the program. If both are in the state already, `pulumi state delete` the one to go, so that its removal does not delete the object.",
        check=shared_identity,
    ),
)
