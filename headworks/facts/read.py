"""Reading of live facts, once, before the program declares anything.

Facts become inputs of components, where reviewers and policies see them. So they hold no timestamps, and what could not
be read is a fact too: `not verified`, with the reason. Nothing here fails a program.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

from headworks.v4 import NO_SUCH_SCRIPT, Api, ApiError, NotConfiguredError

_SILENCE = 5.0
"""Seconds without an answer after which a fact counts as not verified."""

T = TypeVar("T")


@dataclass(frozen=True)
class Fact(Generic[T]):
    """A value read from the account, or the reason why it could not be read."""

    value: T | None = None
    reason: str | None = None

    @property
    def status(self) -> str:
        return "verified" if self.reason is None else "not verified"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was read of one account and one Worker."""

    account: Fact[str]
    """The account's id, if the token reaches it."""
    secrets: Fact[tuple[str, ...]]
    """Names of the secrets that are set on the script, sorted; none when there is no script."""
    migration_tag: Fact[str]
    """Tag of the script's last Durable Object migration; empty when it has none, or there is no script."""
    annotation: Fact[str]
    """The script's `workers/tag`, where the ledger of migrations leaves its mark; empty when it has none."""


def read_facts(account_id: str, script_name: str) -> Facts:
    """Read everything in parallel, with the address and the token of the environment."""
    try:
        api = Api.from_environment(timeout=_SILENCE)
    except NotConfiguredError as error:
        return _nothing(str(error))
    account = f"/accounts/{account_id}"
    script = f"{account}/workers/scripts/{script_name}"
    with api, ThreadPoolExecutor() as threads:
        reachable = threads.submit(_fact, lambda: _account(api, account))
        secrets = threads.submit(_fact, lambda: _secrets(api, script))
        tag = threads.submit(_fact, lambda: _tag(api, account_id, script_name))
        annotation = threads.submit(_fact, lambda: _annotation(api, script))
        return Facts(
            account=reachable.result(),
            secrets=secrets.result(),
            migration_tag=tag.result(),
            annotation=annotation.result(),
        )


@dataclass(frozen=True)
class Script:
    """What the account's list of Workers tells of one."""

    migration_tag: str
    """Empty when no Durable Object migration was applied."""


def find_script(api: Api, account_id: str, script_name: str) -> Script | None:
    """The script, or None when the account has none of that name; raises ApiError."""
    for script in api.get(f"/accounts/{account_id}/workers/scripts"):
        if script["id"] == script_name:
            return Script(script.get("migration_tag") or "")
    return None


def _account(api: Api, account: str) -> str:
    return str(api.get(account)["id"])


def _secrets(api: Api, script: str) -> tuple[str, ...]:
    return tuple(sorted(secret["name"] for secret in _of_script(lambda: api.get(f"{script}/secrets")) or ()))


def _tag(api: Api, account_id: str, script_name: str) -> str:
    script = find_script(api, account_id, script_name)
    return script.migration_tag if script else ""


def _annotation(api: Api, script: str) -> str:
    settings = _of_script(lambda: api.get(f"{script}/settings")) or {}
    return (settings.get("annotations") or {}).get("workers/tag") or ""


def _of_script(read: Callable[[], T]) -> T | None:
    """What is read of a script; None when there is no such script, which is an answer and not a failure."""
    try:
        return read()
    except ApiError as error:
        if error.code in NO_SUCH_SCRIPT:
            return None
        raise


def _fact(read: Callable[[], T]) -> Fact[T]:
    try:
        return Fact(read())
    except ApiError as error:
        return Fact(reason=str(error))
    except httpx.HTTPError as error:
        return Fact(reason=f"{type(error).__name__}: {error}")
    except (LookupError, TypeError, AttributeError):
        return Fact(reason="the answer does not have the shape that Cloudflare documents")


def _nothing(reason: str) -> Facts:
    return Facts(
        account=Fact(reason=reason),
        secrets=Fact(reason=reason),
        migration_tag=Fact(reason=reason),
        annotation=Fact(reason=reason),
    )
