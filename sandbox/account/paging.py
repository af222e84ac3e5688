"""Pagination styles: how a whole list becomes one page of it.

A page beyond the end is empty, never an error and never the last page again: clients ask for the next page until one is
empty, whatever `result_info` says.
"""

import base64
import binascii
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.account.envelope import Failure, Json, Page

Paging = Callable[[Any, Mapping[str, str]], Any]
"""(what the handler answered, query) -> what goes into the envelope."""

BAD_CURSOR = Failure(400, 10011, "The cursor is not one that this list has given out.")
BAD_NUMBER = Failure(400, 1003, "Query parameter {name} must be a whole number from 1, not {value!r}.")


def whole(answer: Any, _query: Mapping[str, str]) -> Any:
    """The answer as it is."""
    return answer


@dataclass(frozen=True)
class Numbered:
    """`page` and `per_page`."""

    size: int = 20
    largest: int = 1000
    under: str | None = None
    """Key of `result` that holds the list, where `result` is an object (versions: `items`)."""

    def __call__(self, items: Sequence[Any], query: Mapping[str, str]) -> Page:
        page = _positive(query, "page", 1)
        size = min(_positive(query, "per_page", self.size), self.largest)
        part = list(items[(page - 1) * size : page * size])
        info = {
            "page": page,
            "per_page": size,
            "count": len(part),
            "total_count": len(items),
            "total_pages": math.ceil(len(items) / size),
        }
        return Page(part if self.under is None else {self.under: part}, info)


@dataclass(frozen=True)
class Cursored:
    """An opaque `cursor`: the key after which the list goes on. The items must be sorted by that key."""

    key: str
    limit: str = "per_page"
    size: int = 20
    largest: int = 1000
    under: str | None = None
    counted: bool = False
    """`result_info` says `count` (KV) instead of `per_page` (R2)."""

    def __call__(self, items: Sequence[Json], query: Mapping[str, str]) -> Page:
        size = min(_positive(query, self.limit, self.size), self.largest)
        after = query.get("cursor")
        start = _after([item[self.key] for item in items], _read_cursor(after)) if after else 0
        part = list(items[start : start + size])
        more = start + size < len(items)
        info: Json = {"cursor": _cursor(part[-1][self.key]) if more else ""}
        info |= {"count": len(part)} if self.counted else {"per_page": size}
        return Page(part if self.under is None else {self.under: part}, info)


def _after(keys: Sequence[str], last: str) -> int:
    """Where to go on after `last`, which may have been deleted in between. The keys may run either way."""
    beyond = operator.lt if keys and keys[0] > keys[-1] else operator.gt
    return next((index for index, key in enumerate(keys) if beyond(key, last)), len(keys))


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _read_cursor(text: str) -> str:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise BAD_CURSOR.error() from None


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise BAD_NUMBER.error(name=name, value=value)
    return int(value)
