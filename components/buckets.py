"""R2 buckets and their CORS policies."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.cloudflare import Binding, CorsAllowed, CorsRule, R2Bucket, R2BucketCors
from components.component import Component
from components.protection import stateful


class CorsRuleArgs(TypedDict):
    origins: Sequence[str]
    """scheme://host[:port], without a path; `*` for any."""
    methods: Sequence[str]
    headers: NotRequired[Sequence[str]]
    expose_headers: NotRequired[Sequence[str]]
    max_age_seconds: NotRequired[int]


class BucketArgs(TypedDict):
    binding: str
    """The Worker's name for the bucket; part of the logical name."""
    name: str
    """The physical name. Another name is another bucket: `components.physical_names` refuses the change."""
    jurisdiction: str
    """`default`, `eu` or `fedramp`; part of the bucket's identity."""
    storage_class: str
    """Of new objects: `Standard` or `InfrequentAccess`."""
    location: NotRequired[str]
    """A hint that Cloudflare follows once, when it first sees the name."""
    cors: NotRequired[Sequence[CorsRuleArgs]]


class BucketSetArgs(TypedDict):
    account_id: str
    production: bool
    buckets: Sequence[BucketArgs]


class BucketSet(Component):
    """The R2 buckets of an environment. It neither fills nor empties them: a bucket with objects cannot be deleted."""

    names: dict[str, pulumi.Output[str]]
    """Physical names by binding, known once the buckets exist."""

    def __init__(self, name: str, args: BucketSetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:BucketSet", name, _inputs(args), opts)
        self.names = {}
        self.worker_bindings: list[Binding] = []
        for bucket in args["buckets"]:
            resource = self._bucket(f"{name}-{bucket['binding']}", args, bucket)
            self.names[bucket["binding"]] = resource.name
            self.worker_bindings.append(_binding(bucket, resource))
        self.register_outputs({"names": self.names})

    def _bucket(self, name: str, args: BucketSetArgs, bucket: BucketArgs) -> R2Bucket:
        resource = R2Bucket(
            name,
            account_id=args["account_id"],
            name=bucket["name"],
            jurisdiction=bucket["jurisdiction"],
            location=bucket.get("location"),
            storage_class=bucket["storage_class"],
            opts=stateful(self, production=args["production"]),
        )
        rules = bucket.get("cors", ())
        if rules:
            R2BucketCors(
                f"{name}-cors",
                account_id=args["account_id"],
                bucket_name=resource.name,
                jurisdiction=bucket[
                    "jurisdiction"
                ],  # without it the rules of a bucket in the EU are looked for elsewhere
                rules=[_cors_rule(rule) for rule in rules],
                opts=pulumi.ResourceOptions(parent=self),
            )
        return resource


def _inputs(args: BucketSetArgs) -> dict[str, Any]:
    buckets = [
        {
            "binding": bucket["binding"],
            "name": bucket["name"],
            "jurisdiction": bucket["jurisdiction"],
            "storageClass": bucket["storage_class"],
        }
        for bucket in args["buckets"]
    ]
    return {"accountId": args["account_id"], "production": args["production"], "buckets": buckets}


def _cors_rule(rule: CorsRuleArgs) -> CorsRule:
    """The rule as the API has it; what the program does not say stays out, or the next refresh finds a difference."""
    allowed: CorsAllowed = {"origins": rule["origins"], "methods": rule["methods"]}
    if rule.get("headers"):
        allowed["headers"] = rule["headers"]
    stated: CorsRule = {"allowed": allowed}
    if rule.get("expose_headers"):
        stated["expose_headers"] = rule["expose_headers"]
    if "max_age_seconds" in rule:
        stated["max_age_seconds"] = rule["max_age_seconds"]
    return stated


def _binding(bucket: BucketArgs, resource: R2Bucket) -> Binding:
    binding: Binding = {"type": "r2_bucket", "name": bucket["binding"], "bucket_name": resource.name}
    if bucket["jurisdiction"] != "default":  # the API does not take the word `default` here
        binding["jurisdiction"] = bucket["jurisdiction"]
    return binding
