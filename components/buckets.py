"""R2 buckets with their rules: who may read them in a browser, what becomes of old objects, what nobody may delete."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic.alias_generators import to_camel

from components.bindings import MAIN, Bound
from components.bucket_rules import (
    CorsRuleArgs,
    LifecycleRuleArgs,
    LockRuleArgs,
    NotificationArgs,
    cors_rules,
    lifecycle_rules,
    lock_rules,
    notification_rules,
    rule_inputs,
)
from components.cloudflare import (
    Binding,
    R2Bucket,
    R2BucketCors,
    R2BucketEventNotification,
    R2BucketLifecycle,
    R2BucketLock,
)
from components.protection import stateful
from components.residency import stated


class BucketArgs(TypedDict):
    binding: str
    """The Worker's name for the bucket; part of the logical name."""
    name: str
    """The physical name. Another name is another bucket: `components.physical_names` refuses the change."""
    worker: NotRequired[str]
    """Key of the companion that binds it; without it the main Worker does."""
    jurisdiction: str
    """`default`, `eu` or `fedramp`; part of the bucket's identity."""
    storage_class: str
    """Of new objects: `Standard` or `InfrequentAccess`."""
    location: NotRequired[str]
    """A hint that Cloudflare follows once, when it first sees the name."""
    cors: NotRequired[Sequence[CorsRuleArgs]]
    """Empty: no browser reads the bucket directly. Left out: nobody decided (P18)."""
    lifecycle: NotRequired[Sequence[LifecycleRuleArgs]]
    """Left out: not decided, or waived (P19)."""
    lifecycle_waived: NotRequired[str]
    """Why no rule of ours is needed."""
    lock: NotRequired[Sequence[LockRuleArgs]]
    notifications: NotRequired[Sequence[NotificationArgs]]


class BucketSetArgs(TypedDict):
    account_id: str
    production: bool
    buckets: Sequence[BucketArgs]


class BucketSet(Bound):
    """The R2 buckets of an environment. It neither fills nor empties them: a bucket with objects cannot be deleted.

    Cloudflare keeps lifecycle and lock rules when their resource goes. A waived lifecycle therefore writes the default rule, so
    that no rule of before goes on deleting objects. A lock that is taken out of the file stays locked: it is there so that
    no mistake in a file deletes anything, and comes off by hand (`wrangler r2 bucket lock remove`).
    """

    names: dict[str, pulumi.Output[str]]
    """Physical names by binding, known once the buckets exist."""

    def __init__(self, name: str, args: BucketSetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:BucketSet", name, _inputs(args), opts)
        self.names = {}
        for bucket in args["buckets"]:
            resource = self._bucket(f"{name}-{bucket['binding']}", args, bucket)
            self._rules(f"{name}-{bucket['binding']}", args["account_id"], bucket, resource)
            self.names[bucket["binding"]] = resource.name
            self.bind(_binding(bucket, resource), bucket.get("worker", MAIN))
        self.register_outputs({"names": self.names})

    def _bucket(self, name: str, args: BucketSetArgs, bucket: BucketArgs) -> R2Bucket:
        return R2Bucket(
            name,
            account_id=args["account_id"],
            name=bucket["name"],
            jurisdiction=bucket["jurisdiction"],
            location=bucket.get("location"),
            storage_class=bucket["storage_class"],
            opts=stateful(self, production=args["production"]),
        )

    def _rules(self, name: str, account_id: str, bucket: BucketArgs, resource: R2Bucket) -> None:
        # Without the jurisdiction the rules of a bucket in the EU would be written to its namesake elsewhere.
        of_bucket: dict[str, Any] = {
            "account_id": account_id,
            "bucket_name": resource.name,
            "jurisdiction": bucket["jurisdiction"],
        }
        child = pulumi.ResourceOptions(parent=self)
        if rules := bucket.get("cors"):
            R2BucketCors(f"{name}-cors", **of_bucket, rules=cors_rules(rules), opts=child)
        if "lifecycle" in bucket or "lifecycle_waived" in bucket:
            decided = lifecycle_rules(bucket.get("lifecycle", ()))
            R2BucketLifecycle(f"{name}-lifecycle", **of_bucket, rules=decided, opts=child)
        if locks := bucket.get("lock"):
            R2BucketLock(f"{name}-lock", **of_bucket, rules=lock_rules(locks), opts=child)
        for queue, (queue_id, events) in notification_rules(bucket.get("notifications", ())).items():
            R2BucketEventNotification(
                f"{name}-to-{queue}",
                **of_bucket,
                queue_id=queue_id,
                rules=events,
                # Rules of two queues must not overlap, so the old ones go before the new ones come.
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )


def _binding(bucket: BucketArgs, resource: R2Bucket) -> Binding:
    binding: Binding = {"type": "r2_bucket", "name": bucket["binding"], "bucket_name": resource.name}
    if jurisdiction := stated(bucket["jurisdiction"]):
        binding["jurisdiction"] = jurisdiction
    return binding


def _inputs(args: BucketSetArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "buckets": [_bucket_inputs(bucket) for bucket in args["buckets"]],
    }


def _bucket_inputs(bucket: BucketArgs) -> dict[str, Any]:
    """What is not decided is absent, so that a policy can tell it from a decision for nothing."""
    return {to_camel(key): value for key, value in bucket.items()} | rule_inputs(bucket)
