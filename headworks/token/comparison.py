"""What a token may do, held against what a stack needs of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from headworks.facts.account import AccountReader, UnreadableError
from headworks.facts.live import account as live
from headworks.model.environment import Environment
from headworks.token.least import Need, Permission, cheapest, needs_of
from headworks.token.parts import Place

ACCOUNT = "com.cloudflare.api.account"
ZONE = f"{ACCOUNT}.zone"
READS_TOKENS = frozenset({"Account API Tokens Read", "API Tokens Read"})
"""What a token that could be read has: the one where an account owns it, the other where a user does."""
SHOWS_ZONES = frozenset({"Zone Read"})
"""Without which a zone is not among those that a token is told of."""


@dataclass(frozen=True)
class Comparison:
    missing: tuple[Permission, ...]
    """The least that would have to be added."""
    superfluous: tuple[str, ...]
    """What the stack does not need, as `D1 Write on account …`."""


@dataclass(frozen=True)
class _Grant:
    """A permission group on one of a policy's resources."""

    group: str
    allows: bool
    resource: str
    """As a policy writes it, such as `com.cloudflare.api.account.zone.*`."""
    within: str = ""
    """The account to which a policy confines it, in the same words."""

    def __str__(self) -> str:
        kind, _, identifier = self.resource.rpartition(".")
        what = f"{'every ' if identifier == '*' else ''}{_NOUNS.get(kind, kind)}"
        where = f" of {_NOUNS[ACCOUNT]} {self.within.rpartition('.')[2]}" if self.within else ""
        return f"{self.group} on {what}{'' if identifier == '*' else f' {identifier}'}{where}"


_NOUNS = {ACCOUNT: "account", ZONE: "zone", "com.cloudflare.api.user": "user"}


def compare(reader: AccountReader, environment: Environment, *, changes: bool) -> Comparison:
    """The token in use against what the stack needs, for `up` or only to read. Raises UnreadableError."""
    token = live.token(reader)
    if token is None:
        raise UnreadableError("Cloudflare does not take the token")
    grants = list(_grants(live.policies(reader, token)))
    needs = [need for need in needs_of(environment) if (changes or not need.ask.changes) and not _reads_token(need)]
    sees_zones = any(grant.allows and grant.group in SHOWS_ZONES for grant in grants)
    zones = {place.zone: _zone_id(reader, place.zone) if sees_zones else None for place in _places(needs) if place.zone}
    needed = [need.permissions for need in needs]
    held = {each for need in needed for each in need if _is_held(each, grants, zones)}
    least = cheapest(needed)
    return Comparison(
        missing=tuple(sorted(cheapest([need for need in needed if not need & held]), key=str)),
        superfluous=tuple(dict.fromkeys(str(each) for each in grants if _is_too_much(each, least, zones))),
    )


def _reads_token(need: Need) -> bool:
    return any(each.group.name in READS_TOKENS for each in need.permissions)


def _places(needs: Collection[Need]) -> set[Place]:
    return {each.place for need in needs for each in need.permissions}


def _zone_id(reader: AccountReader, name: str) -> str | None:
    """None where the account has no such zone, or the token does not see it."""
    found = live.zone(reader, name)
    return found.id if found else None


def _grants(policies: Sequence[live.Policy]) -> Iterator[_Grant]:
    for policy in policies:
        for group in policy.groups:
            for resource, value in policy.resources.items():
                for inner in value if isinstance(value, dict) else ():
                    yield _Grant(group, policy.allows, inner, within=resource)
                if not isinstance(value, dict):
                    yield _Grant(group, policy.allows, resource)


def _is_held(permission: Permission, grants: Sequence[_Grant], zones: Mapping[str, str | None]) -> bool:
    group, place = permission.group.name, permission.place
    effects = {grant.allows for grant in grants if grant.group == group and _covers(grant, place, zones)}
    return effects == {True}


def _covers(grant: _Grant, place: Place, zones: Mapping[str, str | None]) -> bool:
    if grant.within and grant.within not in (f"{ACCOUNT}.{place.account}", f"{ACCOUNT}.*"):
        return False
    return grant.resource == (f"{ZONE}.*" if place.zone else f"{ACCOUNT}.*") or _names(grant, place, zones)


def _names(grant: _Grant, place: Place, zones: Mapping[str, str | None]) -> bool:
    """Whether a policy names the place. A zone that is not seen may be any, but none that the token would be told of."""
    kind, _, identifier = grant.resource.rpartition(".")
    if not place.zone:
        return (kind, identifier) == (ACCOUNT, place.account)
    known = zones[place.zone]
    if known is None:
        return kind == ZONE and identifier not in ("*", *zones.values()) and grant.group not in SHOWS_ZONES
    return (kind, identifier) == (ZONE, known)


def _is_too_much(grant: _Grant, least: Collection[Permission], zones: Mapping[str, str | None]) -> bool:
    if not grant.allows or grant.group in READS_TOKENS:
        return False
    return not any(grant.group == each.group.name and _names(grant, each.place, zones) for each in least)
