"""A Worker's secrets: their names are declared by the stack, their values go straight to the account and nowhere else.

Values come from standard input, a prompt or a file; never from arguments, which every process of the machine can read. The
first secret of a Worker that does not exist yet needs a Worker to hold it: like wrangler, we upload a draft first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from headworks.account import Access
from headworks.failure import Failure
from headworks.model.environment import Environment

WORKER_NOT_FOUND = {10007, 10090}
DRAFT = "export default { fetch() { return new Response('Not deployed yet', { status: 503 }); } };\n"


@dataclass(frozen=True)
class Standing:
    """One secret of a Worker, by name."""

    name: str
    declared: bool
    present: bool


def put(access: Access, environment: Environment, values: Mapping[str, str]) -> None:
    """Set secrets of the environment's Worker. Raises Failure (exit 2) for a name that the system does not declare."""
    refuse_undeclared(environment, values)
    with _client(access) as client:
        path = f"/accounts/{environment.account_id}/workers/scripts/{environment.worker.name}"
        if present_names(client, path) is None:
            _upload_draft(client, path, environment)
        for name, value in values.items():
            body = {"name": name, "text": value, "type": "secret_text"}
            _result(client.put(f"{path}/secrets", json=body), f"setting {name}")


def delete(access: Access, environment: Environment, name: str) -> None:
    """Take a secret away from the environment's Worker."""
    with _client(access) as client:
        path = f"/accounts/{environment.account_id}/workers/scripts/{environment.worker.name}/secrets/{name}"
        _result(client.delete(path), f"deleting {name}")


def standings(access: Access, environment: Environment) -> list[Standing]:
    """Every secret that is declared or set, in alphabetical order."""
    with _client(access) as client:
        path = f"/accounts/{environment.account_id}/workers/scripts/{environment.worker.name}"
        present = present_names(client, path) or set()
    declared = set(environment.secrets)
    return [Standing(name, name in declared, name in present) for name in sorted(declared | present)]


def present_names(client: httpx.Client, path: str) -> set[str] | None:
    """Names of the secrets that are set; None when there is no such Worker."""
    answer = client.get(f"{path}/secrets")
    if _codes(answer) & WORKER_NOT_FOUND:
        return None
    return {secret["name"] for secret in _result(answer, "listing the secrets")}


def refuse_undeclared(environment: Environment, names: Mapping[str, str]) -> None:
    if undeclared := sorted(set(names) - set(environment.secrets)):
        raise Failure(
            f"{', '.join(undeclared)}: not declared by {environment.system} {environment.name}, so no Worker would use it.",
            fix=f"Declared are {', '.join(environment.secrets) or 'none'}; add a name to `secrets` in the system's Pulumi.yaml.",
            exit_code=2,
        )


def read_values(path: Path) -> dict[str, str]:
    """NAME=value lines, as in wrangler's `.dev.vars`; blank lines and lines that begin with # are skipped."""
    values = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip():
            raise Failure(f"{path}:{number} is not NAME=value.", fix="Write one secret on each line.", exit_code=2)
        values[name.strip()] = _unquote(value.strip())
    return values


def _unquote(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _upload_draft(client: httpx.Client, path: str, environment: Environment) -> None:
    metadata = {"main_module": "draft.js", "compatibility_date": environment.worker.compatibility_date, "bindings": []}
    parts = {
        "metadata": (None, json.dumps(metadata), "application/json"),
        "draft.js": ("draft.js", DRAFT, "application/javascript+module"),
    }
    _result(client.put(path, files=parts), f"uploading a draft of {environment.worker.name}")


def _client(access: Access) -> httpx.Client:
    return httpx.Client(
        base_url=access.base_url,
        headers={"Authorization": f"Bearer {access.token}"},
        timeout=30,
        trust_env=not access.local,  # a proxy has no business between us and loopback
    )


def _codes(answer: httpx.Response) -> set[int]:
    try:
        return {error["code"] for error in answer.json().get("errors") or []}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def _result(answer: httpx.Response, action: str) -> Any:
    """The envelope's `result`. The failure shows the API's own words, never what we sent."""
    if answer.is_success:
        return answer.json()["result"]
    try:
        reasons = "; ".join(f"{error['message']} [code: {error['code']}]" for error in answer.json()["errors"])
    except (ValueError, KeyError, TypeError):
        reasons = "no reason given"
    raise Failure(
        f"Cloudflare refused {action}: {answer.status_code}, {reasons}.",
        fix="Check CLOUDFLARE_API_TOKEN and its permission Workers Scripts: Edit.",
        exit_code=1,
    )
