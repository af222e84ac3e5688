import json
from pathlib import Path

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from headworks.model import schema
from headworks.model.problems import SpecificationError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def validator():
    return jsonschema_rs.validator_for(schema.pulumi_file())


def content(file):
    return YAML(typ="safe").load(file)


def test_the_committed_schema_is_current():
    committed = schema.FILE.read_text(encoding="utf-8")
    assert committed == schema.text(), "run `python -m headworks.model.schema`"


def test_the_schema_is_a_json_schema():
    assert jsonschema_rs.meta.is_valid(json.loads(schema.text()))


OUR_FILES = sorted([*ROOT.glob("Pulumi*.yaml"), *ROOT.glob("systems/*/Pulumi*.yaml")])


@pytest.mark.parametrize("file", OUR_FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_our_own_files_name_the_schema_and_follow_it(validator, file):
    first = file.read_text().splitlines()[0]
    reference = first.removeprefix("# yaml-language-server: $schema=")
    assert (file.parent / reference).resolve() == schema.FILE
    assert [error.message for error in validator.iter_errors(content(file))] == []


def test_every_field_has_a_description():
    def undescribed(part, place):
        if isinstance(part, dict):
            for name, field in part.get("properties", {}).items():
                if not field.get("description") and (place, name) != ("headworks:system", "value"):
                    yield f"{place}.{name}"
            for name, inner in part.items():
                yield from undescribed(inner, name)
        elif isinstance(part, list):
            for inner in part:
                yield from undescribed(inner, place)

    pulumis_own = {".config", "config.headworks:system", "headworks:system.description"}
    assert set(undescribed(schema.pulumi_file(), "")) - pulumis_own == set()


SLIPS = [
    ("Pulumi.yaml", "max_retries: 3", "max_retrys: 3"),
    ("Pulumi.yaml", "max_retries: 3", "max_retries: 101"),
    ("Pulumi.yaml", "max_retries: 3", 'max_retries: "3"'),
    ("Pulumi.yaml", "GREETING: hello", "GREETING: 5"),
    ("Pulumi.yaml", "PICTURES: shop-pictures", "MY-PICTURES: shop-pictures"),
    ("Pulumi.yaml", "PICTURES: shop-pictures", "PICTURES: 5"),
    ("Pulumi.yaml", "PICTURES: shop-pictures", "PICTURES: {name: shop-pictures, cors: some}"),
    ("Pulumi.yaml", "PICTURES: shop-pictures", "PICTURES: {name: shop-pictures, lifecycle: {waived: 5}}"),
    ("Pulumi.yaml", "      secrets:\n", "      profiles: {eu: {jurisdicton: eu}}\n      secrets:\n"),
    ("Pulumi.yaml", "      secrets:\n", "      profiles: {eu: {account_id: x}}\n      secrets:\n"),
    ("Pulumi.yaml", "      secrets:\n", "      profiles: [eu]\n      secrets:\n"),
    ("Pulumi.staging.yaml", "kv_suffix: _STAGING", "profiles: eu"),
    ("Pulumi.staging.yaml", "kv_suffix: _STAGING", "alerts: {slow: {when: slowness, severity: info}}"),
    ("Pulumi.staging.yaml", "kv_suffix: _STAGING", "worker: {crons: ['@daily']}"),
    ("Pulumi.yaml", "    value:\n", "    valeu:\n"),
    ("Pulumi.yaml", "  headworks:system:", "  headworks:sytem:"),
    ("Pulumi.staging.yaml", "kv_suffix: _STAGING", "kv_sufix: _STAGING"),
    ("Pulumi.staging.yaml", "    production: false\n", ""),
    ("Pulumi.staging.yaml", "zone: shop.example", "zonee: shop.example"),
    ("Pulumi.staging.yaml", "kv_suffix: _STAGING", "queues: {orders: {consumer: {max_batch_size: 0}}}"),
]


@pytest.mark.parametrize(("file", "old", "new"), SLIPS, ids=[slip[2].strip() or "nothing" for slip in SLIPS])
def test_an_editor_marks_what_the_command_line_refuses(shop, validator, file, old, new):
    shop.edit(file, old, new)
    assert not validator.is_valid(content(shop.folder / file))
    with pytest.raises(SpecificationError):
        shop.load("staging")


@pytest.mark.parametrize(
    "override",
    [
        "queues: {orders: {consumer: {max_retries: 5}}}",
        "queues: {orders: {consumer: {dead_letter_queue: null}}}",
        "queues: {orders: {consumer: {dead_letter_queue: other-dlq}}}",
        "buckets: {PICTURES: null}",
        "buckets: {PICTURES: {location: weur}}",
        "buckets: {PICTURES: {cors: none, lifecycle: {waived: because}}}",
        "buckets: {PICTURES: {cors: [], lifecycle: [{id: old, expire_days: 1}], lock: [{id: keep, retention_days: 1}]}}",
        "workers: {tail: {name: tail, code: {owner: wrangler}, compatibility_date: '2026-02-25'}}",
        "alerts: {slow: {when: latency_p99, above: 500, for_minutes: 10, severity: info}}",
        "platform: {namespace: shop, host: '{service}.shop.example', zone: shop.example}",
        "routes_enabled: false",
        "profiles: []",
        "kv: {SESSIONS: SESSIONS}",
        "worker: {vars: {GREETING: null}}",
        "secrets: [MAIL_KEY]",
    ],
)
def test_an_editor_accepts_an_override_that_the_command_line_accepts(shop, validator, override):
    shop.append("Pulumi.staging.yaml", f"    {override}\n")
    assert [error.message for error in validator.iter_errors(content(shop.folder / "Pulumi.staging.yaml"))] == []
    shop.load("staging")
