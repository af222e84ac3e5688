"""Custom domains: hostnames that a Worker owns, with their DNS record and certificate."""

import secrets
from typing import Any

from sandbox.account import dns, zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import records

NO_DOMAIN = Failure(404, 100114, "The custom domain does not exist.")
IN_USE = Failure(
    409,
    100116,
    "Hostname {hostname!r} is already used by Worker {service!r}; pass override_existing_origin to move it.",
)
HAS_RECORDS = Failure(
    409,
    100117,
    "Hostname '{hostname}' already has externally managed DNS records (A, CNAME, etc). Delete them, use another hostname,"
    " or pass override_existing_dns_record.",
)
NO_ZONE = Failure(400, 9109, "Invalid zone identifier: no zone of this account has hostname {hostname!r}.")
BAD_ORIGINS = Failure(400, 10026, "The domains must be a list of objects with `hostname`.")


def list_(call: Call) -> list[Json]:
    wanted = {key: call.query.get(key) for key in ("hostname", "service", "environment", "zone_id", "zone_name")}
    return [
        _shown(domain)
        for domain in call.store.all(zones.CUSTOM_DOMAIN, call.account)
        if all(value in (None, domain[key]) for key, value in wanted.items())
    ]


def get(call: Call) -> Json:
    return _shown(_domain(call))


def put(call: Call) -> Json:
    """Attaches a hostname to a Worker; one that is attached already goes over to it under its old id."""
    body = call.object()
    service = records.require(call.store, call.account, str(body.get("service") or ""))["name"]
    return _attach(call, body, service, override_records=bool(body.get("override_existing_dns_record")))


def delete(call: Call) -> None:
    _detach(call, _domain(call))


def publish(call: Call) -> list[Json]:
    """All custom domains of a Worker at once, as wrangler sets them. Undocumented."""
    service, body = records.script_of(call)["name"], call.object()
    origins = _origins(body.get("origins"))
    present = {domain["hostname"]: domain for domain in call.store.all(zones.CUSTOM_DOMAIN, call.account)}
    for domain in present.values():
        unsaid = domain["hostname"] not in {origin["hostname"] for origin in origins}
        if body.get("override_scope") and domain["service"] == service and unsaid:
            _detach(call, domain)
    for origin in origins:
        owner = present.get(origin["hostname"], {}).get("service", service)
        if owner != service and not body.get("override_existing_origin"):
            raise IN_USE.error(hostname=origin["hostname"], service=owner)
    override = bool(body.get("override_existing_dns_record"))
    return [_attach(call, origin, service, override_records=override) for origin in origins]


def changeset(call: Call) -> Json:
    """What `publish` would change; wrangler asks before it overwrites. Undocumented."""
    service, origins = records.script_of(call)["name"], _origins(call.json())
    present = {domain["hostname"]: domain for domain in call.store.all(zones.CUSTOM_DOMAIN, call.account)}
    wanted = {origin["hostname"]: _zone(call, origin, origin["hostname"]) for origin in origins}
    fresh = {hostname: zone for hostname, zone in wanted.items() if hostname not in present}
    return {
        "added": [{"hostname": hostname} for hostname in fresh],
        "updated": [
            {**_shown(present[hostname]), "modified": present[hostname]["service"] != service}
            for hostname in wanted
            if hostname in present
        ],
        "removed": [_shown(d) for d in present.values() if d["service"] == service and d["hostname"] not in wanted],
        "conflicting": [
            {"hostname": hostname} for hostname, zone in fresh.items() if dns.at_host(call.store, zone["id"], hostname)
        ],
    }


def _origins(sent: Any) -> list[Json]:
    if not isinstance(sent, list) or not all(isinstance(origin, dict) and origin.get("hostname") for origin in sent):
        raise BAD_ORIGINS.error()
    return sent


def _attach(call: Call, wanted: Json, service: str, *, override_records: bool) -> Json:
    hostname = str(wanted.get("hostname") or "").lower()
    zone = _zone(call, wanted, hostname)
    present = call.store.named(zones.CUSTOM_DOMAIN, call.account, hostname)
    domain: Json = {
        "id": secrets.token_hex(16),
        "cert_id": records.new_uuid(),
        "record": "",
        **(present or {}),
        "hostname": hostname,
        "service": service,
        "environment": wanted.get("environment") or "production",
        "zone_id": zone["id"],
        "zone_name": zone["name"],
    }
    if not present:
        _free_hostname(call, zone["id"], hostname, override=override_records)
        domain["record"] = dns.attach(call.store, zone["id"], hostname, call.now)
    call.store.put(zones.CUSTOM_DOMAIN, call.account, domain["id"], domain, name=hostname)
    return _shown(domain)


def _detach(call: Call, domain: Json) -> None:
    call.store.delete(dns.RECORD, domain["zone_id"], domain["record"])
    call.store.delete(zones.CUSTOM_DOMAIN, call.account, domain["id"])


def _free_hostname(call: Call, zone: str, hostname: str, *, override: bool) -> None:
    present = dns.at_host(call.store, zone, hostname)
    if present and not override:
        raise HAS_RECORDS.error(hostname=hostname)
    for record in present:
        call.store.delete(dns.RECORD, zone, record["id"])


def _zone(call: Call, wanted: Json, hostname: str) -> Json:
    zone = zones.of_hostname(call.store, call.account, hostname)
    named = {"id": wanted.get("zone_id"), "name": wanted.get("zone_name")}
    if zone is None or any(value and value != zone[key] for key, value in named.items()):
        raise NO_ZONE.error(hostname=hostname)
    return zone


def _domain(call: Call) -> Json:
    domain = call.store.get(zones.CUSTOM_DOMAIN, call.account, call.parameters["domain_id"])
    if domain is None:
        raise NO_DOMAIN.error()
    return domain


def _shown(domain: Json) -> Json:
    return {key: value for key, value in domain.items() if key != "record"}


_DOMAINS = "/accounts/{account_id}/workers/domains"
_SCRIPT = "/accounts/{account_id}/workers/scripts/{script_name}"

ENDPOINTS = (
    Endpoint("GET", _DOMAINS, list_),
    Endpoint("PUT", _DOMAINS, put),
    Endpoint("GET", f"{_DOMAINS}/{{domain_id}}", get),
    Endpoint("DELETE", f"{_DOMAINS}/{{domain_id}}", delete),
    Endpoint("GET", f"{_DOMAINS}/records/{{domain_id}}", get),
    Endpoint("PUT", f"{_SCRIPT}/domains/records", publish),
    Endpoint("POST", f"{_SCRIPT}/domains/changeset", changeset),
)
