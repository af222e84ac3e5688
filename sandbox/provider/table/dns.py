"""DNS records."""

import math
from typing import Any

from sandbox.provider.schema import (
    Call,
    Kind,
    RefusedError,
    Replaces,
    Resource,
    Special,
    Values,
    a_set,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)
from sandbox.provider.values import UNKNOWN

RECORDS = "/zones/{zoneId}/dns_records"
TYPES_OF_RECORD = (
    *("A", "AAAA", "CNAME", "MX", "NS", "OPENPGPKEY", "PTR", "TXT", "CAA", "CERT", "DNSKEY", "DS", "HTTPS", "LOC"),
    *("NAPTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "URI"),
)
BYTE, PORT, CENTIMETRES = (0, 255), (0, 65535), (0, 90_000_000)
NUMBERS = {
    **dict.fromkeys(("algorithm", "digestType", "matchingType", "protocol", "selector", "usage"), BYTE),
    **dict.fromkeys(("keyTag", "order", "port", "preference", "priority", "weight"), PORT),
    **dict.fromkeys(("precisionHorz", "precisionVert", "size"), CENTIMETRES),
    **dict.fromkeys(("latMinutes", "longMinutes"), (0, 59)),
    **dict.fromkeys(("latSeconds", "longSeconds"), (0, 59.999)),
    "latDegrees": (0, 90),
    "longDegrees": (0, 180),
    "altitude": (-100_000, 42_849_672.95),
    "type": (0, math.inf),
}
"""Of a record's data, with the least and the greatest."""
TEXTS = (
    *("certificate", "digest", "fingerprint", "publicKey", "regex", "replacement"),
    *("service", "tag", "target", "value"),
)
SETTINGS = ("flattenCname", "ipv4Only", "ipv6Only")
COMPARED = ("name", "type", "ttl", "proxied", "priority", "comment")
"""Besides content, data, settings and tags, which have rules of their own."""


def _plan(planned: Values, prior: Values | None, _inputs: Values) -> None:
    """Which of the API's values a change leaves alone, and which spellings are no change."""
    if prior is not None:
        _keep_spelling(planned, prior)
        _keep_answers(planned, prior)
    for name, moment in (("comment", "commentModifiedOn"), ("tags", "tagsModifiedOn")):
        if planned.get(moment) is not UNKNOWN:
            continue
        if not planned.get(name):
            planned[moment] = None
        elif prior is not None and planned[name] == prior.get(name):
            planned[moment] = prior.get(moment)
    if planned.get("type") == "CNAME" and planned.get("settings") is not UNKNOWN:
        _fill_settings(planned)


def _keep_answers(planned: Values, prior: Values) -> None:
    kept = ["createdOn", "proxiable", "meta"]
    kept += [] if _is_changed(planned, prior) else ["modifiedOn"]
    kept += ["content"] if planned.get("data") is not None else []
    kept += [] if prior.get("tags") else ["tags"]
    for name in kept:
        if planned.get(name) is UNKNOWN:
            planned[name] = prior.get(name)
    settings = planned.get("settings")
    empty = isinstance(settings, dict) and not _said(settings)
    if settings in (None, UNKNOWN) or (empty and not any(_said(prior.get("settings")).values())):
        planned["settings"] = prior.get("settings")


def _keep_spelling(planned: Values, prior: Values) -> None:
    """The API answers full names; a name relative to the zone, and a CNAME target in other case, mean the same."""
    name, known = planned.get("name"), prior.get("name", "")
    if isinstance(name, str) and known:
        short, full = name.rstrip("."), known.rstrip(".")
        if (name == "@" and "." in known) or full.startswith(f"{short}."):
            planned["name"] = known
    content, before = planned.get("content"), prior.get("content")
    if planned.get("type") == "CNAME" and isinstance(content, str) and isinstance(before, str):
        planned["content"] = before if content.lower() == before.lower() else content


def _is_changed(planned: Values, prior: Values) -> bool:
    content_differs = planned.get("data") is None and planned.get("content") != prior.get("content")
    tags_before = prior.get("tags") or []
    tags = [] if planned.get("tags") is UNKNOWN else planned.get("tags") or []
    settings, settings_before = planned.get("settings"), prior.get("settings")
    both_said = _said(settings) and settings_before is not None
    return (
        any(planned.get(name) != prior.get(name) for name in (*COMPARED, "data"))
        or content_differs
        or tags != tags_before
        or (settings != settings_before if both_said else any(_said(settings_before).values()))
    )


def _said(settings: Any) -> Values:
    """The settings that have a value; empty for none, unknown or `{}`."""
    known = settings if isinstance(settings, dict) else {}
    return {name: value for name, value in known.items() if value is not None and value is not UNKNOWN}


def _fill_settings(state: Values) -> None:
    state["settings"] = dict.fromkeys(SETTINGS, False) | _said(state.get("settings"))


def _settle(state: Values, _before: Values, _answer: Any) -> None:
    """Only CNAME records have these settings, and the API leaves out what is off."""
    if state.get("type") == "CNAME":
        _fill_settings(state)


def _before_create(planned: Values) -> None:
    if planned.get("proxied") and planned.get("ttl") != 1:
        raise RefusedError(
            "ttl must be set to 1 when `proxied` is true",
            "When a DNS record is marked as `proxied` the TTL must be 1 as Cloudflare will control the TTL internally.",
        )


RECORD = Resource(
    found_by=("type", "name", "content"),
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "zoneId": in_path(),
        "name": required(Kind.TEXT),
        "type": required(Kind.TEXT, replaces=Replaces.ALWAYS, values=TYPES_OF_RECORD),
        "ttl": required(Kind.NUMBER),
        "comment": optional(Kind.TEXT),
        "content": either(Kind.TEXT, excludes="data"),
        "data": optional(
            an_object(
                flags=optional(Kind.ANY),
                **{name: optional(Kind.NUMBER, between=between) for name, between in NUMBERS.items()},
                **{name: optional(Kind.TEXT) for name in TEXTS},
                latDirection=optional(Kind.TEXT, values=("N", "S")),
                longDirection=optional(Kind.TEXT, values=("E", "W")),
            ),
            excludes="content",
            must_be_known=True,
        ),
        "includeShadowMetadata": optional(Kind.FLAG, api=""),
        "priority": optional(Kind.NUMBER, between=PORT),
        "privateRouting": optional(Kind.FLAG),
        "proxied": either(Kind.FLAG, default=False),
        "tags": either(a_set(Kind.TEXT)),
        "settings": either(an_object(**{name: either(Kind.FLAG) for name in SETTINGS})),
        "commentModifiedOn": computed(Kind.TIME),
        "createdOn": computed(Kind.TIME),
        "modifiedOn": computed(Kind.TIME),
        "tagsModifiedOn": computed(Kind.TIME),
        "proxiable": computed(Kind.FLAG),
        "meta": computed(Kind.JSON),
    },
    create=Call(method="POST", path=RECORDS),
    read=Call(method="GET", path=RECORDS + "/{id}"),
    update=Call(method="PUT", path=RECORDS + "/{id}"),
    delete=Call(method="DELETE", path=RECORDS + "/{id}"),
    import_id="zone_id=zoneId/dns_record_id=id",
    special=Special(plan=_plan, state=_settle, before_create=_before_create),
)

TYPES = {"cloudflare:index/dnsRecord:DnsRecord": RECORD}
