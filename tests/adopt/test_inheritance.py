"""What an environment takes over from the top of the file: as wrangler itself reads it, and in corners that it has none of."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.adopt.inheritance import effective, environments
from headworks.adopt.reading import read
from headworks.failure import Failure
from headworks.lint_runbook.wrangler import vocabulary

ROOT = Path(__file__).parents[2]
WRANGLER = ROOT / "node/node_modules/wrangler"
READ = """
const { unstable_readConfig: read } = require(process.argv[1]);
const environments = ["quiet", "own"].map((env) => [env, read({ config: process.argv[2], env }, { hideWarnings: true })]);
console.log(JSON.stringify(Object.fromEntries(environments)));
"""
TOP = {
    "name": "api",
    "account_id": "0" * 32,
    "compatibility_date": "2026-01-01",
    "compatibility_flags": ["nodejs_compat"],
    "workers_dev": True,
    "preview_urls": True,
    "route": "example.com/*",
    "triggers": {"crons": ["0 * * * *"]},
    "limits": {"cpu_ms": 50},
    "placement": {"mode": "smart"},
    "logpush": True,
    "observability": {"enabled": True, "head_sampling_rate": 0.5},
    "tail_consumers": [{"service": "tail"}],
    "minify": True,
    "define": {"A": "1"},
    "vars": {"A": "top"},
    "durable_objects": {"bindings": [{"name": "DO", "class_name": "A"}]},
    "migrations": [{"tag": "v1", "new_sqlite_classes": ["A"]}],
    "kv_namespaces": [{"binding": "KV", "id": "1"}],
    "r2_buckets": [{"binding": "R2", "bucket_name": "top"}],
    "d1_databases": [{"binding": "DB", "database_name": "top", "database_id": "1"}],
    "hyperdrive": [{"binding": "HD", "id": "1"}],
    "queues": {"producers": [{"binding": "Q", "queue": "top"}]},
    "workflows": [{"binding": "W", "name": "top", "class_name": "W"}],
    "services": [{"binding": "S", "service": "top"}],
    "ratelimits": [{"name": "RL", "namespace_id": "1", "simple": {"limit": 1, "period": 10}}],
    "analytics_engine_datasets": [{"binding": "AE", "dataset": "top"}],
    "dispatch_namespaces": [{"binding": "DN", "namespace": "top"}],
}
OWN = {
    "name": "another",
    "compatibility_date": "2026-02-02",
    "workers_dev": False,
    "triggers": {"crons": []},
    "vars": {"B": "own"},
    "kv_namespaces": [],
    "observability": {"enabled": False},
    "migrations": [{"tag": "w1", "new_sqlite_classes": ["A"]}],
    "queues": {"producers": [{"binding": "Q", "queue": "own"}]},
}


def test_wrangler_reads_the_same_of_every_option(node, tmp_path):
    if not WRANGLER.exists():
        pytest.skip("not verified by wrangler: `make test` installs it")
    document = TOP | {"env": {"quiet": {}, "own": OWN}}
    file = tmp_path / "wrangler.json"
    file.write_text(json.dumps(document))
    ended = subprocess.run([node, "-e", READ, WRANGLER, file], capture_output=True, text=True, check=True, cwd=tmp_path)
    for environment, wranglers in json.loads(ended.stdout).items():
        ours = effective(document, environment)
        for option, handed_down in TOP.items():
            if option in ours:
                assert wranglers[option] == ours[option], f"{option} of {environment}"
            else:
                assert wranglers.get(option) != handed_down, f"{option} of {environment} is handed down"


OPTIONS = sorted({*vocabulary().environment} - {"name"})


@given(
    top=st.dictionaries(st.sampled_from(OPTIONS), st.integers(), max_size=8),
    own=st.dictionaries(st.sampled_from(OPTIONS), st.integers(), max_size=8),
)
def test_an_environment_says_its_own_and_what_is_handed_down(top, own):
    document = {"name": "api", **top, "env": {"staging": own}}
    found = effective(document, "staging")
    assert found["name"] == "api-staging"
    assert {key: found[key] for key in own} == own
    handed_down = found.keys() - own.keys() - {"name"}
    assert handed_down == top.keys() - own.keys() - vocabulary().not_inherited
    assert all(found[key] == top[key] for key in handed_down)
    assert effective(document, None) == {"name": "api", **top}


WORKER = {"name": "api", "compatibility_date": "2026-01-01"}


def names(document, top_level=None):
    return [each.name for each in environments(document, "wrangler.toml", top_level)]


def test_the_top_is_production_unless_an_environment_is():
    assert names(WORKER) == ["production"]
    assert names(WORKER | {"env": {"staging": {}}}) == ["production", "staging"]
    assert names(WORKER | {"env": {"staging": {}, "production": {}}}) == ["production", "staging"]
    assert names(WORKER | {"env": {"production": {}}}, "development") == ["production", "development"]
    assert names(WORKER | {"env": {"staging": {}}}, "none") == ["staging"]


@pytest.mark.parametrize(
    ("document", "top_level", "said"),
    [
        (WORKER | {"env": {"staging": {}}}, "staging", "cannot be called so"),
        (WORKER, "none", "no environment"),
        (WORKER | {"env": {"My Env": {}}}, None, "'My Env'"),
        (WORKER | {"env": ["staging"]}, None, "no table of environments"),
        (WORKER | {"workers_dev": "yes"}, None, "workers_dev: input should be a valid boolean"),
    ],
)
def test_what_no_stack_can_be_made_of_is_refused(document, top_level, said):
    with pytest.raises(Failure, match=said) as refused:
        environments(document, "wrangler.toml", top_level)
    assert refused.value.exit_code == 2


def test_a_wrong_value_is_not_told_for_it_may_be_a_secret():
    with pytest.raises(Failure) as refused:
        environments(WORKER | {"account_id": {"planted": "planted"}}, "wrangler.toml")
    assert "planted" not in str(refused.value)


def test_what_nobody_knows_is_told_and_the_rest_is_read():
    document = WORKER | {
        "vectorize": [{"binding": "V"}],
        "kv_namespaces": [{"binding": "KV", "id": "1", "colour": "red"}],
        "routes": [{"pattern": "example.com/*", "zone_name": "example.com", "colour": "red"}],
        "keep_vars": True,
    }
    (found,) = environments(document, "wrangler.toml")
    told = {each.what: each.consequence for each in found.not_taken}
    assert told.keys() == {"vectorize", "kv_namespaces.0.colour", "routes.0.colour", "keep_vars"}
    assert "dashboard" in told["keep_vars"]
    assert found.options.kv_namespaces[0].id == "1"
    assert found.options.routes[0].zone_name == "example.com"


TOML = """
name = "api"
compatibility_date = 2026-01-01
[vars]
A = "1"
[[kv_namespaces]]
binding = "KV"
id = "1"
"""
JSONC = """{
  // The same.
  "name": "api", "compatibility_date": "2026-01-01", "vars": { "A": "1" },
  "kv_namespaces": [{ "binding": "KV", "id": "1" },],
}"""


def test_the_formats_say_the_same(tmp_path):
    found = []
    for name, text in (("wrangler.toml", TOML), ("wrangler.jsonc", JSONC), ("wrangler.json", JSONC)):
        (tmp_path / name).write_text(text)
        found.append(read(tmp_path / name))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wrangler.yaml", "name: api"),
        ("wrangler.toml", "name = "),
        ("wrangler.toml", "name = nan"),
        ("wrangler.json", "[]"),
        ("wrangler.json", '{"name": "a", "name": "b"}'),
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(Failure) as refused:
        read(tmp_path / name)
    assert (refused.value.exit_code, name in str(refused.value)) == (2, True)
