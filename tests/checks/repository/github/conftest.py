"""A server that answers over HTTP in the shapes that GitHub documents."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

TOKEN = "ghp_plantedTokenOfATest0123456789"


@dataclass
class GitHub:
    """What the repository `rockhound/api` holds, by path."""

    lists: dict[str, Any] = field(default_factory=dict)
    """Path to the list of items; with the member that has them, where GitHub wraps a list in an object."""
    answer: tuple[int, dict[str, str], str] | None = None
    """Given instead of everything else."""
    asked: list[str] = field(default_factory=list)

    def respond(self, target: str, authorization: str, address: str) -> tuple[int, dict[str, str], str]:
        self.asked.append(target)
        if self.answer:
            return self.answer
        url = urlsplit(target)
        if authorization != f"Bearer {TOKEN}":
            return 401, {}, '{"message": "Bad credentials"}'
        path = url.path.removeprefix("/api/v3/repos/rockhound/api")
        if path not in self.lists:
            return 404, {}, '{"message": "Not Found"}'
        member, items = self.lists[path]
        query = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
        size, page = min(query.get("per_page", 30), 100), query.get("page", 1)
        shown = items[(page - 1) * size : page * size]
        more = (
            f'<{address}{url.path}?per_page={size}&page={page + 1}>; rel="next"' if len(items) > page * size else None
        )
        body = {"total_count": len(items), member: shown} if member else shown
        return 200, {"Link": more} if more else {}, json.dumps(body)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    here = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"http://127.0.0.1:{self.server.server_port}"
            status, headers, body = here.respond(self.path, self.headers.get("Authorization", ""), address)
            self.send_response(status)
            for name, value in {
                "Content-Length": str(len(body)),
                "Content-Type": "application/json",
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_port}/api/v3")
        monkeypatch.setenv("GITHUB_REPOSITORY", "rockhound/api")
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield here
        server.shutdown()
        thread.join()


@pytest.fixture
def look(look, checkout):
    """On a repository that has a commit."""
    return partial(look, folder=checkout)


@pytest.fixture(scope="module")
def head(checkout) -> str:
    return (checkout / ".git" / "refs" / "heads" / "main").read_text().strip()
