"""Workflows of an account: their definitions, versions and waiting instances."""

from typing import Any

import cloudflare
import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"
A = f"/accounts/{ACCOUNT}"
WORKFLOWS = f"{A}/workflows"
CODE = "export class Pipeline {}\nexport default { fetch() {} };"
SAID = {"class_name": "Pipeline", "script_name": "api"}


@pytest.fixture
def ready(account: Any) -> Any:
    """An account with a Worker and its workflow."""
    account.upload("api", CODE)
    account.ok("PUT", f"{WORKFLOWS}/pipeline", json=SAID)
    return account


def test_one_is_made_changed_listed_and_deleted_through_the_sdk(account: Any) -> None:
    account.upload("api", CODE)
    workflows = account.sdk.workflows
    made = workflows.update("pipeline", account_id=ACCOUNT, **SAID)
    assert (made.name, made.script_name, made.is_deleted, made.triggered_on) == ("pipeline", "api", 0, None)
    again = workflows.update("pipeline", account_id=ACCOUNT, **SAID, limits={"steps": 5})
    assert (again.id, again.created_on) == (made.id, made.created_on)
    assert again.version_id != made.version_id
    assert [w.name for w in workflows.list(account_id=ACCOUNT)] == ["pipeline"]
    assert set(workflows.get("pipeline", account_id=ACCOUNT).instances.values()) == {0}
    versions = list(workflows.versions.list("pipeline", account_id=ACCOUNT))
    assert [version.id for version in versions] == [again.version_id, made.version_id]
    assert versions[0].limits.steps == 5
    newest = workflows.versions.get(again.version_id, account_id=ACCOUNT, workflow_name="pipeline")
    assert newest.class_name == "Pipeline"
    assert workflows.delete("pipeline", account_id=ACCOUNT).status == "ok"
    with pytest.raises(cloudflare.NotFoundError):
        workflows.get("pipeline", account_id=ACCOUNT)


def test_an_upload_with_a_binding_makes_no_workflow(account: Any) -> None:
    """Nor needs it one: the binding refers to a name, and the script must be there before the workflow."""
    binding = {"type": "workflow", "name": "P", "workflow_name": "pipeline", "class_name": "Pipeline"}
    assert account.upload("api", CODE, bindings=[binding]).status_code == 200
    assert account.ok("GET", f"{A}/workers/scripts/api/settings")["bindings"] == [binding]
    assert account.code("GET", f"{WORKFLOWS}/pipeline") == (404, 10200)


def test_it_shows_that_its_worker_is_gone(ready: Any) -> None:
    assert ready.ok("GET", f"{WORKFLOWS}/pipeline")["script_deleted"] is False
    ready.ok("DELETE", f"{A}/workers/scripts/api")
    assert ready.ok("GET", f"{WORKFLOWS}/pipeline")["script_deleted"] is True


def test_instances_wait_and_are_paused_terminated_and_restarted(ready: Any) -> None:
    instances = ready.sdk.workflows.instances
    made = instances.create("pipeline", account_id=ACCOUNT, instance_id="one", params='{"a": 1}')
    assert (made.id, made.status) == ("one", "queued")
    here = {"account_id": ACCOUNT, "workflow_name": "pipeline"}
    found = instances.get("one", **here)
    assert (found.params, found.start, found.steps, found.version_id) == ({"a": 1}, None, [], made.version_id)
    statuses = [
        instances.status.edit("one", **here, status=status).status
        for status in ("pause", "resume", "terminate", "restart")
    ]
    assert statuses == ["paused", "queued", "terminated", "queued"]
    instances.bulk("pipeline", account_id=ACCOUNT, body=[{"instance_id": "two"}, {}])
    assert {i.id for i in instances.list("pipeline", account_id=ACCOUNT, status="queued")} >= {"one", "two"}
    workflow = ready.ok("GET", f"{WORKFLOWS}/pipeline")
    assert workflow["instances"]["queued"] == 3
    assert workflow["triggered_on"] is not None


def test_a_batch_is_taken_as_a_whole_or_not_at_all(ready: Any) -> None:
    batch = [{"instance_id": "one"}, {"instance_id": "one"}]
    assert ready.code("POST", f"{WORKFLOWS}/pipeline/instances/batch", json=batch) == (409, 10405)
    assert ready.ok("GET", f"{WORKFLOWS}/pipeline/instances") == []


def test_retention_is_milliseconds_however_it_is_said(ready: Any) -> None:
    retention = {"error_retention": "5 minutes", "success_retention": 1000}
    ready.ok("PUT", f"{WORKFLOWS}/pipeline", json={**SAID, "default_retention": retention})
    version = ready.ok("GET", f"{WORKFLOWS}/pipeline/versions")[0]
    assert version["default_retention"] == {"error_retention": 300_000, "success_retention": 1000}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "/new", {"class_name": "Pipeline"}, 400, 10002),
        ("PUT", "/new", {"class_name": "Nope", "script_name": "api"}, 400, 10002),
        ("PUT", "/new", {"class_name": "Pipeline", "script_name": "nope"}, 500, 10001),
        ("PUT", "/no%20blanks", SAID, 400, 10002),
        ("PUT", "/new", {**SAID, "schedules": [{"cron": "* * * * *"}]}, 400, 10002),
        ("PUT", "/new", {**SAID, "limits": {"steps": 0}}, 400, 10002),
        ("PUT", "/new", {**SAID, "default_retention": {"error_retention": "soon"}}, 400, 10002),
        ("GET", "/nope", {}, 404, 10200),
        ("DELETE", "/nope", {}, 404, 10200),
        ("GET", "/nope/versions", {}, 404, 10200),
        ("GET", "/pipeline/versions/nope", {}, 404, 10300),
        ("GET", "/pipeline/instances/nope", {}, 404, 10400),
        ("POST", "/nope/instances", {}, 404, 10200),
        ("POST", "/pipeline/instances", {"instance_id": "no blanks"}, 400, 10002),
        ("POST", "/pipeline/instances", {"params": "{"}, 400, 10002),
        ("POST", "/pipeline/instances", {"speed": 1}, 400, 10002),
        ("POST", "/pipeline/instances/batch", [], 400, 10002),
        ("POST", "/pipeline/instances", {"instance_id": "done"}, 409, 10405),
        ("PATCH", "/pipeline/instances/done/status", {"status": "terminate"}, 409, 10401),
        ("PATCH", "/pipeline/instances/done/status", {"status": "stop"}, 400, 10002),
    ],
)
def test_refusals(ready: Any, method: str, path: str, body: Any, status: int, code: int) -> None:
    ready.ok("POST", f"{WORKFLOWS}/pipeline/instances", json={"instance_id": "done"})
    ready.ok("PATCH", f"{WORKFLOWS}/pipeline/instances/done/status", json={"status": "terminate"})
    before = ready.ok("GET", WORKFLOWS)
    assert ready.code(method, f"{WORKFLOWS}{path}", json=body) == (status, code)
    assert ready.ok("GET", WORKFLOWS) == before


def test_all_of_it_is_there_after_a_restart(start: Any) -> None:
    process, account = start()
    account.upload("api", CODE)
    account.ok("PUT", f"{WORKFLOWS}/pipeline", json=SAID)
    account.ok("POST", f"{WORKFLOWS}/pipeline/instances", json={"instance_id": "one"})
    before = account.ok("GET", WORKFLOWS)
    process.terminate()
    process.wait()
    _, again = start()
    assert again.ok("GET", WORKFLOWS) == before
    assert again.ok("GET", f"{WORKFLOWS}/pipeline/instances/one")["status"] == "queued"
