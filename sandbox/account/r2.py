"""R2 buckets. A bucket is a jurisdiction and a name: the same name in two jurisdictions is two buckets."""

import re
import secrets

from sandbox.account.envelope import Failure, Json
from sandbox.account.paging import Cursored
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Store

BUCKET = "r2_bucket"
OBJECT = "r2_object"
NOTIFICATION = "r2_event_notification"
"""Scope: id of the bucket. Id: that of the queue."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
JURISDICTION_HEADER = "cf-r2-jurisdiction"
STORAGE_CLASS_HEADER = "cf-r2-storage-class"
JURISDICTIONS = frozenset({"default", "eu", "us", "fedramp", "fedramp-high"})
LOCATIONS = frozenset({"apac", "eeur", "enam", "weur", "wnam", "oc"})
DEFAULT_LOCATION = "enam"
STORAGE_CLASSES = frozenset({"Standard", "InfrequentAccess"})

NO_SUCH_BUCKET = Failure(404, 10006, "The specified bucket does not exist.")
EXISTS = Failure(409, 10004, "The bucket you tried to create already exists, and you own it.")
BAD_NAME = Failure(400, 10005, "The specified bucket name is not valid.")
NOT_EMPTY = Failure(409, 10008, "The bucket you tried to delete is not empty.")
BAD_ARGUMENT = Failure(400, 10040, "{what} {value!r} is not valid; it must be one of {allowed}.")


def create(call: Call) -> Json:
    body = call.object()
    name = str(body.get("name") or "")
    if not NAME.fullmatch(name):
        raise BAD_NAME.error()
    if find(call.store, call.account, jurisdiction(call), name):
        raise EXISTS.error()
    location = str(body.get("locationHint") or DEFAULT_LOCATION).lower()
    bucket = {
        "name": name,
        "jurisdiction": jurisdiction(call),
        "location": _one_of("location hint", location, LOCATIONS),
        "storage_class": _one_of("storage class", body.get("storageClass") or "Standard", STORAGE_CLASSES),
        "creation_date": call.now,
    }
    call.store.put(BUCKET, call.account, _identifier(bucket), {**bucket, "id": secrets.token_hex(16)})
    return bucket


def list_(call: Call) -> list[Json]:
    fragment, after = call.query.get("name_contains", ""), call.query.get("start_after", "")
    buckets = [
        shown(bucket)
        for bucket in call.store.all(BUCKET, call.account)
        if bucket["jurisdiction"] == jurisdiction(call) and fragment in bucket["name"] and bucket["name"] > after
    ]
    return sorted(buckets, key=lambda bucket: bucket["name"], reverse=call.query.get("direction") == "desc")


def get(call: Call) -> Json:
    return shown(bucket_of(call))


def edit(call: Call) -> Json:
    """Changes the storage class of objects to come. It is said in a header; there is no body."""
    wanted = call.headers.get(STORAGE_CLASS_HEADER) or "Standard"
    bucket = bucket_of(call) | {"storage_class": _one_of("storage class", wanted, STORAGE_CLASSES)}
    call.store.put(BUCKET, call.account, _identifier(bucket), bucket)
    return shown(bucket)


def delete(call: Call) -> Json:
    bucket = bucket_of(call)
    if call.store.keys(OBJECT, bucket["id"]):
        raise NOT_EMPTY.error()
    call.store.clear(NOTIFICATION, bucket["id"])
    call.store.delete(BUCKET, call.account, _identifier(bucket))
    return {}


def jurisdiction(call: Call) -> str:
    given = call.headers.get(JURISDICTION_HEADER) or "default"
    return _one_of("jurisdiction", given, JURISDICTIONS)


def find(store: Store, account: str, jurisdiction: str, name: str) -> Json | None:
    return store.get(BUCKET, account, f"{jurisdiction}/{name}")


def bucket_of(call: Call) -> Json:
    """The bucket that path and header name."""
    bucket = find(call.store, call.account, jurisdiction(call), call.parameters["bucket_name"])
    if bucket is None:
        raise NO_SUCH_BUCKET.error()
    return bucket


def notifying(store: Store, account: str, queue: str) -> list[str]:
    """Names of the buckets whose events go to a queue, by its id."""
    return [b["name"] for b in store.all(BUCKET, account) if store.get(NOTIFICATION, b["id"], queue)]


def change(call: Call, **settings: object) -> None:
    bucket = bucket_of(call) | settings
    call.store.put(BUCKET, call.account, _identifier(bucket), bucket)


def shown(bucket: Json) -> Json:
    return {key: bucket[key] for key in ("name", "jurisdiction", "location", "storage_class", "creation_date")}


def _identifier(bucket: Json) -> str:
    return f"{bucket['jurisdiction']}/{bucket['name']}"


def _one_of(what: str, value: str, allowed: frozenset[str]) -> str:
    if value not in allowed:
        raise BAD_ARGUMENT.error(what=what, value=value, allowed=", ".join(sorted(allowed)))
    return value


ENDPOINTS = (
    Endpoint("GET", "/accounts/{account_id}/r2/buckets", list_, Cursored("name", under="buckets")),
    Endpoint("POST", "/accounts/{account_id}/r2/buckets", create),
    Endpoint("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}", get),
    Endpoint("PATCH", "/accounts/{account_id}/r2/buckets/{bucket_name}", edit),
    Endpoint("DELETE", "/accounts/{account_id}/r2/buckets/{bucket_name}", delete),
)
