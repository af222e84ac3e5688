"""R2 buckets: what browsers may read, what becomes of old objects, and what must never go."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import (
    ADVICE_OUTSIDE_PRODUCTION,
    IN_PRODUCTION,
    OUTSIDE_DEVELOPMENT,
    ResourceRule,
    StackRule,
    Violation,
)
from policies.tokens import BUCKET_SET, DISPATCH_PLATFORM, R2_BUCKET_CORS, R2_BUCKET_LIFECYCLE

LIVE_PREFIXES = ["data/", "bundles/"]
"""Where our systems keep objects that are read however old they are: ParqueDB's files (P19), dotdo's bundles (D19)."""

LEAST_DAYS_OF_LOCK = 30


def undecided_cors(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for index, bucket in enumerate(resource.properties.tables("buckets")):
        if bucket.is_missing("cors"):
            yield Violation(
                f"nobody decided whether browsers read the bucket {bucket.text('binding')} directly: they are refused, or somebody opens it by hand.",
                "write `cors: none`, or the origins that may read it.",
                property=f"buckets[{index}].cors",
            )


def undecided_lifecycle(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for index, bucket in enumerate(resource.properties.tables("buckets")):
        if bucket.is_missing("lifecycle") and bucket.is_missing("lifecycleWaived"):
            yield Violation(
                f"nobody decided what becomes of old objects in the bucket {bucket.text('binding')}, so it grows until somebody deletes the wrong ones.",
                "write `lifecycle` with its rules, or `lifecycle: {waived: reason}`.",
                property=f"buckets[{index}].lifecycle",
            )


def open_cors(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    for path, origins in _origins(resource):
        if "*" in origins:
            yield Violation(
                "every site may read the bucket from its visitors' browsers.",
                "name the origins, scheme and host, that are meant.",
                property=path,
            )


def _origins(resource: Resource) -> Iterator[tuple[str, list[str]]]:
    """(path, origins) of each rule. What a BucketSet makes is judged there, once."""
    if resource.type == BUCKET_SET:
        for index, bucket in enumerate(resource.properties.tables("buckets")):
            for number, rule in enumerate(bucket.tables("cors")):
                yield f"buckets[{index}].cors[{number}].origins", rule.texts("origins")
    elif not resource.is_inside(BUCKET_SET):
        for number, rule in enumerate(resource.properties.tables("rules")):
            yield f"rules[{number}].allowed.origins", rule.table("allowed").texts("origins")


def expiring_live_objects(resource: Resource, settings: Properties) -> Iterator[Violation]:
    live = settings.texts("livePrefixes") if "livePrefixes" in settings else LIVE_PREFIXES
    for path, prefix in _expiring(resource):
        reached = [each for each in live if each.startswith(prefix) or prefix.startswith(each)]
        if reached:
            yield Violation(
                f"objects below {prefix or 'the whole bucket'} are deleted by age, and live ones below {' and '.join(reached)} with them.",
                "let the rule begin with a prefix that holds nothing live, or leave cleaning up to the app (`lifecycle: {waived: reason}`).",
                property=path,
            )


def _expiring(resource: Resource) -> Iterator[tuple[str, str]]:
    """(path, prefix) of each rule that deletes objects; the whole bucket is an empty prefix."""
    if resource.type == BUCKET_SET:
        for index, bucket in enumerate(resource.properties.tables("buckets")):
            for number, rule in enumerate(bucket.tables("lifecycle")):
                if not rule.is_missing("expireDays") and not rule.is_unknown("prefix"):
                    yield f"buckets[{index}].lifecycle[{number}]", rule.text("prefix") or ""
    elif not resource.is_inside(BUCKET_SET):
        for number, rule in enumerate(resource.properties.tables("rules")):
            conditions = rule.table("conditions")
            if rule.flag("enabled") is False or rule.is_missing("deleteObjectsTransition"):
                continue
            if not rule.is_unknown("conditions") and not conditions.is_unknown("prefix"):
                yield f"rules[{number}]", conditions.text("prefix") or ""


def unlocked_bundles(stack: Stack, settings: Properties) -> Iterator[Violation]:
    least = settings.number("days") or LEAST_DAYS_OF_LOCK
    for platform in stack.of_type(DISPATCH_PLATFORM):
        deployer = platform.properties.text("deploy")
        if deployer is None:
            continue
        stores = [
            (buckets, index, bucket)
            for buckets in stack.of_type(BUCKET_SET)
            for index, bucket in enumerate(buckets.properties.tables("buckets"))
            if bucket.text("worker") == deployer
        ]
        if not stores:
            yield Violation(
                f"the service {deployer} has no bucket, so nothing keeps the bundles that a rollback needs.",
                f"declare a bucket with `worker: {deployer}` and a `lock`.",
                property="deploy",
                resource=platform,
            )
        for buckets, index, bucket in stores:
            yield from _unlocked(buckets, f"buckets[{index}].lock", bucket, least)


def _unlocked(buckets: Resource, path: str, bucket: Properties, least: float) -> Iterator[Violation]:
    if bucket.is_unknown("lock"):
        bucket.tables("lock")
        return
    days = [lock.number("retentionDays") for lock in bucket.tables("lock")]
    # A lock without a number of days is for ever.
    if not days or all(each is not None and each < least for each in days):
        yield Violation(
            f"bundles in the bucket {bucket.text('binding')} are not locked for {least:g} days, so a mistake deletes what a rollback needs.",
            f"give the bucket a `lock` with `retention_days` of {least:g} or more.",
            property=path,
            resource=buckets,
        )


RULES = (
    ResourceRule(
        id="bucket-cors-must-be-decided",
        title="CORS of buckets is decided",
        description="Every bucket says which browsers may read it directly, or that none may.",
        details="Judged is `BucketSet`. Whether the Worker itself answers browsers with the right headers is for its code.",
        requirements=("P18", "T107"),
        severity=Severity.LOW,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Write `cors: none` where only Workers read the bucket, else the rules with their origins.",
        types=frozenset({BUCKET_SET}),
        check=undecided_cors,
    ),
    ResourceRule(
        id="bucket-lifecycle-must-be-decided",
        title="The life of objects is decided",
        description="Every bucket says what becomes of old objects, or why nothing does.",
        details="Judged is `BucketSet`. A reason under `waived` is a decision, too: it is stated in the graph and comes up in reviews.",
        requirements=("P19", "T123"),
        severity=Severity.LOW,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Write `lifecycle` with rules by prefix, or `lifecycle: {waived: reason}`.",
        types=frozenset({BUCKET_SET}),
        check=undecided_lifecycle,
    ),
    ResourceRule(
        id="cors-must-name-origins",
        title="CORS names its origins",
        description="No bucket can be read by scripts of every site.",
        details="Judged are `BucketSet`, and `R2BucketCors` outside of one.",
        requirements=("T107", "P18"),
        severity=Severity.HIGH,
        levels=ADVICE_OUTSIDE_PRODUCTION,
        remediation="Replace `*` by the origins of the sites that read the bucket.",
        types=frozenset({BUCKET_SET, R2_BUCKET_CORS}),
        check=open_cors,
    ),
    ResourceRule(
        id="live-objects-must-not-expire",
        title="Live objects do not expire",
        description="No lifecycle rule deletes objects by age where live ones lie.",
        details="Judged are `BucketSet`, and `R2BucketLifecycle` outside of one. A rule reaches live objects when its prefix begins one of `livePrefixes`, or is below one; a rule for the whole bucket reaches them all.",
        requirements=("P19", "D19"),
        severity=Severity.CRITICAL,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Narrow the rule to a prefix such as `tmp/`. What a rule deleted cannot be brought back.",
        settings={
            "livePrefixes": {
                "type": "array",
                "items": {"type": "string"},
                "default": LIVE_PREFIXES,
                "description": "Where objects lie that are needed however old they are.",
            }
        },
        types=frozenset({BUCKET_SET, R2_BUCKET_LIFECYCLE}),
        check=expiring_live_objects,
    ),
    StackRule(
        id="bundles-must-be-locked",
        title="Deployed bundles cannot be deleted",
        description="The service that deploys into a dispatch namespace keeps what it deployed in a locked bucket.",
        details="The bucket is the one that is bound to the Worker which `deploy` of the `DispatchPlatform` names. Without its bundles there is nothing to roll back to, and nothing to fill a new namespace with.",
        requirements=("D19",),
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        remediation="Give the bucket a `lock` for the prefix of the bundles.",
        settings={
            "days": {
                "type": "number",
                "default": LEAST_DAYS_OF_LOCK,
                "description": "Days for which a bundle must be kept at least.",
            }
        },
        check=unlocked_bundles,
    ),
)
