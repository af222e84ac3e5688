"""KV namespaces and their values."""

from typing import Any

from sandbox.provider import forms
from sandbox.provider.api import ApiError
from sandbox.provider.bodies import document_text
from sandbox.provider.schema import (
    Call,
    Kind,
    Replaces,
    Resource,
    Sender,
    Special,
    Values,
    computed,
    in_path,
    optional,
    required,
)

NAMESPACES = "/accounts/{accountId}/storage/kv/namespaces"
VALUE = NAMESPACES + "/{namespaceId}/values/{keyName}"
PUT_VALUE = Call(
    method="PUT",
    path=VALUE,
    escapes_slashes=True,
    query={"expiration": "expiration", "expiration_ttl": "expirationTtl"},
)
GET_VALUE = Call(method="GET", path=VALUE, escapes_slashes=True)
GET_METADATA = Call(method="GET", path=NAMESPACES + "/{namespaceId}/metadata/{keyName}", escapes_slashes=True)

NAMESPACE = Resource(
    found_by=("title",),
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "title": required(Kind.TEXT),
        "supportsUrlEncoding": computed(Kind.FLAG),
        "jurisdiction": optional(Kind.TEXT, replaces=Replaces.ALWAYS, values=("eu", "fedramp", "us")),
        "mode": optional(Kind.TEXT, refreshed=False, values=("instant",)),
    },
    create=Call(method="POST", path=NAMESPACES),
    read=Call(method="GET", path=NAMESPACES + "/{id}"),
    update=Call(method="PUT", path=NAMESPACES + "/{id}"),
    delete=Call(method="DELETE", path=NAMESPACES + "/{id}"),
    import_id="account_id=accountId/namespace_id=id",
)


async def _put(api: Sender, planned: Values, _state: Values | None) -> Any:
    """The value and its metadata, as given, in two parts without a type."""
    parts = [
        forms.Part(name, planned[name].encode()) for name in ("value", "metadata") if planned.get(name) is not None
    ]
    content, content_type = forms.encoded(parts)
    answer = await api.call(
        PUT_VALUE.method,
        PUT_VALUE.path_for(planned),
        headers={"content-type": content_type},
        content=content,
        query=PUT_VALUE.query_for(planned),
    )
    return answer.result


async def _get(api: Sender, state: Values) -> Values:
    """The value is the raw answer. Metadata is asked for separately; without any, the state's stays."""
    value = await api.call(GET_VALUE.method, GET_VALUE.path_for(state))
    found = {**state, "value": value.content.decode()}
    try:
        metadata = (await api.call(GET_METADATA.method, GET_METADATA.path_for(state))).result
    except ApiError:
        return found
    return found if metadata is None else {**found, "metadata": document_text(metadata, state.get("metadata"))}


PAIR = Resource(
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "keyName": in_path(),
        "namespaceId": in_path(),
        "accountId": in_path(),
        "value": required(Kind.TEXT),
        "metadata": optional(Kind.JSON),
        "expiration": optional(Kind.NUMBER, api=""),
        "expirationTtl": optional(Kind.NUMBER, api=""),
    },
    create=PUT_VALUE,
    update=PUT_VALUE,
    delete=Call(method="DELETE", path=VALUE, escapes_slashes=True),
    id_from="keyName",
    import_id="account_id=accountId/namespace_id=namespaceId/key_name=keyName",
    special=Special(write=_put, read=_get, reads=(GET_VALUE, GET_METADATA)),
)

TYPES = {
    "cloudflare:index/workersKvNamespace:WorkersKvNamespace": NAMESPACE,
    "cloudflare:index/workersKv:WorkersKv": PAIR,
}
