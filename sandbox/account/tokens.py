"""API tokens, of the user and of accounts: made, read, changed, deleted, and held to what their policies grant.

The token that the account starts with may do everything, and can only be read. Conditions on addresses are refused by name.
"""

import hashlib
import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime

from sandbox.account import fields, identity, permissions, zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, listed, one_of, shaped, text
from sandbox.account.paging import Numbered
from sandbox.account.permissions import ALL, SCOPES, Target
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Store

TOKEN = "token"  # noqa: S105 - a kind
DIGEST = "token_digest"
"""Where a token is, by the digest of its value, which is kept nowhere."""
LENGTH = 40
ALPHABET = string.ascii_letters + string.digits + "_-"
EVERYTHING = {f"{scope}.{ALL}": ALL for scope in SCOPES.values()}


def _resources(value: object) -> Json:
    """Accounts, zones or the user by name; an account may name what of it is meant."""
    if not isinstance(value, dict) or not value:
        raise fields.Unfit("an object with at least one resource is expected")
    for name, inner in value.items():
        if name.rpartition(".")[0] not in SCOPES.values():
            raise fields.Unfit(f"{name} is no account, zone or user")
        if isinstance(inner, dict):
            _resources(inner)
        elif inner != ALL:
            raise fields.Unfit(f'{name}: "*" or an object is expected')
    return value


MOMENT = text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
GROUP = {"id": Field(text(r"[0-9a-f]{32}"), required=True), "name": Field(text()), "meta": Field(lambda value: value)}
POLICY = {
    "id": Field(text()),
    "effect": Field(one_of("allow", "deny"), required=True),
    "permission_groups": Field(listed(shaped(**GROUP), least=1), required=True),
    "resources": Field(_resources, required=True),
}
FIELDS = {
    "name": Field(text(least=1, most=120), required=True),
    "policies": Field(listed(shaped(**POLICY), least=1), required=True),
    "expires_on": Field(MOMENT),
    "not_before": Field(MOMENT),
    "status": Field(one_of("active", "disabled"), default="active"),
}
READ_ONLY = ("id", "issued_on", "modified_on", "last_used_on")
"""What a change sends back as it was answered."""
HIDDEN = ("owner", "digest")
"""What no answer has."""

NOT_FOUND = Failure(404, 1003, "API token not found")
INVALID = Failure(400, 1001, "The token is not valid: {reason}")
OWN = Failure(400, 1001, "The token that this account starts with cannot be changed or deleted.")


def new_value() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


# Who asks --------------------------------------------------------------------------------------------------------------


def find(store: Store, value: str) -> Json | None:
    """The token with this value."""
    place = store.get(DIGEST, identity.INSTALLATION, _digest(value))
    return store.get(TOKEN, place["owner"], place["token"]) if place else None


def admit(store: Store, token: Json, endpoint: Endpoint, parameters: Mapping[str, str]) -> None:
    """Raises ApiError unless the token is in force and its policies let it do this."""
    if endpoint.path.endswith("/tokens/verify"):
        if token["owner"] != parameters.get("account_id", identity.USER):
            raise identity.INVALID_TOKEN.error()
        return
    wanted = permissions.opening(endpoint.method, endpoint.path)
    if standing(token) != "active" or not permissions.permits(token["policies"], wanted, _target(store, parameters)):
        raise identity.WRONG_TOKEN.error()


def _target(store: Store, parameters: Mapping[str, str]) -> Target:
    zone = zones.find(store, parameters["zone_id"]) if "zone_id" in parameters else None
    account = parameters.get("account_id") or (zone["account"] if zone else None)
    return Target(identity.user_id(store), account, parameters.get("zone_id"))


def standing(token: Json) -> str:
    now = datetime.now(UTC)
    if "expires_on" in token and datetime.fromisoformat(token["expires_on"]) <= now:
        return "expired"
    too_early = "not_before" in token and datetime.fromisoformat(token["not_before"]) > now
    return "disabled" if too_early else str(token["status"])


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


# The operations --------------------------------------------------------------------------------------------------------


def verify(call: Call) -> Json:
    token = call.token or _own(call)
    times: Json = {name: token[name] for name in ("expires_on", "not_before") if name in token}
    return {"id": token["id"], "status": standing(token), **times}


def create(call: Call) -> Json:
    value = new_value()
    token = {"id": secrets.token_hex(16), "owner": _owner(call), "digest": _digest(value), "issued_on": call.now}
    place = {"owner": token["owner"], "token": token["id"]}
    call.store.put(DIGEST, identity.INSTALLATION, token["digest"], place)
    return _save(call, token | _read(call)) | {"value": value}


def list_(call: Call) -> list[Json]:
    own = [_own(call)] if _owner(call) == identity.USER else []
    return [_shown(token) for token in (*own, *call.store.all(TOKEN, _owner(call)))]


def get(call: Call) -> Json:
    return _shown(_find(call))


def replace(call: Call) -> Json:
    token = _changeable(call)
    return _save(call, {name: token[name] for name in ("id", *HIDDEN, "issued_on")} | _read(call))


def delete(call: Call) -> Json:
    token = _changeable(call)
    call.store.delete(TOKEN, token["owner"], token["id"])
    call.store.delete(DIGEST, identity.INSTALLATION, token["digest"])
    return {"id": token["id"]}


def list_groups(call: Call) -> list[Json]:
    """`name` and `scope` select."""
    name, scope = call.query.get("name"), call.query.get("scope")
    return [
        group
        for group in permissions.groups().values()
        if name in (None, group["name"]) and (scope is None or scope in group["scopes"])
    ]


def _read(call: Call) -> Json:
    body = {name: value for name, value in call.object(INVALID).items() if name not in READ_ONLY}
    token = fields.read(body, FIELDS, INVALID)
    for policy in token["policies"]:
        policy["id"] = policy.get("id") or secrets.token_hex(16)
        policy["permission_groups"] = [_group(each["id"], policy["resources"]) for each in policy["permission_groups"]]
    return token


def _group(identifier: str, resources: Json) -> Json:
    group = permissions.groups().get(identifier)
    if group is None:
        raise INVALID.error(reason=f"there is no permission group {identifier}")
    named = {name for key, value in resources.items() for name in (key, *(value if isinstance(value, dict) else ()))}
    if not any(name.rpartition(".")[0] in group["scopes"] for name in named):
        raise INVALID.error(reason=f"{group['name']} is granted on {group['scopes'][0]}, and the policy names none")
    return {"id": group["id"], "name": group["name"]}


def _save(call: Call, token: Json) -> Json:
    saved = token | {"modified_on": call.now}
    call.store.put(TOKEN, token["owner"], token["id"], saved)
    return _shown(saved)


def _find(call: Call) -> Json:
    identifier = call.parameters["token_id"]
    token = call.store.get(TOKEN, _owner(call), identifier)
    if token is None and (_owner(call), identifier) == (identity.USER, identity.token_id(call.store)):
        return _own(call)
    if token is None:
        raise NOT_FOUND.error()
    return token


def _changeable(call: Call) -> Json:
    token = _find(call)
    if token["id"] == identity.token_id(call.store):
        raise OWN.error()
    return token


def _owner(call: Call) -> str:
    return call.parameters.get("account_id", identity.USER)


def _own(call: Call) -> Json:
    """The token that the account starts with, as if it had been made like the others."""
    every = [{"id": group["id"], "name": group["name"]} for group in permissions.groups().values()]
    policy = {"id": "0" * 32, "effect": "allow", "permission_groups": every, "resources": EVERYTHING}
    token = {"id": identity.token_id(call.store), "name": "This account's own", "status": "active"}
    return token | {"owner": identity.USER, "policies": [policy]}


def _shown(token: Json) -> Json:
    return {name: value for name, value in token.items() if name not in HIDDEN} | {"status": standing(token)}


ENDPOINTS = tuple(
    endpoint
    for home in ("/user/tokens", "/accounts/{account_id}/tokens")
    for endpoint in (
        Endpoint("GET", f"{home}/verify", verify),
        Endpoint("GET", f"{home}/permission_groups", list_groups),
        Endpoint("GET", home, list_, Numbered()),
        Endpoint("POST", home, create),
        Endpoint("GET", f"{home}/{{token_id}}", get),
        Endpoint("PUT", f"{home}/{{token_id}}", replace),
        Endpoint("DELETE", f"{home}/{{token_id}}", delete),
    )
)
