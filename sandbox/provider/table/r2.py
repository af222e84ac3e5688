"""R2: buckets and their rules. Every call carries the jurisdiction, which is part of a bucket's identity."""

from typing import Any

from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    Replaces,
    Resource,
    Sends,
    Special,
    Values,
    a_list,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)

BUCKETS = "/accounts/{accountId}/r2/buckets"
BUCKET_RULES = BUCKETS + "/{bucketName}"
JURISDICTION = either(Kind.TEXT, api="", default="default", values=("default", "eu", "fedramp", "fedramp-high", "us"))
JURISDICTION_HEADER = {"cf-r2-jurisdiction": "jurisdiction"}


def _keep_first_location(planned: Values, prior: Values | None, _inputs: Values) -> None:
    """A bucket stays where it was made: another location in the program is no change."""
    if prior is None:
        return
    if prior.get("location") is not None:
        planned["location"] = prior["location"]
    planned["creationDate"] = prior.get("creationDate")


BUCKET = Resource(
    found_by_reading=True,
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "accountId": in_path(),
        "location": either(
            Kind.TEXT, values=("apac", "eeur", "enam", "weur", "wnam", "oc"), replaces=Replaces.IF_CONFIGURED
        ),
        "storageClass": either(Kind.TEXT, default="Standard", values=("Standard", "InfrequentAccess")),
        "creationDate": computed(Kind.TEXT, keep=True),
        "jurisdiction": JURISDICTION,
    },
    create=Call(method="POST", path=BUCKETS, names={"location": "locationHint", "storageClass": "storageClass"}),
    read=Call(method="GET", path=BUCKETS + "/{name}"),
    update=Call(
        method="PATCH",
        path=BUCKETS + "/{name}",
        sends=Sends.NOTHING,
        headers={"cf-r2-storage-class": "storageClass"},
    ),
    delete=Call(method="DELETE", path=BUCKETS + "/{name}"),
    id_from="name",
    import_id="account_id=accountId/bucket_name=name/jurisdiction=jurisdiction",
    headers=JURISDICTION_HEADER,
    special=Special(plan=_keep_first_location),
)


def _rules(rule: Property, path: str, *, deletable: bool) -> Resource:
    """A list of rules that belongs to a bucket: one PUT writes all of it, so creating takes over what is there."""
    put = Call(method="PUT", path=path)
    return Resource(
        schema_version=None,
        properties={
            "bucketName": in_path(),
            "jurisdiction": JURISDICTION,
            "accountId": in_path(),
            "rules": optional(a_list(rule)),
        },
        create=put,
        read=Call(method="GET", path=path),
        update=put,
        delete=Call(method="DELETE", path=path) if deletable else None,
        warns_of_staying=not deletable,
        headers=JURISDICTION_HEADER,
    )


CORS = _rules(
    an_object(
        allowed=required(
            an_object(
                methods=required(a_list(Property(kind=Kind.TEXT, values=("GET", "PUT", "POST", "DELETE", "HEAD")))),
                origins=required(a_list(Kind.TEXT)),
                headers=optional(a_list(Kind.TEXT)),
            )
        ),
        id=optional(Kind.TEXT),
        exposeHeaders=optional(a_list(Kind.TEXT), api="exposeHeaders"),
        maxAgeSeconds=optional(Kind.NUMBER, api="maxAgeSeconds"),
    ),
    BUCKET_RULES + "/cors",
    deletable=True,
)


def _condition(*types: str) -> Property:
    """When a lifecycle rule acts: after `maxAge` seconds, or on a date."""
    age = {"maxAge": (required if types == ("Age",) else optional)(Kind.WHOLE, api="maxAge")}
    date = {"date": optional(Kind.TIME)} if "Date" in types else {}
    return an_object(type=required(Kind.TEXT, values=types), **age, **date)


LIFECYCLE = _rules(
    an_object(
        id=required(Kind.TEXT),
        enabled=required(Kind.FLAG),
        conditions=required(an_object(prefix=required(Kind.TEXT))),
        abortMultipartUploadsTransition=optional(
            an_object(condition=optional(_condition("Age"))), api="abortMultipartUploadsTransition"
        ),
        deleteObjectsTransition=optional(
            an_object(condition=optional(_condition("Age", "Date"))), api="deleteObjectsTransition"
        ),
        storageClassTransitions=optional(
            a_list(
                an_object(
                    condition=required(_condition("Age", "Date")),
                    storageClass=required(Kind.TEXT, api="storageClass", values=("InfrequentAccess",)),
                )
            ),
            api="storageClassTransitions",
        ),
    ),
    BUCKET_RULES + "/lifecycle",
    deletable=False,
)

LOCK = _rules(
    an_object(
        id=required(Kind.TEXT),
        enabled=required(Kind.FLAG),
        prefix=optional(Kind.TEXT),
        condition=required(
            an_object(
                type=required(Kind.TEXT, values=("Age", "Date", "Indefinite")),
                maxAgeSeconds=optional(Kind.WHOLE, api="maxAgeSeconds"),
                date=optional(Kind.TIME),
            )
        ),
    ),
    BUCKET_RULES + "/lock",
    deletable=False,
)

CUSTOM_DOMAINS = BUCKET_RULES + "/domains/custom"
MANAGED_DOMAIN = Call(method="PUT", path=BUCKET_RULES + "/domains/managed")
NOTIFICATION = "/accounts/{accountId}/event_notifications/r2/{bucketName}/configuration/queues/{queueId}"
UNREACHABLE = {"ownership": "unknown", "ssl": "unknown"}


def _keep_while_unreachable(state: Values, before: Values, _answer: Any) -> None:
    """While the certificate service cannot be reached, answers lack what is known."""
    if state.get("status") != UNREACHABLE:
        return
    if (before.get("status") or UNREACHABLE) != UNREACHABLE:
        state["status"] = before["status"]
    for name in ("zoneName", "minTls", "ciphers"):
        if state.get(name) is None:
            state[name] = before.get(name)


CUSTOM_DOMAIN = Resource(
    found_by_reading=True,
    schema_version=None,
    properties={
        "bucketName": in_path(),
        "jurisdiction": JURISDICTION,
        "accountId": in_path(),
        "domain": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "zoneId": required(Kind.TEXT, api="zoneId", replaces=Replaces.ALWAYS, refreshed=False),
        "enabled": required(Kind.FLAG),
        "minTls": optional(Kind.TEXT, api="minTLS", values=("1.0", "1.1", "1.2", "1.3")),
        "ciphers": optional(a_list(Kind.TEXT)),
        "zoneName": computed(Kind.TEXT, api="zoneName"),
        "status": computed(an_object(ownership=computed(Kind.TEXT), ssl=computed(Kind.TEXT))),
    },
    create=Call(method="POST", path=CUSTOM_DOMAINS),
    read=Call(method="GET", path=CUSTOM_DOMAINS + "/{domain}"),
    update=Call(method="PUT", path=CUSTOM_DOMAINS + "/{domain}"),
    delete=Call(method="DELETE", path=CUSTOM_DOMAINS + "/{domain}"),
    read_back_for="zoneName",
    headers=JURISDICTION_HEADER,
    special=Special(state=_keep_while_unreachable),
)

R2_DEV_DOMAIN = Resource(
    schema_version=None,
    properties={
        "bucketName": in_path(),
        "jurisdiction": JURISDICTION,
        "accountId": in_path(),
        "enabled": required(Kind.FLAG),
        "bucketId": computed(Kind.TEXT, api="bucketId"),
        "domain": computed(Kind.TEXT),
    },
    create=MANAGED_DOMAIN,
    update=MANAGED_DOMAIN,
    warns_of_staying=True,
    headers=JURISDICTION_HEADER,
)


def _says_the_same(planned: Values, state: Values) -> bool:
    return planned.get("jurisdiction") == state.get("jurisdiction") and [
        _rule_identity(rule) for rule in planned.get("rules") or []
    ] == [_rule_identity(rule) for rule in state.get("rules") or []]


def _rule_identity(rule: Values) -> Any:
    """The API answers an empty text for what was not said, and actions in its own order."""
    return sorted(rule.get("actions") or []), [rule.get(name) or "" for name in ("description", "prefix", "suffix")]


EVENT_NOTIFICATION = Resource(
    schema_version=None,
    properties={
        "bucketName": in_path(),
        "queueId": in_path(),
        "accountId": in_path(),
        "rules": required(
            a_list(
                an_object(
                    actions=required(
                        a_list(
                            Property(
                                kind=Kind.TEXT,
                                values=(
                                    *("PutObject", "CopyObject", "DeleteObject"),
                                    *("CompleteMultipartUpload", "LifecycleDeletion"),
                                ),
                            )
                        )
                    ),
                    description=optional(Kind.TEXT),
                    prefix=optional(Kind.TEXT),
                    suffix=optional(Kind.TEXT),
                )
            )
        ),
        "queueName": computed(Kind.TEXT, api="queueName"),
        "jurisdiction": JURISDICTION,
    },
    create=Call(method="PUT", path=NOTIFICATION),
    read=Call(method="GET", path=NOTIFICATION),
    before_update=Call(method="DELETE", path=NOTIFICATION),
    update=Call(method="PUT", path=NOTIFICATION),
    delete=Call(method="DELETE", path=NOTIFICATION),
    headers=JURISDICTION_HEADER,
    special=Special(unchanged=_says_the_same),
)

TYPES = {
    "cloudflare:index/r2CustomDomain:R2CustomDomain": CUSTOM_DOMAIN,
    "cloudflare:index/r2ManagedDomain:R2ManagedDomain": R2_DEV_DOMAIN,
    "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification": EVENT_NOTIFICATION,
    "cloudflare:index/r2Bucket:R2Bucket": BUCKET,
    "cloudflare:index/r2BucketCors:R2BucketCors": CORS,
    "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle": LIFECYCLE,
    "cloudflare:index/r2BucketLock:R2BucketLock": LOCK,
}
