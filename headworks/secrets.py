"""The secrets of a system's Workers: their names are declared by the stack, their values go straight to the account and nowhere else.

Values come from standard input, a prompt or a file; never from arguments, which every process of the machine can read. The
first secret of a Worker that does not exist yet needs a Worker to hold it: like wrangler, we upload a draft first.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from headworks.account import Access
from headworks.failure import Failure
from headworks.model.environment import Environment, Worker
from headworks.v4 import NO_SUCH_SCRIPT, Api, ApiError

DRAFT = "export default { fetch() { return new Response('Not deployed yet', { status: 503 }); } };\n"

_SILENCE = 30.0
"""Seconds."""


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
    with _api(access) as api:
        for each in environment.workers:
            names = [name for name in values if name in each.secrets]
            path = _script(environment, each.worker)
            if names and present_names(api, path) is None:
                _upload_draft(api, path, each.worker)
            for name in names:
                body = {"name": name, "text": values[name], "type": "secret_text"}
                with _telling(f"setting {name}"):
                    api.put(f"{path}/secrets", json=body)
                done.append(Standing(each.worker.name, name, declared=True, present=True))
    return done


def delete(access: Access, environment: Environment, name: str) -> None:
    """Take a secret away from every Worker of the environment that declares it."""
    with _api(access) as api, _telling(f"deleting {name}"):
        for each in environment.workers:
            if name in each.secrets:
                api.delete(f"{_script(environment, each.worker)}/secrets/{name}")


def standings(access: Access, environment: Environment) -> list[Standing]:
    """Every secret that is declared or set, Worker by Worker, each in alphabetical order."""
    found = []
    with _api(access) as api:
        for each in environment.workers:
            present = present_names(api, _script(environment, each.worker)) or set()
            declared = set(each.secrets)
            found += [
                Standing(each.worker.name, name, name in declared, name in present)
                for name in sorted(declared | present)
            ]
    return found


def present_names(api: Api, path: str) -> set[str] | None:
    """Names of the secrets that are set; None when there is no such Worker."""
    try:
        with _telling("listing the secrets", apart_from=NO_SUCH_SCRIPT):
            return {secret["name"] for secret in api.get(f"{path}/secrets")}
    except ApiError:
        return None


def declared_names(environment: Environment) -> list[str]:
    """Names of the secrets that any Worker of the environment declares."""
    return list(dict.fromkeys(name for each in environment.workers for name in each.secrets))


def made_up(access: Access, environment: Environment) -> dict[str, str]:
    """A random value for each secret that the environment declares. Raises Failure (exit 2) on any but the local account."""
    if not access.local:
        raise Failure(
            f"{access.base_url} is a real account, and there a made-up value replaces one that works.",
            fix="Leave --made-up to the local account; `headworks sandbox start` starts it.",
            exit_code=2,
        )
    return {name: secrets.token_urlsafe(24) for name in declared_names(environment)}


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


def _upload_draft(api: Api, path: str, worker: Worker) -> None:
    metadata = {"main_module": "draft.js", "compatibility_date": worker.compatibility_date, "bindings": []}
    parts = {
        "metadata": (None, json.dumps(metadata), "application/json"),
        "draft.js": ("draft.js", DRAFT, "application/javascript+module"),
    }
    with _telling(f"uploading a draft of {worker.name}"):
        api.put(path, files=parts)


def _api(access: Access) -> Api:
    return Api(access.base_url, access.token, timeout=_SILENCE)


@contextmanager
def _telling(action: str, apart_from: frozenset[int] = frozenset()) -> Iterator[None]:
    """Turn a refusal into a Failure that says what was refused; those with a code of `apart_from` stay ApiErrors."""
    try:
        yield
    except ApiError as error:
        if error.code in apart_from:
            raise
        raise Failure(
            f"Cloudflare refused {action}: {error.status}, {error.reason} [code: {error.code}].",
            fix="Check CLOUDFLARE_API_TOKEN and its permission Workers Scripts: Edit.",
            exit_code=1,
        ) from error
