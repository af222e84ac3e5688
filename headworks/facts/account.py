"""Reading of an account by Cloudflare's own SDK, for the checks: each thing at most once, in parallel, and never for long.

What is asked is in `headworks.facts.live`. Importing the SDK takes most of a second, so nothing imports this module that
does not ask (docs/decisions/facts-of-the-program.md).
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Self, TypeVar

import httpx
from cloudflare import APIConnectionError, APIError, APIStatusError, Cloudflare

from headworks.account import Access
from headworks.facts.read import Fact

_SILENCE = 8.0
"""Seconds without an answer after which a request is tried once more, and then given up."""

_LIMIT = 20.0
"""Seconds after which nobody waits for a thing any longer, however slowly it still comes."""

_AT_ONCE = 8
"""Requests at a time: enough to be quick, and far from Cloudflare's limit of 1200 in five minutes."""

T = TypeVar("T")


class UnreadableError(Exception):
    """Something could not be read; the text is the reason."""


@dataclass
class _Reading:
    """A thing that is being read, or was."""

    until: float
    """When nobody waits any longer."""
    fact: Future[Fact[Any]] = field(default_factory=Future)


class AccountReader:
    """One account. Safe for use by several threads; what two checks ask for is read once. Nothing that it says has the token.

    Once the account has not answered at all it is not asked again: what is asked after that cannot be read, for the same reason.
    """

    def __init__(self, access: Access, account_id: str, *, seconds: float = _LIMIT) -> None:
        """`seconds` is the longest wait for one thing. Nothing is sent yet."""
        self.account_id = account_id
        self._access = access
        self._seconds = seconds
        # To this machine's own account no proxy leads, and no TLS, whose certificates take a while to load.
        self._http = httpx.Client(trust_env=not access.local, verify=not access.local, timeout=min(_SILENCE, seconds))
        self._client = Cloudflare(
            api_token=access.token, base_url=access.base_url, http_client=self._http, timeout=min(_SILENCE, seconds),
            max_retries=1,
        )  # fmt: skip
        self._readings: dict[tuple[str, str], _Reading] = {}
        self._lock = threading.Lock()
        self._turn = threading.Semaphore(_AT_ONCE)
        self._silent: list[Fact[Any]] = []
        """The reason why the account is no longer asked, once there is one."""

    def of_account(self, account_id: str) -> "AccountReader":
        """The same for another account of the same token; what was read stays known."""
        other = copy(self)
        other.account_id = account_id
        return other

    def read(self, what: str, ask: Callable[[Cloudflare], T]) -> Fact[T]:
        """What `ask` gets of the account; `what` names it, so that it is asked once. Nothing here fails a command."""
        reading = self._begin(what, ask)
        try:
            return reading.fact.result(timeout=max(0.0, reading.until - monotonic()))
        except TimeoutError:
            late: Fact[Any] = Fact(reason=f"{self._access.base_url} did not answer within {self._seconds:g} seconds")
            self._silent.append(late)
            return late

    def get(self, what: str, ask: Callable[[Cloudflare], T]) -> T:
        """The same for those that cannot go on without it; raises UnreadableError."""
        fact = self.read(what, ask)
        if fact.reason is not None:
            raise UnreadableError(fact.reason)
        return fact.value  # type: ignore[return-value]  # an answer may be None itself

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self, what: str, ask: Callable[[Cloudflare], Any]) -> _Reading:
        with self._lock:
            known = self._readings.get((self.account_id, what))
            if known is not None:
                return known
            reading = self._readings[self.account_id, what] = _Reading(until=monotonic() + self._seconds)
        # A thread that still waits for an answer must not keep the command from ending.
        threading.Thread(target=self._ask, args=(ask, reading.fact), daemon=True).start()
        return reading

    def _ask(self, ask: Callable[[Cloudflare], Any], answer: Future[Fact[Any]]) -> None:
        with self._turn:
            try:
                fact = self._silent[0] if self._silent else self._fact(ask)
            except BaseException as error:  # noqa: BLE001 - whoever waits is told
                answer.set_exception(error)
            else:
                with suppress(InvalidStateError):
                    answer.set_result(fact)

    def _fact(self, ask: Callable[[Cloudflare], Any]) -> Fact[Any]:
        if not self._access.token:
            return Fact(reason="CLOUDFLARE_API_TOKEN is not set")
        try:
            return Fact(ask(self._client))
        except APIConnectionError as error:
            # The cause's own text can hold the headers that were sent.
            fact: Fact[Any] = Fact(
                reason=f"{self._access.base_url} did not answer ({type(error.__cause__ or error).__name__})"
            )
            self._silent.append(fact)
            return fact
        except APIError as error:
            return Fact(reason=self._without_token(_reason(error)))
        except (LookupError, TypeError, AttributeError, ValueError):
            return Fact(reason="the answer does not have the shape that Cloudflare documents")

    def _without_token(self, text: str) -> str:
        return text.replace(self._access.token, "…")


def _reason(error: APIError) -> str:
    said = ", ".join(f"{each.message} [code: {each.code}]" for each in error.errors or ()) or "no error was given"
    status = f"{error.status_code} " if isinstance(error, APIStatusError) else ""
    return f"{error.request.method} {error.request.url.path}: {status}{said}"
