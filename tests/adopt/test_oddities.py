"""Configurations and accounts that do not fit together, or not into a stack: it is said, and nothing is guessed."""

import json
import socket

import pytest

from headworks.account import find_access
from headworks.deploy import Operation, Request, embedded
from headworks.model.files import load_environment
from headworks.workspace import open_workspace

WORKER = {"name": "odd", "main": "index.js", "compatibility_date": "2026-01-01"}


@pytest.fixture
def adopt(site, tmp_path):
    """Adopts a configuration; what it reports, and the production environment that comes of it."""

    def run(**options):
        (tmp_path / "wrangler.json").write_text(json.dumps(WORKER | options))
        code, shown = site.run("adopt", tmp_path / "wrangler.json", "--system", ".", "--force", "--json")
        assert code == 0
        report = json.loads(shown)
        return {
            "missing": [each["what"] for each in report["missing"]],
            "not taken": {each["what"]: each["consequence"] for each in report["notTaken"]},
            "not imported": {each["what"]: each["why"] for each in report["notImported"]},
            "imports": report["stacks"][0]["imports"],
        }, load_environment(tmp_path, "production")

    return run


def test_a_worker_alone_is_a_stack_of_the_only_account(site, adopt):
    found, environment = adopt()
    assert environment.account_id == site.ids["account"]
    assert environment.worker.workers_dev  # no route, and so wrangler puts it there
    assert found == {"missing": [], "not taken": {}, "not imported": {}, "imports": 0}


def test_what_is_named_and_not_there_is_missing(adopt):
    found, environment = adopt(
        r2_buckets=[{"binding": "B", "bucket_name": "nowhere"}],
        queues={"consumers": [{"queue": "jobs", "dead_letter_queue": "jobs-dead"}]},
    )
    assert found["missing"] == ["R2 bucket nowhere", "queue jobs", "queue jobs-dead"]
    assert found["imports"] == 0
    assert environment.names.queues == ("jobs", "jobs-dead")


def test_what_is_known_by_an_id_alone_cannot_be_guessed(adopt):
    found, environment = adopt(
        kv_namespaces=[{"binding": "KV", "id": "f" * 32}],
        d1_databases=[{"binding": "DB", "database_name": "none", "database_id": "0" * 36}],
        r2_buckets=[{"binding": "B"}],
    )
    assert found["not taken"].keys() == {"kv_namespaces.KV", "d1_databases.DB", "r2_buckets.B"}
    assert "f" * 32 in found["not taken"]["kv_namespaces.KV"]
    assert (environment.kv_namespaces, environment.databases, environment.buckets) == ((), (), ())


def test_a_database_has_the_name_that_the_account_has_for_its_id(site, adopt):
    site.database("renamed")
    found, environment = adopt(
        d1_databases=[{"binding": "DB", "database_name": "old-name", "database_id": site.ids["renamed"]}]
    )
    assert environment.databases[0].name == "renamed"
    assert "renamed" in found["not taken"]["d1_databases.DB.database_name"]


def test_a_queue_has_one_binding_and_may_take_dead_letters(site, adopt):
    site.queue("work", message_retention_period=7200)
    site.queue("letters")
    found, environment = adopt(
        queues={
            "producers": [
                {"binding": "ONE", "queue": "work"},
                {"binding": "TWO", "queue": "work", "delivery_delay": 3},
            ],
            "consumers": [{"queue": "work", "dead_letter_queue": "letters"}, {"queue": "letters"}],
        }
    )
    assert found["not taken"].keys() == {"queues.producers.TWO", "queues.producers.TWO.delivery_delay"}
    work, letters = environment.queues
    assert (work.key, work.message_retention_period, letters.key) == ("one", 7200, "letters")
    assert work.dead_letter_queue.queue == "letters"
    assert found["imports"] == 2


def test_one_jurisdiction_holds_for_all_and_what_is_elsewhere_is_not_taken(site, adopt):
    for name in ("eu-one", "eu-two"):
        site.ids[name] = site.make("/d1/database", json={"name": name, "jurisdiction": "eu"})["uuid"]
    site.kv_namespace("ANYWHERE")
    site.bucket("anywhere")
    found, environment = adopt(
        d1_databases=[
            {"binding": name.upper().replace("-", "_"), "database_id": site.ids[name]} for name in ("eu-one", "eu-two")
        ],
        kv_namespaces=[{"binding": "KV", "id": site.ids["ANYWHERE"]}],
        r2_buckets=[{"binding": "B", "bucket_name": "anywhere"}],
    )
    assert environment.jurisdiction == "eu"
    assert environment.kv_namespaces == ()
    assert environment.buckets == ()
    assert found["not taken"].keys() == {"kv KV", "bucket B"}
    assert found["imports"] == 2


def test_what_belongs_to_others_is_told_with_whose_it_is(adopt):
    found, environment = adopt(
        durable_objects={"bindings": [{"name": "DO", "class_name": "A", "script_name": "other"}]},
        workflows=[{"binding": "W", "name": "w", "class_name": "W", "script_name": "other"}],
        services=[{"binding": "S", "service": "other"}],
        hyperdrive=[{"binding": "HD", "id": "1"}],
        routes=["nowhere.example/*"],
    )
    assert found["not taken"].keys() == {
        "durable_objects.DO",
        "workflows.W",
        "services",
        "hyperdrive.HD",
        "routes.nowhere.example",
    }
    assert "other" in found["not taken"]["durable_objects.DO"]
    assert environment.routes == ()


def test_a_tail_worker_is_taken_if_the_account_knows_it_and_no_other_environment_has_it(site, adopt):
    for name in ("its-log", "its_log", "everybodys"):
        site.worker(name)
    tails = [{"service": each} for each in ("its-log", "its_log", "nowhere", "odd", "everybodys")]
    found, environment = adopt(tail_consumers=tails, env={"staging": {"tail_consumers": [{"service": "everybodys"}]}})
    assert environment.worker.tail_consumers == ("its-log", "its_log")
    reasons = {
        "tail_consumers.nowhere": "no Worker nowhere",
        "tail_consumers.odd": "its own logs",
        "tail_consumers.everybodys": "Several environments",
    }
    assert found["not taken"].keys() == reasons.keys()
    assert all(reason in found["not taken"][what] for what, reason in reasons.items())


def test_one_dispatch_namespace_is_the_platform_and_the_others_are_told(adopt):
    namespaces = [
        {"binding": "NAMELESS"},
        {"binding": "FIRST", "namespace": "not-there"},
        {"binding": "SECOND", "namespace": "other"},
    ]
    found, environment = adopt(dispatch_namespaces=namespaces, vars={"SERVICES": "its own"})
    assert (environment.platform.binding, environment.platform.namespace) == ("FIRST", "not-there")
    assert environment.worker.vars == {"SERVICES": "its own"}
    assert found["missing"] == ["dispatch namespace not-there"]
    assert found["not taken"].keys() == {"dispatch_namespaces.NAMELESS", "dispatch_namespaces.SECOND"}


def test_a_way_to_a_database_that_a_stack_cannot_say_is_told(site, adopt):
    site.hyperdrive("timed", "app", caching={"disabled": False, "max_age": 60})
    origin = {"scheme": "postgres", "host": "db.example", "database": "app", "user": "app", "password": "planted-9"}
    tunnel = origin | {"access_client_id": "id", "access_client_secret": "planted-3c"}
    site.ids["tunnelled"] = site.make("/hyperdrive/configs", json={"name": "tunnelled", "origin": tunnel})["id"]
    found, environment = adopt(
        hyperdrive=[{"binding": "TIMED", "id": site.ids["timed"]}, {"binding": "TUNNEL", "id": site.ids["tunnelled"]}]
    )
    assert [each.binding for each in environment.hyperdrives] == ["TIMED"]
    assert found["not taken"].keys() == {"hyperdrive.TIMED.caching", "hyperdrive.TUNNEL"}
    assert "tunnel" in found["not taken"]["hyperdrive.TUNNEL"]


def test_zones_are_found_and_records_that_a_stack_cannot_say_stay(site, adopt):
    for name in ("example.com", "sub.example.com"):
        site.zone(name)
    site.record("sub.example.com", "a.sub.example.com", type="A", content="192.0.2.1", comment="by hand")
    found, environment = adopt(
        routes=[
            "https://a.sub.example.com/api/*",
            {"pattern": "b.example.com/*", "zone_id": site.ids["example.com"]},
            {"pattern": "c.example.com", "custom_domain": True},
        ]
    )
    assert [(each.host, each.zone, each.path, each.custom_domain) for each in environment.routes] == [
        ("a.sub.example.com", "sub.example.com", "/api/*", False),
        ("b.example.com", "example.com", "/*", False),
        ("c.example.com", "example.com", "/*", True),
    ]
    assert "a comment" in found["not imported"]["DNS record of a.sub.example.com"]
    assert "has none" in found["not imported"]["DNS record of b.example.com"]
    assert found["imports"] == 0


def test_what_the_model_refuses_is_refused_before_anything_is_written(site, tmp_path):
    file = tmp_path / "wrangler.json"
    file.write_text(json.dumps(WORKER | {"queues": {"consumers": [{"queue": "jobs", "max_retries": 500}]}}))
    refused = site.refusal("adopt", file, "--system", ".")
    assert refused.exit_code == 2
    assert "max_retries" in str(refused)
    assert [each.name for each in tmp_path.iterdir()] == ["wrangler.json"]


@pytest.mark.parametrize("needed", ["name", "compatibility_date"])
def test_without_what_wrangler_needs_nothing_is_made(site, tmp_path, needed):
    file = tmp_path / "wrangler.json"
    file.write_text(json.dumps({key: value for key, value in WORKER.items() if key != needed}))
    refused = site.refusal("adopt", file, "--system", ".")
    assert (refused.exit_code, needed in str(refused)) == (2, True)


def test_an_account_that_does_not_answer_is_named(site, tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", f"http://127.0.0.1:{port}/client/v4")
    file = tmp_path / "wrangler.json"
    file.write_text(json.dumps(WORKER | {"account_id": site.ids["account"]}))
    refused = site.refusal("adopt", file, "--system", ".")
    assert (refused.exit_code, str(port) in str(refused)) == (3, True)
    assert [each.name for each in tmp_path.iterdir()] == ["wrangler.json"]


def test_an_import_needs_its_file_and_a_yes(site, tmp_path, adopt):
    adopt()
    file, system = tmp_path / "import.production.json", ("--system", tmp_path, "--engine", "embedded")
    assert "--yes" in str(site.refusal("import", "production", file, *system))
    assert "no such file" in str(site.refusal("import", "production", tmp_path / "none.json", *system, "--yes"))
    assert "no stack 'staging'" in str(site.refusal("import", "staging", file, *system, "--yes"))


@pytest.mark.parametrize(
    ("differs", "to_do"),
    [
        ("the namespace is not there", {"WorkersForPlatformsDispatchNamespace", "DispatchNamespaceTrust"}),
        ("mode and database are others", {"DispatchNamespaceTrust", "Hyperdrive"}),
    ],
)
def test_what_differs_from_the_account_is_left_for_the_first_preview(
    site, tmp_path, adopt, monkeypatch, differs, to_do
):
    monkeypatch.setenv("HEADWORKS_HOME", str(tmp_path / "home"))
    name, account = differs.replace(" ", "-"), f"/accounts/{site.ids['account']}"
    if differs != "the namespace is not there":
        site.dispatch_namespace(name, trusted=False)
    site.hyperdrive(name, "before")
    adopt(
        dispatch_namespaces=[{"binding": "DISPATCHER", "namespace": name}],
        hyperdrive=[{"binding": "DB", "id": site.ids[name]}],
    )
    if differs == "mode and database are others":
        site.ok("PATCH", f"{account}/workers/dispatch/namespaces/{name}", json={"trusted_workers": True})
        site.ok("PATCH", f"{account}/hyperdrive/configs/{site.ids[name]}", json={"origin": {"database": "after"}})
    before, file = len(site.journal()), tmp_path / "import.production.json"
    code, shown = site.run("import", "production", file, "--system", tmp_path, "--yes", "--engine", "embedded")
    assert code == 0, shown
    assert {method for method, _ in site.journal()[before:]} == {"GET"}
    workspace = open_workspace(tmp_path)
    preview = Request(
        operation=Operation.PREVIEW, workspace=workspace, stack="production", access=find_access(workspace)
    )
    steps = [
        event["resourcePreEvent"]["metadata"]
        for event in embedded.observe(preview).events
        if "resourcePreEvent" in event
    ]
    changed = {(step["op"], step["type"].rpartition(":")[2]) for step in steps if step["op"] != "same"}
    assert changed == {("create", type_) for type_ in to_do}
