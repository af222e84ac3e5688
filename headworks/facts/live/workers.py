"""Workers: code, deployments, settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cloudflare import Cloudflare

from components.ledger_upload import Module, live_modules
from components.migrations import HistoryError
from headworks.facts.account import AccountReader
from headworks.facts.live.answers import MOST, every, or_none, result_of

if TYPE_CHECKING:
    from cloudflare.types.workers.script_setting import ScriptSetting


def scripts(account: AccountReader) -> frozenset[str]:
    return account.get(
        "Workers",
        lambda client: frozenset(
            str(each.id) for each in client.workers.scripts.list(account_id=account.account_id)
        ),
    )  # fmt: skip


def secrets(account: AccountReader, script: str) -> frozenset[str]:
    """Names; none when there is no such script."""
    found = account.get(
        f"secrets of {script}",
        or_none(
            lambda client: frozenset(
                each.name for each in client.workers.scripts.secrets.list(script, account_id=account.account_id)
            )
        ),
    )
    return found or frozenset()


def modules(account: AccountReader, script: str) -> list[Module] | None:
    """The code that runs, the entry point first; None when there is no such script."""

    def ask(client: Cloudflare) -> list[Module]:
        content = client.workers.scripts.content.with_raw_response
        answer = content.get(script, account_id=account.account_id).http_response
        try:
            return live_modules(answer)
        except HistoryError:  # the service-worker syntax: no modules, one script
            return [Module("", answer.content, "application/javascript")]

    return account.get(f"code of {script}", or_none(ask))


@dataclass(frozen=True)
class Deployment:
    created_on: datetime
    percentages: tuple[float, ...]
    """What share of the requests each version gets."""
    versions: tuple[str, ...] = ()
    """Their ids."""


def deployment(account: AccountReader, script: str) -> Deployment | None:
    """The one in force; None when there is none."""

    def ask(client: Cloudflare) -> Deployment | None:
        # The SDK looks for the list under a name that the answer does not have.
        answer = result_of(client, f"/accounts/{account.account_id}/workers/scripts/{script}/deployments")
        if not answer["deployments"]:
            return None
        newest = answer["deployments"][0]
        return Deployment(
            datetime.fromisoformat(newest["created_on"]),
            tuple(float(version["percentage"]) for version in newest["versions"]),
            tuple(version["version_id"] for version in newest["versions"]),
        )

    return account.get(f"deployments of {script}", or_none(ask))


def newest_version(account: AccountReader, script: str) -> str | None:
    """Id of the last upload, deployed or not; None when there is no such script."""

    def ask(client: Cloudflare) -> str | None:
        path = f"/accounts/{account.account_id}/workers/scripts/{script}/versions"
        items = result_of(client, path)["items"]
        return max(items, key=lambda each: each["number"])["id"] if items else None

    return account.get(f"versions of {script}", or_none(ask))


def settings(account: AccountReader, script: str) -> Mapping[str, Any] | None:
    """Of the deployed version: bindings, dates, flags. None when there is no such script."""

    def ask(client: Cloudflare) -> Mapping[str, Any]:
        # What the SDK makes of bindings depends on its list of their types, which is not complete.
        found: Mapping[str, Any] = result_of(
            client, f"/accounts/{account.account_id}/workers/scripts/{script}/settings"
        )
        return found

    return account.get(f"settings of the version of {script}", or_none(ask))


def script_settings(account: AccountReader, script: str) -> "ScriptSetting | None":
    return account.get(
        f"settings of {script}",
        or_none(lambda client: client.workers.scripts.settings.get(script, account_id=account.account_id)),
    )


@dataclass(frozen=True)
class Addresses:
    """Where a Worker answers beside its routes."""

    workers_dev: bool
    preview_urls: bool


def addresses(account: AccountReader, script: str) -> Addresses | None:
    """None when there is no such script."""

    def ask(client: Cloudflare) -> Addresses:
        found = client.workers.scripts.subdomain.get(script, account_id=account.account_id)
        return Addresses(bool(found.enabled), bool(found.previews_enabled))

    return account.get(f"workers.dev of {script}", or_none(ask))


def crons(account: AccountReader, script: str) -> frozenset[str] | None:
    """None when there is no such script."""
    return account.get(
        f"schedules of {script}",
        or_none(
            lambda client: frozenset(
                each.cron
                for each in client.workers.scripts.schedules.get(script, account_id=account.account_id).schedules
            )
        ),
    )


def durable_object_classes(account: AccountReader) -> frozenset[tuple[str, str]]:
    """Script and class."""

    def ask(client: Cloudflare) -> frozenset[tuple[str, str]]:
        listed = client.durable_objects.namespaces.list(account_id=account.account_id, per_page=MOST)
        found = every(listed, lambda each: each.id).values()
        return frozenset((str(each.script), str(each.class_)) for each in found)

    return account.get("Durable Object namespaces", ask)
