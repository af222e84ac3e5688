"""Workflows as they are written, a runner for their shell steps, and a server that stands for GitHub's API."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github/workflows"
TOKEN = "ghs_plantedTokenOfATest0123456789"
BOT = {"login": "github-actions[bot]", "type": "Bot"}


def load(name: str, repository: Path = ROOT) -> dict[str, Any]:
    return YAML(typ="safe").load(repository / ".github/workflows" / f"{name}.yml")


def names() -> list[str]:
    return sorted(file.stem for file in WORKFLOWS.glob("*.yml"))


@dataclass
class GitHub:
    """The repository `rockhound/api`: its issues, and the comments of pull request 12. Pages have two items."""

    posts: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"comments": [], "issues": []})
    refusing: bool = False
    """Like to the token of a fork."""

    def post(self, kind: str, body: str, user: Mapping[str, str] = BOT, **more: Any) -> dict[str, Any]:
        id_ = 100 + sum(map(len, self.posts.values()))
        post = {"id": id_, "number": id_, "body": body, "user": dict(user), "state": "open", **more}
        post["html_url"] = f"https://github.com/rockhound/api/issues/{id_}"
        self.posts[kind].append(post)
        return post

    def respond(self, method: str, target: str, authorization: str, sent: dict[str, Any]) -> tuple[int, Any, bool]:
        """Status, body, and whether there is another page."""
        path = urlsplit(target).path.removeprefix("/repos/rockhound/api")
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        if authorization != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}, False
        kind = "comments" if path == "/issues/12/comments" or path.startswith("/issues/comments/") else "issues"
        if method == "GET" and path in {"/issues", "/issues/12/comments"}:
            wanted = [each for each in self.posts[kind] if query.get("state", each["state"]) == each["state"]]
            start = 2 * (int(query["page"]) - 1)
            return 200, wanted[start : start + 2], len(wanted) > start + 2
        if self.refusing:
            return 403, {"message": "Resource not accessible by integration"}, False
        if method == "POST" and path in {"/issues", "/issues/12/comments"}:
            return 201, self.post(kind, **sent), False
        if method == "PATCH" and (found := [each for each in self.posts[kind] if path.endswith(f"/{each['id']}")]):
            found[0].update(sent)
            return 200, found[0], False
        return 404, {"message": "Not Found"}, False


@dataclass
class Api:
    github: GitHub
    address: str

    @property
    def variables(self) -> dict[str, str]:
        return {"GITHUB_API_URL": self.address, "GITHUB_REPOSITORY": "rockhound/api", "GITHUB_TOKEN": TOKEN}


@pytest.fixture
def api() -> Iterator[Api]:
    github = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            status, content, more = github.respond(self.command, self.path, self.headers.get("Authorization", ""), sent)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if more:
                self.send_header("Link", '<https://api.github.com/elsewhere>; rel="next"')
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - names of http.server

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Api(github, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


@dataclass
class Runner:
    """Runs steps as GitHub's runner does: bash -e, the step's own environment, and files that GITHUB_… name."""

    folder: Path
    expressions: dict[str, str] = field(default_factory=dict)
    """What stands for each `${{ … }}`; one that is not here fails the test."""
    variables: dict[str, str] = field(default_factory=dict)
    repository: Path = ROOT
    """Whose workflows they are; steps run in it."""
    tools: Path | None = None
    """A folder on PATH before all others."""

    def __post_init__(self) -> None:
        (self.folder / "temp").mkdir(parents=True)
        self.summary.touch()

    @property
    def temp(self) -> Path:
        """RUNNER_TEMP."""
        return self.folder / "temp"

    @property
    def summary(self) -> Path:
        """What people see of the run."""
        return self.folder / "step_summary"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, workflow: str, job: str, step: str, *, exit_code: int = 0, instead: Mapping[str, str] = {}) -> str:
        """Run one step; `instead` has what is put in place of a part of its script."""
        (found,) = [each for each in self.steps(workflow, job) if each["name"] == step]
        script = found["run"]
        for part, other in instead.items():
            assert part in script
            script = script.replace(part, other)
        environment = {name: self._expand(str(value)) for name, value in found.get("env", {}).items()}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CLOUDFLARE_", "PULUMI_", "GITHUB_"))
        }
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-c", script],
            cwd=self.repository,
            env={
                **inherited,
                "PATH": self.path,
                "HEADWORKS_HOME": str(self.home),
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "NO_COLOR": "1",
                **self.variables,
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ended.returncode == exit_code, f"{workflow}, {job}, {step}:\n{ended.stdout}"
        return ended.stdout

    @property
    def path(self) -> str:
        folders = [self.tools, Path(sys.executable).parent, "/usr/bin", "/bin"]
        return os.pathsep.join(str(folder) for folder in folders if folder)

    def steps(self, workflow: str, job: str) -> list[dict[str, Any]]:
        return load(workflow, self.repository)["jobs"][job]["steps"]

    def _expand(self, value: str) -> str:
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: self.expressions[found[1]], value)


@pytest.fixture(scope="module")
def make_runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Makes runners; the local account that one has started is stopped at the end."""
    made: list[Runner] = []

    def make(**expressions: str) -> Runner:
        runner = Runner(tmp_path_factory.mktemp("runner"), {"strategy.job-index": "0", **expressions})
        made.append(runner)
        return runner

    yield make
    for runner in made:
        if (runner.home / "sandbox").exists():
            stop = [sys.executable, "-m", "headworks", "sandbox", "stop"]
            subprocess.run(stop, cwd=ROOT, env=os.environ | {"HEADWORKS_HOME": str(runner.home)}, check=True)
