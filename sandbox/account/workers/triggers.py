"""What makes a Worker run: workers.dev, schedules, routes and custom domains. And the Durable Object namespaces of the account."""

import re
import secrets

from sandbox.account import dns, zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import records

ROUTE = "route"
SUBDOMAIN = "subdomain"
SUBDOMAIN_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
ROUTE_PATTERN = re.compile(r"(?:https?://)?(\*?[a-z0-9.-]*\*?[a-z0-9.-]+)(/\S*)?", re.IGNORECASE)
CRON_FIELD = re.compile(
    r"(\*|[\da-z]+(-[\da-z]+)?)(/\d+)?(,(\*|[\da-z]+(-[\da-z]+)?)(/\d+)?)*|\d*[LW]|[\da-z]+(#\d|L)", re.IGNORECASE
)
MOST_SCHEDULES = 250

BAD_SUBDOMAIN = Failure(400, 10031, "Subdomain {name!r} is not valid: a label of lower-case letters, digits and `-`.")
SUBDOMAIN_TAKEN = Failure(409, 10032, "Subdomain {name!r} is taken.")
BAD_CRON = Failure(
    400, 10100, "Invalid cron expression {cron!r}: five fields - minute, hour, day of month, month, day of week."
)
BAD_SCHEDULES = Failure(400, 10026, "The body must be a list of at most 250 objects with `cron`.")
BAD_PATTERN = Failure(400, 10022, "Route pattern {pattern!r} is not valid for zone {zone}: {reason}.")
NO_ROUTE = Failure(404, 10009, "workers.api.error.route_not_found")
ROUTE_EXISTS = Failure(409, 10020, "A route with the same pattern already exists.")
NO_ROUTE_SCRIPT = Failure(400, 10019, "The route's script {script!r} does not exist on this account.")
NO_DOMAIN = Failure(404, 100114, "The custom domain does not exist.")
HAS_RECORDS = Failure(
    409,
    100117,
    "Hostname '{hostname}' already has externally managed DNS records (A, CNAME, etc). Delete them, use another hostname,"
    " or pass override_existing_dns_record.",
)
NO_ZONE = Failure(400, 9109, "Invalid zone identifier: no zone of this account has hostname {hostname!r}.")


def get_script_subdomain(call: Call) -> Json:
    subdomain: Json = records.script_of(call)["subdomain"]
    return subdomain


def set_script_subdomain(call: Call) -> Json:
    """Overwrites; `previews_enabled` follows `enabled` where it is not said."""
    body = call.object()
    enabled = bool(body.get("enabled"))
    return _save_subdomain(call, enabled, bool(body.get("previews_enabled", enabled)))


def delete_script_subdomain(call: Call) -> Json:
    return _save_subdomain(call, False, False)


def _save_subdomain(call: Call, enabled: bool, previews: bool) -> Json:
    script = records.script_of(call) | {"subdomain": {"enabled": enabled, "previews_enabled": previews}}
    records.save(call, script)
    return get_script_subdomain(call)


def get_subdomain(call: Call) -> Json:
    """Every account has one from the start: there is no dashboard to choose it in."""
    found = call.store.get(SUBDOMAIN, "", call.account)
    return {"subdomain": found["name"] if found else f"sandbox-{call.account[:8]}"}


def put_subdomain(call: Call) -> Json:
    name = str(call.object().get("subdomain") or "")
    if not SUBDOMAIN_NAME.fullmatch(name):
        raise BAD_SUBDOMAIN.error(name=name)
    owner = call.store.named(SUBDOMAIN, "", name)
    if owner and owner["account"] != call.account:
        raise SUBDOMAIN_TAKEN.error(name=name)
    call.store.put(SUBDOMAIN, "", call.account, {"name": name, "account": call.account}, name=name)
    return {"subdomain": name}


def get_schedules(call: Call) -> Json:
    return {"schedules": records.script_of(call)["schedules"]}


def put_schedules(call: Call) -> Json:
    """The body is the complete set."""
    script, wanted = records.script_of(call), call.json()
    if (
        not isinstance(wanted, list)
        or len(wanted) > MOST_SCHEDULES
        or not all(isinstance(w, dict) and w.get("cron") for w in wanted)
    ):
        raise BAD_SCHEDULES.error()
    created = {schedule["cron"]: schedule["created_on"] for schedule in script["schedules"]}
    schedules = {}
    for entry in wanted:
        cron = " ".join(str(entry["cron"]).split())
        fields = cron.split(" ")
        if len(fields) != 5 or not all(CRON_FIELD.fullmatch(field) for field in fields):
            raise BAD_CRON.error(cron=cron)
        schedules[cron] = {"cron": cron, "created_on": created.get(cron, call.now), "modified_on": call.now}
    records.save(call, script | {"schedules": list(schedules.values())})
    return {"schedules": list(schedules.values())}


def list_routes(call: Call) -> list[Json]:
    return call.store.all(ROUTE, call.parameters["zone_id"])


def get_route(call: Call) -> Json:
    route = call.store.get(ROUTE, call.parameters["zone_id"], call.parameters["route_id"])
    if route is None:
        raise NO_ROUTE.error()
    return route


def create_route(call: Call) -> Json:
    return _save_route(call, secrets.token_hex(16))


def update_route(call: Call) -> Json:
    return _save_route(call, get_route(call)["id"])


def delete_route(call: Call) -> Json:
    identifier = get_route(call)["id"]
    call.store.delete(ROUTE, call.parameters["zone_id"], identifier)
    return {"id": identifier}


def _save_route(call: Call, identifier: str) -> Json:
    """Without a script the route keeps Workers away from what it matches."""
    body, zone = call.object(), zones.find(call.store, call.parameters["zone_id"])
    assert zone is not None  # the server has checked the zone of the path
    pattern, script = str(body.get("pattern") or ""), body.get("script")
    _check_pattern(pattern, zone["name"])
    present = call.store.named(ROUTE, zone["id"], pattern)
    if present and present["id"] != identifier:
        raise ROUTE_EXISTS.error()
    if script and records.find(call.store, zone["account"], script) is None:
        raise NO_ROUTE_SCRIPT.error(script=script)
    route = {"id": identifier, "pattern": pattern, **({"script": script} if script else {})}
    call.store.put(ROUTE, zone["id"], identifier, route, name=pattern)
    return route


def _check_pattern(pattern: str, zone: str) -> None:
    found = ROUTE_PATTERN.fullmatch(pattern)
    if found is None or "?" in pattern:
        raise BAD_PATTERN.error(pattern=pattern, zone=zone, reason="it must be host/path, without a query")
    host, path = found.group(1).lower(), found.group(2) or ""
    if "*" in host[1:] or "*" in path[:-1]:
        raise BAD_PATTERN.error(pattern=pattern, zone=zone, reason="`*` may only begin the host and end the path")
    if not zones.within(host.lstrip("*").lstrip("."), zone) and not host.lstrip("*").endswith(f".{zone}"):
        raise BAD_PATTERN.error(pattern=pattern, zone=zone, reason="its host does not lie in the zone")


def list_domains(call: Call) -> list[Json]:
    wanted = {key: call.query.get(key) for key in ("hostname", "service", "environment", "zone_id", "zone_name")}
    return [
        _shown(domain)
        for domain in call.store.all(zones.CUSTOM_DOMAIN, call.account)
        if all(value in (None, domain[key]) for key, value in wanted.items())
    ]


def get_domain(call: Call) -> Json:
    return _shown(_domain(call))


def put_domain(call: Call) -> Json:
    """Attaches a hostname to a Worker; one that is attached already goes over to it under its old id."""
    body = call.object()
    hostname, service = str(body.get("hostname") or "").lower(), str(body.get("service") or "")
    records.require(call.store, call.account, service)
    zone = _zone(call, body, hostname)
    present = call.store.named(zones.CUSTOM_DOMAIN, call.account, hostname)
    domain = {
        "id": secrets.token_hex(16),
        "cert_id": records.new_uuid(),
        "record": "",
        **(present or {}),
        "hostname": hostname,
        "service": service,
        "environment": body.get("environment") or "production",
        "zone_id": zone["id"],
        "zone_name": zone["name"],
    }
    if not present:
        _free_hostname(call, zone["id"], hostname, override=bool(body.get("override_existing_dns_record")))
        domain["record"] = dns.attach(call.store, zone["id"], hostname, call.now)
    call.store.put(zones.CUSTOM_DOMAIN, call.account, domain["id"], domain, name=hostname)
    return _shown(domain)


def delete_domain(call: Call) -> None:
    domain = _domain(call)
    call.store.delete(dns.RECORD, domain["zone_id"], domain["record"])
    call.store.delete(zones.CUSTOM_DOMAIN, call.account, domain["id"])


def _free_hostname(call: Call, zone: str, hostname: str, *, override: bool) -> None:
    present = dns.at_host(call.store, zone, hostname)
    if present and not override:
        raise HAS_RECORDS.error(hostname=hostname)
    for record in present:
        call.store.delete(dns.RECORD, zone, record["id"])


def _zone(call: Call, body: Json, hostname: str) -> Json:
    zone = zones.of_hostname(call.store, call.account, hostname)
    wanted = {"id": body.get("zone_id"), "name": body.get("zone_name")}
    if zone is None or any(value and value != zone[key] for key, value in wanted.items()):
        raise NO_ZONE.error(hostname=hostname)
    return zone


def _domain(call: Call) -> Json:
    domain = call.store.get(zones.CUSTOM_DOMAIN, call.account, call.parameters["domain_id"])
    if domain is None:
        raise NO_DOMAIN.error()
    return domain


def _shown(domain: Json) -> Json:
    return {key: value for key, value in domain.items() if key != "record"}


def list_namespaces(call: Call) -> list[Json]:
    return call.store.all(records.NAMESPACE, call.account)


_WORKERS = "/accounts/{account_id}/workers"
_SCRIPT = f"{_WORKERS}/scripts/{{script_name}}"
_ROUTES = "/zones/{zone_id}/workers/routes"

ENDPOINTS = (
    Endpoint("GET", f"{_SCRIPT}/subdomain", get_script_subdomain),
    Endpoint("POST", f"{_SCRIPT}/subdomain", set_script_subdomain),
    Endpoint("DELETE", f"{_SCRIPT}/subdomain", delete_script_subdomain),
    Endpoint("GET", f"{_SCRIPT}/schedules", get_schedules),
    Endpoint("PUT", f"{_SCRIPT}/schedules", put_schedules),
    Endpoint("GET", f"{_WORKERS}/subdomain", get_subdomain),
    Endpoint("PUT", f"{_WORKERS}/subdomain", put_subdomain),
    Endpoint("GET", f"{_WORKERS}/domains", list_domains),
    Endpoint("PUT", f"{_WORKERS}/domains", put_domain),
    Endpoint("GET", f"{_WORKERS}/domains/{{domain_id}}", get_domain),
    Endpoint("DELETE", f"{_WORKERS}/domains/{{domain_id}}", delete_domain),
    Endpoint("GET", f"{_WORKERS}/durable_objects/namespaces", list_namespaces, Numbered(size=20)),
    Endpoint("GET", _ROUTES, list_routes),
    Endpoint("POST", _ROUTES, create_route),
    Endpoint("GET", f"{_ROUTES}/{{route_id}}", get_route),
    Endpoint("PUT", f"{_ROUTES}/{{route_id}}", update_route),
    Endpoint("DELETE", f"{_ROUTES}/{{route_id}}", delete_route),
)
