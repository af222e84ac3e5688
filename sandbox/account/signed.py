"""Addresses that need no token: whoever knows one may fetch or put the one thing that it stands for, as with R2's signed URLs."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sandbox.account.envelope import Failure, Json, Raw
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Content

PREFIX = "/signed"
TICKET = "signed_url"
"""Content: key = the secret part of the address."""
ANYWHERE = ""
LIFETIME = timedelta(hours=1)

EXPIRED = Failure(403, 10035, "The address is not known, or no longer valid.")


def offer(call: Call, data: bytes, filename: str) -> str:
    """An address from which `data` can be fetched."""
    return _address(call, data, {"method": "GET", "filename": filename})


def accept(call: Call, filename: str, about: Json) -> str:
    """An address to which a file can be put; `received` finds it by its name."""
    return _address(call, b"", {"method": "PUT", "filename": filename, "about": about, "etag": None})


def received(call: Call, filename: str) -> Content | None:
    """The file that was put to an address made by `accept`."""
    for ticket, document in call.store.keys(TICKET, ANYWHERE):
        if document["filename"] == filename and document.get("etag"):
            return call.store.read(TICKET, ANYWHERE, ticket)
    return None


def discard(call: Call, ticket: str) -> None:
    call.store.erase(TICKET, ANYWHERE, ticket)


def get(call: Call) -> Raw:
    content = _content(call)
    return Raw(content.data, "application/octet-stream", {"etag": f'"{_etag(content.data)}"'})


def put(call: Call) -> Raw:
    content = _content(call)
    etag = _etag(call.body)
    call.store.write(TICKET, ANYWHERE, content.key, call.body, content.document | {"etag": etag})
    return Raw(b"", "application/octet-stream", {"etag": f'"{etag}"'})


def _address(call: Call, data: bytes, document: Json) -> str:
    for old, known in call.store.keys(TICKET, ANYWHERE):
        if _expired(known, call.now):
            discard(call, old)
    ticket = secrets.token_urlsafe(32)
    call.store.write(TICKET, ANYWHERE, ticket, data, document | {"created": call.now})
    return f"http://{call.headers['host']}{PREFIX}/{ticket}"


def _content(call: Call) -> Content:
    content = call.store.read(TICKET, ANYWHERE, call.parameters["ticket"])
    if content is None or content.document["method"] != call.method or _expired(content.document, call.now):
        raise EXPIRED.error()
    return content


def _expired(document: Json, now: str) -> bool:
    created: Any = datetime.fromisoformat(document["created"])
    return bool(created + LIFETIME < datetime.fromisoformat(now))


def _etag(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/{{ticket}}", get),
    Endpoint("PUT", f"{PREFIX}/{{ticket}}", put),
)
