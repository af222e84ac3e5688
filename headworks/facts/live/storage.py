"""Buckets, KV namespaces, databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from cloudflare import Cloudflare

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import MOST, every, jurisdiction_of, or_none, result_of


@dataclass(frozen=True)
class Bucket:
    name: str
    jurisdiction: str
    storage_class: str


def bucket(account: AccountReader, name: str, jurisdiction: str) -> Bucket | None:
    """None when there is none of that name there: in another jurisdiction it is another bucket."""

    def ask(client: Cloudflare) -> Bucket:
        where = cast("Any", jurisdiction)
        found = client.r2.buckets.get(name, account_id=account.account_id, cf_r2_jurisdiction=where)
        return Bucket(name, jurisdiction, found.storage_class or "Standard")

    return account.get(f"bucket {jurisdiction}/{name}", or_none(ask))


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
    """What somebody has set on a bucket; what Cloudflare gives every new one is not among it."""

    cors: int
    """How many rules."""
    lifecycle: tuple[str, ...]
    """Ids of the rules."""
    lock: tuple[str, ...]
    """Ids of the rules."""


_CLOUDFLARES_RULE = "Default Multipart Abort Rule"


def bucket_rules(account: AccountReader, of: Bucket) -> BucketRules:
    cors, lifecycle, lock = (
        _set_on(account, of, f"r2/buckets/{{}}/{kind}").get("rules") or () for kind in ("cors", "lifecycle", "lock")
    )
    return BucketRules(
        cors=len(cors),
        lifecycle=tuple(str(rule["id"]) for rule in lifecycle if rule["id"] != _CLOUDFLARES_RULE),
        lock=tuple(str(rule["id"]) for rule in lock),
    )


@dataclass(frozen=True)
class BucketAudience:
    """Who sees a bucket without a binding to it."""

    notified: Mapping[str, str]
    """Names of the queues that are told of its changes, by id."""
    domains: tuple[str, ...]
    """Hosts at which everybody reads it."""
    public: bool
    """Whether everybody reads it at r2.dev."""


def bucket_audience(account: AccountReader, of: Bucket) -> BucketAudience:
    told = _set_on(account, of, "event_notifications/r2/{}/configuration").get("queues") or ()
    domains = _set_on(account, of, "r2/buckets/{}/domains/custom").get("domains") or ()
    return BucketAudience(
        notified={each["queueId"]: each["queueName"] for each in told},
        domains=tuple(each["domain"] for each in domains if each.get("enabled", True)),
        public=bool(_set_on(account, of, "r2/buckets/{}/domains/managed").get("enabled")),
    )


def _set_on(account: AccountReader, of: Bucket, what: str) -> Mapping[str, Any]:
    """An answer as it is, since the SDK's types do not have all that comes; empty where there is none."""
    where = f"/accounts/{account.account_id}/{what.format(of.name)}"
    headers = {"cf-r2-jurisdiction": of.jurisdiction}
    found: Mapping[str, Any] | None = account.get(
        what.format(f"{of.jurisdiction}/{of.name}"),
        or_none(lambda client: result_of(client, where, headers=headers)),
    )
    return found or {}


@dataclass(frozen=True)
class KvNamespace:
    id: str
    title: str
    jurisdiction: str


def kv_namespaces(account: AccountReader) -> Mapping[str, KvNamespace]:
    """By title."""

    def ask(client: Cloudflare) -> Mapping[str, KvNamespace]:
        listed = every(client.kv.namespaces.list(account_id=account.account_id, per_page=MOST), lambda each: each.title)
        return {title: KvNamespace(each.id, title, jurisdiction_of(each)) for title, each in listed.items()}

    return account.get("KV namespaces", ask)


@dataclass(frozen=True)
class Database:
    id: str
    name: str
    jurisdiction: str
    read_replication: str
    """`auto` or `disabled`."""


def database(account: AccountReader, id_: str) -> Database | None:
    """None when there is none of that id."""

    def ask(client: Cloudflare) -> Database:
        found = client.d1.database.get(id_, account_id=account.account_id)
        mode = found.read_replication.mode if found.read_replication else "disabled"
        return Database(id_, str(found.name), jurisdiction_of(found), mode)

    return account.get(f"D1 database {id_}", or_none(ask))


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


@dataclass(frozen=True)
class Hyperdrive:
    id: str
    name: str
    origin: Mapping[str, Any]
    """Where the database is, and as whom it is used; no password."""
    caching: Mapping[str, Any]
    has_certificates: bool

    @property
    def is_cached(self) -> bool:
        return not self.caching.get("disabled", False)


def hyperdrives(account: AccountReader) -> Mapping[str, Hyperdrive]:
    """By name."""

    def ask(client: Cloudflare) -> Mapping[str, Hyperdrive]:
        listed = every(client.hyperdrive.configs.list(account_id=account.account_id), lambda each: each.name)
        return {name: _hyperdrive(each.to_dict(mode="json")) for name, each in listed.items()}

    return account.get("Hyperdrive configurations", ask)


def _hyperdrive(found: Mapping[str, Any]) -> Hyperdrive:
    caching = {key: value for key, value in (found.get("caching") or {}).items() if value is not None}
    return Hyperdrive(found["id"], found["name"], found["origin"], caching, any((found.get("mtls") or {}).values()))
