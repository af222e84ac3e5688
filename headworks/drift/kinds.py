"""What things of an account are called in a report and in the ignore file."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    word: str
    name: str
    """How a resource of the kind is named, of its outputs."""

    def name_of(self, outputs: Mapping[str, object]) -> str | None:
        """None when the outputs do not tell."""
        try:
            return self.name.format_map(outputs)
        except KeyError:
            return None


KINDS: Mapping[str, Kind] = {
    "D1Database": Kind("database", "{name}"),
    "D1Migrations": Kind("schema", "{databaseName}"),
    "DispatchNamespaceTrust": Kind("trusted-mode", "{namespace}"),
    "DnsRecord": Kind("dns-record", "{type} {name}"),
    "Healthcheck": Kind("healthcheck", "{name}"),
    "Hyperdrive": Kind("hyperdrive", "{name}"),
    "MigrationLedger": Kind("migrations", "{scriptName}"),
    "NotificationPolicy": Kind("notification", "{name}"),
    "NotificationPolicyWebhooks": Kind("webhook", "{name}"),
    "PagesDomain": Kind("pages-domain", "{name}"),
    "PagesProject": Kind("pages-project", "{name}"),
    "Queue": Kind("queue", "{queueName}"),
    "QueueConsumer": Kind("queue-consumer", "{queueName} → {scriptName}"),
    "R2Bucket": Kind("bucket", "{name}"),
    "R2BucketCors": Kind("bucket-cors", "{bucketName}"),
    "R2BucketEventNotification": Kind("bucket-notification", "{bucketName} → {queueName}"),
    "R2BucketLifecycle": Kind("bucket-lifecycle", "{bucketName}"),
    "R2BucketLock": Kind("bucket-lock", "{bucketName}"),
    "WorkersCronTrigger": Kind("schedule", "{scriptName}"),
    "WorkersCustomDomain": Kind("custom-domain", "{hostname}"),
    "WorkersDeployment": Kind("deployment", "{scriptName}"),
    "WorkersForPlatformsDispatchNamespace": Kind("dispatch-namespace", "{name}"),
    "WorkersKvNamespace": Kind("kv-namespace", "{title}"),
    "WorkersRoute": Kind("route", "{pattern}"),
    "WorkersScript": Kind("worker", "{scriptName}"),
    "WorkersScriptSubdomain": Kind("workers-dev", "{scriptName}"),
    "Workflow": Kind("workflow", "{workflowName}"),
    "ZoneSetting": Kind("zone-setting", "{settingId}"),
}
"""By the type of resource, without its package."""

BESIDE_RESOURCES = ("bucket-domain", "dispatched-worker", "ignored-entry", "public-bucket", "secret")
"""What is looked at although no resource of a stack is it."""

WORDS = frozenset((*(kind.word for kind in KINDS.values()), *BESIDE_RESOURCES))
