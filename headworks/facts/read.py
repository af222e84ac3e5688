"""Reading of live facts, once, before the program declares anything.

Facts become inputs of components, where reviewers and policies see them. So they hold no timestamps, and what could not
be read is a fact too: `not verified`, with the reason. Nothing here fails a program.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

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
class ScriptFacts:
    """What was read of one Worker."""

    secrets: Fact[tuple[str, ...]]
    """Names of the secrets that are set on the script, sorted; none when there is no script."""
    migration_tag: Fact[str]
    """Tag of the script's last Durable Object migration; empty when it has none, or there is no script."""
    annotation: Fact[str]
    """The script's `workers/tag`, where the ledger of migrations leaves its mark; empty when it has none."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was read of one account and the Workers of one environment."""

    account: Fact[str]
    """The account's id, if the token reaches it."""
    scripts: Mapping[str, ScriptFacts]
    """By physical name."""


def read_facts(account_id: str, script_names: Sequence[str]) -> Facts:
    """Read everything in parallel, with the address and the token of the environment."""
    try:
        api = Api.from_environment(timeout=_SILENCE)
    except NotConfiguredError as error:
        return _nothing(script_names, str(error))
    account = f"/accounts/{account_id}"
    with api, ThreadPoolExecutor() as threads:
        reachable = threads.submit(_fact, lambda: _account(api, account))
        scripts = threads.submit(_fact, lambda: {each["id"]: _script(each) for each in _scripts(api, account_id)})
        secrets = {name: threads.submit(_fact, partial(_secrets, api, account, name)) for name in script_names}
        annotations = {name: threads.submit(_fact, partial(_annotation, api, account, name)) for name in script_names}
        return Facts(
            account=reachable.result(),
            scripts={
                name: ScriptFacts(
                    secrets=secrets[name].result(),
                    migration_tag=_tag(scripts.result(), name),
                    annotation=annotations[name].result(),
                )
                for name in script_names
            },
        )


@dataclass(frozen=True)
class Script:
    """What the account's list of Workers tells of one."""

    migration_tag: str
    """Empty when no Durable Object migration was applied."""


def find_script(api: Api, account_id: str, script_name: str) -> Script | None:
    """The script, or None when the account has none of that name; raises ApiError."""
    return next((_script(each) for each in _scripts(api, account_id) if each["id"] == script_name), None)


def _scripts(api: Api, account_id: str) -> list[dict[str, Any]]:
    scripts: list[dict[str, Any]] = api.get(f"/accounts/{account_id}/workers/scripts")
    return scripts


def _script(listed: dict[str, Any]) -> Script:
    return Script(listed.get("migration_tag") or "")


def _account(api: Api, account: str) -> str:
    return str(api.get(account)["id"])


def _secrets(api: Api, account: str, script_name: str) -> tuple[str, ...]:
    path = f"{account}/workers/scripts/{script_name}/secrets"
    return tuple(sorted(secret["name"] for secret in _of_script(lambda: api.get(path), otherwise=[])))


def _tag(scripts: Fact[dict[str, Script]], script_name: str) -> Fact[str]:
    if scripts.value is None:
        return Fact(reason=scripts.reason)
    return Fact(scripts.value.get(script_name, Script("")).migration_tag)


def _annotation(api: Api, account: str, script_name: str) -> str:
    path = f"{account}/workers/scripts/{script_name}/settings"
    settings = _of_script(lambda: api.get(path), otherwise={})
    return (settings.get("annotations") or {}).get("workers/tag") or ""


def _of_script(read: Callable[[], Any], otherwise: Any) -> Any:
    """What is read of a script; `otherwise` when there is no such script, which is an answer and not a failure."""
    try:
        return read()
    except ApiError as error:
        if error.code in NO_SUCH_SCRIPT:
            return otherwise
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


def _nothing(script_names: Sequence[str], reason: str) -> Facts:
    unread: Fact[Any] = Fact(reason=reason)
    script = ScriptFacts(secrets=unread, migration_tag=unread, annotation=unread)
    return Facts(account=unread, scripts=dict.fromkeys(script_names, script))
