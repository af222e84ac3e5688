"""Names that are taken before a deployment finds out."""

import pytest

from components.ledger_upload import Module, first_upload, next_upload
from components.migrations import history
from headworks import secrets
from headworks.account import Access
from headworks.checks.check import State
from headworks.checks.names import PlannedResource, planned, taken
from headworks.deploy import Operation, Request
from headworks.deploy.embedded import options_of
from headworks.workspace import open_workspace
from sandbox.engine import preview
from sandbox.engine.display.json_output import Digest

CODE = "export default { fetch() {} };\nexport class Order {}"
SCRIPT = "rockhounding-api-staging"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ORIGIN = {"scheme": "postgres", "host": "db.example.com", "port": 5432, "database": "d", "user": "u", "password": "p"}


def resource(kind, **inputs):
    return PlannedResource(f"urn:{kind}", f"cloudflare:index/{kind[0].lower()}{kind[1:]}:{kind}", inputs)


def script(account, name="orders"):
    account.upload(name, CODE)


def put(account, path, **body):
    account.ok("PUT", f"/accounts/{account.id}{path}", json=body)


def workflow(account):
    script(account)
    put(account, "/workflows/orders", script_name="orders", class_name="Order")


def domain(account):
    script(account)
    account.zone("orders.example")
    put(account, "/workers/domains", hostname="orders.example", service="orders", zone_name="orders.example")


NAMED = {
    "R2Bucket": ("name", lambda account: account.make("/r2/buckets", name="orders")),
    "WorkersKvNamespace": ("title", lambda account: account.make("/storage/kv/namespaces", title="orders")),
    "D1Database": ("name", lambda account: account.make("/d1/database", name="orders")),
    "HyperdriveConfig": ("name", lambda account: account.make("/hyperdrive/configs", name="orders", origin=ORIGIN)),
    "Queue": ("queueName", lambda account: account.make("/queues", queue_name="orders")),
    "Workflow": ("workflowName", workflow),
    "WorkersScript": ("scriptName", script),
    "WorkersForPlatformsDispatchNamespace": (
        "name",
        lambda account: account.make("/workers/dispatch/namespaces", name="orders"),
    ),
    "PagesProject": (
        "name",
        lambda account: account.make("/pages/projects", name="orders", production_branch="main"),
    ),
}


class TestOfTheAccount:
    @pytest.mark.parametrize("kind", NAMED)
    def test_a_name_that_is_there_is_taken_and_another_is_free(self, account, kind):
        key, make = NAMED[kind]
        make(account)
        there, free = resource(kind, **{key: "orders"}), resource(kind, **{key: "orders-2"})
        (found,) = taken(account.reader(), [there, free])
        assert (found.urn, found.finding.state) == (there.urn, State.MISSING)
        assert "orders already" in found.finding.says
        assert "pulumi import" in found.finding.says
        assert taken(account.reader(account.other_id), [there]) == []

    def test_a_custom_domain_of_another_worker_is_taken(self, account):
        domain(account)
        there = resource("WorkersCustomDomain", hostname="orders.example")
        free = resource("WorkersCustomDomain", hostname="www.orders.example")
        assert [each.urn for each in taken(account.reader(), [free, there])] == [there.urn]

    def test_a_bucket_in_another_jurisdiction_has_another_name(self, account):
        account.make("/r2/buckets", name="orders")
        assert taken(account.reader(), [resource("R2Bucket", name="orders", jurisdiction="eu")]) == []
        assert len(taken(account.reader(), [resource("R2Bucket", name="orders", jurisdiction="default")])) == 1

    def test_the_account_is_that_of_the_resource(self, account):
        account.make("/queues", queue_name="orders")
        reader = account.reader()
        assert taken(reader, [resource("Queue", queueName="orders", accountId=account.other_id)]) == []
        assert len(taken(reader, [resource("Queue", queueName="orders", accountId=account.id)])) == 1

    def test_one_on_a_later_page_is_taken(self, account):
        for number in range(11):
            account.make("/pages/projects", name=f"site-{number}", production_branch="main")
        (found,) = taken(account.reader(), [resource("PagesProject", name="site-10")])
        assert found.finding.state is State.MISSING


class TestScripts:
    def test_the_draft_with_the_first_secrets_is_ours(self, account, rockhounding):
        secrets.put(account.access, rockhounding, {"ADMIN_API_KEY": "planted"})
        assert taken(account.reader(), [resource("WorkersScript", scriptName=SCRIPT)]) == []

    def test_and_so_is_what_the_ledger_put_over_it_before_a_deployment_was_broken_off(self, account, rockhounding):
        steps = history(rockhounding.worker.migrations)
        draft = Module("draft.js", secrets.DRAFT.encode(), "application/javascript+module")
        for upload in (first_upload(steps), next_upload(steps, [draft], {})):
            path = f"/accounts/{account.id}/workers/scripts/{SCRIPT}"
            account.ok("PUT", path, files=upload.parts())
            assert taken(account.reader(), [resource("WorkersScript", scriptName=SCRIPT)]) == []
        own = Module("worker.js", CODE.encode(), "application/javascript+module")
        account.ok("PUT", path, files=next_upload(steps, [own], {}).parts())
        assert len(taken(account.reader(), [resource("WorkersScript", scriptName=SCRIPT)])) == 1


class TestOfAZone:
    def test_a_route_of_the_same_pattern_is_taken(self, account):
        zone = account.zone("orders.example")
        account.ok("POST", f"/zones/{zone}/workers/routes", json={"pattern": "orders.example/*"})
        there = resource("WorkersRoute", zoneId=zone, pattern="orders.example/*")
        free = resource("WorkersRoute", zoneId=zone, pattern="orders.example/api/*")
        assert [each.urn for each in taken(account.reader(), [free, there])] == [there.urn]

    @pytest.mark.parametrize(
        ("kind", "content", "is_taken"),
        [
            ("A", "192.0.2.1", True),
            ("A", "192.0.2.2", False),
            ("AAAA", "100::", False),
            ("CNAME", "other.example", True),
        ],
    )
    def test_a_record_is_taken_where_cloudflare_refuses_a_second_one(self, account, kind, content, is_taken):
        zone = account.zone("orders.example")
        record = {"name": "www.orders.example", "type": "A", "content": "192.0.2.1"}
        account.ok("POST", f"/zones/{zone}/dns_records", json=record)
        second = record | {"type": kind, "content": content}
        found = taken(account.reader(), [resource("DnsRecord", zoneId=zone, **second)])
        assert bool(found) == is_taken
        refused = account.http.post(f"/zones/{zone}/dns_records", json=second).is_error
        assert refused == is_taken


class TestUnread:
    def test_a_name_that_the_preview_does_not_know_is_not_verified(self, account):
        (found,) = taken(account.reader(), [resource("Queue", queueName=UNKNOWN)])
        assert (found.finding.state, "queueName" in found.finding.says) == (State.NOT_VERIFIED, True)

    def test_an_account_that_says_nothing_is_not_verified(self, account):
        reader = account.reader(access=Access(base_url=account.address, token="wrong" * 8, local=True))
        (found,) = taken(reader, [resource("Queue", queueName="orders")])
        assert (found.finding.state, "403" in found.finding.says) == (State.NOT_VERIFIED, True)


def test_what_is_there_already_is_not_looked_for(account):
    """It has its name from an earlier deployment; so has what is replaced."""
    state = {"urn": "urn", "type": "cloudflare:index/queue:Queue", "inputs": {"queueName": "orders"}}
    other = {"urn": "urn", "type": "headworks:index:WorkQueue", "inputs": {}}
    steps = [
        *({"op": op, "newState": state} for op in ("same", "update", "create-replacement", "import")),
        {"op": "delete"},
        {"op": "create", "newState": other},
    ]
    assert planned(steps) == []
    assert [each.inputs["queueName"] for each in planned([*steps, {"op": "create", "newState": state}])] == ["orders"]


def test_what_a_preview_would_create_is_looked_up(account, rockhounding, tmp_path, monkeypatch):
    """In an empty account all names are free; then one is taken, and the resource that wanted it is named."""
    monkeypatch.setenv("HEADWORKS_HOME", str(tmp_path / "home"))
    account.zone("rockhound.app")
    request = Request(operation=Operation.PREVIEW, workspace=open_workspace(), stack="staging", access=account.access)
    digest = Digest()
    preview(options_of(request), digest)
    resources = planned(digest.document()["steps"])
    assert {each.type.rpartition(":")[2] for each in resources} == {
        "R2Bucket",
        "WorkersKvNamespace",
        "Queue",
        "WorkersScript",
        "WorkersRoute",
        "DnsRecord",
    }
    assert taken(account.reader(), resources) == []
    account.make("/r2/buckets", name="rockhound-media-staging")
    (found,) = taken(account.reader(), resources)
    assert found.finding.state is State.MISSING
    assert found.urn.endswith("MEDIA_BUCKET")
