"""Buckets, KV namespaces, databases."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from cloudflare import Cloudflare

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import MOST, every, or_none


def has_bucket(account: AccountReader, bucket: str, jurisdiction: str) -> bool:
    """A bucket of the same name in another jurisdiction is another bucket."""
    where = cast("Any", jurisdiction)
    return account.get(
        f"bucket {jurisdiction}/{bucket}",
        or_none(lambda client: client.r2.buckets.get(bucket, account_id=account.account_id, cf_r2_jurisdiction=where)),
    ) is not None  # fmt: skip


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
