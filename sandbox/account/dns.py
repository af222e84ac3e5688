"""DNS records of a zone."""

import ipaddress
import re
import secrets
from collections.abc import Callable

from sandbox.account import zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Store

RECORD = "dns_record"
AUTOMATIC = 1
"""The time to live that Cloudflare chooses; the only one of a proxied record."""
PROXIABLE = frozenset({"A", "AAAA", "CNAME"})
HOSTNAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_*]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?", re.IGNORECASE
)
COPIED = ("comment", "priority", "data", "tags", "settings", "private_routing")
"""Optional fields of the request that come back as they were sent."""

MISSING = Failure(400, 1004, "DNS Validation Error: {field} is required.")
BAD_TYPE = Failure(400, 1004, "DNS Validation Error: {type!r} is not a type of DNS record.")
BAD_TTL = Failure(400, 9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")
NOT_PROXIABLE = Failure(400, 9041, "This DNS record cannot be proxied.")
BAD_IPV4 = Failure(400, 9005, "Content for A record must be a valid IPv4 address.")
BAD_IPV6 = Failure(400, 9006, "Content for AAAA record must be a valid IPv6 address.")
BAD_TARGET = Failure(400, 9007, "Content for CNAME record is invalid.")
UNKNOWN = Failure(404, 81044, "Record does not exist.")
ADDRESS_EXISTS = Failure(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")
CNAME_EXISTS = Failure(400, 81054, "A CNAME record with that host already exists.")
EXISTS = Failure(400, 81057, "The record already exists.")
IDENTICAL = Failure(400, 81058, "An identical record already exists.")
READ_ONLY = Failure(400, 1043, "This record belongs to a custom domain and can only be changed there.")


def _is_ip(version: int) -> Callable[[str], bool]:
    def check(content: str) -> bool:
        try:
            return ipaddress.ip_address(content).version == version
        except ValueError:
            return False

    return check


CONTENT_RULES: dict[str, tuple[Callable[[str], bool], Failure]] = {
    "A": (_is_ip(4), BAD_IPV4),
    "AAAA": (_is_ip(6), BAD_IPV6),
    "CNAME": (lambda content: bool(HOSTNAME.fullmatch(content)), BAD_TARGET),
}
DATA_FORMATS = {
    "CAA": "{flags} {tag} {value}",
    "SRV": "{weight} {port} {target}",
    "TLSA": "{usage} {selector} {matching_type} {certificate}",
    "HTTPS": "{priority} {target} {value}",
    "SVCB": "{priority} {target} {value}",
    "URI": "{weight} {target}",
    "DS": "{key_tag} {algorithm} {digest_type} {digest}",
    "DNSKEY": "{flags} {protocol} {algorithm} {public_key}",
    "SSHFP": "{algorithm} {type} {fingerprint}",
    "NAPTR": "{order} {preference} {flags} {service} {regex} {replacement}",
    "CERT": "{type} {key_tag} {algorithm} {certificate}",
    "SMIMEA": "{usage} {selector} {matching_type} {certificate}",
    "LOC": "{lat_degrees} {lat_minutes} {lat_seconds} {lat_direction} {long_degrees} {long_minutes} {long_seconds}"
    " {long_direction} {altitude}m {size}m {precision_horz}m {precision_vert}m",
}
"""How `content` follows from `data`, for the types that are described by `data`."""
TYPES = frozenset({"A", "AAAA", "CNAME", "TXT", "MX", "NS", "PTR", "OPENPGPKEY", *DATA_FORMATS})


def create(call: Call) -> Json:
    zone = call.parameters["zone_id"]
    record = _record(call, call.object(), secrets.token_hex(16), call.now)
    _check_conflicts(call.store, zone, record)
    call.store.put(RECORD, zone, record["id"], record)
    return record


def list_(call: Call) -> list[Json]:
    wanted = {
        key: call.query.get(key) or call.query.get(f"{key}.exact") for key in ("name", "type", "content", "comment")
    }
    return [
        record
        for record in call.store.all(RECORD, call.parameters["zone_id"])
        if all(value in (None, record.get(key)) for key, value in wanted.items())
    ]


def get(call: Call) -> Json:
    record = call.store.get(RECORD, call.parameters["zone_id"], call.parameters["dns_record_id"])
    if record is None:
        raise UNKNOWN.error()
    return record


def replace(call: Call) -> Json:
    return _change(call, call.object())


def edit(call: Call) -> Json:
    return _change(call, get(call) | call.object())


def _change(call: Call, body: Json) -> Json:
    present = get(call)
    _refuse_read_only(present)
    record = _record(call, body, present["id"], present["created_on"])
    _check_conflicts(call.store, call.parameters["zone_id"], record)
    call.store.put(RECORD, call.parameters["zone_id"], record["id"], record)
    return record


def delete(call: Call) -> Json:
    record = get(call)
    _refuse_read_only(record)
    call.store.delete(RECORD, call.parameters["zone_id"], record["id"])
    return {"id": record["id"]}


def at_host(store: Store, zone: str, hostname: str) -> list[Json]:
    """The records that say where `hostname` is served from."""
    return [r for r in store.all(RECORD, zone) if r["name"] == hostname and r["type"] in PROXIABLE]


def attach(store: Store, zone: str, hostname: str, now: str) -> str:
    """Creates the read-only record of a custom domain; answers its id."""
    record: Json = {
        "id": secrets.token_hex(16),
        "name": hostname,
        "type": "AAAA",
        "content": "100::",
        "proxiable": True,
        "proxied": True,
        "ttl": AUTOMATIC,
        "settings": {},
        "meta": {"read_only": True},
        "comment": None,
        "tags": [],
        "created_on": now,
        "modified_on": now,
    }
    store.put(RECORD, zone, record["id"], record)
    return str(record["id"])


def _record(call: Call, body: Json, identifier: str, created: str) -> Json:
    for field in ("name", "type"):
        if not body.get(field):
            raise MISSING.error(field=field)
    kind, ttl, proxied = body["type"], body.get("ttl", AUTOMATIC), bool(body.get("proxied"))
    if kind not in TYPES:
        raise BAD_TYPE.error(type=kind)
    if ttl != AUTOMATIC and not (isinstance(ttl, int | float) and 60 <= ttl <= 86400):
        raise BAD_TTL.error()
    if proxied and kind not in PROXIABLE:
        raise NOT_PROXIABLE.error()
    zone = zones.find(call.store, call.parameters["zone_id"])
    assert zone is not None  # the server has checked the zone of the path
    return {
        "id": identifier,
        "name": _absolute(str(body["name"]), zone["name"]),
        "type": kind,
        "content": _content(kind, body),
        "proxiable": kind in PROXIABLE,
        "proxied": proxied,
        "ttl": AUTOMATIC if proxied else ttl,
        "meta": {},
        "comment": None,
        "tags": [],
        "settings": {},
        "created_on": created,
        "modified_on": call.now,
        **{key: body[key] for key in COPIED if body.get(key) is not None},
    }


def _absolute(name: str, zone: str) -> str:
    name = name.lower().rstrip(".")
    if name in {"", "@"}:
        return zone
    return name if zones.within(name, zone) else f"{name}.{zone}"


def _content(kind: str, body: Json) -> str:
    if kind in DATA_FORMATS and isinstance(body.get("data"), dict):
        try:
            return DATA_FORMATS[kind].format(**body["data"])
        except KeyError as field:
            raise MISSING.error(field=f"data.{field.args[0]}") from None
    content = str(body.get("content") or "").strip()
    if not content:
        raise MISSING.error(field="data" if kind in DATA_FORMATS else "content")
    if kind in CONTENT_RULES:
        valid, failure = CONTENT_RULES[kind]
        if not valid(content):
            raise failure.error()
    return content


def _check_conflicts(store: Store, zone: str, record: Json) -> None:
    others = [r for r in store.all(RECORD, zone) if r["name"] == record["name"] and r["id"] != record["id"]]
    same_type = [r for r in others if r["type"] == record["type"]]
    if any(r["content"] == record["content"] and r.get("priority") == record.get("priority") for r in same_type):
        raise (EXISTS if record["type"] == "CNAME" else IDENTICAL).error()
    if record["type"] not in PROXIABLE:
        return
    hosts = [r for r in others if r["type"] in PROXIABLE]
    if any(r["meta"].get("read_only") for r in hosts) or (hosts and record["type"] == "CNAME"):
        raise ADDRESS_EXISTS.error()
    if any(r["type"] == "CNAME" for r in hosts):
        raise CNAME_EXISTS.error()


def _refuse_read_only(record: Json) -> None:
    if record["meta"].get("read_only"):
        raise READ_ONLY.error()


ENDPOINTS = (
    Endpoint("GET", "/zones/{zone_id}/dns_records", list_, Numbered(size=100, largest=5000)),
    Endpoint("POST", "/zones/{zone_id}/dns_records", create),
    Endpoint("GET", "/zones/{zone_id}/dns_records/{dns_record_id}", get),
    Endpoint("PUT", "/zones/{zone_id}/dns_records/{dns_record_id}", replace),
    Endpoint("PATCH", "/zones/{zone_id}/dns_records/{dns_record_id}", edit),
    Endpoint("DELETE", "/zones/{zone_id}/dns_records/{dns_record_id}", delete),
)
