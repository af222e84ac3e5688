"""Cloudflare's v4 API over HTTP: the calls that neither the provider nor its data sources make.

Facts, secrets and the dynamic resources share it. Pulumi starts a process for dynamic resources in each deployment, so
nothing heavy is imported here.
"""

import os
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

ADDRESS = "CLOUDFLARE_BASE_URL"
TOKEN = "CLOUDFLARE_API_TOKEN"  # noqa: S105 - the name of a variable
DEFAULT_ADDRESS = "https://api.cloudflare.com/client/v4"

NO_SUCH_SCRIPT = frozenset({10007, 10090})
"""Cloudflare's codes for a Worker that does not exist (of the script, and of its service)."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class NotConfiguredError(Exception):
    """There is no token to ask with."""


class ApiError(Exception):
    """The API did not grant a request. It tells the API's own words, and never what was sent."""

    def __init__(self, request: httpx.Request, status: int, code: int, reason: str) -> None:
        super().__init__(f"{request.method} {request.url.path}: {status} {reason} [code: {code}]")
        self.status = status
        self.code = code
        """Cloudflare's own; 0 when the answer was none of the API's."""
        self.reason = reason


class Api:
    """A connection to the API. Safe for use by several threads. The token never leaves it: no error holds it.

    The calls take a path below the address and what httpx takes (`json`, `files`, `params`, `headers`); they return the
    `result` of the answer and raise ApiError, or httpx.HTTPError when there is none.
    """

    def __init__(self, address: str, token: str, *, timeout: float) -> None:
        """`timeout` is the longest silence in seconds."""
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            trust_env=urlsplit(address).hostname not in _LOOPBACK,  # a proxy does not reach this machine's own account
        )

    @classmethod
    def from_environment(cls, *, timeout: float) -> Self:
        """Connect as CLOUDFLARE_BASE_URL and CLOUDFLARE_API_TOKEN say, the names that Cloudflare's provider and SDKs use.

        Raises NotConfiguredError without a token.
        """
        token = os.environ.get(TOKEN)
        if not token:
            raise NotConfiguredError(f"{TOKEN} is not set")
        return cls(os.environ.get(ADDRESS) or DEFAULT_ADDRESS, token, timeout=timeout)

    def get(self, path: str, **content: Any) -> Any:
        return _result(self._client.get(path, **content))

    def get_raw(self, path: str) -> httpx.Response:
        """An answer that is no envelope, such as a script's content."""
        response = self._client.get(path)
        if response.is_error:
            _result(response)
        return response

    def post(self, path: str, **content: Any) -> Any:
        return _result(self._client.post(path, **content))

    def put(self, path: str, **content: Any) -> Any:
        return _result(self._client.put(path, **content))

    def patch(self, path: str, **content: Any) -> Any:
        return _result(self._client.patch(path, **content))

    def delete(self, path: str) -> Any:
        return _result(self._client.delete(path))

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _result(response: httpx.Response) -> Any:
    try:
        envelope = response.json()
    except ValueError:
        envelope = None
    if not isinstance(envelope, dict) or "success" not in envelope:
        raise ApiError(response.request, response.status_code, 0, "the answer is not Cloudflare's")
    if not envelope["success"]:
        errors = envelope.get("errors") or [{"code": 0, "message": "no error was given"}]
        raise ApiError(response.request, response.status_code, errors[0]["code"], errors[0]["message"])
    return envelope["result"]
