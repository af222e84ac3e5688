"""The provider's surroundings in a replay: the recorded API, which keeps what does not match, and an engine's log."""
# ruff: noqa: N802, ARG002 - names and parameters of the protocol

import asyncio
import email.parser
import email.policy
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from sandbox.provider.conformance.comparison import differences

PREFIX = "/client/v4"
Exchange = dict[str, Any]


class EngineLog(engine_pb2_grpc.EngineServicer):
    """The engine's log; a line is `NAME: TEXT` with the name of the resource, if it is about one."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:
        name = request.urn.rpartition("::")[2]
        self.lines.append(f"{name}: {request.message}" if name else request.message)
        return empty_pb2.Empty()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        server = grpc.aio.server()
        engine_pb2_grpc.add_EngineServicer_to_server(self, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            await server.stop(None)


class RecordedApi:
    """Serves the exchanges of one step at a time. `expects` says whose request comes next."""

    def __init__(self) -> None:
        self.address = ""
        self.differences: list[str] = []
        self._exchanges: list[Exchange] = []
        self._expected: tuple[str, str] = ("", "")

    def begin(self, exchanges: list[Exchange]) -> None:
        self._exchanges, self.differences = list(exchanges), []

    def expects(self, owner: str, call: str) -> None:
        """`owner` is a URN or the token of an invoke."""
        self._expected = (owner, call)

    def unsent(self) -> list[str]:
        return [f"not sent: {exchange['method']} {exchange['path']}" for exchange in self._exchanges]

    def answer(self, request: Exchange) -> Mapping[str, Any]:
        owner, call = self._expected
        recorded = next((e for e in self._exchanges if e["for"] == owner and e["call"] == call), None)
        if recorded is None:
            self.differences.append(f"sent in vain: {request['method']} {request['path']}")
            return {"status": 400, "headers": {"content-type": "application/json"}, "body": {"success": False}}
        self._exchanges.remove(recorded)
        where = f"{recorded['method']} {recorded['path']}"
        self.differences += [f"request {where}: {text}" for text in _compared(recorded, request)]
        response: Mapping[str, Any] = recorded["response"]
        return response

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Listens on a free port; gives the API's base address."""
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self.address + PREFIX
        finally:
            server.close()
            await server.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request_line, *lines = head.decode().split("\r\n")
                headers = dict(_header(line) for line in lines if line)
                content = await reader.readexactly(int(headers.get("content-length", "0")))
                writer.write(_written(self.answer(_request(request_line, headers, content))))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _request(request_line: str, headers: Mapping[str, str], content: bytes) -> Exchange:
    method, target, _ = request_line.split(" ")
    url = urlsplit(target)
    kind = headers.get("content-type", "").partition(";")[0]
    exchange: Exchange = {
        "method": method,
        "path": url.path.removeprefix(PREFIX),
        "headers": {**headers, "content-type": kind},
    }
    if url.query:
        exchange["query"] = dict(parse_qsl(url.query, keep_blank_values=True))
    if retry := int(headers.get("x-stainless-retry-count", "0")):
        exchange["retry"] = retry
    if kind == "multipart/form-data":
        exchange["parts"] = _parts(headers["content-type"], content)
    elif content:
        exchange["body"] = json.loads(content) if "json" in kind else content.decode()
    return exchange


def _parts(content_type: str, content: bytes) -> list[Exchange]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + content)
    return [_part(part) for part in message.iter_parts()]


def _part(part: Any) -> Exchange:
    text = part.get_payload(decode=True).decode()
    found = {
        "name": part.get_param("name", header="content-disposition"),
        "filename": part.get_filename(),
        "content-type": str(part.get("content-type") or "") or None,
    }
    try:
        found |= {"json": json.loads(text)} if "json" in (found["content-type"] or "") else {"text": text}
    except ValueError:
        found["text"] = text
    return {key: value for key, value in found.items() if value is not None}


def _compared(recorded: Exchange, request: Exchange) -> list[str]:
    """Method, path, query, attempt, body and parts in full; headers only where the record has one."""
    keys = ("method", "path", "query", "retry", "body", "parts")
    expected = {key: recorded[key] for key in keys if key in recorded}
    got = {key: request[key] for key in keys if key in request}
    headers = recorded.get("headers") or {}
    sent = {name: value for name, value in request["headers"].items() if name in headers}
    return [*differences(expected, got), *differences(headers, sent, "headers")]


def _written(response: Mapping[str, Any]) -> bytes:
    """The answer on the wire, JSON without blanks. `retry-after-ms` spares the replay the pauses of a retry."""
    content = (
        json.dumps(response["body"], separators=(",", ":"), ensure_ascii=False)
        if "body" in response
        else response["text"]
    )
    payload = content.encode()
    headers = {**response["headers"], "retry-after-ms": "1", "content-length": str(len(payload))}
    lines = [
        f"HTTP/1.1 {response['status']} {HTTPStatus(response['status']).phrase}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + payload
