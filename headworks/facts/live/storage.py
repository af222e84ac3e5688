"""Buckets, KV namespaces, databases."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from cloudflare import Cloudflare

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import MOST, every, or_none, result_of


def has_bucket(account: AccountReader, bucket: str, jurisdiction: str) -> bool:
    """A bucket of the same name in another jurisdiction is another bucket."""
    where = cast("Any", jurisdiction)
    return account.get(
        f"bucket {jurisdiction}/{bucket}",
        or_none(lambda client: client.r2.buckets.get(bucket, account_id=account.account_id, cf_r2_jurisdiction=where)),
    ) is not None  # fmt: skip


def buckets(account: AccountReader, jurisdiction: str) -> frozenset[str]:
    """Names. A list is of one jurisdiction, and a long one comes in parts."""

    def ask(client: Cloudflare) -> frozenset[str]:
        found: set[str] = set()
        after = ""
        while new := [
            str(each.name)
            for each in client.r2.buckets.list(
                account_id=account.account_id, cf_r2_jurisdiction=cast("Any", jurisdiction), start_after=after
            ).buckets
            or ()
        ]:
            found.update(new)
            if new[-1] <= after:
                break
            after = new[-1]
        return frozenset(found)

    return account.get(f"buckets in {jurisdiction}", ask)


@dataclass(frozen=True)
class BucketRules:
    """What is set on a bucket."""

    cors: int
    """How many rules."""
    lifecycle: tuple[str, ...]
    """Ids of the rules."""
    lock: tuple[str, ...]
    """Ids of the rules."""
    notified: Mapping[str, str]
    """Names of the queues that are told of its changes, by id."""
    domains: tuple[str, ...]
    """Hosts at which everybody reads it."""
    public: bool
    """Whether everybody reads it at r2.dev."""


def bucket_rules(account: AccountReader, bucket: str, jurisdiction: str) -> BucketRules | None:
    """None when there is no such bucket."""
    if not has_bucket(account, bucket, jurisdiction):
        return None

    def set_of(what: str, none: Any) -> Any:
        """The SDK's types do not have all that comes, so the answers are taken as they are."""
        where = f"/accounts/{account.account_id}/{what.format(bucket)}"
        headers = {"cf-r2-jurisdiction": jurisdiction}
        found = account.get(
            f"{what.format(f'{jurisdiction}/{bucket}')}",
            or_none(lambda client: result_of(client, where, headers=headers)),
        )
        return none if found is None else found

    return BucketRules(
        cors=len(set_of("r2/buckets/{}/cors", {}).get("rules") or ()),
        lifecycle=_ids(set_of("r2/buckets/{}/lifecycle", {})),
        lock=_ids(set_of("r2/buckets/{}/lock", {})),
        notified={
            each["queueId"]: each["queueName"]
            for each in set_of("event_notifications/r2/{}/configuration", {}).get("queues") or ()
        },
        domains=tuple(
            each["domain"]
            for each in set_of("r2/buckets/{}/domains/custom", {}).get("domains") or ()
            if each.get("enabled", True)
        ),
        public=bool(set_of("r2/buckets/{}/domains/managed", {}).get("enabled")),
    )


def _ids(found: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(rule["id"]) for rule in found.get("rules") or ())


def kv_titles(account: AccountReader) -> Collection[str]:
    def ask(client: Cloudflare) -> Collection[str]:
        return every(
            client.kv.namespaces.list(account_id=account.account_id, per_page=MOST), lambda each: each.title
        ).keys()

    return account.get("KV namespaces", ask)


def databases(account: AccountReader) -> Mapping[str, str]:
    """Ids of the D1 databases by name."""

    def ask(client: Cloudflare) -> Mapping[str, str]:
        listed = client.d1.database.list(account_id=account.account_id, per_page=MOST)
        return {name: str(each.uuid) for name, each in every(listed, lambda each: each.name).items()}

    return account.get("D1 databases", ask)


def rows(account: AccountReader, database_id: str, query: str) -> list[dict[str, Any]]:
    """What a query finds in a D1 database. It only reads."""

    def ask(client: Cloudflare) -> list[dict[str, Any]]:
        (result,) = client.d1.database.query(database_id, account_id=account.account_id, sql=query)
        return cast("list[dict[str, Any]]", result.results or [])

    return account.get(f"D1 {database_id}: {query}", ask)


def hyperdrives(account: AccountReader) -> Collection[str]:
    def ask(client: Cloudflare) -> Collection[str]:
        return every(client.hyperdrive.configs.list(account_id=account.account_id), lambda each: each.name).keys()

    return account.get("Hyperdrive configurations", ask)
