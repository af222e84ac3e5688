"""An account over HTTP that was filled by hand and by wrangler, and the command line on it, in this process."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from headworks.cli import app
from headworks.failure import Failure
from sandbox.account.server import create_application
from tests.serving import served

REPOSITORY = Path(__file__).parents[2]
CONFIGURATIONS = Path(__file__).parent / "configurations"
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
TOKEN = "planted-token-8a41c2-of-the-adoption"
CODE = "export default { fetch: () => new Response() }"


@dataclass
class Site:
    """One account, and a folder for what is written."""

    folder: Path
    http: httpx.Client
    ids: dict[str, str] = field(default_factory=lambda: {"account": ACCOUNT_ID})
    """What the account called what was made, by name."""

    def ok(self, method: str, path: str, **request: Any) -> Any:
        response = self.http.request(method, path, **request)
        assert response.status_code == 200, response.text
        return response.json()["result"]

    def make(self, path: str, **request: Any) -> Any:
        return self.ok("POST", f"/accounts/{ACCOUNT_ID}{path}", **request)

    def bucket(self, name: str, jurisdiction: str = "default") -> None:
        self.make("/r2/buckets", json={"name": name}, headers={"cf-r2-jurisdiction": jurisdiction})

    def rules(self, bucket: str, jurisdiction: str) -> None:
        """Somebody opened the bucket to browsers, and has old objects deleted."""
        path, headers = f"/accounts/{ACCOUNT_ID}/r2/buckets/{bucket}", {"cf-r2-jurisdiction": jurisdiction}
        cors = {"rules": [{"allowed": {"origins": ["https://example.com"], "methods": ["GET"]}}]}
        old = {"condition": {"type": "Age", "maxAge": 864000}}
        lifecycle = {
            "rules": [{"id": "old", "enabled": True, "conditions": {"prefix": "tmp/"}, "deleteObjectsTransition": old}]
        }
        self.ok("PUT", f"{path}/cors", json=cors, headers=headers)
        self.ok("PUT", f"{path}/lifecycle", json=lifecycle, headers=headers)

    def kv_namespace(self, title: str) -> None:
        self.ids[title] = self.make("/storage/kv/namespaces", json={"title": title})["id"]

    def database(self, name: str) -> None:
        self.ids[name] = self.make("/d1/database", json={"name": name})["uuid"]

    def queue(self, name: str, **settings: int) -> None:
        self.make("/queues", json={"queue_name": name, "settings": settings})

    def dispatch_namespace(self, name: str, *, trusted: bool) -> None:
        path = "/workers/dispatch/namespaces"
        self.make(path, json={"name": name})
        self.ok("PATCH", f"/accounts/{ACCOUNT_ID}{path}/{name}", json={"trusted_workers": trusted})

    def hyperdrive(self, name: str, database: str, **more: Any) -> None:
        origin = {"scheme": "postgres", "host": "neon.example", "port": 5433, "database": database, "user": "app"}
        body = {"name": name, "origin": {**origin, "password": "planted-7d"}, **more}
        self.ids[name] = self.make("/hyperdrive/configs", json=body)["id"]

    def zone(self, name: str) -> None:
        self.ids[name] = self.ok("POST", "/zones", json={"name": name, "account": {"id": ACCOUNT_ID}})["id"]

    def worker(self, name: str, *secrets: str, within: str = "/workers", **settings: Any) -> None:
        metadata = json.dumps({"main_module": "worker.js", "compatibility_date": "2026-01-01", **settings})
        files = {
            "metadata": (None, metadata, "application/json"),
            "worker.js": ("worker.js", CODE, "application/javascript+module"),
        }
        path = f"/accounts/{ACCOUNT_ID}{within}/scripts/{name}"
        self.ok("PUT", path, files=files)
        for secret in secrets:
            self.ok("PUT", f"{path}/secrets", json={"name": secret, "text": "planted-2f", "type": "secret_text"})

    def configuration(self, name: str) -> Path:
        """One of the configurations, with the ids of this account."""
        text = _Configuration((CONFIGURATIONS / name).read_text()).substitute(self.ids)
        app_folder = self.folder / "app"
        app_folder.mkdir(exist_ok=True)
        path = app_folder / name
        path.write_text(text)
        return path

    def run(self, *words: str | Path) -> tuple[int, str]:
        """Exit code and standard output of a command."""
        answer = CliRunner().invoke(app, [str(word) for word in words])
        if answer.exception is not None and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer.exit_code, answer.stdout

    def refusal(self, *words: str | Path) -> Failure:
        with pytest.raises(Failure) as refused:
            self.run(*words)
        return refused.value

    def adopt(self, name: str, *words: str | Path) -> dict[str, Any]:
        """What `headworks adopt` reports."""
        path = self.configuration(name)
        code, shown = self.run("adopt", path, "--to", self.system(name), "--system", REPOSITORY, "--json", *words)
        assert code == 0, shown
        report: dict[str, Any] = json.loads(shown)
        return report

    def system(self, name: str) -> Path:
        """Where the files of a system go that comes from this configuration."""
        return self.folder / Path(name).stem

    def record(self, zone: str, host: str, **more: Any) -> None:
        body = {"name": host, "type": "CNAME", "content": zone, "proxied": True, "ttl": 1, **more}
        self.ok("POST", f"/zones/{self.ids[zone]}/dns_records", json=body)

    def journal(self) -> list[tuple[str, str]]:
        """Methods and paths of what was asked."""
        with sqlite3.connect(self.folder / "account.sqlite") as connection:
            return connection.execute("SELECT method, path FROM journal ORDER BY sequence").fetchall()


class _Configuration(Template):
    idpattern = "[A-Za-z][A-Za-z0-9_-]*"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty account of this module alone, where commands find it."""
    folder = tmp_path_factory.mktemp("adoption")
    application = create_application(folder / "account.sqlite", TOKEN, {ACCOUNT_ID: "Local"})
    with served(application) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUDFLARE_BASE_URL", address)
        patch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
        patch.setenv("HEADWORKS_HOME", str(folder / "home"))
        patch.delenv("CLOUDFLARE_ACCOUNT_ID", raising=False)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=address, headers=headers, trust_env=False, verify=False) as http:
            yield Site(folder, http)
