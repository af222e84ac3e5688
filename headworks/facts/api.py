"""Cloudflare's v4 API over HTTP: the few calls that neither the provider nor its data sources make.

The address and the token come from the environment, under the names that Cloudflare's provider and SDKs use. The token
never leaves this module: no error, no fact and no state holds it.
"""

import os
from collections.abc import Mapping
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
    """The API did not grant a request. `code` is Cloudflare's own, 0 when the answer was none of the API's."""

    def __init__(self, request: httpx.Request, status: int, code: int, message: str) -> None:
        super().__init__(f"{request.method} {request.url.path}: {status} {message} [code: {code}]")
        self.status = status
        self.code = code


class Api:
    """A connection to the API. Safe for use by several threads."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @classmethod
    def from_environment(cls, *, timeout: float) -> "Api":
        """Connect as CLOUDFLARE_BASE_URL and CLOUDFLARE_API_TOKEN say; `timeout` is the longest silence in seconds.

        Raises NotConfiguredError without a token.
        """
        token = os.environ.get(TOKEN)
        if not token:
            raise NotConfiguredError(f"{TOKEN} is not set")
        address = os.environ.get(ADDRESS) or DEFAULT_ADDRESS
        client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            trust_env=urlsplit(address).hostname not in _LOOPBACK,  # a proxy does not reach this machine's own account
        )
        return cls(client)

    def get(self, path: str) -> Any:
        """The `result` of a GET; raises ApiError."""
        return _result(self._client.get(path))

    def get_raw(self, path: str) -> httpx.Response:
        """An answer that is no envelope, such as a script's content; raises ApiError."""
        response = self._client.get(path)
        if response.is_error:
            _result(response)
        return response

    def put(self, path: str, *, query: Mapping[str, str], files: Any) -> Any:
        """The `result` of a PUT of multipart `files`; raises ApiError."""
        return _result(self._client.put(path, params=query, files=files))

    def patch(self, path: str, *, json: Mapping[str, Any]) -> Any:
        """The `result` of a PATCH of a JSON body; raises ApiError."""
        return _result(self._client.patch(path, json=json))

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
