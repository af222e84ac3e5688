"""The account itself: the token, what it reaches, and the zones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cloudflare import Cloudflare, NotFoundError

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import REFUSED, every

if TYPE_CHECKING:
    from cloudflare.types.zones import Zone


@dataclass(frozen=True)
class Token:
    id: str
    owned_by_account: bool
    """Else a user's."""
    status: str
    """`active`, `disabled` or `expired`."""
    expires_on: datetime | None


def token(account: AccountReader) -> Token | None:
    """What Cloudflare says of the token; None when it does not take it. Tokens of a user and of an account have an address each."""

    def ask(client: Cloudflare) -> Token | None:
        try:
            return _standing(client.user.tokens.verify(), owned_by_account=False)
        except REFUSED:
            pass
        try:
            return _standing(client.accounts.tokens.verify(account_id=account.account_id), owned_by_account=True)
        except REFUSED:
            return None

    return account.get("token", ask)


def _standing(found: Any, *, owned_by_account: bool) -> Token:
    return Token(found.id, owned_by_account, found.status, found.expires_on)


@dataclass(frozen=True)
class Policy:
    """Part of what a token may do."""

    allows: bool
    """Else it denies, whatever others allow."""
    groups: tuple[str, ...]
    """Names of permission groups."""
    resources: Mapping[str, Any]
    """Accounts and zones, as Cloudflare writes them in a policy."""


def policies(account: AccountReader, of: Token) -> tuple[Policy, ...]:
    """What the token may do, which it can only say itself if it may read tokens."""

    def ask(client: Cloudflare) -> tuple[Policy, ...]:
        found: Any = (
            client.accounts.tokens.get(of.id, account_id=account.account_id)
            if of.owned_by_account
            else client.user.tokens.get(of.id)
        )
        return tuple(
            Policy(
                allows=each.effect == "allow",
                groups=tuple(group.name or f"permission group {group.id}" for group in each.permission_groups),
                resources=each.resources,
            )
            for each in found.policies or ()
        )

    return account.get(f"policies of the token {of.id}", ask)


def permission_groups(account: AccountReader) -> Mapping[str, str]:
    """Ids by name."""

    def ask(client: Cloudflare) -> Mapping[str, str]:
        try:
            listed: Any = client.accounts.tokens.permission_groups.list(account_id=account.account_id)
        except REFUSED:  # the token is a user's, and reads what users may grant
            listed = client.user.tokens.permission_groups.list()
        return {str(each.name): str(each.id) for each in listed}

    return account.get("permission groups", ask)


def name(account: AccountReader) -> str | None:
    """The account's name; None when the token does not reach it."""

    def ask(client: Cloudflare) -> str | None:
        try:
            found = client.accounts.get(account_id=account.account_id)
        except (*REFUSED, NotFoundError):
            return None
        return found.name if found else None

    return account.get("account", ask)


def zone(account: AccountReader, zone_name: str) -> "Zone | None":
    def ask(client: Cloudflare) -> "Zone | None":
        listed = client.zones.list(account={"id": account.account_id}, name=zone_name)
        return every(listed, lambda each: each.name).get(zone_name)

    return account.get(f"zone {zone_name}", ask)


def zones(account: AccountReader) -> Mapping[str, str]:
    """Names of all that the token sees, by id."""

    def ask(client: Cloudflare) -> Mapping[str, str]:
        listed = every(client.zones.list(account={"id": account.account_id}), lambda each: each.id)
        return {id_: each.name for id_, each in listed.items()}

    return account.get("zones", ask)
