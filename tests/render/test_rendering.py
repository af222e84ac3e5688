"""What is rendered from the outputs of a real `up` (recorded by record.py): complete, stable, without loss, and safe."""

import json
from pathlib import Path, PurePosixPath

import pytest

from headworks.failure import Failure
from headworks.outputs import StackOutputs
from headworks.render import CONFIGURATION, Rendering, render
from headworks.wrangler import emit, parse
from tests.workspace import SYSTEMS

HERE = Path(__file__).parent
STACKS = ["development", "staging", "production"]
MAIN = PurePosixPath(CONFIGURATION)


def recorded(system, stack="production"):
    return json.loads((HERE / "outputs" / system / f"{stack}.json").read_text(encoding="utf-8"))


def outputs(document):
    return StackOutputs.model_validate(document)


def configuration(document, path=MAIN, **of):
    return parse(render(Rendering(outputs=outputs(document), **of))[PurePosixPath(path)], str(path)).configuration


def staging(system):
    return recorded(system, "staging")


def test_the_committed_files_are_what_is_rendered(golden):
    for (system, stack), folder in golden.COMMITTED.items():
        committed = {
            PurePosixPath(file.relative_to(folder)): file.read_text(encoding="utf-8")
            for name in ("wrangler.jsonc", "worker-configuration.d.ts", ".dev.vars.example")
            for file in folder.rglob(name)
        }
        assert committed == golden.rendered(system, stack), "run `python tests/render/golden.py`"


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_text_to_model_to_text_is_the_identity(golden, system, stack):
    files = {path: text for path, text in golden.rendered(system, stack).items() if path.name == CONFIGURATION}
    assert len(files) == 1 + len(recorded(system, stack).get("companions", {}))
    for path, text in files.items():
        assert emit(parse(text, str(path))) == text


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_binding_is_in_the_file_and_none_besides(system, stack):
    document = recorded(system, stack)
    for key, worker in {"": document, **document.get("companions", {})}.items():
        rendered = configuration(document, PurePosixPath(key) / CONFIGURATION).model_dump(exclude_unset=True)
        lists = {**rendered, "durable_objects": rendered.get("durable_objects", {}).get("bindings", ())}
        lists["queues"] = rendered.get("queues", {}).get("producers", ())
        bound = [each for each in lists.values() if isinstance(each, list | tuple)]
        named = {
            item.get("binding", item.get("name"))
            for each in bound
            for item in each
            if isinstance(item, dict)
            and ("binding" in item or {"name", "class_name"} <= item.keys() or "simple" in item)
        }
        named |= rendered.get("vars", {}).keys() | set(rendered.get("secrets", {}).get("required", ()))
        assert named == {binding["name"] for binding in worker["bindings"]}


def test_a_queue_is_consumed_as_the_stack_says_with_its_dead_letter_queue_by_name():
    consumer = configuration(recorded("triggers-api")).queues.consumers[0]
    assert consumer.model_dump(exclude_unset=True) == {
        "queue": "event-queue",
        "max_batch_size": 100,
        "max_batch_timeout": 1,
        "max_retries": 3,
        "max_concurrency": 10,
        "retry_delay": 0,
        "dead_letter_queue": "event-dlq",
    }


def test_a_consumer_that_cloudflare_scales_has_no_limit():
    document = recorded("triggers-api")
    del document["queues"]["events"]["consumer"]["maxConcurrency"]
    assert "max_concurrency" not in configuration(document).queues.consumers[0].model_fields_set


def test_a_companion_that_consumes_has_the_consumer_in_its_own_file():
    document = recorded("triggers-api")
    document["queues"]["events"]["consumer"]["worker"] = "tail"
    assert configuration(document).queues.consumers is None
    assert configuration(document, "tail/wrangler.jsonc").queues.consumers[0].queue == "event-queue"


def test_paths_start_where_the_file_lies():
    apart = configuration(recorded("triggers-api"), app=PurePosixPath("apps/triggers-api"))
    assert (apart.main, apart.d1_databases[0].migrations_dir) == ("src/index.ts", "src/db/migrations")
    together = configuration(recorded("triggers-api"), "tail/wrangler.jsonc")
    assert together.main == "../apps/triggers-api-tail/worker.js"
    assert together.schema_ == "../node_modules/wrangler/config-schema.json"
    below = configuration(recorded("triggers-api"), "tail/wrangler.jsonc", package=PurePosixPath(".."))
    assert below.schema_ == "../../node_modules/wrangler/config-schema.json"


def test_code_whose_entry_point_nobody_said_has_none():
    document = recorded("triggers-api")
    del document["worker"]["main"]
    files = render(Rendering(outputs=outputs(document)))
    assert parse(files[MAIN], "").configuration.main is None
    types = files[PurePosixPath("worker-configuration.d.ts")]
    assert "PROCESS_EVENT_WORKFLOW: Workflow /* ProcessEventWorkflow */;" in types
    assert "import(" not in types


def test_the_history_of_migrations_is_wranglers():
    document = recorded("parquedb")
    document["migrations"]["steps"] += [
        {
            "tag": "v3",
            "renamedClasses": [{"from": "ParqueDBDO", "to": "ParquetDO"}],
            "deletedClasses": ["DatabaseIndexDO"],
        },
        {"tag": "v4", "newClasses": ["OldDO"]},
    ]
    steps = [step.model_dump(exclude_unset=True, by_alias=True) for step in configuration(document).migrations]
    assert steps == [
        {"tag": "v1", "new_sqlite_classes": ("ParqueDBDO",)},
        {"tag": "v2", "new_sqlite_classes": ("DatabaseIndexDO",)},
        {
            "tag": "v3",
            "renamed_classes": ({"from": "ParqueDBDO", "to": "ParquetDO"},),
            "deleted_classes": ("DatabaseIndexDO",),
        },
        {"tag": "v4", "new_classes": ("OldDO",)},
    ]


def test_routes_that_are_switched_off_are_left_out_and_the_file_says_why():
    document = recorded("triggers-api")
    document["routes"] = [route | {"enabled": False} for route in document["routes"]]
    text = render(Rendering(outputs=outputs(document)))[MAIN]
    assert parse(text, "").configuration.routes is None
    assert "routes_enabled: false" in text
    assert "removed by hand" in text


def test_a_custom_domain_takes_the_whole_host():
    routes = configuration(recorded("dotdo"), "deploy/wrangler.jsonc").routes
    assert [route.model_dump(exclude_unset=True) for route in routes] == [
        {"pattern": "deploy.do", "zone_name": "deploy.do", "custom_domain": True}
    ]


def test_schedules_are_said_even_when_there_are_none():
    assert configuration(recorded("parquedb")).triggers.crons == ("*/5 * * * *",)
    assert configuration(recorded("triggers-api")).triggers.crons == ()


def test_jurisdictions_are_said_where_data_stays():
    document = recorded("parquedb")
    next(each for each in document["bindings"] if each["type"] == "r2_bucket")["jurisdiction"] = "eu"
    assert configuration(document).r2_buckets[0].jurisdiction == "eu"
    triggers = recorded("triggers-api")
    assert "jurisdiction" not in configuration(triggers).d1_databases[0].model_fields_set
    triggers["storage"]["databases"]["DB"]["jurisdiction"] = "eu"
    assert configuration(triggers).d1_databases[0].jurisdiction == "eu"


def test_who_uploads_the_code_is_said(golden):
    files = golden.rendered("triggers-api")
    main, tail = files[MAIN], files[PurePosixPath("tail/wrangler.jsonc")]
    assert "do not `wrangler deploy` it" in tail
    assert "do not `wrangler deploy` it" not in main
    assert "`wrangler deploy` attaches the consumers" in main


def test_values_of_secrets_have_no_place(golden):
    files = golden.rendered("rockhounding-api")
    assert files[PurePosixPath(".dev.vars.example")].splitlines()[1:] == [
        'ADMIN_API_KEY=""',
        'MAPBOX_API_KEY=""',
        'SUPABASE_SERVICE_ROLE_KEY=""',
    ]


def test_the_types_are_the_same_in_every_environment_that_binds_the_same(golden):
    types = PurePosixPath("worker-configuration.d.ts")
    assert golden.rendered("dotdo", "staging")[types] == golden.rendered("dotdo", "production")[types]


def previews(document, **of):
    rendered = configuration(document, **of)
    return {
        "KV": [each.preview_id for each in rendered.kv_namespaces or ()],
        "R2": [each.preview_bucket_name for each in rendered.r2_buckets or ()],
        "D1": [each.preview_database_id for each in rendered.d1_databases or ()],
    }


def resources(document):
    rendered = configuration(document)
    return {
        "KV": [each.id for each in rendered.kv_namespaces or ()],
        "R2": [each.bucket_name for each in rendered.r2_buckets or ()],
        "D1": [each.database_id for each in rendered.d1_databases or ()],
    }


@pytest.mark.parametrize("system", ["parquedb", "rockhounding-api", "triggers-api"])
def test_production_has_no_previews_unless_another_stack_lends_its_own(system):
    production = recorded(system)
    assert {each for ids in previews(production).values() for each in ids} == {None}
    assert "Never `wrangler dev --remote`" in render(Rendering(outputs=outputs(production)))[MAIN]
    lent = Rendering(outputs=outputs(production), preview=outputs(staging(system)))
    assert previews(production, preview=lent.preview) == resources(staging(system)) != resources(production)
    assert "Never `wrangler dev --remote`" not in render(lent)[MAIN]


@pytest.mark.parametrize("system", ["parquedb", "rockhounding-api", "triggers-api"])
def test_another_environment_is_its_own_preview(system):
    assert previews(staging(system)) == resources(staging(system))


def shared():
    other, own = staging("parquedb"), recorded("parquedb")
    bucket = next(each for each in own["bindings"] if each["type"] == "r2_bucket")
    other["bindings"] = [bucket if each["name"] == bucket["name"] else each for each in other["bindings"]]
    return other


def lacking():
    other = staging("parquedb")
    other["bindings"] = [each for each in other["bindings"] if each["type"] != "r2_bucket"]
    return other


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (lambda: recorded("parquedb"), "--preview production is production"),
        (shared, "BUCKET would have your-parquedb-prod as its preview, which is production's own"),
        (lacking, "BUCKET has no preview: staging has no such binding"),
        (lambda: staging("triggers-api"), "--preview is a stack of triggers-api"),
    ],
    ids=["production itself", "a bucket that is production's", "a stack without it", "another system"],
)
def test_a_preview_that_would_work_on_productions_data_is_refused(other, sentence):
    with pytest.raises(Failure) as refused:
        render(Rendering(outputs=outputs(recorded("parquedb")), preview=outputs(other())))
    assert str(refused.value).startswith(sentence)
    assert refused.value.exit_code == 2


def test_staging_may_not_preview_on_production():
    with pytest.raises(Failure, match="is production"):
        render(Rendering(outputs=outputs(staging("parquedb")), preview=outputs(recorded("parquedb"))))


def test_the_types_name_every_durable_object_class_that_there_is():
    document = recorded("parquedb")
    document["migrations"]["steps"] += [
        {
            "tag": "v3",
            "renamedClasses": [{"from": "DatabaseIndexDO", "to": "IndexDO"}],
            "newClasses": ["OldDO", "GoneDO"],
        },
        {"tag": "v4", "deletedClasses": ["GoneDO"]},
    ]
    types = render(Rendering(outputs=outputs(document)))[PurePosixPath("worker-configuration.d.ts")]
    assert '\t\tdurableNamespaces: "ParqueDBDO" | "OldDO" | "IndexDO";' in types
