"""Namespaces of Workers for Platforms, and Hyperdrive."""

from typing import Any

from sandbox.provider.schema import (
    Call,
    Kind,
    Replaces,
    Resource,
    Special,
    Values,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)
from sandbox.provider.values import UNKNOWN

NAMESPACES = "/accounts/{accountId}/workers/dispatch/namespaces"
CONFIGS = "/accounts/{accountId}/hyperdrive/configs"

DISPATCH_NAMESPACE = Resource(
    found_by=("name=namespace_name",),
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "namespaceName": computed(Kind.TEXT, keep=True, replaces=Replaces.ALWAYS),
        "accountId": in_path(),
        "name": optional(Kind.TEXT, replaces=Replaces.ALWAYS, refreshed=False),
        "createdBy": computed(Kind.TEXT),
        "createdOn": computed(Kind.TIME),
        "modifiedBy": computed(Kind.TEXT),
        "modifiedOn": computed(Kind.TIME),
        "namespaceId": computed(Kind.TEXT),
        "scriptCount": computed(Kind.NUMBER),
        "trustedWorkers": computed(Kind.FLAG),
    },
    create=Call(method="POST", path=NAMESPACES),
    read=Call(method="GET", path=NAMESPACES + "/{namespaceName}"),
    delete=Call(method="DELETE", path=NAMESPACES + "/{namespaceName}"),
    id_from="namespaceName",
    import_id="account_id=accountId/dispatch_namespace=namespaceName",
)

WRITE_ONLY = ("password", "accessClientSecret")
FORGOTTEN_BY_THE_API = ("maxAge", "staleWhileRevalidate")
ABOUT_PASSWORD = "Set the password needed to access your origin database. The API never returns this write-only value."  # noqa: S105 - a description


def _plan_hyperdrive(planned: Values, prior: Values | None, _inputs: Values) -> None:
    """A change of nothing but credentials leaves the time of modification alone, and the time of creation stays."""
    if prior is None:
        return
    if planned.get("createdOn") is UNKNOWN and "createdOn" in prior:
        planned["createdOn"] = prior["createdOn"]
    compared = ("name", "caching", "originConnectionLimit")
    unchanged = (
        all(planned.get(name) == prior.get(name) for name in compared)
        and (planned.get("mtls") or {}) == (prior.get("mtls") or {})
        and _without_credentials(planned) == _without_credentials(prior)
    )
    if planned.get("modifiedOn") is UNKNOWN and unchanged and "modifiedOn" in prior:
        planned["modifiedOn"] = prior["modifiedOn"]


def _without_credentials(state: Values) -> Values:
    ignored = {*WRITE_ONLY, "serviceId"}
    return {name: value for name, value in (state.get("origin") or {}).items() if name not in ignored}


def _settle_hyperdrive(state: Values, before: Values, _answer: Any) -> None:
    """Answers hold no credentials, may leave out cache times, and say what nobody asked for."""
    origin, known = state.get("origin"), before.get("origin")
    if known is None:  # an import: nothing was known before
        return
    if isinstance(origin, dict):
        origin.update({name: known[name] for name in WRITE_ONLY if known.get(name) is not None})
    if before.get("mtls") is None and not any((state.get("mtls") or {}).values()):
        state["mtls"] = None
    if before.get("originConnectionLimit") is None:
        state["originConnectionLimit"] = None
    caching, cached = state.get("caching"), before.get("caching")
    if isinstance(caching, dict) and isinstance(cached, dict):
        for name in FORGOTTEN_BY_THE_API:
            if caching.get(name) is None:
                caching[name] = cached.get(name)


HYPERDRIVE_CONFIG = Resource(
    found_by=("name",),
    schema_version=None,
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "name": required(Kind.TEXT),
        "origin": optional(
            an_object(
                database=required(Kind.TEXT),
                password=required(Kind.TEXT, secret=True, about=ABOUT_PASSWORD),
                scheme=required(Kind.TEXT, values=("postgres", "postgresql", "mysql")),
                user=required(Kind.TEXT),
                host=optional(Kind.TEXT),
                port=optional(Kind.WHOLE),
                accessClientId=optional(Kind.TEXT),
                accessClientSecret=optional(Kind.TEXT, secret=True),
                serviceId=optional(Kind.TEXT),
            ),
            must_be_known=True,
        ),
        "originConnectionLimit": optional(Kind.WHOLE, between=(5, 100)),
        "caching": optional(
            an_object(
                disabled=either(Kind.FLAG, default=False),
                maxAge=optional(Kind.WHOLE),
                staleWhileRevalidate=optional(Kind.WHOLE),
            ),
            must_be_known=True,
        ),
        "mtls": optional(
            an_object(
                caCertificateId=optional(Kind.TEXT),
                mtlsCertificateId=optional(Kind.TEXT),
                sslmode=optional(Kind.TEXT),
            ),
            must_be_known=True,
        ),
        "integration": optional(Kind.TEXT, refreshed=False),
        "createdOn": computed(Kind.TIME),
        "modifiedOn": computed(Kind.TIME),
    },
    create=Call(method="POST", path=CONFIGS),
    read=Call(method="GET", path=CONFIGS + "/{id}"),
    update=Call(method="PUT", path=CONFIGS + "/{id}"),
    delete=Call(method="DELETE", path=CONFIGS + "/{id}"),
    import_id="account_id=accountId/hyperdrive_id=id",
    special=Special(plan=_plan_hyperdrive, state=_settle_hyperdrive),
)

TYPES = {
    "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace": DISPATCH_NAMESPACE,
    "cloudflare:index/hyperdriveConfig:HyperdriveConfig": HYPERDRIVE_CONFIG,
}
