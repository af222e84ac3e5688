"""What the answers of all products have in common."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from cloudflare import AuthenticationError, BadRequestError, Cloudflare, NotFoundError, PermissionDeniedError
from cloudflare.pagination import SyncV4PagePaginationArray

T = TypeVar("T")

REFUSED = (BadRequestError, AuthenticationError, PermissionDeniedError)

MOST = 100
"""Entries a page that every list gives out."""

DEFAULT_JURISDICTION = "default"
"""Where what is kept has no jurisdiction of its own."""

_NOT_ROUTED = 7003
"""Cloudflare's code for an address that leads nowhere: that says nothing about what was looked for."""


def every(first: SyncV4PagePaginationArray[T], key: Callable[[T], str | None]) -> dict[str, T]:
    """The entries of all pages, by key.

    The SDK alone asks on until a page is empty: once too often everywhere, and without end where an address takes no page.
    """
    found: dict[str, T] = {}
    for page in first.iter_pages():
        new = {str(key(entry)): entry for entry in page.result if str(key(entry)) not in found}
        found |= new
        if not new or getattr(page.result_info, "total_pages", None) == getattr(page.result_info, "page", 0):
            break
    return found


def result_of(client: Cloudflare, path: str, headers: Mapping[str, str] | None = None) -> Any:
    """The `result` of an answer, as it came."""
    answer: Any = client.get(path, cast_to=cast("type[Any]", object), options={"headers": headers or {}})
    return answer["result"]


def jurisdiction_of(listed: Any) -> str:
    return getattr(listed, "jurisdiction", None) or DEFAULT_JURISDICTION


def or_none(ask: Callable[[Cloudflare], T]) -> Callable[[Cloudflare], T | None]:
    """What `ask` gets; None where Cloudflare says that there is no such thing."""
    return partial(_asked_or_none, ask)


def _asked_or_none(ask: Callable[[Cloudflare], T], client: Cloudflare) -> T | None:
    try:
        return ask(client)
    except NotFoundError as error:
        if any(each.code == _NOT_ROUTED for each in error.errors or ()):
            raise
        return None
