"""The four systems as wrangler leaves them: adopted, imported, and nothing to do."""

import json

import pytest

from headworks.account import find_access
from headworks.deploy import Operation, Request, embedded
from headworks.model.files import load_environment
from headworks.outputs.reading import read
from headworks.render import CONFIGURATION, Rendering, render
from headworks.workspace import open_workspace
from headworks.wrangler import parse
from sandbox import engine

ROCKHOUNDING, TRIGGERS, PARQUEDB, DOTDO = (
    "rockhounding-api.toml",
    "triggers-api.toml",
    "parquedb.jsonc",
    "dotdo.jsonc",
)
STACKS = [
    (ROCKHOUNDING, "production"),
    (ROCKHOUNDING, "staging"),
    (TRIGGERS, "production"),
    (PARQUEDB, "production"),
    (DOTDO, "production"),
]


@pytest.fixture(scope="module")
def adopted(site):
    """All four, on an account that holds what they name. By configuration: what the command reported."""
    for name in ("rockhound.app", "yourdomain.com"):
        site.zone(name)
    site.record("rockhound.app", "api.rockhound.app")
    site.record("rockhound.app", "staging-api.rockhound.app", comment="by hand")
    site.record("yourdomain.com", "api.yourdomain.com", type="AAAA", content="100::")
    for suffix, kv_suffix in (("", ""), ("-staging", "_STAGING"), ("-dev", "_DEV")):
        for name in ("exports", "state-packs", "media"):
            site.bucket(f"rockhound-{name}{suffix}")
        for title in ("CACHE_KV", "SESSION_KV"):
            site.kv_namespace(title + kv_suffix)
    for suffix in ("", "-staging"):
        site.worker(f"rockhounding-api{suffix}", "SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY", "MAPBOX_API_KEY")
        site.queue(f"exports-queue{suffix}", delivery_delay=7)
        site.queue(f"exports-dlq{suffix}", message_retention_period=1_209_600)
    site.database("triggers-api-production")
    site.database("triggers-api-staging")
    site.kv_namespace("AUTH_KV")
    site.kv_namespace("METRICS_KV")
    site.queue("event-queue")
    site.queue("event-dlq")
    site.worker(
        "triggers-api-tail",
        "SINK_TOKEN",
        compatibility_flags=["nodejs_compat"],
        bindings=[
            {"type": "plain_text", "name": "LEVEL", "text": "error"},
            {"type": "kv_namespace", "name": "SEEN", "namespace_id": site.ids["METRICS_KV"]},
        ],
    )
    site.worker("triggers-api-production", "API_SECRET")
    site.bucket("your-parquedb-prod", "eu")
    site.bucket("your-parquedb-staging", "eu")
    site.rules("your-parquedb-prod", "eu")
    site.worker("your-parquedb-api", "AUTH_SECRET")
    site.dispatch_namespace("dotdo-production", trusted=True)
    site.dispatch_namespace("dotdo-staging", trusted=False)
    site.worker("gateway", within="/workers/dispatch/namespaces/dotdo-production")
    site.hyperdrive("dotdo-neon", "dotdo", caching={"disabled": True})
    site.hyperdrive("dotdo-neon-staging", "dotdo_staging")
    for suffix in ("", "-staging"):
        site.worker(f"dispatcher-log{suffix}")
        site.worker(f"dispatcher{suffix}")
    before = len(site.journal())
    reports = {name: site.adopt(name) for name in (ROCKHOUNDING, TRIGGERS, PARQUEDB, DOTDO)}
    assert {method for method, _ in site.journal()[before:]} == {"GET"}
    return reports


@pytest.fixture
def request_for(site):
    def make(name: str, stack: str, operation: Operation = Operation.PREVIEW) -> Request:
        workspace = open_workspace(site.system(name))
        return Request(operation=operation, workspace=workspace, stack=stack, access=find_access(workspace))

    return make


@pytest.mark.parametrize(("name", "stack"), STACKS)
def test_after_adopt_and_import_there_is_nothing_to_do(site, adopted, request_for, name, stack):
    before, system = len(site.journal()), site.system(name)
    code, shown = site.run(
        "import", stack, system / f"import.{stack}.json", "--system", system, "--yes", "--engine", "embedded"
    )
    assert code == 0, shown
    previewed = embedded.observe(request_for(name, stack))
    summary = next(event["summaryEvent"] for event in previewed.events if "summaryEvent" in event)
    assert (previewed.exit_code, summary["resourceChanges"].keys()) == (0, {"same"})
    assert {method for method, _ in site.journal()[before:]} == {"GET"}

    options = embedded.stack_options(open_workspace(system), stack)
    resources = engine.export(options)["deployment"]["resources"]
    imported = [each for each in resources if each.get("importID")]
    (count,) = [each["imports"] for each in adopted[name]["stacks"] if each["name"] == stack]
    assert len(imported) == count
    assert {each["type"] for each in imported} == {
        each["type"] for each in resources if each["type"].startswith("cloudflare:")
    }
    _says_what_wrangler_was_told(site, name, stack, engine.outputs(options))


def _says_what_wrangler_was_told(site, name, stack, outputs):
    """The configuration that is rendered of the stack binds the same things, by the same ids."""
    rendered = render(Rendering(outputs=read(outputs, "the state", stack)))
    (text,) = [text for path, text in rendered.items() if str(path) == CONFIGURATION]
    configuration = parse(text, "the rendered one").configuration
    told = site.configuration(name).read_text()
    ids = [each.id for each in configuration.kv_namespaces or ()]
    ids += [each.database_id for each in configuration.d1_databases or ()]
    ids += [each.bucket_name for each in configuration.r2_buckets or ()]
    ids += [each.queue for each in (configuration.queues and configuration.queues.consumers) or ()]
    ids += [each.id for each in configuration.hyperdrive or ()]
    ids += [each.namespace for each in configuration.dispatch_namespaces or ()]
    ids += [each.service for each in configuration.tail_consumers or ()]
    assert ids
    assert all(f'"{each}"' in told for each in ids)


def told(report, kind):
    return {(each["environment"], each["what"]) for each in report[kind]}


def test_each_environment_gets_its_names_by_suffixes(site, adopted):
    environments = {
        stack: load_environment(site.system(ROCKHOUNDING), stack) for stack in ("production", "development")
    }
    assert environments["production"].names.buckets == ("rockhound-exports", "rockhound-state-packs", "rockhound-media")
    assert environments["development"].names.kv_namespaces == ("CACHE_KV_DEV", "SESSION_KV_DEV")
    assert environments["development"].names.scripts == ("rockhounding-api-dev",)
    assert environments["development"].queues == ()
    assert "suffix: -dev\n" in (site.system(ROCKHOUNDING) / "Pulumi.development.yaml").read_text()
    parquedb = load_environment(site.system(PARQUEDB), "production")
    assert parquedb.names.buckets == ("your-parquedb-prod",)
    assert parquedb.buckets[0].jurisdiction == "eu"


def test_what_holds_for_wrangler_holds_for_the_stack(site, adopted):
    production = load_environment(site.system(TRIGGERS), "production")
    (queue,) = production.queues
    assert (queue.name, queue.binding, queue.key) == ("event-queue", "EVENT_QUEUE", "event")
    assert queue.consumer.model_dump(exclude={"worker"}) == {
        "max_batch_size": 100,
        "max_batch_timeout": 1,
        "max_retries": 3,
        "max_concurrency": 10,
        "retry_delay": 0,
    }
    assert queue.dead_letter_queue.name == "event-dlq"
    assert production.routes[0].dns.content == "100::"
    assert production.worker.observability.enabled is False
    rockhounding = load_environment(site.system(ROCKHOUNDING), "production")
    assert rockhounding.queues[0].delivery_delay == 7
    assert rockhounding.secrets == ("ADMIN_API_KEY", "MAPBOX_API_KEY", "SUPABASE_SERVICE_ROLE_KEY")
    staging = load_environment(site.system(PARQUEDB), "staging")
    assert (staging.worker.cpu_ms, staging.worker.crons) == (30000, ("*/5 * * * *",))  # inherited


def test_a_tail_worker_is_a_companion_as_the_account_has_it(site, adopted):
    (tail,) = load_environment(site.system(TRIGGERS), "production").companions
    assert (tail.key, tail.worker.name, tail.worker.code.owner) == ("tail", "triggers-api-tail", "wrangler")
    assert (tail.worker.compatibility_date, tail.worker.compatibility_flags) == ("2026-01-01", ("nodejs_compat",))
    assert (tail.worker.vars, tail.secrets) == ({"LEVEL": "error"}, ("SINK_TOKEN",))
    for stack, name in (("production", "dispatcher-log"), ("staging", "dispatcher-log-staging")):
        environment = load_environment(site.system(DOTDO), stack)
        assert environment.worker.tail_consumers == (name,)
        assert [each.key for each in environment.companions] == ["log"]
    assert "suffix: -staging\n" in (site.system(DOTDO) / "Pulumi.staging.yaml").read_text()


def test_a_dispatch_namespace_is_a_platform_in_its_mode(site, adopted):
    platforms = {stack: load_environment(site.system(DOTDO), stack).platform for stack in ("production", "staging")}
    assert {stack: (each.namespace, each.binding, each.trusted) for stack, each in platforms.items()} == {
        "production": ("dotdo-production", "DISPATCHER", True),
        "staging": ("dotdo-staging", "DISPATCHER", False),
    }
    assert load_environment(site.system(DOTDO), "production").worker.vars == {}
    assert ("production", "Workers of dispatch namespace dotdo-production: gateway") in told(
        adopted[DOTDO], "notImported"
    )


def test_a_way_to_a_database_is_taken_without_its_password(site, adopted):
    (production,), (staging,) = (
        load_environment(site.system(DOTDO), stack).hyperdrives for stack in ("production", "staging")
    )
    assert (production.name, production.host, production.port, production.database, production.caching) == (
        "dotdo-neon", "neon.example", 5433, "dotdo", False,
    )  # fmt: skip
    assert (staging.name, staging.database, staging.caching) == ("dotdo-neon-staging", "dotdo_staging", True)
    assert staging.password_variable == "NEON_PASSWORD"
    assert ("staging", "password of Hyperdrive configuration dotdo-neon-staging") in told(adopted[DOTDO], "notImported")


def test_what_a_stack_cannot_say_is_listed_by_name(adopted):
    assert told(adopted[ROCKHOUNDING], "notTaken") == {
        ("production", "minify"),
        ("staging", "minify"),
        ("development", "minify"),
        ("production", "vars.LIMITS"),
        ("production", "kv_namespaces.CACHE_KV.preview_id"),
    }
    assert told(adopted[TRIGGERS], "notTaken") == {
        ("production", "binding SEEN of Worker triggers-api-tail"),
        ("production", "d1_databases.DB.migrations_dir"),
    }
    assert told(adopted[DOTDO], "notTaken") == {
        ("production", "dispatch_namespaces.DISPATCHER.outbound"),
        ("production", "hyperdrive.NEON.localConnectionString"),
    }
    assert told(adopted[PARQUEDB], "notTaken") == {
        ("production", "placement"),
        ("staging", "placement"),
        ("production", "analytics_engine_datasets"),
        ("production", "r2_buckets.BUCKET.preview_bucket_name"),
    }
    assert all(each["consequence"] for report in adopted.values() for each in report["notTaken"])


def test_what_stays_outside_is_listed_with_the_reason(adopted):
    production = {
        what for environment, what in told(adopted[ROCKHOUNDING], "notImported") if environment == "production"
    }
    assert production == {
        "Worker rockhounding-api",
        "consumer of queue exports-queue",
        "route api.rockhound.app/*",
        "values of 3 secrets of rockhounding-api",
    }
    assert ("staging", "DNS record of staging-api.rockhound.app") in told(adopted[ROCKHOUNDING], "notImported")
    assert {
        ("production", "lifecycle rules of R2 bucket your-parquedb-prod"),
        ("production", "cors rules of R2 bucket your-parquedb-prod"),
        ("production", "cron triggers of your-parquedb-api"),
    } <= told(adopted[PARQUEDB], "notImported")
    assert ("production", "Workflow process-event-workflow") in told(adopted[TRIGGERS], "notImported")
    assert all(each["why"] for report in adopted.values() for each in report["notImported"])


def test_the_import_file_is_pulumis(site, adopted):
    file = json.loads((site.system(TRIGGERS) / "import.production.json").read_text())
    database = next(each for each in file["resources"] if each["type"] == "cloudflare:index/d1Database:D1Database")
    account, id_ = site.ids["account"], site.ids["triggers-api-production"]
    assert (database["name"], database["id"]) == ("triggers-api-databases-DB", f"{account}/{id_}")
    names = {each["name"] for each in file["resources"]}
    assert {each.get("parent") for each in file["resources"]} - {None} <= names


def test_no_value_of_a_secret_is_anywhere(site, adopted):
    assert all("planted" not in file.read_text() for name in adopted for file in site.system(name).iterdir())


def test_what_is_there_is_not_overwritten_unless_somebody_says_so(site, adopted):
    system, path = site.system(TRIGGERS), site.configuration(TRIGGERS)
    (system / "Pulumi.staging.yaml").write_text("# of somebody else\n")
    refused = site.refusal("adopt", path, "--to", system, "--system", ".")
    assert refused.exit_code == 2
    assert "Pulumi.staging.yaml" in str(refused)
    assert (system / "Pulumi.staging.yaml").read_text() == "# of somebody else\n"
    code, shown = site.run("adopt", path, "--to", system, "--system", ".", "--force")
    assert code == 0
    assert "binding SEEN of Worker triggers-api-tail (production)" in shown
    assert "# of somebody else" not in (system / "Pulumi.staging.yaml").read_text()
