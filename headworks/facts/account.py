"""Reading of an account by Cloudflare's own SDK, for the checks: each thing at most once, and never for longer than a limit."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from cloudflare import APIError, Cloudflare

from headworks.account import Access
from headworks.facts.read import Fact

_SILENCE = 10.0
"""Seconds without an answer after which a fact counts as not verified."""

T = TypeVar("T")


class AccountReader:
    """One account. Safe for use by several threads; what two checks ask for is read once."""

    def __init__(self, access: Access, account_id: str) -> None:
        self.account_id = account_id
        # A proxy does not reach this machine's own account.
        http = httpx.Client(trust_env=not access.local, timeout=_SILENCE)
        self._client = Cloudflare(
            api_token=access.token, base_url=access.base_url, http_client=http, timeout=_SILENCE, max_retries=1
        )
        self._facts: dict[str, Fact[Any]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def read(self, what: str, ask: Callable[[Cloudflare], T]) -> Fact[T]:
        """What `ask` gets of the account; `what` names it, so that it is asked once. Nothing here fails a command."""
        with self._lock:
            lock = self._locks.setdefault(what, threading.Lock())
        with lock:
            if what not in self._facts:
                self._facts[what] = self._ask(ask)
            return self._facts[what]

    def _ask(self, ask: Callable[[Cloudflare], T]) -> Fact[T]:
        try:
            return Fact(ask(self._client))
        except APIError as error:
            return Fact(reason=error.message)
