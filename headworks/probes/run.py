"""Running of a probe: one request to the deployed Worker, and what its answer says about a line."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from headworks.checks.check import Finding
from headworks.model.environment import Environment
from headworks.probes.containment import differences
from headworks.runbooks.lines import Probe
from headworks.sandbox import is_loopback

_SECONDS = 10.0
"""After which an answer that is not complete counts as none."""
_MOST_BYTES = 1024 * 1024
"""Of an answer. What watches a Worker answers with little."""

Clock = Callable[[], float]


class _NoAnswerError(Exception):
    """The text says why."""


@dataclass(frozen=True)
class _Answer:
    status: int
    location: str
    """Where a redirect leads, without its query, which may hold a secret; else empty."""
    body: bytes
    seconds: float


def run(
    probe: Probe,
    environment: Environment,
    *,
    local: bool = False,
    connect_to: str | None = None,
    clock: Clock = time.perf_counter,
) -> Finding:
    """Send a GET to the probe's address, and compare the answer with what the probe says.

    `local` says that the environment is deployed to the local account. `connect_to` is where to connect to in place of the host,
    such as `https://203.0.113.7` or `http://127.0.0.1:8787`: the request stays the same, with the host in its head and,
    by https, in the certificate, as with curl's --connect-to. With it a Worker is probed before DNS leads to it, or one that
    runs on this machine.
    """
    if local and connect_to is None:
        return Finding.not_verified("The local account does not run Workers.")
    host = probe.host or _first_host(environment)
    if host is None:
        return Finding.not_verified(
            f"{environment.worker.name} has no route or custom domain that could be asked. Name the probe's `host`."
        )
    address = f"https://{host}{probe.probe}"
    connected = f"{connect_to.rstrip('/')}{probe.probe}" if connect_to else address
    try:
        with _client(host, connected) as client:
            answer = _get(client, connected, host, clock)
            if probe.within_ms is not None:
                # The first request paid for the connection, and perhaps for the start of the Worker.
                answer = _get(client, connected, host, clock)
    except httpx.ProxyError:
        return Finding.not_verified(f"The proxy between here and {host} let nothing through.")
    except _NoAnswerError as error:
        return Finding.missing(f"{address} does not answer: {error}.")
    if wrong := list(_wrong(probe, answer)):
        return Finding.missing(f"{address} {'; '.join(wrong)}.")
    within = "" if probe.within_ms is None else f" in {answer.seconds * 1000:.0f} ms"
    return Finding.held(f"{address} answers {answer.status}{within}.")


def _first_host(environment: Environment) -> str | None:
    return next((route.host for route in environment.routes if "*" not in route.host), None)


def _wrong(probe: Probe, answer: _Answer) -> Iterator[str]:
    if answer.status != probe.status:
        leads = f" and leads to {answer.location}" if answer.location else ""
        yield f"answers {answer.status}{leads}, and should answer {probe.status}"
        return
    if probe.contains:
        yield from _unlike(probe.contains, answer.body)
    if probe.within_ms is not None and answer.seconds * 1000 > probe.within_ms:
        yield f"takes {answer.seconds * 1000:.0f} ms, and should take {probe.within_ms} at most"


def _unlike(wanted: dict[str, Any], body: bytes) -> Iterator[str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        yield "answers with something that is not JSON"
        return
    for difference in differences(wanted, found):
        yield f"answers otherwise: {difference}"


# ---- the request


def _client(host: str, address: str) -> httpx.Client:
    return httpx.Client(
        headers={"Host": host, "Accept": "application/json, */*", "User-Agent": "headworks"},
        timeout=_SECONDS,
        follow_redirects=False,  # what another address answers says nothing about this one
        verify=httpx.create_ssl_context(),
        trust_env=not is_loopback(address),  # a proxy does not reach a server on this machine
    )


def _get(client: httpx.Client, address: str, host: str, clock: Clock) -> _Answer:
    started = clock()
    try:
        with client.stream("GET", address, extensions={"sni_hostname": host}) as response:
            body = _read(response, until=started + _SECONDS, clock=clock)
    except httpx.ProxyError:
        raise
    except httpx.HTTPError as error:
        raise _NoAnswerError(_reason(error)) from error
    return _Answer(response.status_code, _location(response), body, clock() - started)


def _read(response: httpx.Response, *, until: float, clock: Clock) -> bytes:
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if clock() > until:
            raise _NoAnswerError(f"it was not complete after {_SECONDS:g} seconds")
        if len(body) > _MOST_BYTES:
            raise _NoAnswerError(f"it says more than {_MOST_BYTES // 1024} KiB")
    return body


def _location(response: httpx.Response) -> str:
    return response.headers.get("location", "").partition("?")[0].partition("#")[0] if response.is_redirect else ""


def _reason(error: BaseException) -> str:
    causes = list(_causes(error))
    for kind, say in _REASONS:
        if cause := next((cause for cause in causes if isinstance(cause, kind)), None):
            return say(cause)
    return type(error).__name__


_REASONS: tuple[tuple[type[BaseException], Callable[[Any], str]], ...] = (
    (socket.gaierror, lambda _: "DNS does not know the host"),
    (ssl.SSLCertVerificationError, lambda error: f"its certificate is not valid ({error.verify_message})"),
    (ssl.SSLError, lambda error: f"no TLS connection could be made ({error.reason})"),
    (httpx.TimeoutException, lambda _: f"nothing came within {_SECONDS:g} seconds"),
    (ConnectionRefusedError, lambda _: "the connection is refused"),
    (httpx.RemoteProtocolError, lambda _: "what comes is not HTTP, or breaks off"),
    (OSError, lambda error: error.strerror or type(error).__name__),
)
"""The first that fits is told."""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
