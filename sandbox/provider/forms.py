"""multipart/form-data: the bodies of script uploads and KV values, and the answers that hold a script's modules."""

import email.parser
import email.policy
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

JSON = "application/json"


@dataclass(frozen=True)
class Part:
    name: str
    content: bytes
    content_type: str = ""
    filename: str = ""

    def encoded(self) -> bytes:
        filename = f'; filename="{_quoted(self.filename)}"' if self.filename else ""
        content_type = f"\r\nContent-Type: {self.content_type}" if self.content_type else ""
        head = f'Content-Disposition: form-data; name="{_quoted(self.name)}"{filename}{content_type}\r\n\r\n'
        return head.encode() + self.content + b"\r\n"


def encoded(parts: Iterable[Part]) -> tuple[bytes, str]:
    """The body and its content type."""
    boundary = secrets.token_hex(30)
    marker = f"--{boundary}".encode()
    body = b"".join(marker + b"\r\n" + part.encoded() for part in parts) + marker + b"--\r\n"
    return body, f"multipart/form-data; boundary={boundary}"


def first_part(content: bytes, content_type: str) -> bytes:
    """Content of the first part; of a body that is no form, all of it."""
    if not content_type.startswith("multipart/"):
        return content
    boundary = _boundary(content_type)
    _, _, rest = content.partition(b"--" + boundary)
    _, _, rest = rest.partition(b"\r\n\r\n")
    return rest.partition(b"\r\n--" + boundary)[0]


def _boundary(content_type: str) -> bytes:
    headers = email.parser.HeaderParser(policy=email.policy.HTTP).parsestr(f"Content-Type: {content_type}\n\n")
    return (headers.get_boundary() or "").encode()


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
