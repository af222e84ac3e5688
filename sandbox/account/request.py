"""One call of the API as its handler sees it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from sandbox.account.envelope import Failure, Json
from sandbox.account.private import Vault
from sandbox.account.storage import Store

MALFORMED = Failure(400, 10026, "Could not parse the request body: {reason}")
NOT_MULTIPART = Failure(400, 10001, "The content type must be multipart/form-data, not {given!r}.")


@dataclass(frozen=True)
class Part:
    """One part of a multipart body."""

    name: str
    filename: str | None
    content_type: str | None
    content: bytes


@dataclass
class Call:
    """A request, and the account that it is made to."""

    method: str
    path: str
    parameters: Mapping[str, str]
    """Segments of the path by their names in the endpoint's template, unescaped."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    store: Store
    vault: Vault
    files: Path
    """Folder of the SQLite files of D1 databases."""
    now: str
    token: Json | None = None
    """Of whoever asks; None: the one that the account starts with, which may do everything."""
    messages: list[str | Json] = field(default_factory=list)
    """What the answer tells beside its result."""

    @property
    def account(self) -> str:
        return self.parameters["account_id"]

    @property
    def home(self) -> str:
        """Scope of the Workers that the path is about: the account, or a dispatch namespace in it."""
        namespace = self.parameters.get("dispatch_namespace")
        return self.account if namespace is None else dispatch_home(self.account, namespace)

    def json(self, malformed: Failure = MALFORMED) -> Any:
        """The body, whatever its content type says: wrangler sends JSON as text/plain."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError as problem:
            raise malformed.error(reason=str(problem)) from None

    def object(self, malformed: Failure = MALFORMED) -> Json:
        body = self.json(malformed)
        if not isinstance(body, dict):
            raise malformed.error(reason="a JSON object is expected")
        return body

    @property
    def is_multipart(self) -> bool:
        return self.headers.get("content-type", "").startswith("multipart/form-data")

    def parts(self) -> list[Part]:
        """The parts of a multipart body, in the order sent."""
        given = self.headers.get("content-type", "")
        kind, options = parse_options_header(given)
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise NOT_MULTIPART.error(given=given)
        return _split(self.body, options[b"boundary"])


def dispatch_home(account: str, namespace: str) -> str:
    """Scope of the Workers of a dispatch namespace."""
    return f"{account}/dispatch/{namespace}"


def _split(body: bytes, boundary: bytes) -> list[Part]:
    parts: list[Part] = []
    headers: dict[str, bytes] = {}
    name, value, content = bytearray(), bytearray(), bytearray()

    def header_ends() -> None:
        headers[bytes(name).decode("latin-1").lower()] = bytes(value)
        name.clear()
        value.clear()

    def part_ends() -> None:
        _, options = parse_options_header(headers.get("content-disposition", b""))
        filename = options.get(b"filename")
        media_type = headers.get("content-type")
        parts.append(
            Part(
                options.get(b"name", b"").decode(),
                None if filename is None else filename.decode(),
                None if media_type is None else media_type.decode("latin-1").strip(),
                bytes(content),
            )
        )
        headers.clear()
        content.clear()

    parser = MultipartParser(
        boundary,
        {
            "on_header_field": lambda data, start, end: name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: value.extend(data[start:end]),
            "on_header_end": header_ends,
            "on_part_data": lambda data, start, end: content.extend(data[start:end]),
            "on_part_end": part_ends,
        },
    )
    try:
        parser.write(body)
        parser.finalize()
    except (FormParserError, UnicodeError) as problem:
        raise MALFORMED.error(reason=str(problem)) from None
    return parts


def timestamp(moment: datetime | None = None) -> str:
    """As the API writes times: UTC, six decimals, `Z`."""
    return (moment or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
