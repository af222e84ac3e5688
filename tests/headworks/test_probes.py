"""Probes, sent to servers that really answer over HTTP and HTTPS."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from headworks.checks.check import State
from headworks.model.environment import Environment
from headworks.model.files import load_environment
from headworks.probes import run as module
from headworks.probes.run import run
from headworks.runbooks.lines import Probe

ROOT = Path(__file__).parents[2]
HOST = "api.rockhound.app"


@dataclass
class Server:
    """What answers, and what it was asked."""

    address: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    """One by one; the last of them from then on."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Host and path."""
    connections: int = 0
    time: float = 0.0
    takes: list[float] = field(default_factory=list)
    """How far each answer moves the clock on."""

    def say(self, document: object, status: int = 200, **headers: str) -> None:
        self.answers = [(status, headers, json.dumps(document).encode())]


def serve(server: Server, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            server.connections += 1
            super().setup()

        def do_GET(self) -> None:
            server.asked.append((self.headers["Host"], self.path))
            status, headers, body = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            if server.takes:
                server.time += server.takes.pop(0)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        http.handle_error = lambda *_: None  # a client that does not like the certificate hangs up
        if context:
            http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.address = f"{'https' if context else 'http'}://127.0.0.1:{http.server_port}"
        yield server
        http.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    yield from serve(Server())


@pytest.fixture(scope="module")
def environment() -> Environment:
    return load_environment(ROOT, "production")


@pytest.fixture
def send(environment: Environment, server: Server) -> Callable:
    """Sends a probe to the server, as a line writes it."""

    def sent(path: str = "/health", **words: object):
        return run(Probe(probe=path, **words), environment, connect_to=server.address, clock=lambda: server.time)

    return sent


# ---- where it goes


def test_the_first_host_of_the_worker_is_asked_by_its_name(send, server):
    server.say({})
    assert send("/health?deep=1").says == f"https://{HOST}/health?deep=1 answers 200."
    assert server.asked == [(HOST, "/health?deep=1")]


def test_a_host_that_the_line_names_is_asked_instead(send, server):
    server.say({})
    assert send(host="db.do").state is State.HELD
    assert server.asked == [("db.do", "/health")]


def test_a_path_never_leads_to_another_host(send, server):
    server.say({})
    assert send("//elsewhere.example/health").state is State.HELD
    assert [host for host, _ in server.asked] == [HOST]


def test_of_several_routes_the_first_that_is_one_host_is_asked(environment, server):
    (route,) = environment.routes
    hosts = ["*.rockhound.app", "www.rockhound.app", HOST]
    routes = tuple(route.model_copy(update={"host": host}) for host in hosts)
    server.say({})
    run(Probe(probe="/"), environment.model_copy(update={"routes": routes}), connect_to=server.address)
    assert server.asked == [("www.rockhound.app", "/")]


def test_a_worker_without_a_host_is_not_verified(environment, server):
    finding = run(Probe(probe="/"), environment.model_copy(update={"routes": ()}), connect_to=server.address)
    assert finding.state is State.NOT_VERIFIED
    assert f"{environment.worker.name} has no route" in finding.says


def test_the_local_account_runs_no_workers_unless_somebody_says_where_one_runs(environment, server):
    server.say({})
    finding = run(Probe(probe="/"), environment, local=True)
    assert (finding.state, finding.says) == (State.NOT_VERIFIED, "The local account does not run Workers.")
    assert run(Probe(probe="/"), environment, local=True, connect_to=server.address).state is State.HELD


@pytest.mark.parametrize(
    "words",
    [
        {"probe": "health"},
        {"probe": "@elsewhere.example/"},
        {"probe": "/health\r\nX-Other: 1"},
        {"probe": "/", "host": "https://db.do"},
        {"probe": "/", "host": "db.do/health"},
        {"probe": "/", "host": "[db"},
    ],
)
def test_a_path_or_a_host_that_is_none_is_no_probe(words):
    with pytest.raises(ValidationError):
        Probe.model_validate(words)


# ---- what it answers


def test_another_status_is_missing_with_both(send, server):
    server.say({}, 503)
    finding = send()
    assert (finding.state, finding.says) == (
        State.MISSING,
        f"https://{HOST}/health answers 503, and should answer 200.",
    )
    assert send(status=503).state is State.HELD


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_without_its_query_and_never_followed(send, server, status):
    server.say({}, status, Location="https://sign-in.example/start?token=planted#part")
    finding = send()
    assert (finding.state, finding.says) == (
        State.MISSING,
        f"https://{HOST}/health answers {status} and leads to https://sign-in.example/start, and should answer 200.",
    )
    assert send(status=status).state is State.HELD
    assert len(server.asked) == 2


def test_a_redirect_on_the_same_host_is_not_followed_either(send, server):
    server.answers = [(302, {"Location": "/other"}, b""), (200, {}, b"{}")]
    assert send().state is State.MISSING
    assert server.asked == [(HOST, "/health")]


def test_what_the_answer_has_to_contain_is_compared(send, server):
    server.say({"status": "ok", "service": "db", "checks": {"d1": {"up": True, "ms": 3}}})
    assert send(contains={"status": "ok", "checks": {"d1": {"up": True}}}).state is State.HELD
    finding = send(contains={"status": "ok", "checks": {"d1": {"up": False}, "r2": {}}})
    assert (finding.state, finding.says) == (
        State.MISSING,
        f"https://{HOST}/health answers otherwise: checks.d1.up is true and not false; answers otherwise: checks.r2 is not there.",
    )


@pytest.mark.parametrize("body", [b"", b"ok", b"\xff\xfe", b"[" * 100_000, b'{"status": "ok"'])
def test_what_is_not_json_contains_nothing(send, server, body):
    server.answers = [(200, {}, body)]
    finding = send(contains={"status": "ok"})
    assert finding.state is State.MISSING
    assert "not JSON" in finding.says
    assert send().state is State.HELD


# ---- how long it takes


def test_the_time_is_taken_on_the_second_request_of_one_connection(send, server):
    server.say({})
    server.takes = [8.0, 0.125]
    finding = send(within_ms=125)
    assert (finding.state, finding.says) == (State.HELD, f"https://{HOST}/health answers 200 in 125 ms.")
    assert (len(server.asked), server.connections) == (2, 1)


def test_an_answer_that_takes_longer_is_missing(send, server):
    server.say({})
    server.takes = [0.0, 0.5]
    finding = send(within_ms=499)
    assert finding.state is State.MISSING
    assert "takes 500 ms, and should take 499 at most" in finding.says


def test_without_a_time_one_request_is_enough(send, server):
    server.say({})
    send()
    assert len(server.asked) == 1


def test_the_second_answer_has_to_be_right_too(send, server):
    server.answers = [(200, {}, b"{}"), (500, {}, b"{}")]
    assert "answers 500" in send(within_ms=60_000).says


# ---- no answer


def test_an_answer_that_never_ends_is_given_up(send, server):
    server.say({})
    server.takes = [10.5]
    finding = send()
    assert finding.state is State.MISSING
    assert "does not answer: it was not complete after 10 seconds" in finding.says


def test_an_answer_without_measure_is_given_up(send, server):
    server.answers = [(200, {}, b" " * (1024 * 1024 + 1))]
    assert "more than 1024 KiB" in send().says


def test_an_answer_that_breaks_off_is_none(send, server):
    server.answers = [(200, {"Content-Length": "100", "Connection": "close"}, b"{}")]
    assert "breaks off" in send().says


def test_a_server_that_says_nothing_does_not_answer(environment, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        finding = run(Probe(probe="/health"), environment, connect_to=f"http://127.0.0.1:{listener.getsockname()[1]}")
    assert (finding.state, finding.says) == (
        State.MISSING,
        f"https://{HOST}/health does not answer: nothing came within 0.05 seconds.",
    )


def test_a_server_that_is_not_there_does_not_answer(environment):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    finding = run(Probe(probe="/health"), environment, connect_to=address)
    assert (finding.state, finding.says.split(": ")[-1]) == (State.MISSING, "the connection is refused.")


def test_a_host_that_dns_does_not_know_does_not_answer(environment, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    finding = run(Probe(probe="/health", host="api.rockhound.invalid"), environment)
    assert (finding.state, finding.says) == (
        State.MISSING,
        "https://api.rockhound.invalid/health does not answer: DNS does not know the host.",
    )


def test_a_proxy_that_lets_nothing_through_says_nothing_about_the_worker(environment, monkeypatch, server):
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", server.address)  # it does not know CONNECT
    finding = run(Probe(probe="/health"), environment)
    assert finding.state is State.NOT_VERIFIED
    assert "proxy" in finding.says


# ---- https


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of the host, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.fixture
def https_server(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server()
    server.say({})
    yield from serve(server, context)


def test_by_https_the_certificate_is_the_hosts_wherever_it_connects_to(
    environment, https_server, certificate, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert run(Probe(probe="/health"), environment, connect_to=https_server.address).state is State.HELD
    finding = run(Probe(probe="/health", host="db.do"), environment, connect_to=https_server.address)
    assert finding.state is State.MISSING
    assert "its certificate is not valid (Hostname mismatch" in finding.says


def test_a_certificate_that_nobody_vouches_for_is_told(environment, https_server):
    finding = run(Probe(probe="/health"), environment, connect_to=https_server.address)
    assert (finding.state, finding.says) == (
        State.MISSING,
        f"https://{HOST}/health does not answer: its certificate is not valid (self-signed certificate).",
    )


def test_a_server_without_tls_is_told(environment, server):
    server.say({})
    finding = run(Probe(probe="/health"), environment, connect_to=server.address.replace("http:", "https:"))
    assert finding.state is State.MISSING
    assert "no TLS connection could be made" in finding.says
