"""Zones: domains of an account."""

import re
import secrets

from sandbox.account.envelope import Failure, Json
from sandbox.account.identity import account_exists, account_name, user_id
from sandbox.account.paging import Numbered
from sandbox.account.permissions import Target, opening, permits
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Store

ZONE = "zone"
EVERYWHERE = ""
"""Scope of zones: a name belongs to one account only."""
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
IN_ZONE = ("dns_record", "route", "healthcheck", "zone_setting")
"""Kinds of resources whose scope is a zone."""
CUSTOM_DOMAIN = "custom_domain"

UNKNOWN_ZONE = Failure(403, 9109, "Invalid zone identifier")
EXISTS = Failure(400, 1061, "{name} already exists.")
INVALID_NAME = Failure(400, 1099, "{name!r} is not a domain that can be a zone.")
UNKNOWN_ACCOUNT = Failure(
    403, 1116, "The account {account!r} does not exist; account.id names an account of this token."
)


def exists(store: Store, identifier: str) -> bool:
    return store.get(ZONE, EVERYWHERE, identifier) is not None


def find(store: Store, identifier: str) -> Json | None:
    return store.get(ZONE, EVERYWHERE, identifier)


def of_account(store: Store, account: str) -> list[Json]:
    return [zone for zone in store.all(ZONE, EVERYWHERE) if zone["account"] == account]


def of_hostname(store: Store, account: str, hostname: str) -> Json | None:
    """The zone of the account in which `hostname` lies, the longest if there are several."""
    zones = [zone for zone in of_account(store, account) if within(hostname, zone["name"])]
    return max(zones, key=lambda zone: len(zone["name"]), default=None)


def within(hostname: str, domain: str) -> bool:
    return hostname == domain or hostname.endswith(f".{domain}")


def create(call: Call) -> Json:
    body = call.object()
    name, account = str(body.get("name", "")).lower(), str((body.get("account") or {}).get("id", ""))
    if not DOMAIN.fullmatch(name):
        raise INVALID_NAME.error(name=name)
    if not account_exists(call.store, account):
        raise UNKNOWN_ACCOUNT.error(account=account)
    if call.store.named(ZONE, EVERYWHERE, name):
        raise EXISTS.error(name=name)
    zone = {
        "id": secrets.token_hex(16),
        "name": name,
        "account": account,
        "type": body.get("type", "full"),
        "created_on": call.now,
        "modified_on": call.now,
    }
    call.store.put(ZONE, EVERYWHERE, zone["id"], zone, name=name)
    return _shown(call.store, zone)


def get(call: Call) -> Json:
    return _shown(call.store, _zone(call))


def list_(call: Call) -> list[Json]:
    """The zones on which the token may do anything of the kind."""
    zones = [_shown(call.store, zone) for zone in call.store.all(ZONE, EVERYWHERE) if _is_seen(call, zone)]
    wanted = {"name": call.query.get("name"), "status": call.query.get("status")}
    account = call.query.get("account.id")
    return [
        zone
        for zone in zones
        if all(value in (None, zone[key]) for key, value in wanted.items()) and account in (None, zone["account"]["id"])
    ]


def _is_seen(call: Call, zone: Json) -> bool:
    if call.token is None:
        return True
    target = Target(user_id(call.store), zone["account"], zone["id"])
    return permits(call.token["policies"], opening("GET", "/zones"), target)


def delete(call: Call) -> Json:
    """Takes records, routes and custom domains along."""
    zone = _zone(call)
    for domain in call.store.all(CUSTOM_DOMAIN, zone["account"]):
        if domain["zone_id"] == zone["id"]:
            call.store.delete(CUSTOM_DOMAIN, zone["account"], domain["id"])
    call.store.delete(ZONE, EVERYWHERE, zone["id"])
    for kind in IN_ZONE:
        call.store.clear(kind, zone["id"])
    return {"id": zone["id"]}


def _zone(call: Call) -> Json:
    zone = find(call.store, call.parameters["zone_id"])
    assert zone is not None  # the server has checked the zone of the path
    return zone


def _shown(store: Store, zone: Json) -> Json:
    """A zone as the API answers it. Active at once: there are no name servers to wait for."""
    return zone | {
        "account": {"id": zone["account"], "name": account_name(store, zone["account"])},
        "status": "active",
        "paused": False,
        "development_mode": 0,
        "activated_on": zone["created_on"],
        "name_servers": ["ada.ns.sandbox.invalid", "bob.ns.sandbox.invalid"],
        "original_name_servers": [],
        "original_dnshost": None,
        "original_registrar": None,
        "owner": {"id": None, "name": None, "type": "user"},
        "plan": {"id": "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "name": "Free Website"},
        "permissions": ["#zone:read", "#zone:edit", "#dns_records:read", "#dns_records:edit"],
        "tenant": {"id": None, "name": None},
        "tenant_unit": {"id": None},
        "meta": {
            "cdn_only": False,
            "custom_certificate_quota": 0,
            "dns_only": False,
            "foundation_dns": False,
            "page_rule_quota": 3,
            "phishing_detected": False,
            "step": 4,
        },
    }


ENDPOINTS = (
    Endpoint("GET", "/zones", list_, Numbered(largest=50)),
    Endpoint("POST", "/zones", create),
    Endpoint("GET", "/zones/{zone_id}", get),
    Endpoint("DELETE", "/zones/{zone_id}", delete),
)
