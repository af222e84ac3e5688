"""Components alone, with what the Rockhounding API does not use."""

import pytest

from components.buckets import BucketSet
from components.databases import Databases
from components.pages_site import PagesSite
from components.routes import Routes
from components.schedules import Schedules
from components.work_queue import WorkQueue
from components.worker_code import WorkerCode
from components.workflows import WorkflowSet
from components.zone_settings import ZoneSettings

ACCOUNT = "0123456789abcdef0123456789abcdef"
BUCKET = {
    "binding": "MEDIA",
    "name": "media",
    "jurisdiction": "eu",
    "storage_class": "InfrequentAccess",
    "location": "weur",
}
ROUTE = {"host": "api.example.com", "zone": "example.com", "path": "/*", "custom_domain": False}


def owned(**more: object) -> dict[str, object]:
    return {"account_id": ACCOUNT, "production": True, **more}


def test_rules_of_a_bucket_in_another_jurisdiction_are_written_to_that_bucket_and_not_to_its_namesake(build):
    rule = {"origins": ["https://example.com"], "methods": ["GET"], "max_age_seconds": 3600}
    engine = build(lambda: BucketSet("b", owned(buckets=[BUCKET | {"cors": [rule]}])))
    assert engine.names == {"b", "b-MEDIA", "b-MEDIA-cors"}
    assert engine.inputs("b-MEDIA-cors") == {
        "accountId": ACCOUNT,
        "bucketName": "media",
        "jurisdiction": "eu",
        "rules": [{"allowed": {"origins": ["https://example.com"], "methods": ["GET"]}, "maxAgeSeconds": 3600}],
    }
    assert engine.dependencies("b-MEDIA-cors") == {"b-MEDIA"}


def test_everything_that_a_rule_says_reaches_the_bucket(build):
    rule = {
        "origins": ["*"],
        "methods": ["GET"],
        "headers": ["x-user-id"],
        "expose_headers": ["etag"],
        "max_age_seconds": 0,
    }
    engine = build(lambda: BucketSet("b", owned(buckets=[BUCKET | {"cors": [rule]}])))
    (sent,) = engine.inputs("b-MEDIA-cors")["rules"]
    assert sent == {
        "allowed": {"origins": ["*"], "methods": ["GET"], "headers": ["x-user-id"]},
        "exposeHeaders": ["etag"],
        "maxAgeSeconds": 0,
    }


@pytest.mark.parametrize(("jurisdiction", "bound"), [("eu", {"jurisdiction": "eu"}), ("default", {})])
def test_a_binding_says_the_jurisdiction_except_the_default_one_which_the_api_does_not_know_there(
    jurisdiction, bound, build
):
    made = []
    build(lambda: made.append(BucketSet("b", owned(buckets=[BUCKET | {"jurisdiction": jurisdiction}]))))
    (binding,) = made[0].worker_bindings
    assert {key: value for key, value in binding.items() if key == "jurisdiction"} == bound


def test_a_database_always_says_its_replication_and_goes_before_its_successor_comes(build):
    database = {"binding": "DB", "name": "main", "read_replication": "disabled"}
    engine = build(lambda: Databases("d", owned(databases=[database])))
    assert engine.inputs("d-DB") == {"accountId": ACCOUNT, "name": "main", "readReplication": {"mode": "disabled"}}
    request = engine.requests["d-DB"]
    assert (request.deleteBeforeReplace, request.protect, request.retainOnDelete) == (True, True, True)


def test_a_queue_that_nobody_consumes_has_no_consumer_even_if_one_is_to_be_attached(build):
    queue = owned(key="jobs", queue_name="jobs", delivery_delay=0, message_retention_period=3600)
    engine = build(lambda: WorkQueue("q", queue).attach_consumer("script"))
    assert engine.names == {"q", "q-queue"}


def test_a_custom_domain_makes_its_own_record_and_goes_before_its_successor_comes(build):
    args = owned(script_name="api", owner="pulumi", deployed_script="api", routes=[ROUTE | {"custom_domain": True}])
    engine = build(lambda: Routes("r", args))
    assert engine.names == {"r", "r-api.example.com-domain"}
    assert engine.inputs("r-api.example.com-domain")["environment"] == "production"
    assert engine.requests["r-api.example.com-domain"].deleteBeforeReplace


def test_a_record_goes_before_one_of_another_type_takes_its_name(build):
    record = {"type": "AAAA", "content": "100::", "proxied": True}
    args = owned(script_name="api", owner="wrangler", deployed_script="api", routes=[ROUTE | {"dns": record}])
    engine = build(lambda: Routes("r", args))
    assert engine.names == {"r", "r-api.example.com-record"}
    assert engine.inputs("r-api.example.com-record")["ttl"] == 1
    assert engine.requests["r-api.example.com-record"].deleteBeforeReplace


def test_nothing_else_is_deleted_before_its_successor_is_there(rockhounding, deployed):
    engine = deployed(rockhounding("production"))
    early = {engine.requests[name].type for name in engine.names if engine.requests[name].deleteBeforeReplace}
    assert early == {"cloudflare:index/dnsRecord:DnsRecord"}


def code(**more: object) -> dict[str, object]:
    return owned(
        script_name="api",
        owner="pulumi",
        bundle={"main": "dist/api.js", "content": "export default {}"},
        compatibility_date="2026-02-25",
        compatibility_flags=["nodejs_compat", "global_navigator"],
        bindings=[],
        observability={"enabled": False, "head_sampling_rate": 0.5, "invocation_logs": False},
        logpush=False,
        workers_dev=False,
        preview_urls=False,
        **more,
    )


def test_a_script_without_objects_is_not_stateful_and_may_be_replaced(build):
    engine = build(lambda: WorkerCode("c", code()))
    assert not engine.requests["c-script"].protect
    assert not engine.requests["c-script"].retainOnDelete


def test_a_script_without_a_ledger_and_without_limits_says_neither(build):
    script = build(lambda: WorkerCode("c", code())).inputs("c-script")
    assert not {"annotations", "limits"} & set(script)
    assert (script["compatibilityFlags"], script["bindings"]) == (["global_navigator", "nodejs_compat"], [])


def test_a_limit_of_processor_time_reaches_the_script(build):
    assert build(lambda: WorkerCode("c", code(cpu_ms=50))).inputs("c-script")["limits"] == {"cpuMs": 50}


def test_while_a_rollback_holds_nothing_is_uploaded_that_would_get_all_requests(build):
    engine = build(lambda: WorkerCode("c", code(rollback_to="9988edfb", ledger_annotation="ledger:v2:abc")))
    held_back = {"content", "bindings", "compatibilityFlags", "annotations", "observability"}
    assert held_back <= set(engine.requests["c-script"].ignoreChanges)
    assert not {"accountId", "scriptName"} & set(engine.requests["c-script"].ignoreChanges)
    assert engine.dependencies("c-rollback") == {"c-script"}
    assert engine.inputs("c-rollback")["annotations"] == {"workersMessage": "Rolled back at ledger:v2:abc"}


def test_without_a_rollback_every_change_is_uploaded(build):
    assert not build(lambda: WorkerCode("c", code())).requests["c-script"].ignoreChanges


def test_a_worker_without_schedules_says_so_or_those_of_before_would_go_on_calling_it(build):
    args = owned(script_name="api", owner="pulumi", deployed_script="api", crons=[])
    assert build(lambda: Schedules("s", args)).inputs("s-trigger")["schedules"] == []


def test_schedules_that_wrangler_writes_are_only_said(build):
    args = owned(script_name="api", owner="wrangler", deployed_script="api", crons=["*/5 * * * *"])
    engine = build(lambda: Schedules("s", args))
    assert engine.names == {"s"}
    assert engine.inputs("s")["crons"] == ["*/5 * * * *"]


def test_a_zone_gets_the_settings_that_are_said_and_keeps_the_others(build):
    zones = [{"zone": "example.com", "always_use_https": False}, {"zone": "example.org", "min_tls_version": "1.2"}]
    engine = build(lambda: ZoneSettings("z", owned(zones=zones)))
    assert engine.names == {"z", "z-example.com-always-use-https", "z-example.org-min-tls-version"}
    https = engine.inputs("z-example.com-always-use-https")
    assert (https["settingId"], https["value"]) == ("always_use_https", "off")
    assert engine.inputs("z-example.org-min-tls-version")["value"] == "1.2"


SITE = {
    "key": "docs",
    "name": "docs",
    "production_branch": "main",
    "build_command": "npm run build",
    "destination_dir": "dist",
    "root_dir": "",
    "compatibility_date": "2026-02-25",
    "vars": {"THEME": "dark"},
    "domains": ["docs.example.com"],
}


def test_a_site_says_both_of_its_configurations_or_the_other_one_would_get_defaults(build):
    engine = build(lambda: PagesSite("p", owned(**SITE, zone="example.com")))
    assert engine.names == {"p", "p-project", "p-docs.example.com-domain", "p-docs.example.com-record"}
    configurations = engine.inputs("p-project")["deploymentConfigs"]
    assert configurations["preview"] == configurations["production"]
    assert configurations["production"]["compatibilityDate"] == "2026-02-25"
    assert engine.requests["p-project"].protect
    record = engine.inputs("p-docs.example.com-record")
    assert (record["type"], record["content"], record["proxied"]) == ("CNAME", "docs.pages.dev", True)
    assert engine.requests["p-docs.example.com-record"].deleteBeforeReplace


def test_a_site_in_a_zone_of_somebody_else_makes_no_record(build):
    engine = build(lambda: PagesSite("p", owned(**SITE)))
    assert engine.names == {"p", "p-project", "p-docs.example.com-domain"}


def test_workflows_are_bound_at_once_and_made_when_their_script_is_there(build):
    made: list[WorkflowSet] = []
    workflows = [
        {"key": "main", "name": "main-flow", "binding": "MAIN", "class_name": "Main"},
        {"key": "other", "name": "other-flow", "binding": "OTHER", "class_name": "Other", "worker": "helper"},
    ]

    def program() -> None:
        made.append(WorkflowSet("w", owned(workflows=workflows)))
        made[0].attach("helper", "helper-script")

    engine = build(program)
    assert engine.names == {"w", "w-other"}
    assert [binding["workflow_name"] for binding in made[0].bindings_of("")] == ["main-flow"]
    assert (engine.requests["w-other"].protect, engine.requests["w-other"].retainOnDelete) == (True, True)
