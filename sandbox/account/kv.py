"""Workers KV: namespaces, and their keys with values and metadata."""

import base64
import json
import secrets
import time
from collections.abc import Iterable
from typing import Any

from sandbox.account import fields
from sandbox.account.envelope import Failure, Json, Raw
from sandbox.account.fields import Field, one_of, text
from sandbox.account.paging import Cursored, Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Content, Store

NAMESPACE = "kv_namespace"
VALUE = "kv_value"
LARGEST_VALUE = 25 * 1024 * 1024
LONGEST_KEY = 512
"""Bytes, as all sizes here."""
LARGEST_METADATA = 1024
SHORTEST_LIFE = 60
"""Seconds."""
LARGEST_BULK = 10_000
NAMESPACE_FIELDS = {"title": Field(text()), "jurisdiction": Field(one_of("eu", "fedramp", "us"))}

TITLE_REQUIRED = Failure(400, 10019, "create namespace: 'title is required'")
TITLE_TAKEN = Failure(400, 10014, "create namespace: 'A namespace with this account ID and title already exists.'")
NO_NAMESPACE = Failure(404, 10013, "get namespace: 'namespace not found'")
NO_KEY = Failure(404, 10009, "get: 'key not found'")
BAD_BODY = Failure(400, 10012, "could not parse the request body: {reason}")
BAD_EXPIRATION = Failure(400, 10034, "Invalid {name} of {value}. Expiration must be at least 60 seconds in the future.")
KEYS_REQUIRED = Failure(400, 10029, "at least one key is required")
KEY_TOO_LONG = Failure(414, 10030, "key {key!r} is longer than 512 bytes")
VALUE_TOO_LARGE = Failure(413, 10033, "the value of key {key!r} is larger than 25 MiB")
BAD_METADATA = Failure(400, 10035, "the metadata of key {key!r} must be JSON of at most 1024 bytes")


def create_namespace(call: Call) -> Json:
    said = fields.read(call.object(BAD_BODY), NAMESPACE_FIELDS, BAD_BODY)
    namespace: Json = {
        **said,
        "id": secrets.token_hex(16),
        "title": _free_title(call, said),
        "supports_url_encoding": True,
    }
    call.store.put(NAMESPACE, call.account, namespace["id"], namespace, name=namespace["title"])
    return namespace


def list_namespaces(call: Call) -> list[Json]:
    order = call.query.get("order")
    namespaces = call.store.all(NAMESPACE, call.account)
    if order in {"id", "title"}:
        namespaces.sort(key=lambda namespace: namespace[order], reverse=call.query.get("direction") == "desc")
    return namespaces


def get_namespace(call: Call) -> Json:
    return find(call.store, call.account, call.parameters["namespace_id"])


def rename_namespace(call: Call) -> Json:
    """The provider sends the jurisdiction along, which stays what it was."""
    namespace = get_namespace(call)
    said = fields.read(call.object(BAD_BODY), NAMESPACE_FIELDS, BAD_BODY)
    if said.get("jurisdiction", namespace.get("jurisdiction")) != namespace.get("jurisdiction"):
        raise BAD_BODY.error(reason="jurisdiction: it is decided when a namespace is made")
    namespace = namespace | {"title": _free_title(call, said, present=namespace["title"])}
    call.store.put(NAMESPACE, call.account, namespace["id"], namespace, name=namespace["title"])
    return namespace


def delete_namespace(call: Call) -> Json:
    namespace = get_namespace(call)
    call.store.delete(NAMESPACE, call.account, namespace["id"])
    call.store.clear(VALUE, namespace["id"])
    return {}


def find(store: Store, account: str, identifier: str) -> Json:
    namespace = store.get(NAMESPACE, account, identifier)
    if namespace is None:
        raise NO_NAMESPACE.error()
    return namespace


def _free_title(call: Call, said: Json, present: str | None = None) -> str:
    title: str = said.get("title") or ""
    if not title:
        raise TITLE_REQUIRED.error()
    if title != present and call.store.named(NAMESPACE, call.account, title):
        raise TITLE_TAKEN.error()
    return title


def put_value(call: Call) -> Json:
    """The body is the value, or a form with the parts `value` and `metadata`."""
    namespace = get_namespace(call)
    value, metadata = call.body, None
    if call.is_multipart:
        parts = {part.name: part.content for part in call.parts()}
        if "value" not in parts:
            raise BAD_BODY.error(reason="the part `value` is missing")
        value = parts["value"]
        metadata = _metadata(call.parameters["key_name"], parts["metadata"]) if parts.get("metadata") else None
    expiration = _expiration(call.query.get("expiration"), call.query.get("expiration_ttl"))
    _store(call.store, namespace["id"], call.parameters["key_name"], value, metadata, expiration)
    return {}


def get_value(call: Call) -> Raw:
    content = _value(call)
    expiration = content.document.get("expiration")
    return Raw(content.data, "application/octet-stream", {} if expiration is None else {"expiration": str(expiration)})


def get_metadata(call: Call) -> Any:
    return _value(call).document.get("metadata")


def delete_value(call: Call) -> Json:
    """Succeeds for a key that does not exist, as KV does."""
    call.store.erase(VALUE, get_namespace(call)["id"], call.parameters["key_name"])
    return {}


def list_keys(call: Call) -> list[Json]:
    prefix = call.query.get("prefix", "")
    keys = call.store.keys(VALUE, get_namespace(call)["id"])
    return [{"name": key, **document} for key, document in keys if key.startswith(prefix) and _alive(document)]


def put_bulk(call: Call) -> Json:
    namespace = get_namespace(call)
    pairs = _bulk(call.json(BAD_BODY))
    for pair in pairs:
        if not (isinstance(pair, dict) and isinstance(pair.get("key"), str) and isinstance(pair.get("value"), str)):
            raise BAD_BODY.error(reason="each pair needs a key and a value")
        value = base64.b64decode(pair["value"]) if pair.get("base64") else pair["value"].encode()
        expiration = _expiration(pair.get("expiration"), pair.get("expiration_ttl"))
        _store(call.store, namespace["id"], pair["key"], value, pair.get("metadata"), expiration)
    return {"successful_key_count": len(pairs), "unsuccessful_keys": []}


def delete_bulk(call: Call) -> Json:
    namespace = get_namespace(call)
    keys = _bulk(call.json(BAD_BODY))
    for key in keys:
        call.store.erase(VALUE, namespace["id"], str(key))
    return {"successful_key_count": len(keys), "unsuccessful_keys": []}


def get_bulk(call: Call) -> Json:
    namespace = get_namespace(call)
    body = call.object(BAD_BODY)
    contents = {key: call.store.read(VALUE, namespace["id"], str(key)) for key in _bulk(body.get("keys"))}
    as_json, with_metadata = body.get("type") == "json", bool(body.get("withMetadata"))
    return {"values": {key: _shown(content, as_json, with_metadata) for key, content in contents.items()}}


def _shown(content: Content | None, as_json: bool, with_metadata: bool) -> Any:
    if content is None or not _alive(content.document):
        return None
    value = json.loads(content.data) if as_json else content.data.decode()
    return {"value": value, "metadata": content.document.get("metadata")} if with_metadata else value


def _bulk(items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise BAD_BODY.error(reason="a list is expected")
    if not items:
        raise KEYS_REQUIRED.error()
    if len(items) > LARGEST_BULK:
        raise BAD_BODY.error(reason=f"more than {LARGEST_BULK} keys")
    return items


def _store(store: Store, namespace: str, key: str, value: bytes, metadata: Any, expiration: int | None) -> None:
    if len(key.encode()) > LONGEST_KEY:
        raise KEY_TOO_LONG.error(key=key)
    if len(value) > LARGEST_VALUE:
        raise VALUE_TOO_LARGE.error(key=key)
    said = {"metadata": metadata, "expiration": expiration}
    store.write(VALUE, namespace, key, value, {name: what for name, what in said.items() if what is not None})


def _value(call: Call) -> Content:
    content = call.store.read(VALUE, get_namespace(call)["id"], call.parameters["key_name"])
    if content is None or not _alive(content.document):
        raise NO_KEY.error()
    return content


def _alive(document: Json) -> bool:
    return bool(document.get("expiration", time.time() + 1) > time.time())


def _metadata(key: str, text: bytes) -> Any:
    try:
        if len(text) <= LARGEST_METADATA:
            return json.loads(text)
    except ValueError:
        pass
    raise BAD_METADATA.error(key=key)


def _expiration(at: Any, in_: Any) -> int | None:
    """Unix seconds; `expiration_ttl` wins, as in the API."""
    for name, value, base in (("expiration_ttl", in_, time.time()), ("expiration", at, 0.0)):
        if value is None or value == "":
            continue
        try:
            moment = int(base + int(value))
        except ValueError:
            raise BAD_EXPIRATION.error(name=name, value=value) from None
        if moment < int(time.time()) + SHORTEST_LIFE:
            raise BAD_EXPIRATION.error(name=name, value=value)
        return moment
    return None


def _endpoints(base: str) -> Iterable[Endpoint]:
    one = base + "/{namespace_id}"
    yield Endpoint("GET", base, list_namespaces, Numbered(size=20, largest=1000))
    yield Endpoint("POST", base, create_namespace)
    yield Endpoint("GET", one, get_namespace)
    yield Endpoint("PUT", one, rename_namespace)
    yield Endpoint("DELETE", one, delete_namespace)
    yield Endpoint("GET", f"{one}/keys", list_keys, Cursored("name", limit="limit", size=1000, counted=True))
    yield Endpoint("GET", f"{one}/metadata/{{key_name}}", get_metadata)
    yield Endpoint("GET", f"{one}/values/{{key_name}}", get_value)
    yield Endpoint("PUT", f"{one}/values/{{key_name}}", put_value)
    yield Endpoint("DELETE", f"{one}/values/{{key_name}}", delete_value)
    yield Endpoint("PUT", f"{one}/bulk", put_bulk)
    yield Endpoint("DELETE", f"{one}/bulk", delete_bulk)
    yield Endpoint("POST", f"{one}/bulk/delete", delete_bulk)
    yield Endpoint("POST", f"{one}/bulk/get", get_bulk)


ENDPOINTS = tuple(_endpoints("/accounts/{account_id}/storage/kv/namespaces"))
