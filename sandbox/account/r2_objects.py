"""R2 objects through the API, as wrangler and the SDKs reach them."""

import hashlib
from collections.abc import Sequence

from sandbox.account.envelope import Failure, Json, Page, Raw
from sandbox.account.paging import Cursored
from sandbox.account.r2 import OBJECT, bucket_of
from sandbox.account.r2_rules import locked
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Content

HTTP_METADATA = {
    "content-type": "contentType",
    "content-language": "contentLanguage",
    "content-disposition": "contentDisposition",
    "content-encoding": "contentEncoding",
    "cache-control": "cacheControl",
}
"""Header -> name in `http_metadata`; sent with the object and given back with it."""

NO_SUCH_KEY = Failure(404, 10007, "The specified key does not exist.")

LOCKED = Failure(403, 10069, "The object is locked by the bucket policy.")

_PAGE = Cursored("key", size=20)


def put(call: Call) -> Json:
    bucket, key = bucket_of(call), call.parameters["object_key"]
    _check_lock(call, call.store.read(OBJECT, bucket["id"], key))
    document = {
        "etag": hashlib.md5(call.body, usedforsecurity=False).hexdigest(),
        "size": len(call.body),
        "last_modified": call.now,
        "storage_class": bucket["storage_class"],
        "http_metadata": {
            name: call.headers[header] for header, name in HTTP_METADATA.items() if header in call.headers
        },
        "custom_metadata": {},
    }
    call.store.write(OBJECT, bucket["id"], key, call.body, document)
    return {
        "key": key,
        "etag": document["etag"],
        "size": str(document["size"]),
        "uploaded": call.now,
        "storage_class": document["storage_class"],
        "version": document["etag"],
    }


def get(call: Call) -> Raw:
    content = _object(call)
    metadata = content.document["http_metadata"]
    headers = {header: metadata[name] for header, name in HTTP_METADATA.items() if name in metadata}
    media_type = headers.pop("content-type", "application/octet-stream")
    return Raw(content.data, media_type, {**headers, "etag": f'"{content.document["etag"]}"'})


def delete(call: Call) -> Json:
    content = _object(call)
    _check_lock(call, content)
    call.store.erase(OBJECT, bucket_of(call)["id"], content.key)
    return {"key": content.key}


def list_(call: Call) -> Page:
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    keys = [(k, d) for k, d in call.store.keys(OBJECT, bucket_of(call)["id"]) if k.startswith(prefix)]
    folders = {folder for key, _ in keys if (folder := _folder(key, prefix, delimiter))}
    objects = [{"key": key, **document} for key, document in keys if not _folder(key, prefix, delimiter)]
    page = _PAGE(objects, call.query)
    return Page(page.result, page.info | _more(page.info, sorted(folders)))


def _folder(key: str, prefix: str, delimiter: str) -> str:
    head, found, _ = key.removeprefix(prefix).partition(delimiter) if delimiter else ("", "", "")
    return f"{prefix}{head}{delimiter}" if found else ""


def _more(info: Json, folders: Sequence[str]) -> Json:
    return {"is_truncated": bool(info["cursor"]), "delimited": list(folders)}


def _object(call: Call) -> Content:
    content = call.store.read(OBJECT, bucket_of(call)["id"], call.parameters["object_key"])
    if content is None:
        raise NO_SUCH_KEY.error()
    return content


def _check_lock(call: Call, content: Content | None) -> None:
    if content and locked(bucket_of(call), content.key, content.document["last_modified"], call.now):
        raise LOCKED.error()


_OBJECTS = "/accounts/{account_id}/r2/buckets/{bucket_name}/objects"

ENDPOINTS = (
    Endpoint("GET", _OBJECTS, list_),
    Endpoint("GET", f"{_OBJECTS}/{{object_key...}}", get),
    Endpoint("PUT", f"{_OBJECTS}/{{object_key...}}", put),
    Endpoint("DELETE", f"{_OBJECTS}/{{object_key...}}", delete),
)
