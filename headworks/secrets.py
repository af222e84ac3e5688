"""The secrets of a system's Workers: their names are declared by the stack, their values go straight to the account and nowhere else.

Values come from standard input, a prompt or a file; never from arguments, which every process of the machine can read. The
first secret of a Worker that does not exist yet needs a Worker to hold it: like wrangler, we upload a draft first.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from headworks.account import Access
from headworks.failure import Failure
from headworks.model.environment import Environment, Worker

WORKER_NOT_FOUND = {10007, 10090}
DRAFT = "export default { fetch() { return new Response('Not deployed yet', { status: 503 }); } };\n"


@dataclass(frozen=True)
class Standing:
    """One secret of a Worker, by name."""

    worker: str
    """Physical name of the script."""
    name: str
    declared: bool
    present: bool


def put(access: Access, environment: Environment, values: Mapping[str, str]) -> list[Standing]:
    """Set each secret on every Worker of the environment that declares it; what was set is returned.

    Raises Failure (exit 2) for a name that none declares.
    """
    refuse_undeclared(environment, values)
    done = []
    with _client(access) as client:
        for each in environment.workers:
            names = [name for name in values if name in each.secrets]
            path = _script(environment, each.worker)
            if names and present_names(client, path) is None:
                _upload_draft(client, path, each.worker)
            for name in names:
                body = {"name": name, "text": values[name], "type": "secret_text"}
                _result(client.put(f"{path}/secrets", json=body), f"setting {name}")
                done.append(Standing(each.worker.name, name, declared=True, present=True))
    return done


def delete(access: Access, environment: Environment, name: str) -> None:
    """Take a secret away from every Worker of the environment that declares it."""
    with _client(access) as client:
        for each in environment.workers:
            if name in each.secrets:
                _result(client.delete(f"{_script(environment, each.worker)}/secrets/{name}"), f"deleting {name}")


def standings(access: Access, environment: Environment) -> list[Standing]:
    """Every secret that is declared or set, Worker by Worker, each in alphabetical order."""
    found = []
    with _client(access) as client:
        for each in environment.workers:
            present = present_names(client, _script(environment, each.worker)) or set()
            declared = set(each.secrets)
            found += [
                Standing(each.worker.name, name, name in declared, name in present)
                for name in sorted(declared | present)
            ]
    return found


def present_names(client: httpx.Client, path: str) -> set[str] | None:
    """Names of the secrets that are set; None when there is no such Worker."""
    answer = client.get(f"{path}/secrets")
    if _codes(answer) & WORKER_NOT_FOUND:
        return None
    return {secret["name"] for secret in _result(answer, "listing the secrets")}


def declared_names(environment: Environment) -> list[str]:
    """Names of the secrets that any Worker of the environment declares."""
    return list(dict.fromkeys(name for each in environment.workers for name in each.secrets))


def refuse_undeclared(environment: Environment, names: Iterable[str]) -> None:
    declared = declared_names(environment)
    if undeclared := sorted(set(names) - set(declared)):
        raise Failure(
            f"{', '.join(undeclared)}: not declared by {environment.system} {environment.name}, so no Worker would use it.",
            fix=f"Declared are {', '.join(declared) or 'none'}; add a name to `secrets` in the system's Pulumi.yaml.",
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


def _script(environment: Environment, worker: Worker) -> str:
    return f"/accounts/{environment.account_id}/workers/scripts/{worker.name}"


def _upload_draft(client: httpx.Client, path: str, worker: Worker) -> None:
    metadata = {"main_module": "draft.js", "compatibility_date": worker.compatibility_date, "bindings": []}
    parts = {
        "metadata": (None, json.dumps(metadata), "application/json"),
        "draft.js": ("draft.js", DRAFT, "application/javascript+module"),
    }
    _result(client.put(path, files=parts), f"uploading a draft of {worker.name}")


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
