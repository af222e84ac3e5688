"""API tokens of an account and of a user."""

from typing import Any

from sandbox.provider.bodies import document_text
from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    Resource,
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

USELESS = ("expired", "revoked (exposed)")

PROPERTIES: dict[str, Property] = {
    "id": computed(Kind.TEXT, keep=True),
    "name": required(Kind.TEXT),
    "policies": required(
        a_list(
            an_object(
                effect=required(Kind.TEXT, values=("allow", "deny")),
                permissionGroups=required(a_list(an_object(id=required(Kind.TEXT)))),
                resources=required(Kind.JSON),
            )
        )
    ),
    "expiresOn": optional(Kind.TIME),
    "notBefore": optional(Kind.TIME),
    "condition": optional(
        an_object(
            requestIp=optional(
                an_object(ins=optional(a_list(Kind.TEXT), api="in"), notIns=optional(a_list(Kind.TEXT), api="not_in"))
            )
        )
    ),
    "status": either(Kind.TEXT, values=("active", "disabled", "expired")),
    "issuedOn": computed(Kind.TIME),
    "lastUsedOn": computed(Kind.TIME),
    "modifiedOn": computed(Kind.TIME),
    "value": computed(Kind.TEXT, keep=True, secret=True, refreshed=False),
}


def _settle(state: Values, before: Values, answer: Any) -> None:
    """The value comes once, with the create. What a policy applies to is kept as the text of the answer."""
    if before.get("value") is not None and isinstance(before["value"], str):
        state["value"] = before["value"]
    answered = (answer.get("policies") or []) if isinstance(answer, dict) else []
    for policy, said in zip(state.get("policies") or [], answered, strict=False):
        policy["resources"] = document_text(said.get("resources"))
    state["policies"] = _in_known_order(state.get("policies") or [], before.get("policies") or [])


def _in_known_order(policies: list[Values], known: list[Values]) -> list[Values]:
    """Policies, and the groups within each, as they were before; what is new follows, sorted."""
    ranks = {_identity(policy): rank for rank, policy in enumerate(known)}
    new = len(known)
    for policy in policies:
        rank = ranks.get(_identity(policy))
        groups = known[rank]["permissionGroups"] if rank is not None else []
        places = {group["id"]: place for place, group in enumerate(groups)}
        policy["permissionGroups"].sort(key=lambda group: (places.get(group["id"], len(places)), group["id"]))
    return sorted(policies, key=lambda p: (ranks.get(_identity(p), new), p["effect"], p["resources"]))


def _identity(policy: Values) -> tuple[str, str, tuple[str, ...]]:
    groups = sorted(group["id"] for group in policy["permissionGroups"])
    return policy["effect"], policy["resources"], tuple(groups)


def _gone(state: Values) -> tuple[str, str] | None:
    if state.get("status") not in USELESS:
        return None
    detail = (
        f'Token "{state["name"]}" is in "{state["status"]}" status and is no longer usable. '
        "It will be removed from state and recreated on the next apply."
    )
    return "Token expired or revoked", detail


def _token(path: str, import_id: str, **owner: Property) -> Resource:
    return Resource(
        schema_version=501,
        properties={**owner, **PROPERTIES},
        create=Call(method="POST", path=path),
        read=Call(method="GET", path=path + "/{id}"),
        update=Call(method="PUT", path=path + "/{id}", nulls=False),
        delete=Call(method="DELETE", path=path + "/{id}"),
        import_id=import_id,
        special=Special(state=_settle, gone=_gone),
    )


TYPES = {
    "cloudflare:index/accountToken:AccountToken": _token(
        "/accounts/{accountId}/tokens", "account_id=accountId/token_id=id", accountId=in_path()
    ),
    "cloudflare:index/apiToken:ApiToken": _token("/user/tokens", "token_id=id"),
}
