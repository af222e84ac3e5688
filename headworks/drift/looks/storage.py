"""What is set on the buckets besides the stack's own rules: who may read them, what is deleted, who is told."""

from collections.abc import Iterator

from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference, How
from headworks.drift.looks.look import Look
from headworks.facts.account import AccountReader
from headworks.facts.live import storage as live

_BY_HAND = "and no stack said so"


def _rules(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    for bucket in deployed.all("R2Bucket"):
        found = live.bucket(account, bucket.outputs["name"], bucket.outputs.get("jurisdiction") or "default")
        if found is not None:
            yield from _of_rules(deployed, found.name, live.bucket_rules(account, found))
            yield from _of_audience(deployed, found.name, live.bucket_audience(account, found))


def _of_rules(deployed: Deployed, bucket: str, rules: live.BucketRules) -> Iterator[Difference]:
    """Kinds of rules that the stack has for the bucket are its resources, and the refresh sees them."""
    if rules.cors and bucket not in deployed.values("R2BucketCors", "bucketName"):
        yield Difference(How.UNOWNED, "bucket-cors", bucket, f"browsers may read it ({rules.cors} rules), {_BY_HAND}")
    if rules.lifecycle and bucket not in deployed.values("R2BucketLifecycle", "bucketName"):
        says = f"objects are deleted or moved by {', '.join(rules.lifecycle)}, {_BY_HAND}"
        yield Difference(How.UNOWNED, "bucket-lifecycle", bucket, says)
    if rules.lock and bucket not in deployed.values("R2BucketLock", "bucketName"):
        yield Difference(How.UNOWNED, "bucket-lock", bucket, f"objects are held by {', '.join(rules.lock)}, {_BY_HAND}")


def _of_audience(deployed: Deployed, bucket: str, audience: live.BucketAudience) -> Iterator[Difference]:
    if audience.public:
        yield Difference(How.UNOWNED, "public-bucket", bucket, f"everybody reads it at r2.dev, {_BY_HAND}")
    for domain in audience.domains:
        says = f"everybody reads {bucket} there, {_BY_HAND}"
        yield Difference(How.UNOWNED, "bucket-domain", domain, says)
    owned = {(each.inputs["bucketName"], each.inputs["queueId"]) for each in deployed.all("R2BucketEventNotification")}
    for queue_id, queue in audience.notified.items():
        if (bucket, queue_id) not in owned:
            says = f"{queue} is told of its changes, {_BY_HAND}"
            yield Difference(How.UNOWNED, "bucket-notification", f"{bucket} → {queue}", says)


LOOKS = (Look("rules and domains of the buckets", _rules),)
