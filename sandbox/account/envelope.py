"""The v4 envelope: what every JSON answer is wrapped in, and how an operation says no."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
"""A JSON object."""


class ApiError(Exception):
    """An operation refused, with the status and the code that Cloudflare gives for it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Failure:
    """One way in which an operation of a product can fail: HTTP status, code of the product, text."""

    status: int
    code: int
    message: str
    """May hold `{names}` that `error` fills in."""

    def error(self, **details: Any) -> ApiError:
        return ApiError(self.status, self.code, self.message.format(**details))

    def about(self, **details: Any) -> "Failure":
        """The same with some of its names filled in; `{reason}` is left for later."""
        said = self.message.format(reason="\0", **details).replace("{", "{{").replace("}", "}}")
        return Failure(self.status, self.code, said.replace("\0", "{reason}"))


@dataclass(frozen=True)
class Raw:
    """An answer that is not JSON: a KV value, an R2 object, the modules of a Worker."""

    content: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Part of a list, with the `result_info` that says which part."""

    result: Any
    info: Json


NOT_ROUTED = Failure(404, 7003, "Could not route to {path}, perhaps your object identifier is invalid?")
WRONG_METHOD = Failure(405, 7001, "Method {method} not available for that URI.")
INTERNAL = Failure(500, 10001, "Internal error in the local account; its log has the traceback.")
TOO_LARGE = Failure(413, 10027, "The request body is larger than {limit} bytes.")


def success(result: Any, messages: Sequence[str | Json] = ()) -> bytes:
    """The body of a successful answer. A `Page` brings its own `result_info`."""
    info = {"result_info": result.info} if isinstance(result, Page) else {}
    value = result.result if isinstance(result, Page) else result
    return encode({"success": True, "errors": [], "messages": list(messages), "result": value, **info})


def failure(error: ApiError) -> bytes:
    errors = [{"code": error.code, "message": error.message}]
    return encode({"success": False, "errors": errors, "messages": [], "result": None})


def encode(value: Any) -> bytes:
    # Without blanks, as the API does: the provider keeps the text of some answers in the state.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
