"""The account itself: the token, what it reaches, and the zones."""

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
    status: str
    """`active`, `disabled` or `expired`."""
    expires_on: datetime | None


def token(account: AccountReader) -> Token | None:
    """What Cloudflare says of the token; None when it does not take it. Tokens of a user and of an account have an address each."""

    def ask(client: Cloudflare) -> Token | None:
        try:
            return _standing(client.user.tokens.verify())
        except REFUSED:
            pass
        try:
            return _standing(client.accounts.tokens.verify(account_id=account.account_id))
        except REFUSED:
            return None

    return account.get("token", ask)


def _standing(found: Any) -> Token:
    return Token(found.status, found.expires_on)


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
