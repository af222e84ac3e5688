"""Buckets, KV namespaces, databases and ways to databases: what the configuration names, as the account has it."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from headworks.adopt.findings import consequence
from headworks.adopt.translated import Held, Translated
from headworks.facts.account import AccountReader
from headworks.facts.live import storage
from headworks.facts.live.answers import DEFAULT_JURISDICTION
from headworks.wrangler.bindings import D1Database, Hyperdrive, KvNamespace, R2Bucket

_RULES = "The provider cannot import rules of a bucket. They stay as they are until `{kind}` says them in Pulumi.yaml: then all are written anew."


def take_buckets(into: Translated, account: AccountReader, written: Iterable[R2Bucket]) -> None:
    for each in written:
        where = f"r2_buckets.{each.binding}"
        into.leave_out(each, {"binding", "bucket_name", "jurisdiction"}, where)
        if each.bucket_name is None:
            into.is_not_taken(where, _UNNAMED.format(what="bucket"))
            continue
        jurisdiction = each.jurisdiction or DEFAULT_JURISDICTION
        says: dict[str, Any] = {"name": each.bucket_name, "jurisdiction": jurisdiction}
        found = storage.bucket(account, each.bucket_name, jurisdiction)
        if found is None:
            into.is_missing(f"R2 bucket {each.bucket_name}")
        else:
            if found.storage_class != "Standard":
                says["storage_class"] = found.storage_class
            rules = storage.bucket_rules(account, found)
            if not rules.cors:
                says["cors"] = "none"  # as it is: no browser may read it
            for kind in (kind for kind, said in asdict(rules).items() if said):
                into.is_not_imported(f"{kind} rules of R2 bucket {each.bucket_name}", _RULES.format(kind=kind))
            into.held.append(Held("bucket", each.binding, f"{each.bucket_name}/{jurisdiction}"))
        into.says.setdefault("buckets", {})[each.binding] = says
        into.names["bucket", each.binding] = ("buckets", each.binding, "name")


def take_kv_namespaces(into: Translated, account: AccountReader, written: Iterable[KvNamespace]) -> None:
    for each in written:
        where = f"kv_namespaces.{each.binding}"
        into.leave_out(each, {"binding", "id"}, where)
        found = next((held for held in storage.kv_namespaces(account).values() if held.id == each.id), None)
        if found is None:
            into.is_not_taken(where, _UNKNOWN_ID.format(what="KV namespace", id=each.id))
            continue
        into.says.setdefault("kv", {})[each.binding] = {"title": found.title}
        into.names["kv", each.binding] = ("kv", each.binding, "title")
        into.held.append(Held("kv", each.binding, found.id))


def take_databases(into: Translated, account: AccountReader, written: Iterable[D1Database]) -> None:
    for each in written:
        where = f"d1_databases.{each.binding}"
        into.leave_out(each, {"binding", "database_name", "database_id", "jurisdiction"}, where)
        id_ = each.database_id or storage.databases(account).get(each.database_name or "")
        found = storage.database(account, id_) if id_ else None
        if found is None:
            into.is_not_taken(where, _UNKNOWN_ID.format(what="D1 database", id=each.database_id or each.database_name))
            continue
        if each.database_name not in (None, found.name):
            why = f"The account calls the database of that id {found.name}, and so do the files."
            into.is_not_taken(f"{where}.database_name", why)
        says = {"name": found.name}
        if found.read_replication != "disabled":
            says["read_replication"] = found.read_replication
        into.says.setdefault("d1", {})[each.binding] = says
        into.names["d1", each.binding] = ("d1", each.binding, "name")
        into.held.append(Held("d1", each.binding, found.id))


def take_hyperdrives(into: Translated, account: AccountReader, written: Iterable[Hyperdrive]) -> None:
    for each in written:
        where = f"hyperdrive.{each.binding}"
        into.leave_out(each, {"binding", "id"}, where)
        found = next((held for held in storage.hyperdrives(account).values() if held.id == each.id), None)
        if found is None:
            into.is_not_taken(where, _UNKNOWN_ID.format(what="Hyperdrive configuration", id=each.id))
            continue
        if (
            found.has_certificates
            or found.origin.keys() != _ORIGIN
            or found.origin["scheme"] not in ("postgres", "mysql")
        ):
            into.is_not_taken(
                where, f"Its database is reached by a tunnel, a VPC or certificates. {consequence('hyperdrive')}"
            )
            continue
        variable = f"{each.binding}_PASSWORD"
        says = {"name": found.name, **{key: found.origin[key] for key in _ORIGIN}, "password_variable": variable}
        into.says.setdefault("hyperdrive", {})[each.binding] = says | ({} if found.is_cached else {"caching": False})
        into.names["hyperdrive", each.binding] = ("hyperdrive", each.binding, "name")
        into.is_not_imported(f"Hyperdrive configuration {found.name}", _BY_NAME)
        into.is_not_imported(f"password of Hyperdrive configuration {found.name}", _UNTOLD.format(variable=variable))
        if found.caching.keys() - {"disabled"}:
            into.is_not_taken(
                f"{where}.caching", "A stack says whether answers are kept, and not for how long: that stays as it is."
            )


_ORIGIN = dict.fromkeys(("scheme", "host", "port", "database", "user")).keys()
_BY_NAME = "Pulumi cannot import it. `headworks import` finds it by its name, and records it."
_UNTOLD = "Cloudflare tells it to nobody. It stays, and goes into {variable} once `password_version` is raised."

_UNNAMED = (
    "Wrangler would make the {what} and choose its name, so nobody knows which one it is: name it in the configuration."
)
_UNKNOWN_ID = (
    "The account has no {what} {id}, so nobody knows its name: the stack does without the binding. Correct the id, or check "
    "with `wrangler whoami` that this is the account."
)
