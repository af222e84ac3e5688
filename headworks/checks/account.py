"""Checks of the account itself: the token, what it reaches, and the zones that must be there before anything is made."""

from datetime import UTC, datetime, timedelta

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check, none_wrong, nothing_declared, read_each
from headworks.facts.live import account as live

_SOON = timedelta(days=7)
"""A token that ends within this time may end in the middle of an incident."""

_NEW_TOKEN = "Make another one in Cloudflare's dashboard (My Profile, API Tokens) and put it into CLOUDFLARE_API_TOKEN."  # noqa: S105


def _token_is_valid(context: Context, _: Arguments) -> Finding:
    found = live.token(context.account)
    if found is None:
        return Finding.missing(f"Cloudflare does not take the token in CLOUDFLARE_API_TOKEN. {_NEW_TOKEN}")
    if found.status != "active":
        return Finding.missing(f"The token in CLOUDFLARE_API_TOKEN is {found.status}. {_NEW_TOKEN}")
    if found.expires_on is None:
        return Finding.held("The token is active, and does not expire.")
    return _not_soon(found.expires_on.replace(tzinfo=found.expires_on.tzinfo or UTC), context.now)


def _not_soon(end: datetime, now: datetime) -> Finding:
    day = f"{end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if end <= now:
        return Finding.missing(f"The token in CLOUDFLARE_API_TOKEN expired on {day}. {_NEW_TOKEN}")
    if end - now < _SOON:
        return Finding.missing(f"The token in CLOUDFLARE_API_TOKEN expires on {day}. {_NEW_TOKEN}")
    return Finding.held(f"The token is active until {day}.")


def _account_is_reachable(context: Context, _: Arguments) -> Finding:
    name = live.name(context.account)
    if name is None:
        return Finding.missing(
            f"The token does not reach the account {context.account.account_id}. "
            "Correct `account_id` in the stack's file (`wrangler whoami` lists yours), or take a token of that account."
        )
    return Finding.held(f"{name} ({context.account.account_id}).")


def _zones_are_active(context: Context, _: Arguments) -> Finding:
    names = context.environment.zone_names
    if not names:
        return nothing_declared("zone")
    found = read_each(lambda name: live.zone(context.account, name), names)
    wrong = [
        f"{name} ({zone.status or 'without a status'})" if zone else f"{name} (not in the account)"
        for name, zone in found.items()
        if zone is None or zone.status != "active"
    ]
    mend = (
        "Add the zone to the account, and set its name servers at the registrar; until then no host in it is reachable."
    )
    return none_wrong(wrong, "Not active:", mend, names)


CHECKS = (
    account_check("token-is-valid", "Cloudflare takes the token, and will for a week to come", _token_is_valid),
    account_check("account-is-reachable", "the token reaches the stack's account", _account_is_reachable),
    account_check("zones-are-active", "each zone of the stack is in the account, and active", _zones_are_active),
)
