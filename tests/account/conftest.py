"""A running account for each test, and the judge of its answers: Cloudflare's OpenAPI description and the official SDK."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import cloudflare
import httpx
import jsonschema_rs
import pytest

from sandbox.account.server import create_application
from tests.serving import served

ACCOUNT = "0123456789abcdef0123456789abcdef"
OTHER_ACCOUNT = "fedcba9876543210fedcba9876543210"
TOKEN = "a-token-of-forty-characters-for-the-test"
PREFIX = "/client/v4"
DESCRIPTION = Path(__file__).parents[1] / "openapi" / "cloudflare-v4.json"

UNDOCUMENTED = {
    ("GET", "/accounts/{account_id}/workers/services/{service_name}"),
    ("DELETE", "/accounts/{account_id}/workers/services/{service_name}"),
    ("PATCH", "/accounts/{account_id}/workers/scripts/{script_name}/secrets-bulk"),
    ("PUT", "/accounts/{account_id}/workers/scripts/{script_name}/routes"),
    ("PUT", "/accounts/{account_id}/workers/scripts/{script_name}/domains/records"),
    ("POST", "/accounts/{account_id}/workers/scripts/{script_name}/domains/changeset"),
    ("GET", "/accounts/{account_id}/workers/scripts/{script_name}/references"),
    ("GET", "/accounts/{account_id}/workers/tails/by-consumer/{script_name}"),
    ("GET", "/accounts/{account_id}/workers/domains/records/{domain_id}"),
    ("POST", "/accounts/{account_id}/queues/{queue_id}/messages/peek"),
    ("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/objects"),
    ("GET", "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{object_key}"),
    ("PUT", "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{object_key}"),
    ("DELETE", "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{object_key}"),
}
"""Operations that wrangler, the provider and the SDK call although the description lacks them."""

FLATTENED = {
    ("bindings", "items"): "of the union of binding types only `ai` is left; the SDK checks the others",
    ("rules", "items", "condition", "type"): "of the union of lock conditions only `Age` is left",
    ("storageClassTransitions", "items", "condition", "type"): "the same for lifecycle conditions",
    ("deleteObjectsTransition", "condition", "type"): "the same for lifecycle conditions",
    ("producers", "items", "type"): "of the union of producer types only `worker` is left",
    ("consumers", "items", "type"): "of the union of consumer types only `worker` is left",
    ("result", "type"): "of several unions (DNS records, secrets, consumers) only the first member is left",
    ("result", "items", "type"): "the same in lists",
    ("result", "ttl"): "of the union of a number and `1` only `1` is left",
    ("result", "items", "ttl"): "the same in lists",
    ("result", "data"): "of the union of DNS data only that of CAA is left",
    ("result", "items", "data"): "the same in lists",
    ("data",): "the same",
    ("rows", "items", "items"): "of the union of SQLite's types only the number is left",
}
"""Ends of paths in the description below which nothing is checked, with the reason. Nothing else is skipped."""

UNIONS = {
    "/zones/{zone_id}/settings": "of the union of settings only `0rtt` is left; the SDK checks the others",
    "/zones/{zone_id}/settings/{setting_id}": "the same",
}
"""Operations of which only the envelope is checked, with the reason."""

NOT_ANSWERED = {
    ("origin", "password"): "a password of Hyperdrive can only be written",
}
"""Ends of paths of fields that are required of requests, and that answers do not have."""

NULL_ALLOWED = {
    ("comment",): "a DNS record without a comment has null",
    ("tenant", "id"): "a zone without a tenant has null",
    ("tenant", "name"): "a zone without a tenant has null",
    ("tenant_unit", "id"): "a zone without a tenant has null",
    ("owner", "id"): "a zone of a user has null",
    ("owner", "name"): "a zone of a user has null",
    ("max_concurrency",): "null means that Cloudflare scales the consumer",
    **dict.fromkeys(
        [
            (*place, name)
            for place in ((), ("items",))
            for name in ("canonical_deployment", "latest_deployment", "source")
        ],
        "a Pages project that was never deployed, and has no repository, has null",
    ),
    ("result", "error"): "an instance of a workflow that has not failed has null",
    ("last_success",): "a webhook that was never called has null",
    ("last_failure",): "a webhook that was never called has null",
    ("result",): "delete operations answer null",
}
"""Ends of paths where the API answers null although the description does not say so."""

ENVELOPE_OF_ERROR = {
    "type": "object",
    "required": ["success", "errors", "messages", "result"],
    "properties": {
        "success": {"const": False},
        "result": {"const": None},
        "messages": {"type": "array"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": {"type": "integer", "minimum": 0},
                    "message": {"type": "string", "minLength": 1},
                },
            },
        },
    },
}


class Judge:
    """Checks answers against the description; remembers which operations it has seen succeed."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._description = description
        self._templates = [
            (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$"), path) for path in description["paths"]
        ]
        self._templates.sort(key=lambda pair: pair[1].count("{"))
        self._error = jsonschema_rs.validator_for(ENVELOPE_OF_ERROR)
        self.seen: set[tuple[str, str]] = set()

    def check(self, response: httpx.Response) -> None:
        """A hook of httpx: raises AssertionError."""
        response.read()
        method, path = response.request.method, response.request.url.raw_path.decode().partition("?")[0]
        if response.status_code >= 400:
            problems = [str(problem) for problem in self._error.iter_errors(response.json())]
            assert not problems, f"{method} {path} {response.status_code}: {problems} in {response.text}"
            return
        template = self._template(path.removeprefix(PREFIX))
        if template is None or method.lower() not in self._description["paths"][template]:
            assert any(m == method and _matches(t, path.removeprefix(PREFIX)) for m, t in UNDOCUMENTED), (
                f"{method} {path} is neither in the description nor in the list of undocumented operations"
            )
            return
        self.seen.add((method, template))
        validator = self._validator(method.lower(), template)
        if validator is not None and response.headers["content-type"] == "application/json":
            problems = [f"{list(p.instance_path)}: {p.message}" for p in validator.iter_errors(response.json())]
            assert not problems, f"{method} {template}: {problems} in {response.text}"

    def describes(self, method: str, template: str) -> bool:
        return method.lower() in self._description["paths"].get(template, {})

    @staticmethod
    def is_undocumented(method: str, template: str) -> bool:
        return (method, template.replace("...}", "}")) in UNDOCUMENTED

    def _template(self, path: str) -> str | None:
        return next((template for pattern, template in self._templates if pattern.match(path)), None)

    @cache  # noqa: B019 - one judge a session
    def _validator(self, method: str, template: str) -> Any:
        responses = self._description["paths"][template][method]["responses"]
        success = next(response for status, response in responses.items() if status.startswith("2"))
        content = self._resolve(success).get("content", {})
        if "application/json" not in content:
            return None
        schema = self._schema(content["application/json"]["schema"], ())
        if template in UNIONS:
            schema["properties"]["result"] = {}
        return jsonschema_rs.validator_for(schema)

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self._description
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _schema(self, node: dict[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
        """The description's dialect as JSON Schema, without what its unions lost."""
        node = self._resolve(node)
        if _ends(place, FLATTENED):
            return {}
        schema: dict[str, Any] = {}
        if node.get("type") not in (None, "unknown"):
            schema["type"] = (
                [node["type"], "null"] if node.get("nullable") or _ends(place, NULL_ALLOWED) else node["type"]
            )
        if "enum" in node:
            schema["enum"] = [*node["enum"], *([None] if isinstance(schema.get("type"), list) else [])]
        if "required" in node and isinstance(node["required"], list):
            schema["required"] = sorted(n for n in set(node["required"]) if not _ends((*place, n), NOT_ANSWERED))
        if "properties" in node:
            schema["properties"] = {k: self._schema(v, (*place, k)) for k, v in node["properties"].items()}
        if "items" in node:
            schema["items"] = self._schema(node["items"], (*place, "items"))
        schema |= {
            key: node[key]
            for key in ("pattern", "minLength", "maxLength")
            if key in node and node.get("type") == "string"
        }
        return schema


def _ends(place: tuple[str, ...], table: dict[tuple[str, ...], str]) -> bool:
    return any(place[-len(end) :] == end for end in table)


def _matches(template: str, path: str) -> bool:
    pattern = re.escape(template).replace(r"\{object_key\}", ".+")
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", pattern), path) is not None


@dataclass
class Running:
    """An account that answers HTTP."""

    address: str
    directory: Path
    judge: Judge
    token: str = TOKEN
    account: str = ACCOUNT

    @cached_property
    def http(self) -> httpx.Client:
        return self._client(base_url=self.address, headers={"authorization": f"Bearer {self.token}"})

    @cached_property
    def sdk(self) -> cloudflare.Cloudflare:
        return cloudflare.Cloudflare(
            api_token=self.token,
            base_url=self.address,
            max_retries=0,
            http_client=self._client(),
            _strict_response_validation=True,
        )

    def _client(self, **options: Any) -> httpx.Client:
        # Certificates would be loaded for each test, and there is no TLS here.
        return httpx.Client(event_hooks={"response": [self.judge.check]}, timeout=60, verify=False, **options)

    @property
    def path(self) -> str:
        return f"/accounts/{self.account}"

    def close(self) -> None:
        for name in {"http", "sdk"} & set(vars(self)):
            getattr(self, name).close()

    def code(self, method: str, path: str, **request: Any) -> tuple[int, int | None]:
        """Status and code of what is answered."""
        response = self.http.request(method, path, **request)
        failed = response.status_code >= 400
        return response.status_code, response.json()["errors"][0]["code"] if failed else None

    def ok(self, method: str, path: str, **request: Any) -> Any:
        response = self.http.request(method, path, **request)
        assert response.status_code == 200, response.text
        return response.json()["result"]

    def upload(
        self, name: str, code: str, /, *, params: dict[str, str] | None = None, **metadata: Any
    ) -> httpx.Response:
        """A Worker of one module `index.js`."""
        said = {"main_module": "index.js", "compatibility_date": "2026-01-01", **metadata}
        files = {
            "metadata": (None, json.dumps(said), "application/json"),
            "index.js": ("index.js", code, "application/javascript+module"),
        }
        return self.http.put(f"{self.path}/workers/scripts/{name}", files=files, params=params or {})

    def zone(self, name: str = "rockhound.example") -> str:
        return str(self.ok("POST", "/zones", json={"name": name, "account": {"id": self.account}})["id"])

    def journal(self) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.directory / "account.sqlite") as connection:
            return connection.execute(
                "SELECT method, path, query, status, code, known FROM journal ORDER BY sequence"
            ).fetchall()


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Judge(json.loads(DESCRIPTION.read_text()))


@pytest.fixture
def account(tmp_path: Path, judge: Judge) -> Iterator[Running]:
    """An empty account of this test alone, over real HTTP."""
    application = create_application(tmp_path / "account.sqlite", TOKEN, {ACCOUNT: "Local", OTHER_ACCOUNT: "Other"})
    with served(application) as address:
        running = Running(address, tmp_path, judge)
        yield running
        running.close()


@pytest.fixture
def connect(judge: Judge) -> Iterator[Callable[[str, Path, str], Running]]:
    """Connects to an account that the test has started itself: address, directory, token."""
    opened: list[Running] = []

    def open_(address: str, directory: Path, token: str) -> Running:
        opened.append(Running(address, directory, judge, token))
        return opened[-1]

    yield open_
    for running in opened:
        running.close()


@pytest.fixture
def start(tmp_path: Path, connect: Any) -> Iterator[Callable[[], tuple["subprocess.Popen[str]", Running]]]:
    """Starts the account of this test's folder once more, as a user would."""
    processes: list[subprocess.Popen[str]] = []

    def start_() -> tuple["subprocess.Popen[str]", Running]:
        command = [
            sys.executable,
            "-m",
            "sandbox.account",
            "--directory",
            str(tmp_path),
            "--account",
            f"{ACCOUNT}=Local",
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        return process, connect(address, tmp_path, (tmp_path / "token").read_text())

    yield start_
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
