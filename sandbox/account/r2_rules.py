"""What is set on an R2 bucket: CORS, lifecycle, locks, and the domains that it is served on."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.account import dns, fields, zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, Fields, Kind, Unfit, flag, listed, number, one_of, shaped, text
from sandbox.account.r2 import bucket_of, change
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
ORIGIN = r"\*|[a-z][a-z0-9+.-]*://[^/\s]+"
"""scheme://host[:port], without a path."""
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
BAD_RULES = Failure(400, 10040, "The rules are not valid: {reason}.")
BAD_RULE = Failure(400, 10040, "Rule {number} is not valid: {reason}.")
NO_DOMAIN = Failure(404, 10053, "The domain is not connected to this bucket.")
BAD_DOMAIN = Failure(400, 10040, "The domain is not valid: {reason}.")
DOMAIN_TAKEN = Failure(409, 10056, "The hostname {domain} already has a DNS record.")


def _moment(value: Any) -> str:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unfit(f"a date like 2030-01-31 or 2030-01-31T00:00:00Z is expected, not {value!r}") from None
    return str(value)


def _condition(age: str, *types: str) -> Kind:
    """When a rule applies. `age`: name of the field that holds seconds."""
    told_by = {"Age": age, "Date": "date"}
    shape = shaped(type=Field(one_of(*types), required=True), **{age: Field(number(0)), "date": Field(_moment)})

    def check(value: Any) -> Json:
        condition: Json = shape(value)
        wanted = told_by.get(condition["type"])
        if set(condition) - {"type"} != ({wanted} if wanted else set()):
            raise Unfit(f"a condition of type {condition['type']} has {wanted or 'no other field'} beside the type")
        return condition

    return check


def _transition(*types: str) -> Kind:
    return shaped(condition=Field(_condition("maxAge", *types), required=True))


_IDENTIFIED = {"id": Field(text(least=1), required=True), "enabled": Field(flag, required=True)}
CORS_RULE = {
    "id": Field(text()),
    "allowed": Field(
        shaped(
            methods=Field(listed(one_of(*METHODS), least=1), required=True),
            origins=Field(listed(text(ORIGIN), least=1), required=True),
            headers=Field(listed(text())),
        ),
        required=True,
    ),
    "exposeHeaders": Field(listed(text())),
    "maxAgeSeconds": Field(number(0)),
}
LIFECYCLE_RULE = {
    **_IDENTIFIED,
    "conditions": Field(shaped(prefix=Field(text(), required=True)), required=True),
    "abortMultipartUploadsTransition": Field(_transition("Age")),
    "deleteObjectsTransition": Field(_transition("Age", "Date")),
    "storageClassTransitions": Field(
        listed(
            shaped(
                condition=Field(_condition("maxAge", "Age", "Date"), required=True),
                storageClass=Field(one_of("InfrequentAccess"), required=True),
            )
        )
    ),
}
LOCK_RULE = {
    **_IDENTIFIED,
    "prefix": Field(text()),
    "condition": Field(_condition("maxAgeSeconds", "Age", "Date", "Indefinite"), required=True),
}


def _checked(call: Call, rule_fields: Fields) -> list[Json]:
    """The rules of the body: a whole list, that takes the place of the present one."""
    body = fields.read(call.object(), {"rules": Field(_RULES, default=[])}, BAD_RULES)
    rules = [
        fields.read(rule, rule_fields, BAD_RULE.about(number=number_)) for number_, rule in enumerate(body["rules"], 1)
    ]
    identifiers = [rule["id"] for rule in rules if rule.get("id")]
    for number_, rule in enumerate(rules, 1):
        if identifiers.count(rule.get("id")) > 1:
            raise BAD_RULE.error(number=number_, reason=f"the id {rule['id']!r} is used twice")
    return rules


_RULES = listed(lambda rule: rule, most=LARGEST_RULE_LIST)


def get_cors(call: Call) -> Json:
    rules = bucket_of(call).get("cors")
    if rules is None:
        raise NO_CORS.error()
    return {"rules": rules}


def put_cors(call: Call) -> Json:
    change(call, cors=_checked(call, CORS_RULE))
    return {}


def delete_cors(call: Call) -> Json:
    change(call, cors=None)
    return {}


def get_lifecycle(call: Call) -> Json:
    return {"rules": bucket_of(call).get("lifecycle", DEFAULT_LIFECYCLE)}


def put_lifecycle(call: Call) -> Json:
    change(call, lifecycle=_checked(call, LIFECYCLE_RULE))
    return {}


def get_lock(call: Call) -> Json:
    return {"rules": bucket_of(call).get("lock", [])}


def put_lock(call: Call) -> Json:
    change(call, lock=_checked(call, LOCK_RULE))
    return {}


def locked(bucket: Json, key: str, last_modified: str, now: str) -> bool:
    """Whether a lock keeps the object from being deleted or written over."""
    return any(
        rule["enabled"] and key.startswith(rule.get("prefix", "")) and _holds(rule["condition"], last_modified, now)
        for rule in bucket.get("lock", [])
    )


def _holds(condition: Json, last_modified: str, now: str) -> bool:
    moment = datetime.fromisoformat(now)
    if condition["type"] == "Age":
        return moment < datetime.fromisoformat(last_modified) + timedelta(seconds=condition["maxAgeSeconds"])
    if condition["type"] == "Date":
        date = datetime.fromisoformat(condition["date"])
        return moment < (date if date.tzinfo else date.replace(tzinfo=moment.tzinfo))
    return True


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
