"""Data sources: functions of a program that look something up, as rows and a small interpreter."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.provider import bodies, checking
from sandbox.provider.api import Api, ApiError
from sandbox.provider.conversion import converted
from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    RefusedError,
    Values,
    a_list,
    a_set,
    an_object,
    computed,
    optional,
    required,
)
from sandbox.provider.table import zones

MOST_ITEMS = 1000
"""Of a list without `maxItems`."""


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """One object by its id, or a list of objects."""

    arguments: Mapping[str, Property]
    one: Call | None = None
    """Reads the object itself."""
    identifier: str = ""
    """Property with the id of the one object."""
    some: Call | None = None
    """Lists objects; in a lookup of one, those that `filter` selects."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Path of an argument (`account.id`) -> query parameter."""
    paged: bool = False
    """Asked for page after page until one is empty, whatever the answer says of pages."""
    properties: Mapping[str, Property]


async def invoke(token: str, arguments: Values, api: Api) -> Values:
    """What the function returns: its arguments and what was found. Raises RefusedError."""
    lookup = LOOKUPS.get(token)
    if lookup is None:
        raise RefusedError(
            "unsupported function",
            f"{token} is not in the local provider's table; it exists with the real provider only",
        )
    arguments = converted(lookup.arguments, arguments)
    if problems := checking.problems(lookup.arguments, arguments, token):
        raise RefusedError("invalid arguments", "; ".join(problems))
    try:
        return await (_one(lookup, arguments, api) if lookup.one else _some(lookup, arguments, api))
    except ApiError as error:
        raise RefusedError("failed to make http request", str(error)) from error


async def _one(lookup: Lookup, arguments: Values, api: Api) -> Values:
    assert lookup.one
    found = dict(arguments)
    if (given := arguments.get("filter")) is not None:
        items = await _listed(lookup, given, api, limit=MOST_ITEMS, paged=False)
        if len(items) != 1:
            raise RefusedError("failed to find exactly one result", f"{len(items)} found")
        found[lookup.identifier] = items[0]["id"]
    if found.get(lookup.identifier) is None:
        detail = f"Exactly one of these attributes must be configured: [{lookup.identifier},filter]"
        raise RefusedError("Missing Attribute Configuration", detail)
    answer = await api.call(lookup.one.method, lookup.one.path_for(found))
    state = bodies.after_read(lookup.properties, {}, answer.result)
    return {**found, **state, "id": found[lookup.identifier]}


async def _some(lookup: Lookup, arguments: Values, api: Api) -> Values:
    limit = int(arguments.get("maxItems") or MOST_ITEMS)
    items = await _listed(lookup, arguments, api, limit=limit, paged=lookup.paged)
    return {**arguments, "results": [bodies.after_read(lookup.properties, {}, item) for item in items]}


async def _listed(lookup: Lookup, arguments: Values, api: Api, *, limit: int, paged: bool) -> list[Any]:
    assert lookup.some
    query = {name: str(value) for path, name in lookup.filters.items() if (value := _at(arguments, path)) is not None}
    found: list[Any] = []
    page = 1
    while True:
        number = {"page": str(page)} if page > 1 else {}
        answer = await api.call(lookup.some.method, lookup.some.path_for(arguments), query={**query, **number})
        if answer.unreadable:
            raise RefusedError("failed to make http request", answer.unreadable)
        items = answer.result or []
        found += items
        if not paged or not items or len(found) >= limit:
            return found[:limit]
        page += 1


def _at(arguments: Values, path: str) -> Any:
    value: Any = arguments
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


# The rows -------------------------------------------------------------------------------------------------------------

TEXT, NUMBER, FLAG, TIME = (computed(kind) for kind in (Kind.TEXT, Kind.NUMBER, Kind.FLAG, Kind.TIME))
TEXTS = computed(a_list(Kind.TEXT))

ZONE = {**zones.ZONE.properties, "account": computed(an_object(id=TEXT, name=TEXT))}
GIVEN, ACCOUNT_ID = optional(Kind.TEXT), required(Kind.TEXT)
MOST = {"maxItems": optional(Kind.WHOLE, between=(0, math.inf))}
ZONE_ARGUMENTS = {
    "account": optional(an_object(id=GIVEN, name=GIVEN)),
    "direction": optional(Kind.TEXT, values=("asc", "desc")),
    "match": optional(Kind.TEXT, values=("any", "all")),
    "name": GIVEN,
    "order": optional(Kind.TEXT, values=("name", "status", "account.id", "account.name", "plan.id")),
    "status": optional(Kind.TEXT, values=("initializing", "pending", "active", "moved")),
}
ZONE_FILTERS = {
    **{name: name for name in ("direction", "match", "name", "order", "status")},
    "account.id": "account.id",
    "account.name": "account.name",
}
PLACE = dict.fromkeys(("region", "hostname", "host"), TEXT)
PLACEMENT = {"lastAnalyzedAt": TIME, **dict.fromkeys(("mode", "status"), TEXT), **PLACE}
SCRIPT = {
    **dict.fromkeys(("id", "compatibilityDate", "etag", "lastDeployedFrom", "migrationTag", "tag", "usageModel"), TEXT),
    **dict.fromkeys(("hasAssets", "hasModules", "logpush"), FLAG),
    **dict.fromkeys(("createdOn", "modifiedOn"), TIME),
    "compatibilityFlags": computed(a_set(Kind.TEXT)),
    "handlers": TEXTS,
    "namedHandlers": computed(a_list(an_object(handlers=TEXTS, name=TEXT))),
    "observability": computed(an_object(enabled=FLAG, headSamplingRate=NUMBER)),
    "placement": computed(an_object(**PLACEMENT, targets=computed(a_list(an_object(**PLACE)), api="target"))),
    "placementMode": TEXT,
    "placementStatus": TEXT,
    "routes": computed(a_list(an_object(id=TEXT, pattern=TEXT, script=TEXT))),
    "tags": computed(a_set(Kind.TEXT)),
    "tailConsumers": computed(a_set(an_object(service=TEXT, environment=TEXT, namespace=TEXT))),
}
PERMISSION_GROUP = {"id": TEXT, "name": TEXT, "scopes": TEXTS}
ZONES = Call(method="GET", path="/zones")

LOOKUPS: Mapping[str, Lookup] = {
    "cloudflare:index/getZone:getZone": Lookup(
        arguments={
            "zoneId": optional(Kind.TEXT, excludes="filter"),
            "filter": optional(an_object(**ZONE_ARGUMENTS), excludes="zoneId"),
        },
        one=Call(method="GET", path="/zones/{zoneId}"),
        identifier="zoneId",
        some=ZONES,
        filters=ZONE_FILTERS,
        properties=ZONE,
    ),
    "cloudflare:index/getZones:getZones": Lookup(
        arguments={**ZONE_ARGUMENTS, **MOST},
        some=ZONES,
        filters=ZONE_FILTERS,
        paged=True,
        properties=ZONE,
    ),
    "cloudflare:index/getWorkersScripts:getWorkersScripts": Lookup(
        arguments={"accountId": ACCOUNT_ID, "tags": GIVEN, **MOST},
        some=Call(method="GET", path="/accounts/{accountId}/workers/scripts"),
        filters={"tags": "tags"},
        properties=SCRIPT,
    ),
    "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": Lookup(
        arguments={"accountId": ACCOUNT_ID, "name": GIVEN, "scope": GIVEN, **MOST},
        some=Call(method="GET", path="/accounts/{accountId}/tokens/permission_groups"),
        filters={"name": "name", "scope": "scope"},
        properties=PERMISSION_GROUP,
    ),
    "cloudflare:index/getApiTokenPermissionGroupsList:getApiTokenPermissionGroupsList": Lookup(
        arguments={"name": GIVEN, "scope": GIVEN, **MOST},
        some=Call(method="GET", path="/user/tokens/permission_groups"),
        filters={"name": "name", "scope": "scope"},
        properties=PERMISSION_GROUP,
    ),
}
