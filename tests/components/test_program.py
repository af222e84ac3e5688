"""The program under the embedded engine, against a local account: what happens to a system that lives on."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import Options, Result, preview, up

REPOSITORY = Path(__file__).parents[2]


class System:
    """A copy of the Rockhounding API whose files a test may change."""

    def __init__(self, directory: Path, state: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        for file in (*REPOSITORY.glob("Pulumi*.yaml"), REPOSITORY / "__main__.py"):
            shutil.copy(file, directory / file.name)
        shutil.copytree(REPOSITORY / "apps", directory / "apps")
        self.options = Options(
            project=directory, stack="development", state=state, passphrase="test", environment=environment
        )
        self.events: list[dict[str, Any]] = []

    def change(self, file: str, old: str, new: str) -> None:
        text = (self.directory / file).read_text()
        assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
        (self.directory / file).write_text(text.replace(old, new))

    def run(self, operation: Callable[..., Result]) -> Result:
        self.events.clear()
        return operation(self.options, self.events.append)

    @property
    def messages(self) -> str:
        return "\n".join(event["diagnosticEvent"]["message"] for event in self.events if "diagnosticEvent" in event)


@pytest.fixture
def new_system(tmp_path, account, account_process) -> System:
    """Nothing of it is deployed."""
    (tmp_path / "system").mkdir()
    return System(tmp_path / "system", tmp_path / "state", account_process)


@pytest.fixture
def system(new_system, account) -> System:
    """Deployed once, with its secrets, in an account of its own names."""
    system = new_system
    for secret in ("SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY"):
        put_secret(account, secret)
    result = system.run(up)
    assert result.exit_code == 0, system.messages
    return system


SCRIPT = "/workers/scripts/rockhounding-api-dev"


def put_secret(account, name: str) -> None:
    """As `headworks secrets put`: before the first deployment there is only a draft to put it on."""
    draft = {
        "metadata": (None, '{"main_module": "draft.js"}', "application/json"),
        "draft.js": ("draft.js", "export default { fetch() {} };", "application/javascript+module"),
    }
    if account.get(f"{SCRIPT}/secrets").is_error:
        account.put(SCRIPT, files=draft).raise_for_status()
    account.put(f"{SCRIPT}/secrets", json={"name": name, "text": "planted", "type": "secret_text"}).raise_for_status()


def live_tag(account) -> str:
    return next(
        each["migration_tag"]
        for each in account.get("/workers/scripts").json()["result"]
        if SCRIPT.endswith(each["id"])
    )


def test_a_new_durable_object_class_reaches_a_running_worker_and_a_rename_of_its_data_does_not(system, account):
    assert live_tag(account) == "v1"

    system.change(
        "Pulumi.yaml",
        "StatePackRegistryDO]\n",
        "StatePackRegistryDO]\n          - {tag: v2, new_sqlite_classes: [AuditDO]}\n",
    )
    system.change(
        "apps/rockhounding-api/worker.js",
        "const ROUTES",
        "export class AuditDO extends DurableObject {}\n\nconst ROUTES",
    )
    assert system.run(up).exit_code == 0, system.messages
    assert live_tag(account) == "v2"
    settings = account.get(f"{SCRIPT}/settings").json()["result"]
    assert settings["annotations"]["workers/tag"].startswith("ledger:v2:")
    again = system.run(up)
    assert set(again.changes) == {"same"}

    system.change("Pulumi.yaml", "name: rockhound-exports", "name: rockhound-archive")
    assert system.run(preview).exit_code == 1
    assert "the R2 bucket EXPORTS_BUCKET is called 'rockhound-exports-dev' and would be called" in system.messages
    system.change("Pulumi.yaml", "name: rockhound-archive", "name: rockhound-exports")

    system.change("Pulumi.yaml", "[AuditDO]", "[AuditDO, SecondThoughtDO]")
    assert system.run(preview).exit_code == 1
    assert "The history is append-only" in system.messages


WAIVERS = """
- {stack: development, granted: 2026-11-20, expires: 2026-12-01T12:00Z, rule: logs-must-be-kept, resource: rockhounding-api-code, owner: ada, reason: they go elsewhere}
- {stack: production, granted: 2026-11-20, expires: 2026-12-01, rule: logs-must-be-kept, resource: rockhounding-api-code, owner: ada, reason: they go elsewhere}
"""


def test_waivers_of_the_stack_arrive_in_the_graph_and_a_faulty_file_stops_the_program(new_system):
    file = new_system.directory / "waivers.yaml"
    file.write_text(WAIVERS)
    assert new_system.run(preview).exit_code == 0, new_system.messages
    told = {}
    for event in new_system.events:
        registered = event.get("resourcePreEvent", {}).get("metadata", {}).get("new") or {}
        if "waivers" in registered.get("inputs", {}):
            told[registered["urn"].split("::")[-1]] = registered["inputs"]["waivers"]
    stated = {
        "rule": "logs-must-be-kept",
        "resource": "rockhounding-api-code",
        "owner": "ada",
        "reason": "they go elsewhere",
        "granted": "2026-11-20T00:00:00Z",
        "expires": "2026-12-01T12:00:00Z",
    }
    assert told == {"rockhounding-api": [stated], "rockhounding-api-code": [stated]}

    file.write_text(WAIVERS.replace("{stack: production", "{stack: producton"))
    assert new_system.run(preview).exit_code == 1
    assert "1.stack: it is for producton, which is no stack of the system" in new_system.messages

    file.write_text(WAIVERS.replace("owner: ada, ", ""))
    assert new_system.run(preview).exit_code == 1
    assert "waivers.yaml cannot be read as it is:\n  0.owner: missing" in new_system.messages
