"""What holds data: where it stays, what becomes of objects, who is told of them."""

from collections.abc import Callable, Iterator
from itertools import combinations

from headworks.model.problems import Finding, Path
from headworks.model.resolution import DEFAULT_MULTIPART_RULE
from headworks.model.specification import Specification
from headworks.model.specification.storage import Bucket, LifecycleRule, LockRule, Notification


def _residency(specification: Specification) -> Iterator[Finding]:
    """A jurisdiction says where data stays; a hint beside it could only contradict it, and Cloudflare refuses the two."""
    whole = specification.jurisdiction
    for binding, bucket in _buckets(specification):
        if whole != "default" and bucket.jurisdiction not in {None, whole}:
            yield Finding(
                path=("buckets", binding, "jurisdiction"),
                value=bucket.jurisdiction,
                reason=f"the data of this environment stays in {whole!r}, all of it",
                fix="take it out here, or choose the jurisdiction of the environment",
            )
        if bucket.location is not None and (bucket.jurisdiction or whole) != "default":
            yield _hint(("buckets", binding, "location"), bucket.location, bucket.jurisdiction or whole)
    for binding, database in specification.d1.items():
        if database.enabled and database.primary_location_hint is not None and whole != "default":
            yield _hint(("d1", binding, "primary_location_hint"), database.primary_location_hint, whole)


def _hint(path: Path, location: str, jurisdiction: str) -> Finding:
    return Finding(
        path=path,
        value=location,
        reason=f"the jurisdiction {jurisdiction!r} decides where the data is: a hint cannot stand beside it",
        fix="take the hint out",
    )


def _lifecycles(specification: Specification) -> Iterator[Finding]:
    for binding, bucket in _buckets(specification):
        path: Path = ("buckets", binding, "lifecycle")
        rules = bucket.lifecycle if isinstance(bucket.lifecycle, tuple) else ()
        yield from _same_ids([rule.id for rule in rules], path)
        for index, rule in enumerate(rules):
            yield from _lifecycle_rule(rule, (*path, index))
            for lock in bucket.lock:
                if _expires_what_is_locked(rule, lock):
                    yield Finding(
                        path=(*path, index, "expire_days"),
                        value=rule.expire_days,
                        reason=f"the lock {lock.id!r} keeps the same objects for longer, and a lock wins",
                        fix="let objects expire after they are no longer locked, or take one of the two out",
                    )


def _lifecycle_rule(rule: LifecycleRule, path: Path) -> Iterator[Finding]:
    if rule.expire_days is None and rule.ia_transition_days is None and rule.abort_multipart_days is None:
        yield Finding(
            path=path,
            value=rule.id,
            reason="the rule does nothing",
            fix="write expire_days, ia_transition_days or abort_multipart_days",
        )
    if rule.expire_days is not None and rule.expire_days <= (rule.ia_transition_days or 0):
        yield Finding(
            path=(*path, "ia_transition_days"),
            value=rule.ia_transition_days,
            reason=f"objects are deleted after {rule.expire_days} days, before they would move",
            fix="write fewer days, or take it out",
        )
    if rule.id == DEFAULT_MULTIPART_RULE.id and (rule.prefix or rule.abort_multipart_days is None):
        yield Finding(
            path=(*path, "id"),
            value=rule.id,
            reason="this is the name of the rule that gives up unfinished uploads, which every bucket of ours has",
            fix="give the rule another name",
        )


def _expires_what_is_locked(rule: LifecycleRule, lock: LockRule) -> bool:
    if rule.expire_days is None or not _one_begins_the_other(rule.prefix, lock.prefix):
        return False
    return lock.retention_days is None or rule.expire_days < lock.retention_days


def _locks(specification: Specification) -> Iterator[Finding]:
    for binding, bucket in _buckets(specification):
        yield from _same_ids([rule.id for rule in bucket.lock], ("buckets", binding, "lock"))


def _same_ids(ids: list[str], path: Path) -> Iterator[Finding]:
    for index, rule in enumerate(ids):
        if rule in ids[:index]:
            yield Finding(
                path=(*path, index, "id"),
                value=rule,
                reason="an earlier rule of this bucket has this name",
                fix="give each rule a name of its own",
            )


def _notifications(specification: Specification) -> Iterator[Finding]:
    for binding, bucket in _buckets(specification):
        for (_, one), (index, other) in combinations(enumerate(bucket.notifications), 2):
            if _same_events(one, other):
                yield Finding(
                    path=("buckets", binding, "notifications", index),
                    reason="an earlier notification tells of the same events: Cloudflare refuses rules that overlap",
                    fix="tell the two apart by prefix, suffix or event_types, or take one of them out",
                )


def _same_events(one: Notification, other: Notification) -> bool:
    return (
        not set(one.event_types).isdisjoint(other.event_types)
        and _one_begins_the_other(one.prefix, other.prefix)
        and _one_begins_the_other(one.suffix[::-1], other.suffix[::-1])
    )


def _one_begins_the_other(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _buckets(specification: Specification) -> Iterator[tuple[str, Bucket]]:
    return ((binding, bucket) for binding, bucket in specification.buckets.items() if bucket.enabled)


CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_residency, _lifecycles, _locks, _notifications)
