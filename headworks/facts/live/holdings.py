"""What exists, with its id and its settings: what somebody has to know who takes it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from cloudflare import Cloudflare

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import MOST, every, or_none

DEFAULT = "default"


@dataclass(frozen=True)
class KvNamespace:
    id: str
    title: str
    jurisdiction: str


@dataclass(frozen=True)
class Database:
    id: str
    name: str
    jurisdiction: str
    read_replication: str
    """`auto` or `disabled`."""


@dataclass(frozen=True)
class Queue:
    id: str
    name: str
    jurisdiction: str
    delivery_delay: int
    """Seconds."""
    message_retention_period: int
    """Seconds."""


@dataclass(frozen=True)
class Bucket:
    name: str
    jurisdiction: str
    storage_class: str
    rules: tuple[str, ...]
    """Kinds of rules that somebody has given it: `cors`, `lifecycle`, `lock`."""


def kv_namespaces(account: AccountReader) -> Mapping[str, KvNamespace]:
    """By id."""

    def ask(client: Cloudflare) -> Mapping[str, KvNamespace]:
        listed = every(client.kv.namespaces.list(account_id=account.account_id, per_page=MOST), lambda each: each.id)
        return {
            id_: KvNamespace(id_, each.title, getattr(each, "jurisdiction", None) or DEFAULT)
            for id_, each in listed.items()
        }

    return account.get("KV namespaces with their ids", ask)


def database(account: AccountReader, id_: str) -> Database | None:
    """None when there is none of that id."""

    def ask(client: Cloudflare) -> Database:
        found = client.d1.database.get(id_, account_id=account.account_id)
        mode = found.read_replication.mode if found.read_replication else "disabled"
        return Database(id_, str(found.name), found.jurisdiction or DEFAULT, mode)

    return account.get(f"D1 database {id_}", or_none(ask))


def queues(account: AccountReader) -> Mapping[str, Queue]:
    """By name."""

    def ask(client: Cloudflare) -> Mapping[str, Queue]:
        found: dict[str, Queue] = {}
        page = 1
        # The SDK takes the list for a single page, which it is not.
        while new := {
            str(each.queue_name): _queue(each)
            for each in client.queues.list(account_id=account.account_id, extra_query={"page": page})
            if each.queue_name not in found
        }:
            found |= new
            page += 1
        return found

    return account.get("queues with their settings", ask)


def _queue(listed: Any) -> Queue:
    settings = listed.settings
    return Queue(
        str(listed.queue_id),
        str(listed.queue_name),
        getattr(listed, "jurisdiction", None) or DEFAULT,
        int((settings and settings.delivery_delay) or 0),
        int((settings and settings.message_retention_period) or 345_600),
    )


def bucket(account: AccountReader, name: str, jurisdiction: str) -> Bucket | None:
    """None when there is none of that name in that jurisdiction."""
    where: dict[str, Any] = {"account_id": account.account_id, "cf_r2_jurisdiction": cast("Any", jurisdiction)}

    def ask(client: Cloudflare) -> Bucket:
        buckets = client.r2.buckets
        found = buckets.get(name, **where)
        cors = or_none(lambda _: buckets.cors.get(name, **where))(client)
        lifecycle = or_none(lambda _: buckets.lifecycle.get(name, **where))(client)
        lock = or_none(lambda _: buckets.locks.get(name, **where))(client)
        rules = {
            "cors": (cors and cors.rules) or [],
            "lifecycle": [each for each in (lifecycle and lifecycle.rules) or [] if each.id != _DEFAULT_RULE],
            "lock": (lock and lock.rules) or [],
        }
        return Bucket(
            name, jurisdiction, found.storage_class or "Standard", tuple(kind for kind, each in rules.items() if each)
        )

    return account.get(f"bucket {jurisdiction}/{name} with its rules", or_none(ask))


_DEFAULT_RULE = "Default Multipart Abort Rule"
"""What Cloudflare gives every new bucket."""


def zones(account: AccountReader) -> Mapping[str, str]:
    """Names by id."""

    def ask(client: Cloudflare) -> Mapping[str, str]:
        listed = every(client.zones.list(account={"id": account.account_id}), lambda each: each.id)
        return {id_: each.name for id_, each in listed.items()}

    return account.get("zones", ask)


@dataclass(frozen=True)
class Record:
    id: str
    type: str
    content: str
    proxied: bool
    is_plain: bool
    """Its time to live is automatic, and nobody has noted anything beside it."""


def records(account: AccountReader, zone_id: str, host: str) -> tuple[Record, ...]:
    """DNS records that say where a host is."""

    def ask(client: Cloudflare) -> tuple[Record, ...]:
        found = every(client.dns.records.list(zone_id=zone_id, name={"exact": host}), lambda each: each.id)
        return tuple(_record(each) for each in found.values() if each.type in {"A", "AAAA", "CNAME"})

    return account.get(f"records of {host} with their ids", ask)


def _record(listed: Any) -> Record:
    is_plain = listed.ttl == 1 and not listed.comment and not listed.tags
    return Record(listed.id, listed.type, str(listed.content or ""), bool(listed.proxied), is_plain)


@dataclass(frozen=True)
class Addresses:
    """Where a Worker answers beside its routes."""

    workers_dev: bool
    preview_urls: bool


def addresses(account: AccountReader, script: str) -> Addresses | None:
    """None when there is no such script."""

    def ask(client: Cloudflare) -> Addresses:
        found = client.workers.scripts.subdomain.get(script, account_id=account.account_id)
        return Addresses(bool(found.enabled), bool(found.previews_enabled))

    return account.get(f"workers.dev of {script}", or_none(ask))
