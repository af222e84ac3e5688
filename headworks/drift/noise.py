"""What a refresh shows although nobody changed anything, and why. It is told to nobody."""

from collections.abc import Mapping

ANY = "*"

NOISE: Mapping[tuple[str, str], str] = {
    (ANY, "created"): "the moment at which it was made, which some answers leave out",
    (ANY, "createdAt"): "the moment at which it was made, which some answers leave out",
    (ANY, "createdOn"): "the moment at which it was made, which some answers leave out",
    (ANY, "modified"): "when something changed; what did is shown by itself",
    (ANY, "modifiedOn"): "when something changed; what did is shown by itself",
    ("D1Database", "fileSize"): "grows with the data",
    ("D1Database", "numTables"): "the schema is looked at file by file",
    ("DnsRecord", "commentModifiedOn"): "when the comment changed; what it says is shown by itself",
    ("DnsRecord", "tagsModifiedOn"): "when the tags changed; which they are is shown by itself",
    ("Healthcheck", "failureReason"): "what the last check found",
    ("Healthcheck", "status"): "what the last check found",
    ("NotificationPolicyWebhooks", "lastFailure"): "what came of the last message",
    ("NotificationPolicyWebhooks", "lastSuccess"): "what came of the last message",
    ("PagesDomain", "status"): "the certificate is issued after the domain is made",
    ("PagesDomain", "validationData"): "the certificate is issued after the domain is made",
    ("PagesDomain", "verificationData"): "the certificate is issued after the domain is made",
    ("PagesProject", "canonicalDeployment"): "the app's repository deploys the site",
    ("PagesProject", "domains"): "each domain is a resource of its own, made after the project",
    ("PagesProject", "latestDeployment"): "the app's repository deploys the site",
    ("PagesProject", "usesFunctions"): "the app's repository deploys the site",
    ("Queue", "consumers"): "each consumer is looked at by itself, made after the queue",
    ("Queue", "consumersTotalCount"): "each consumer is looked at by itself, made after the queue",
    ("Queue", "producers"): "Workers that bind the queue, made after it",
    ("Queue", "producersTotalCount"): "Workers that bind the queue, made after it",
    ("WorkersCustomDomain", "certId"): "the certificate is renewed",
    ("WorkersForPlatformsDispatchNamespace", "scriptCount"): "the Workers of the namespace are looked at by name",
    ("WorkersForPlatformsDispatchNamespace", "trustedWorkers"): "the mode is a resource of its own, made after the namespace",
    ("WorkersScript", "startupTimeMs"): "is measured anew",
    ("Workflow", "instances"): "how many run, wait or have ended",
    ("Workflow", "triggeredOn"): "when it last ran",
    ("Workflow", "versionId"): "each upload of its Worker makes a version",
}  # fmt: skip
"""By type of resource (or any) and property."""


def is_noise(kind: str, key: str) -> bool:
    return (kind, key) in NOISE or (ANY, key) in NOISE
