"""What is set on an R2 bucket: CORS, lifecycle, locks, and the domains that it is served on."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.account import dns, zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.r2 import bucket_of, change
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD"})
ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/\s]+")
TLS_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
LARGEST_RULE_LIST = 1000
DEFAULT_LIFECYCLE = [
    {
        "id": "Default Multipart Abort Rule",
        "enabled": True,
        "conditions": {"prefix": ""},
        "abortMultipartUploadsTransition": {"condition": {"type": "Age", "maxAge": 604800}},
    }
]
"""What Cloudflare sets on every new bucket; a PUT that does not repeat it removes it."""

NO_CORS = Failure(404, 10059, "The CORS configuration does not exist.")
BAD_RULE = Failure(400, 10040, "Rule {number} is not valid: {reason}.")
NO_DOMAIN = Failure(404, 10053, "The domain is not connected to this bucket.")
BAD_DOMAIN = Failure(400, 10040, "The domain is not valid: {reason}.")
DOMAIN_TAKEN = Failure(409, 10056, "The hostname {domain} already has a DNS record.")


def _cors_problem(rule: Json) -> str | None:
    allowed = rule.get("allowed")
    if not isinstance(allowed, dict) or not allowed.get("methods") or not allowed.get("origins"):
        return "allowed.methods and allowed.origins are required"
    if unknown := set(allowed["methods"]) - METHODS:
        return f"method {min(unknown)!r} is none of {', '.join(sorted(METHODS))}"
    if bad := [origin for origin in allowed["origins"] if not ORIGIN.fullmatch(origin)]:
        return f"origin {bad[0]!r} is not `*` and not scheme://host[:port] without a path"
    return None


def _lifecycle_problem(rule: Json) -> str | None:
    if not isinstance(rule.get("conditions"), dict) or not isinstance(rule["conditions"].get("prefix"), str):
        return "conditions.prefix is required"
    single = [rule.get("abortMultipartUploadsTransition"), rule.get("deleteObjectsTransition")]
    for transition in [*filter(None, single), *(rule.get("storageClassTransitions") or [])]:
        if problem := _condition_problem(transition.get("condition"), "maxAge", ("Age", "Date")):
            return problem
    return None


def _lock_problem(rule: Json) -> str | None:
    return _condition_problem(rule.get("condition"), "maxAgeSeconds", ("Age", "Date", "Indefinite"))


def _condition_problem(condition: Any, age: str, types: tuple[str, ...]) -> str | None:
    if not isinstance(condition, dict) or condition.get("type") not in types:
        return f"a condition of type {' or '.join(types)} is required"
    if condition["type"] == "Age" and not (isinstance(condition.get(age), int) and condition[age] >= 0):
        return f"a condition of type Age needs {age} in seconds"
    if condition["type"] == "Date" and not isinstance(condition.get("date"), str):
        return "a condition of type Date needs a date"
    return None


def _checked(call: Call, problem_of: Callable[[Json], str | None], *, identified: bool) -> list[Json]:
    rules = call.object().get("rules") or []
    if not isinstance(rules, list) or len(rules) > LARGEST_RULE_LIST:
        raise BAD_RULE.error(number=1, reason=f"rules must be a list of at most {LARGEST_RULE_LIST}")
    seen: set[str] = set()
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, dict):
            raise BAD_RULE.error(number=number, reason="it is not an object")
        if identified and (not rule.get("id") or not isinstance(rule.get("enabled"), bool)):
            raise BAD_RULE.error(number=number, reason="id and enabled are required")
        if rule.get("id") in seen:
            raise BAD_RULE.error(number=number, reason=f"the id {rule['id']!r} is used twice")
        seen |= {rule["id"]} if rule.get("id") else set()
        if problem := problem_of(rule):
            raise BAD_RULE.error(number=number, reason=problem)
    return rules


def get_cors(call: Call) -> Json:
    rules = bucket_of(call).get("cors")
    if rules is None:
        raise NO_CORS.error()
    return {"rules": rules}


def put_cors(call: Call) -> Json:
    change(call, cors=_checked(call, _cors_problem, identified=False))
    return {}


def delete_cors(call: Call) -> Json:
    change(call, cors=None)
    return {}


def get_lifecycle(call: Call) -> Json:
    return {"rules": bucket_of(call).get("lifecycle", DEFAULT_LIFECYCLE)}


def put_lifecycle(call: Call) -> Json:
    change(call, lifecycle=_checked(call, _lifecycle_problem, identified=True))
    return {}


def get_lock(call: Call) -> Json:
    return {"rules": bucket_of(call).get("lock", [])}


def put_lock(call: Call) -> Json:
    change(call, lock=_checked(call, _lock_problem, identified=True))
    return {}


def get_managed(call: Call) -> Json:
    bucket = bucket_of(call)
    return {"bucketId": bucket["id"], "domain": f"pub-{bucket['id']}.r2.dev", "enabled": bucket.get("public", False)}


def put_managed(call: Call) -> Json:
    change(call, public=bool(call.object().get("enabled")))
    return get_managed(call)


def list_custom(call: Call) -> Json:
    return {"domains": [_shown(domain) for domain in _domains(call).values()]}


def create_custom(call: Call) -> Json:
    """Connects a hostname, and creates its read-only DNS record as Cloudflare does."""
    body = call.object()
    hostname = str(body.get("domain") or "").lower()
    zone = zones.find(call.store, str(body.get("zoneId") or ""))
    if zone is None or zone["account"] != call.account or not zones.within(hostname, zone["name"]):
        raise BAD_DOMAIN.error(reason=f"{hostname!r} does not lie in zone {body.get('zoneId')!r} of this account")
    if dns.at_host(call.store, zone["id"], hostname):
        raise DOMAIN_TAKEN.error(domain=hostname)
    domain = {
        "domain": hostname,
        "enabled": bool(body.get("enabled")),
        "zoneId": zone["id"],
        "zoneName": zone["name"],
        "record": dns.attach(call.store, zone["id"], hostname, call.now),
        **_security(body),
    }
    change(call, domains=_domains(call) | {hostname: domain})
    return {key: domain[key] for key in ("domain", "enabled", "zoneId", "minTLS", "ciphers") if key in domain}


def get_custom(call: Call) -> Json:
    return _shown(_domain(call))


def put_custom(call: Call) -> Json:
    body = call.object()
    domain = _domain(call) | _security(body)
    if "enabled" in body:
        domain["enabled"] = bool(body["enabled"])
    change(call, domains=_domains(call) | {domain["domain"]: domain})
    return {key: domain[key] for key in ("domain", "enabled", "minTLS", "ciphers") if key in domain}


def delete_custom(call: Call) -> Json:
    domain = _domain(call)
    call.store.delete(dns.RECORD, domain["zoneId"], domain["record"])
    change(call, domains={name: other for name, other in _domains(call).items() if name != domain["domain"]})
    return {"domain": domain["domain"]}


def _domains(call: Call) -> Json:
    domains: Json = bucket_of(call).get("domains", {})
    return domains


def _domain(call: Call) -> Json:
    domain: Json | None = _domains(call).get(call.parameters["domain"].lower())
    if domain is None:
        raise NO_DOMAIN.error()
    return domain


def _security(body: Json) -> Json:
    if body.get("minTLS") not in (None, *TLS_VERSIONS):
        raise BAD_DOMAIN.error(reason=f"minTLS {body['minTLS']!r} is none of {', '.join(TLS_VERSIONS)}")
    return {key: body[key] for key in ("minTLS", "ciphers") if body.get(key) is not None}


def _shown(domain: Json) -> Json:
    visible = {key: value for key, value in domain.items() if key != "record"}
    return visible | {"status": {"ownership": "active", "ssl": "active"}}


_BUCKET = "/accounts/{account_id}/r2/buckets/{bucket_name}"

ENDPOINTS = (
    Endpoint("GET", f"{_BUCKET}/cors", get_cors),
    Endpoint("PUT", f"{_BUCKET}/cors", put_cors),
    Endpoint("DELETE", f"{_BUCKET}/cors", delete_cors),
    Endpoint("GET", f"{_BUCKET}/lifecycle", get_lifecycle),
    Endpoint("PUT", f"{_BUCKET}/lifecycle", put_lifecycle),
    Endpoint("GET", f"{_BUCKET}/lock", get_lock),
    Endpoint("PUT", f"{_BUCKET}/lock", put_lock),
    Endpoint("GET", f"{_BUCKET}/domains/managed", get_managed),
    Endpoint("PUT", f"{_BUCKET}/domains/managed", put_managed),
    Endpoint("GET", f"{_BUCKET}/domains/custom", list_custom),
    Endpoint("POST", f"{_BUCKET}/domains/custom", create_custom),
    Endpoint("GET", f"{_BUCKET}/domains/custom/{{domain}}", get_custom),
    Endpoint("PUT", f"{_BUCKET}/domains/custom/{{domain}}", put_custom),
    Endpoint("DELETE", f"{_BUCKET}/domains/custom/{{domain}}", delete_custom),
)
