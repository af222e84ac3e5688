"""Checks of the built code, parsed by a real node."""

import random
import sys
from pathlib import Path

import pytest

from headworks.checks.check import State
from headworks.model.files import load_environment
from tests.workspace import ROOT, SYSTEMS

MAIN = "apps/rockhounding-api/worker.js"
EVERY = ["bundle-is-built", "bundle-fits-the-plan", "bundle-parses"]

needs_node = pytest.mark.usefixtures("node")


@pytest.fixture
def build(tmp_path: Path):
    """Writes a bundle, by default the one that the stack uploads."""

    def write(content: bytes | str, path: str = MAIN) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


@needs_node
@pytest.mark.parametrize("id_", EVERY)
@pytest.mark.parametrize("system", ["rockhounding-api", "parquedb", "dotdo"])
def test_the_workers_of_this_repository_are_built_and_fit_and_parse(look, id_, system):
    environment = load_environment(SYSTEMS[system], "production")
    finding = look(id_, folder=ROOT, environment=environment)
    assert finding.state is State.HELD
    assert all(each.worker.code.main in finding.says for each in environment.workers)


@pytest.mark.parametrize("id_", EVERY)
@pytest.mark.parametrize("content", [None, "", "\n \n"])
def test_a_bundle_that_is_not_there_or_empty_is_missing(look, build, id_, content):
    if content is not None:
        build(content)
    finding = look(id_)
    assert (finding.state, finding.says) == (State.MISSING, f"{MAIN} is not there, or empty. Build the app.")


@pytest.mark.parametrize("id_", EVERY)
def test_a_folder_in_the_place_of_a_bundle_is_none(look, tmp_path, id_):
    (tmp_path / MAIN).mkdir(parents=True)
    assert look(id_).state is State.MISSING


@pytest.mark.parametrize("id_", EVERY)
def test_code_that_wrangler_uploads_is_not_verified_until_somebody_says_where_it_is(look, build, id_):
    environment = load_environment(SYSTEMS["triggers-api"], "production")
    build("export default {};", "apps/triggers-api-tail/worker.js")
    finding = look(id_, environment=environment)
    assert finding.state is State.NOT_VERIFIED
    assert environment.worker.name in finding.says
    assert "dist/index.js is not there" in look(id_, environment=environment, bundles=["dist/index.js"]).says


@needs_node
@pytest.mark.parametrize("id_", EVERY)
def test_code_that_wrangler_uploads_is_looked_at_where_it_is_said_to_be(look, build, id_):
    environment = load_environment(SYSTEMS["triggers-api"], "production")
    build("export default {};", "apps/triggers-api-tail/worker.js")
    build("export default {};", "dist/index.js")
    assert look(id_, environment=environment, bundles=["dist/index.js"]).state is State.HELD
    build("", "apps/triggers-api-tail/worker.js")
    assert look(id_, environment=environment, bundles=["dist/index.js"]).state is State.MISSING


def test_what_counts_is_the_size_when_compressed(look, build):
    build(b"/" * (11 * 1024 * 1024))
    assert look("bundle-fits-the-plan", plan="free").state is State.HELD


def test_what_the_paid_plan_takes_may_be_too_much_for_the_free_one(look, build):
    noise = random.Random(7).randbytes(4 * 1024 * 1024)
    build(noise)
    assert look("bundle-fits-the-plan").state is State.HELD
    finding = look("bundle-fits-the-plan", plan="free")
    assert (finding.state, finding.says.split(". ")[0]) == (
        State.MISSING,
        f"{MAIN} has 4.00 MiB when compressed, and the free plan takes 3",
    )
    build(noise * 3)  # farther back than gzip looks
    assert "12.00 MiB when compressed, and the paid plan takes 10" in look("bundle-fits-the-plan").says


def test_each_worker_has_the_plans_size_for_itself(look, build):
    environment = load_environment(SYSTEMS["dotdo"], "production")
    for each in environment.workers:
        build(random.Random(7).randbytes(1600 * 1024), each.worker.code.main)
    assert look("bundle-fits-the-plan", environment=environment, plan="free").state is State.HELD


@needs_node
@pytest.mark.parametrize(
    "module",
    [
        'import { value } from "cloudflare:workers";\nexport default { fetch() { return value; } };\n',
        "export default await Promise.resolve({});\n",
        "// CommonJS parses as well\nmodule.exports = {};\n",
    ],
)
def test_es_modules_parse_and_nothing_of_them_is_run(look, build, module):
    build(module)
    assert look("bundle-parses").state is State.HELD


@needs_node
@pytest.mark.parametrize(
    ("module", "error"),
    [
        ('const key = "planted-value";\nexport default {;\n', "line 2: SyntaxError: Unexpected token ';'"),
        ('const key = "planted-value"; export default { ', "line 1: SyntaxError: Unexpected end of input"),
        (
            'with (window) { "planted-value" }\n',
            "line 1: SyntaxError: Strict mode code may not include a with statement",
        ),
        ("<!DOCTYPE html>\n<title>planted-value</title>\n", "line 1: SyntaxError: Unexpected token '<'"),
    ],
)
def test_what_does_not_parse_is_told_with_its_line_but_not_with_its_code(look, build, module, error):
    build(module)
    finding = look("bundle-parses")
    assert finding.state is State.MISSING
    assert f"{MAIN}: {error}" in finding.says
    assert "planted-value" not in finding.says


def test_without_node_nothing_is_parsed(look, build, monkeypatch, tmp_path):
    build("export default {};")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    finding = look("bundle-parses")
    assert finding.state is State.NOT_VERIFIED
    assert "no node" in finding.says


def test_a_node_that_breaks_down_has_found_nothing(look, build, monkeypatch, tmp_path):
    build("export default {};")
    (tmp_path / "node").write_text("#!/bin/sh\ncat >/dev/null\nexit 134\n")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    finding = look("bundle-parses")
    assert finding.state is State.NOT_VERIFIED
    assert "exit code 134" in finding.says
