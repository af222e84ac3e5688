"""`headworks graph`, on its own app."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headworks.commands.graph import app
from headworks.failure import Failure


@pytest.fixture
def graph(project_root, monkeypatch):
    monkeypatch.chdir(project_root)

    def run(*words: str) -> str:
        answer = CliRunner().invoke(app, words, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    return run


def test_mermaid_is_printed_by_default(graph):
    assert graph("rockhounding-api", "production").startswith("flowchart LR\n")


def test_a_system_is_named_by_its_name_or_by_its_folder(graph):
    assert graph(".", "staging") == graph("rockhounding-api", "staging")


def test_an_svg_goes_into_the_file_that_is_named(graph, tmp_path: Path):
    assert graph("rockhounding-api", "production", "--format", "svg", "--output", str(tmp_path / "r.svg")) == ""
    assert (tmp_path / "r.svg").read_text().startswith("<svg ")


def test_json_is_the_graph_itself(graph):
    document = json.loads(graph("rockhounding-api", "production", "--json"))
    assert (document["system"], document["environment"]) == ("rockhounding-api", "production")
    assert {
        "id": "queue:exports-queue",
        "kind": "queue",
        "label": "exports-queue",
        "lines": [],
        "owner": "stack",
    } in document["nodes"]
    assert {"source", "target", "label", "owner"} == set(document["edges"][0])


def test_an_unknown_system_lists_those_there_are(graph):
    with pytest.raises(Failure, match="rockhounding-api") as refused:
        graph("rockhound", "production")
    assert refused.value.exit_code == 2


def test_a_file_that_cannot_be_written_is_named(graph, tmp_path: Path):
    with pytest.raises(Failure, match="no/such") as refused:
        graph("rockhounding-api", "production", "--output", str(tmp_path / "no/such/file"))
    assert refused.value.exit_code == 2
