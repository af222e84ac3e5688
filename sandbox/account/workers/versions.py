"""Versions and deployments of a script."""

from sandbox.account.envelope import Failure, Json
from sandbox.account.identity import USER_EMAIL
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import records, scripts, upload

MOST_VERSIONS = 2
"""In one deployment."""

NO_DEPLOYMENT = Failure(404, 10336, "Deployment {deployment!r} does not exist for this Worker.")
BAD_STRATEGY = Failure(400, 10026, "strategy must be percentage, not {strategy!r}.")
BAD_VERSIONS = Failure(
    400, 10209, "A deployment has one or two different versions whose percentages sum to 100, not {versions}."
)


def list_versions(call: Call) -> list[Json]:
    """Newest first. All of them can be deployed."""
    script = records.script_of(call)
    found = call.store.all(records.VERSION, records.scope(call.home, script["name"]))
    return [_listed(version) for version in reversed(found)]


def get_version(call: Call) -> Json:
    script = records.script_of(call)
    return _shown(records.version(call.store, call.home, script["name"], call.parameters["version_id"]))


def create_version(call: Call) -> Json:
    """Uploads without deploying."""
    script = records.script_of(call)
    metadata, modules = upload.read_form(call)
    if metadata.get("migrations"):
        raise scripts.MUST_DEPLOY.error()
    version = scripts.make_version(call, script, metadata, upload.read_code(metadata, modules))
    records.save(call, script)
    return _shown(version) | {"startup_time_ms": version["startup_time_ms"]}


def list_deployments(call: Call) -> list[Json]:
    """Newest first: the first one is in force."""
    script = records.script_of(call)
    found = call.store.all(records.DEPLOYMENT, records.scope(call.home, script["name"]))
    return found[::-1]


def get_deployment(call: Call) -> Json:
    script = records.script_of(call)
    identifier = call.parameters["deployment_id"]
    found = call.store.get(records.DEPLOYMENT, records.scope(call.home, script["name"]), identifier)
    if found is None:
        raise NO_DEPLOYMENT.error(deployment=identifier)
    return found


def create_deployment(call: Call) -> Json:
    script, body = records.script_of(call), call.object()
    if body.get("strategy") != "percentage":
        raise BAD_STRATEGY.error(strategy=body.get("strategy"))
    wanted = body.get("versions") or []
    try:
        parts: list[Json] = [
            {"version_id": str(part["version_id"]), "percentage": float(part["percentage"])} for part in wanted
        ]
    except (TypeError, KeyError, ValueError):
        raise BAD_VERSIONS.error(versions=wanted) from None
    different = len({part["version_id"] for part in parts}) == len(parts)
    if not (1 <= len(parts) <= MOST_VERSIONS and different and sum(part["percentage"] for part in parts) == 100):
        raise BAD_VERSIONS.error(versions=wanted)
    for part in parts:
        records.version(call.store, call.home, script["name"], part["version_id"])
    annotations = {"workers/triggered_by": "deployment", **(body.get("annotations") or {})}
    deployment = records.deploy(
        call, script, [{**part, "percentage": _whole(part["percentage"])} for part in parts], annotations
    )
    records.save(call, script)
    return deployment


def _whole(percentage: float) -> float | int:
    return int(percentage) if percentage == int(percentage) else percentage


def _listed(version: Json) -> Json:
    metadata = {
        "created_on": version["created_on"],
        "modified_on": version["created_on"],
        "source": version["source"],
        "author_email": USER_EMAIL,
        "hasPreview": False,
    }
    annotations = version.get("annotations", {})
    return {"id": version["id"], "number": version["number"], "metadata": metadata, "annotations": annotations}


def _shown(version: Json) -> Json:
    runtime = {
        "compatibility_date": version.get("compatibility_date", ""),
        "compatibility_flags": version.get("compatibility_flags", []),
        "usage_model": version.get("usage_model", "standard"),
        **({"limits": version["limits"]} if version.get("limits") else {}),
        **({"migration_tag": version["migration_tag"]} if version["migration_tag"] else {}),
    }
    script = {
        "etag": version["etag"],
        "handlers": version["handlers"],
        "last_deployed_from": version["source"],
    }
    resources = {"bindings": version["bindings"], "script": script, "script_runtime": runtime}
    return _listed(version) | {"resources": resources}


_SCRIPT = "/accounts/{account_id}/workers/scripts/{script_name}"

ENDPOINTS = (
    Endpoint("GET", f"{_SCRIPT}/versions", list_versions, Numbered(size=10, under="items")),
    Endpoint("POST", f"{_SCRIPT}/versions", create_version),
    Endpoint("GET", f"{_SCRIPT}/versions/{{version_id}}", get_version),
    Endpoint("GET", f"{_SCRIPT}/deployments", list_deployments, Numbered(size=100, under="deployments")),
    Endpoint("POST", f"{_SCRIPT}/deployments", create_deployment),
    Endpoint("GET", f"{_SCRIPT}/deployments/{{deployment_id}}", get_deployment),
)
