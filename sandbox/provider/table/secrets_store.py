"""Stores of secrets that several scripts share, and their secrets."""

import json
from typing import Any

from sandbox.provider import bodies
from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    RefusedError,
    Replaces,
    Resource,
    Sender,
    Special,
    Values,
    a_list,
    computed,
    in_path,
    optional,
    required,
)

STORES = "/accounts/{accountId}/secrets_store/stores"
SECRETS = STORES + "/{storeId}/secrets"
CREATE_SECRET = Call(method="POST", path=SECRETS)
UPDATE_SECRET = Call(method="PATCH", path=SECRETS + "/{id}", only_changes=True)

STORE = Resource(
    found_by=("name",),
    properties={
        "id": computed(Kind.TEXT, keep=True, replaces=Replaces.ALWAYS),
        "accountId": in_path(),
        "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "force": optional(Kind.FLAG, api=""),
        "created": computed(Kind.TIME),
        "modified": computed(Kind.TIME),
    },
    create=Call(method="POST", path=STORES),
    read=Call(method="GET", path=STORES + "/{id}"),
    local=("force",),
    delete=Call(method="DELETE", path=STORES + "/{id}", query={"force": "force"}),
    import_id="account_id=accountId/store_id=id",
)

SECRET_PROPERTIES: dict[str, Property] = {
    "id": computed(Kind.TEXT, keep=True),
    "accountId": in_path(),
    "storeId": in_path(),
    "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
    "value": required(Kind.TEXT, secret=True, refreshed=False),
    "scopes": required(a_list(Kind.TEXT)),
    "comment": optional(Kind.TEXT),
    "status": computed(Kind.TEXT),
    "created": computed(Kind.TIME),
    "modified": computed(Kind.TIME),
}


async def _write_secret(api: Sender, planned: Values, state: Values | None) -> Any:
    """Secrets are made as a list, of one here, and answered as one; each is changed by itself."""
    if state is None:
        answer = await _send(api, CREATE_SECRET, planned, [bodies.body(SECRET_PROPERTIES, planned)])
        if not answer:
            raise RefusedError("bad state", "expected to have created 1 item")
        return answer[0]
    return await _send(api, UPDATE_SECRET, state, bodies.changes(SECRET_PROPERTIES, planned, state))


async def _send(api: Sender, call: Call, values: Values, document: Any) -> Any:
    content = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    headers = {"content-type": "application/json"}
    return (await api.call(call.method, call.path_for(values), headers=headers, content=content)).result


SECRET = Resource(
    found_by=("name",),
    properties=SECRET_PROPERTIES,
    create=CREATE_SECRET,
    read=Call(method="GET", path=SECRETS + "/{id}"),
    update=UPDATE_SECRET,
    delete=Call(method="DELETE", path=SECRETS + "/{id}"),
    import_id="account_id=accountId/store_id=storeId/secret_id=id",
    special=Special(write=_write_secret),
)

TYPES = {
    "cloudflare:index/secretsStore:SecretsStore": STORE,
    "cloudflare:index/secretsStoreSecret:SecretsStoreSecret": SECRET,
}
