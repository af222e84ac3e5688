"""Secrets of a script: set and taken away without an upload. Their values never come back."""

from collections.abc import Mapping
from typing import Any

from sandbox.account.envelope import Failure, Json
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import bindings, records, scripts, upload

NO_SECRET = Failure(404, 10056, "Secret {name!r} does not exist for this Worker.")
NAME_TAKEN = Failure(400, 10053, "Binding name '{name}' already in use. Please use a different name and try again.")
NOT_DEPLOYED = Failure(
    400,
    10215,
    "Secret edit failed. The latest version of this Worker is not deployed: deploy it first, or put the secret into a new version.",
)
BAD_BODY = Failure(400, 10026, "Could not parse the secrets: {reason}")


def list_(call: Call) -> list[Json]:
    script = records.script_of(call)
    return [_shown(b) for b in records.deployed(call.store, call.home, script["name"])["bindings"] if _is_secret(b)]


def get(call: Call) -> Json:
    found = [binding for binding in list_(call) if binding["name"] == call.parameters["secret_name"]]
    if not found:
        raise NO_SECRET.error(name=call.parameters["secret_name"])
    return found[0]


def put(call: Call) -> Json:
    secret = _read(call.object(BAD_BODY))
    _change(call, {secret["name"]: secret})
    return {"name": secret["name"], "type": secret["type"]}


def delete(call: Call) -> Any:
    get(call)
    _change(call, {call.parameters["secret_name"]: None})
    return None


def patch(call: Call) -> Json:
    """A merge patch of all secrets: null takes one away."""
    wanted = call.object(BAD_BODY).get("secrets")
    if not isinstance(wanted, dict):
        raise BAD_BODY.error(reason="`secrets` must be an object of secrets by name")
    changes = {
        name: None if value is None else _read({"name": name, **_object(value)}) for name, value in wanted.items()
    }
    present = {binding["name"] for binding in list_(call)}
    _change(call, {name: change for name, change in changes.items() if change is not None or name in present})
    return {"secrets": {binding["name"]: binding for binding in list_(call)}}


def _change(call: Call, changes: Mapping[str, Json | None]) -> None:
    """Makes and deploys a version whose secrets differ."""
    script = records.script_of(call)
    present = records.latest(call.store, call.home, script["name"])
    if [part["version_id"] for part in script["deployed"]] != [present["id"]]:
        raise NOT_DEPLOYED.error()
    for binding in present["bindings"]:
        if changes.get(binding["name"]) is not None and not _is_secret(binding):
            raise NAME_TAKEN.error(name=binding["name"])
    kept = [b for b in present["bindings"] if b["name"] not in changes]
    metadata = {
        **{key: present[key] for key in scripts.VERSIONED if key in present and key != "annotations"},
        "bindings": [*({"type": "inherit", "name": b["name"]} for b in kept), *filter(None, changes.values())],
        "keep_bindings": [],
        "annotations": {"workers/triggered_by": "secret"},
    }
    code = upload.accepted_code(present, records.modules(call.store, call.home, script["name"], present))
    version = scripts.make_version(call, script, metadata, code)
    scripts.deploy_version(call, script, version, "secret")


def _read(body: Json) -> Json:
    kind = body.get("type", "secret_text")
    if kind not in bindings.SECRET_TYPES or not body.get("name"):
        raise BAD_BODY.error(reason="name, and type secret_text or secret_key, are required")
    return {**body, "type": kind}


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise BAD_BODY.error(reason="each secret must be an object or null")
    return value


def _is_secret(binding: Json) -> bool:
    return binding["type"] in bindings.SECRET_TYPES


def _shown(binding: Json) -> Json:
    return {key: value for key, value in binding.items() if key not in bindings.SECRET_FIELDS}


_SCRIPT = "/accounts/{account_id}/workers/scripts/{script_name}"

ENDPOINTS = (
    Endpoint("GET", f"{_SCRIPT}/secrets", list_),
    Endpoint("PUT", f"{_SCRIPT}/secrets", put),
    Endpoint("GET", f"{_SCRIPT}/secrets/{{secret_name}}", get),
    Endpoint("DELETE", f"{_SCRIPT}/secrets/{{secret_name}}", delete),
    Endpoint("PATCH", f"{_SCRIPT}/secrets-bulk", patch),
)
