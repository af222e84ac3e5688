"""What leads to Workers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudflare import Cloudflare

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import every


@dataclass(frozen=True)
class Route:
    id: str
    pattern: str
    script: str
    """Empty where the route leads past all Workers."""


def every_route(account: AccountReader, zone_id: str) -> tuple[Route, ...]:
    return account.get(
        f"routes of {zone_id}",
        lambda client: tuple(
            Route(each.id, each.pattern, each.script or "") for each in client.workers.routes.list(zone_id=zone_id)
        ),
    )


def routes(account: AccountReader, zone_id: str) -> Mapping[str, str]:
    """Scripts by pattern; an empty one where a route leads past all Workers."""
    return {each.pattern: each.script for each in every_route(account, zone_id)}


def custom_domains(account: AccountReader) -> Mapping[str, str]:
    """Scripts by host."""
    return account.get(
        "custom domains",
        lambda client: {
            str(each.hostname): str(each.service)
            for each in client.workers.domains.list(account_id=account.account_id)
        },
    )  # fmt: skip


_LEADING = {"A", "AAAA", "CNAME"}


@dataclass(frozen=True)
class Record:
    type: str
    content: str
    proxied: bool
    id: str = field(default="", compare=False)
    is_plain: bool = field(default=True, compare=False)
    """Its time to live is automatic, and nobody has noted anything beside it."""

    @property
    def is_leading(self) -> bool:
        """Whether it says where the host is; what else stands at a host is not about that."""
        return self.type in _LEADING


def records(account: AccountReader, zone_id: str, host: str) -> tuple[Record, ...]:
    """DNS records of a host."""

    def ask(client: Cloudflare) -> tuple[Record, ...]:
        found = every(client.dns.records.list(zone_id=zone_id, name={"exact": host}), lambda each: each.id)
        return tuple(_record(each) for each in found.values())

    return account.get(f"records of {host}", ask)


def _record(listed: Any) -> Record:
    is_plain = listed.ttl == 1 and not listed.comment and not listed.tags
    proxied = bool(getattr(listed, "proxied", False))
    return Record(listed.type, str(listed.content or ""), proxied, listed.id, is_plain)
