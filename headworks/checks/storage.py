"""Checks of what keeps data: buckets and KV namespaces."""

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check, all_there, none_wrong, nothing_declared, read_each
from headworks.facts.live import storage as live
from headworks.model.environment import Bucket

_JURISDICTIONS = ("default", "eu", "fedramp")

_MAKE = "Bring the stack up."


def _buckets_exist(context: Context, _: Arguments) -> Finding:
    buckets = context.environment.buckets
    if not buckets:
        return nothing_declared("bucket")
    present = read_each(lambda bucket: live.bucket(context.account, bucket.name, bucket.jurisdiction), buckets)
    return none_wrong(
        [f"{bucket.name} ({_elsewhere(context, bucket)})" for bucket in buckets if not present[bucket]],
        "The account lacks the bucket",
        "Bring the stack up; a bucket does not move to another jurisdiction, so its data would have to be copied.",
        [f"{bucket.name} ({bucket.jurisdiction})" for bucket in buckets],
    )


def _elsewhere(context: Context, absent: Bucket) -> str:
    """Where a bucket of that name is, if not where it should be."""
    others = [jurisdiction for jurisdiction in _JURISDICTIONS if jurisdiction != absent.jurisdiction]
    found = [other for other in others if live.bucket(context.account, absent.name, other)]
    where = f"; there is one in {', '.join(found)}" if found else ""
    return f"jurisdiction {absent.jurisdiction}{where}"


def _kv_namespaces_exist(context: Context, _: Arguments) -> Finding:
    titles = context.environment.names.kv_namespaces
    return all_there("KV namespace", titles, live.kv_namespaces(context.account), _MAKE)


CHECKS = (
    account_check("buckets-exist", "the account has each bucket of the stack, in its jurisdiction", _buckets_exist),
    account_check("kv-namespaces-exist", "the account has each KV namespace of the stack", _kv_namespaces_exist),
)
