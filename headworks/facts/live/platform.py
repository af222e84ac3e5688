"""Workers for Platforms, Pages, notifications."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from cloudflare import Cloudflare

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import every, or_none, result_of

if TYPE_CHECKING:
    from cloudflare.types.alerting import Policy


def dispatch_namespaces(account: AccountReader) -> Mapping[str, bool]:
    """Whether it is trusted, by name."""
    return account.get(
        "dispatch namespaces",
        lambda client: {
            str(each.namespace_name): bool(each.trusted_workers)
            for each in client.workers_for_platforms.dispatch.namespaces.list(account_id=account.account_id)
        },
    )


def scripts_of_namespace(account: AccountReader, namespace: str) -> frozenset[str] | None:
    """None when there is no such namespace."""

    def ask(client: Cloudflare) -> frozenset[str]:
        # The SDK has no method for this list.
        path = f"/accounts/{account.account_id}/workers/dispatch/namespaces/{namespace}/scripts"
        return frozenset(each["script"]["id"] for each in result_of(client, path))

    return account.get(f"Workers of the namespace {namespace}", or_none(ask))


def pages_projects(account: AccountReader) -> Collection[str]:
    def ask(client: Cloudflare) -> Collection[str]:
        return every(client.pages.projects.list(account_id=account.account_id), lambda each: each.name).keys()

    return account.get("Pages projects", ask)


def notification_policies(account: AccountReader) -> "Mapping[str, Policy]":
    """By name."""
    return account.get(
        "notification policies",
        lambda client: {
            str(each.name): each for each in client.alerting.policies.list(account_id=account.account_id)
        },
    )  # fmt: skip


def webhooks(account: AccountReader) -> Mapping[str, str]:
    """Names of the webhooks that notifications can go to, by id."""
    return account.get(
        "webhooks",
        lambda client: {
            str(each.id): str(each.name)
            for each in client.alerting.destinations.webhooks.list(account_id=account.account_id)
        },
    )  # fmt: skip


def healthchecks(account: AccountReader, zone_id: str) -> Mapping[str, str]:
    """Names by id."""

    def ask(client: Cloudflare) -> Mapping[str, str]:
        found = every(client.healthchecks.list(zone_id=zone_id), lambda each: each.id)
        return {id_: str(each.name) for id_, each in found.items()}

    return account.get(f"healthchecks of {zone_id}", ask)
