"""HTTP to the Cloudflare v4 API: headers, retries and error texts of the plugin's client."""

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

LOOPBACK = ("localhost", "127.0.0.1", "::1")
RETRIES = 10
SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds; doubled from attempt to attempt."""
LONGEST_OBEYED_PAUSE = 60.0
"""A `retry-after` of more seconds than this is ignored."""
NOT_FOUND = 404


class ApiError(Exception):
    """An answer that is no success. Its text is what Pulumi shows: method, address, status and the whole answer."""

    def __init__(self, method: str, url: str, status: int, reason: str, answer: str) -> None:
        super().__init__(f'{method} "{url}": {status} {reason} {answer}')
        self.status = status


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def result(self) -> Any:
        """`result` of the envelope; None where there is none."""
        try:
            document = json.loads(self.content)
        except ValueError:
            return None
        return document.get("result") if isinstance(document, dict) else None

    @property
    def unreadable(self) -> str:
        """Why the answer is no document, for calls that read it although nobody needs it; empty if it is one."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("application/json"):
            return f"expected destination type of 'string' or '[]byte' for responses with content-type '{kind}' that is not 'application/json'"
        try:
            json.loads(self.content)
        except ValueError as error:
            return f"error parsing response json: {error if self.content else 'EOF'}"
        return ""


def local_address(base_url: str) -> str:
    """The base of all paths, without a slash at its end. ValueError for an address that is not on this machine."""
    host = urlsplit(base_url).hostname
    if host not in LOOPBACK:
        raise ValueError(
            f"CLOUDFLARE_BASE_URL is {base_url or 'not set'}, which is not a loopback address: this provider is for a local account only. "
            "Start one and take over its address (`headworks sandbox start`, `headworks sandbox env`)."
        )
    return base_url.rstrip("/")


class Api:
    """One account's API. Retries what may succeed later, and nothing that says `x-should-retry: false`."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base = local_address(base_url)
        self._client = httpx.AsyncClient(
            headers={
                "authorization": f"Bearer {token}",
                "user-agent": "headworks-sandbox",
                "accept": "application/json",
            },
            timeout=60,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends until there is an answer worth keeping. ApiError for 4xx and 5xx, OSError if there was no answer at all."""
        for attempt in range(RETRIES + 1):
            count = {"x-stainless-retry-count": str(attempt)}
            request = self._client.build_request(
                method, self._base + path, headers={**(headers or {}), **count}, content=content, params=query or None
            )
            try:
                response = await self._client.send(request)
            except httpx.TransportError as error:
                if attempt == RETRIES:
                    raise ApiError(method, str(request.url), 0, type(error).__name__, str(error)) from error
                await asyncio.sleep(_pause(attempt, {}))
                continue
            if response.is_success:
                return Answer(response.status_code, response.headers, response.content)
            if attempt == RETRIES or not _may_succeed_later(response):
                raise ApiError(method, str(request.url), response.status_code, response.reason_phrase, response.text)
            await asyncio.sleep(_pause(attempt, response.headers))
        raise AssertionError("the last attempt returns or raises")


def _may_succeed_later(response: httpx.Response) -> bool:
    told = response.headers.get("x-should-retry")
    if told in {"true", "false"}:
        return bool(told == "true")
    return response.status_code in {408, 409, 429} or response.status_code >= 500


def _pause(attempt: int, headers: Mapping[str, str]) -> float:
    """Seconds until the next attempt: what the answer asks for, else doubling with some jitter."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            asked = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= asked < LONGEST_OBEYED_PAUSE:
            return asked
    pause: float = min(SHORTEST_PAUSE * 2.0**attempt, LONGEST_PAUSE)
    return pause * random.uniform(0.75, 1.0)  # noqa: S311 - jitter
