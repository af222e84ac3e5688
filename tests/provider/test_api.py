"""The client: what it tries again, how long it waits, and what its errors say."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import pytest

from sandbox.provider import api
from sandbox.provider.api import Api, ApiError

Answer = tuple[int, Mapping[str, str], str]
FINE: Answer = (200, {}, '{"success":true,"result":{"id":"1"}}')


def served(answers: list[Answer], method: str = "GET") -> tuple[Any, list[str]]:
    """What comes of a call that is given these answers in turn, and the head of each request."""
    heads: list[str] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        status, headers, text = answers[min(len(heads), len(answers)) - 1]
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"content-length: {len(text)}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write(("\r\n".join([*lines, "", ""]) + text).encode())
        await writer.drain()
        writer.close()

    async def call() -> Any:
        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        client = Api(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/client/v4/", "a-secret-token")
        try:
            return await client.call(method, "/accounts/a")
        except ApiError as error:
            return error
        finally:
            await client.close()
            server.close()
            await server.wait_closed()

    return asyncio.run(call()), heads


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; none is made."""
    asked: list[float] = []
    sleep = asyncio.sleep

    async def skip(seconds: float) -> None:
        asked.append(seconds)
        await sleep(0)

    monkeypatch.setattr(api.asyncio, "sleep", skip)
    return asked


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_what_may_succeed_later_is_tried_again(pauses, status):
    answer, heads = served([(status, {}, "{}"), FINE])
    assert answer.result == {"id": "1"}
    assert [head.count("x-stainless-retry-count: 1") for head in heads] == [0, 1]
    assert len(pauses) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 412])
def test_a_refusal_is_final(pauses, status):
    error, heads = served([(status, {}, '{"success":false}')])
    assert isinstance(error, ApiError)
    assert (error.status, len(heads), pauses) == (status, 1, [])


def test_an_answer_that_says_so_is_not_tried_again(pauses):
    error, heads = served([(409, {"x-should-retry": "false"}, "{}")])
    assert (error.status, len(heads)) == (409, 1)


def test_an_answer_that_says_so_is_tried_again(pauses):
    answer, heads = served([(404, {"x-should-retry": "true"}, "{}"), FINE])
    assert (answer.status, len(heads)) == (200, 2)


def test_it_gives_up_after_as_many_attempts_as_the_real_one(pauses):
    error, heads = served([(500, {}, "{}")])
    assert (error.status, len(heads)) == (500, 11)
    assert pauses == sorted(pauses[:4]) + pauses[4:]
    assert max(pauses) <= 30


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "3", "retry-after-ms": "1"}, 0.001),
    ],
)
def test_it_waits_as_long_as_the_answer_asks(pauses, headers, seconds):
    served([(429, headers, "{}"), FINE])
    assert pauses == [pytest.approx(seconds)]


@pytest.mark.parametrize("asked", ["3600", "soon", "-1"])
def test_it_does_not_wait_for_hours_nor_for_nonsense(pauses, asked):
    served([(429, {"retry-after": asked}, "{}"), FINE])
    assert 0 < pauses[0] <= 30


def test_an_error_says_method_address_status_and_the_whole_answer_and_no_token(pauses):
    error, _ = served([(400, {}, '{"success":false,"errors":[{"code":7400,"message":"no"}]}')], "PUT")
    text = str(error)
    assert text.startswith('PUT "http://127.0.0.1:')
    assert text.endswith(
        '/client/v4/accounts/a": 400 Bad Request {"success":false,"errors":[{"code":7400,"message":"no"}]}'
    )
    assert "a-secret-token" not in text


def test_nobody_listening_is_an_error_after_the_same_attempts(pauses):
    async def call() -> None:
        client = Api("http://127.0.0.1:1/client/v4", "token")
        try:
            await client.call("GET", "/accounts/a")
        finally:
            await client.close()

    with pytest.raises(ApiError, match="ConnectError"):
        asyncio.run(call())
    assert len(pauses) == 10


def test_a_proxy_of_the_environment_never_sees_a_token(pauses, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    answer, _ = served([FINE])
    assert answer.status == 200
