"""Workflows, their versions and their instances.

This account runs no code: an instance waits in the queue for ever, unless it is paused or terminated.
"""

import json
import re
from typing import Any

from sandbox.account import fields
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, Unfit, listed, number, one_of, shaped, text
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import records

WORKFLOW = "workflow"
VERSION = "workflow_version"
INSTANCE = "workflow_instance"
STATUSES = ("queued", "running", "paused", "errored", "terminated", "complete", "waiting", "waitingForPause")
FINAL = frozenset({"errored", "terminated", "complete"})
AFTER = {"pause": "paused", "resume": "queued", "restart": "queued", "terminate": "terminated"}
"""What an instance is told to do -> its status then."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
INSTANCE_ID = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}"
LARGEST_BATCH = 100
UNITS = {
    "second": 1_000,
    "minute": 60_000,
    "hour": 3_600_000,
    "day": 86_400_000,
    "week": 604_800_000,
    "month": 2_592_000_000,
    "year": 31_536_000_000,
}
"""Milliseconds."""

NO_WORKFLOW = Failure(404, 10200, "workflows.api.error.workflow.not_found")
NO_VERSION = Failure(404, 10300, "workflows.api.error.version.not_found")
NO_INSTANCE = Failure(404, 10400, "workflows.api.error.instance.not_found")
INSTANCE_EXISTS = Failure(409, 10405, "workflows.api.error.instance.already_exists: {instance}")
IS_FINAL = Failure(409, 10401, "workflows.api.error.instance.cannot_{status}: the instance is {present}")
BAD_BODY = Failure(400, 10002, "workflows.api.error.invalid_body: {reason}")
# The status and the code are Cloudflare's, which does not say what is missing.
NO_SCRIPT = Failure(500, 10001, "workflows.api.error.internal_server: there is no Worker {script!r} on this account")


def _duration(value: Any) -> int:
    """Milliseconds, from a number of them or from a text like `5 minutes`."""
    if not isinstance(value, str):
        return int(number(0)(value))
    match = re.fullmatch(rf"(\d+) ({'|'.join(UNITS)})s?", value)
    if match is None:
        raise Unfit(f"a number of milliseconds or a text like `5 minutes` is expected, not {value!r}")
    return int(match[1]) * UNITS[match[2]]


RETENTION = shaped(error_retention=Field(_duration), success_retention=Field(_duration))
FIELDS = {
    "class_name": Field(text(least=1, most=255), required=True),
    "script_name": Field(text(least=1, most=255), required=True),
    "limits": Field(shaped(steps=Field(number(1)))),
    "concurrency": Field(shaped(limit=Field(number(1)))),
    "default_retention": Field(RETENTION),
}
INSTANCE_FIELDS = {
    "instance_id": Field(text(INSTANCE_ID)),
    "params": Field(lambda value: value),
    "instance_retention": Field(RETENTION),
}
STATUS_FIELDS = {"status": Field(one_of(*AFTER), required=True)}


def put(call: Call) -> Json:
    """Creates the workflow, or gives it another version."""
    name, said = call.parameters["workflow_name"], fields.read(call.object(BAD_BODY), FIELDS, BAD_BODY)
    if not NAME.fullmatch(name):
        raise BAD_BODY.error(reason=f"the name {name!r} does not match {NAME.pattern}")
    _check_class(call, said["script_name"], said["class_name"])
    present = call.store.get(WORKFLOW, call.account, name)
    workflow = present or {"id": records.new_uuid(), "name": name, "created_on": call.now, "triggered_on": None}
    version = {
        "id": records.new_uuid(),
        "workflow_id": workflow["id"],
        "created_on": call.now,
        "modified_on": call.now,
        "has_dag": False,
        "language": "javascript",
        **{key: value for key, value in said.items() if key != "script_name"},
    }
    call.store.put(VERSION, workflow["id"], version["id"], version)
    workflow |= {
        "class_name": said["class_name"],
        "script_name": said["script_name"],
        "version_id": version["id"],
        "modified_on": call.now,
    }
    call.store.put(WORKFLOW, call.account, name, workflow)
    return workflow | {"is_deleted": 0, "terminator_running": 0}


def list_(call: Call) -> list[Json]:
    wanted = call.query.get("search", "")
    return [_shown(call, workflow) for workflow in call.store.all(WORKFLOW, call.account) if wanted in workflow["name"]]


def get(call: Call) -> Json:
    return _shown(call, _workflow(call))


def delete(call: Call) -> Json:
    """Takes versions and instances along."""
    workflow = _workflow(call)
    for kind in (VERSION, INSTANCE):
        call.store.clear(kind, workflow["id"])
    call.store.delete(WORKFLOW, call.account, workflow["name"])
    return {"status": "ok", "success": True}


def list_versions(call: Call) -> list[Json]:
    """Newest first."""
    return call.store.all(VERSION, _workflow(call)["id"])[::-1]


def get_version(call: Call) -> Json:
    version = call.store.get(VERSION, _workflow(call)["id"], call.parameters["version_id"])
    if version is None:
        raise NO_VERSION.error()
    return version


def create_instance(call: Call) -> Json:
    return _start(call, _workflow(call), call.object(BAD_BODY))


def create_instances(call: Call) -> list[Json]:
    """All of a batch or none."""
    workflow = _workflow(call)
    batch = fields.read({"instances": call.json(BAD_BODY)}, _BATCH, BAD_BODY)["instances"]
    return [_start(call, workflow, each) for each in batch]


_BATCH = {"instances": Field(listed(lambda value: value, least=1, most=LARGEST_BATCH), required=True)}


def list_instances(call: Call) -> list[Json]:
    """Newest first, unless `direction=asc`."""
    wanted = call.query.get("status")
    found = call.store.all(INSTANCE, _workflow(call)["id"])
    if call.query.get("direction") != "asc":
        found.reverse()
    return [_listed(instance) for instance in found if wanted in (None, instance["status"])]


def get_instance(call: Call) -> Json:
    instance = _instance(call)
    return {
        "status": instance["status"],
        "params": instance["params"],
        "trigger": {"source": "api"},
        "versionId": instance["version_id"],
        "queued": instance["created_on"],
        "start": None,
        "end": instance["ended_on"],
        "success": False if instance["status"] in FINAL else None,
        "error": None,
        "output": "",
        "steps": [],
        "step_count": 0,
    }


def set_status(call: Call) -> Json:
    instance = _instance(call)
    wanted = fields.read(call.object(BAD_BODY), STATUS_FIELDS, BAD_BODY)["status"]
    if instance["status"] in FINAL and wanted != "restart":
        raise IS_FINAL.error(status=wanted, present=instance["status"])
    status = AFTER[wanted]
    instance |= {"status": status, "modified_on": call.now, "ended_on": call.now if status in FINAL else None}
    call.store.put(INSTANCE, instance["workflow_id"], instance["id"], instance)
    return {"status": status, "timestamp": call.now}


def _check_class(call: Call, script: str, class_name: str) -> None:
    if records.find(call.store, call.account, script) is None:
        raise NO_SCRIPT.error(script=script)
    version = records.deployed(call.store, call.account, script)
    # A Worker whose exports cannot be told from its text is taken at its word; the upload has said so.
    if version["exports_complete"] and class_name not in version["exports"]:
        raise BAD_BODY.error(reason=f"Worker {script!r} does not export a class {class_name!r}")


def _start(call: Call, workflow: Json, body: Any) -> Json:
    said = fields.read(body, INSTANCE_FIELDS, BAD_BODY)
    identifier = said.get("instance_id") or records.new_uuid()
    if call.store.get(INSTANCE, workflow["id"], identifier):
        raise INSTANCE_EXISTS.error(instance=identifier)
    instance = {
        "id": identifier,
        "workflow_id": workflow["id"],
        "version_id": workflow["version_id"],
        "status": "queued",
        "params": _params(said.get("params", {})),
        "created_on": call.now,
        "modified_on": call.now,
        "ended_on": None,
    }
    call.store.put(INSTANCE, workflow["id"], identifier, instance)
    call.store.put(WORKFLOW, call.account, workflow["name"], workflow | {"triggered_on": call.now})
    return {key: instance[key] for key in ("id", "status", "version_id", "workflow_id")}


def _params(said: Any) -> Any:
    """The SDK sends the payload as JSON in a string, wrangler as it is."""
    try:
        return json.loads(said) if isinstance(said, str) else said
    except ValueError:
        raise BAD_BODY.error(reason="params: a text must be JSON") from None


def _workflow(call: Call) -> Json:
    workflow = call.store.get(WORKFLOW, call.account, call.parameters["workflow_name"])
    if workflow is None:
        raise NO_WORKFLOW.error()
    return workflow


def _instance(call: Call) -> Json:
    instance = call.store.get(INSTANCE, _workflow(call)["id"], call.parameters["instance_id"])
    if instance is None:
        raise NO_INSTANCE.error()
    return instance


def _shown(call: Call, workflow: Json) -> Json:
    instances = dict.fromkeys(STATUSES, 0)
    for instance in call.store.all(INSTANCE, workflow["id"]):
        instances[instance["status"]] += 1
    gone = records.find(call.store, call.account, workflow["script_name"]) is None
    hidden = {key: value for key, value in workflow.items() if key != "version_id"}
    return hidden | {"instances": instances, "script_deleted": gone}


def _listed(instance: Json) -> Json:
    shown = {key: value for key, value in instance.items() if key != "params"}
    return shown | {"started_on": None, "trigger_source": "api"}


_WORKFLOWS = "/accounts/{account_id}/workflows"
_WORKFLOW = f"{_WORKFLOWS}/{{workflow_name}}"
_INSTANCES = f"{_WORKFLOW}/instances"
_INSTANCE = f"{_INSTANCES}/{{instance_id}}"

ENDPOINTS = (
    Endpoint("GET", _WORKFLOWS, list_, Numbered(size=10)),
    Endpoint("GET", _WORKFLOW, get),
    Endpoint("PUT", _WORKFLOW, put),
    Endpoint("DELETE", _WORKFLOW, delete),
    Endpoint("GET", f"{_WORKFLOW}/versions", list_versions, Numbered(size=10)),
    Endpoint("GET", f"{_WORKFLOW}/versions/{{version_id}}", get_version),
    Endpoint("GET", _INSTANCES, list_instances, Numbered(size=25)),
    Endpoint("POST", _INSTANCES, create_instance),
    Endpoint("POST", f"{_INSTANCES}/batch", create_instances),
    Endpoint("GET", _INSTANCE, get_instance),
    Endpoint("PATCH", f"{_INSTANCE}/status", set_status),
)
