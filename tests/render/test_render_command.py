"""`headworks render`, on its own app, from files and from a stack."""

import json
import re
import resource
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headworks.commands.render import app
from headworks.failure import Failure

OUTPUTS = Path(__file__).parent / "outputs"
ROOT = Path(__file__).parents[2]
FILES = ["wrangler.jsonc", "worker-configuration.d.ts", ".dev.vars.example"]


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "app"


@pytest.fixture
def render(folder):
    """Runs the command on the folder; gives its exit code and what it printed."""

    def run(*words: str, stack: str = "production", given: str | None = None) -> tuple[int, str]:
        answer = CliRunner().invoke(app, [stack, "--to", str(folder), *words], input=given, catch_exceptions=False)
        return answer.exit_code, answer.stdout

    return run


@pytest.fixture
def from_file(render):
    """The same, from the outputs of a system."""

    def run(*words: str, system: str = "triggers-api") -> tuple[int, str]:
        return render("--from", str(OUTPUTS / system / "production.json"), *words)

    return run


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_each_worker_gets_its_three_files_and_a_companion_a_folder(from_file, folder):
    assert from_file() == (0, "".join(f"written  {name}\n" for name in [*FILES, *(f"tail/{name}" for name in FILES)]))
    assert set(contents(folder)) == {*FILES, *(f"tail/{name}" for name in FILES)}


def test_what_is_current_is_not_written_again(from_file, folder):
    from_file()
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    inodes = {file: file.stat().st_ino for file in folder.rglob("*")}
    assert "written" not in from_file()[1]
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before
    assert {file: file.stat().st_ino for file in folder.rglob("*")} == inodes


def test_only_what_differs_is_written(from_file, folder):
    from_file()
    (folder / ".dev.vars.example").write_text("OTHER=\n")
    assert re.findall(r"written  (.*)", from_file()[1]) == [".dev.vars.example"]


def test_outputs_come_from_standard_input_too(render, folder):
    code, _ = render("--from", "-", given=(OUTPUTS / "parquedb" / "production.json").read_text())
    assert code == 0
    assert '"name": "your-parquedb-api' in (folder / "wrangler.jsonc").read_text()


def test_an_exported_state_says_the_same_as_the_outputs(render, from_file, folder):
    from_file()
    outputs = json.loads((OUTPUTS / "triggers-api" / "production.json").read_text())
    stack = {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:production::triggers-api::x", "outputs": outputs}
    state = {"version": 3, "deployment": {"resources": [{"type": "a:b:C", "outputs": {"worker": 1}}, stack]}}
    assert render("--from", "-", "--check", given=json.dumps(state)) == (0, "")


def test_check_is_quiet_and_content_while_the_files_are_current(from_file):
    from_file()
    assert from_file("--check") == (0, "")


def test_check_shows_what_is_not_current_and_leaves_it(from_file, folder):
    from_file()
    file = folder / "wrangler.jsonc"
    file.write_text(file.read_text().replace('"max_retries": 3', '"max_retries": 7'))
    (folder / "tail" / "wrangler.jsonc").unlink()
    before = contents(folder)
    code, shown = from_file("--check")
    assert code == 1
    assert '-        "max_retries": 7,\n+        "max_retries": 3,' in shown
    assert "--- /dev/null\n+++ tail/wrangler.jsonc" in shown
    assert contents(folder) == before


def test_json_says_the_same_for_programs(from_file, folder):
    code, shown = from_file("--json")
    assert code == 0
    assert {each["state"] for each in json.loads(shown)["files"]} == {"written"}
    (folder / ".dev.vars.example").write_text("OTHER=\n")
    code, shown = from_file("--json", "--check")
    assert code == 1
    states = {each["path"]: each["state"] for each in json.loads(shown)["files"]}
    assert states == {**dict.fromkeys(states, "current"), ".dev.vars.example": "differs"}


def test_the_apps_own_folder_is_named_where_it_is_elsewhere(from_file, folder):
    from_file("--app", "apps/triggers-api")
    assert '"main": "src/index.ts"' in (folder / "wrangler.jsonc").read_text()


def test_previews_come_from_a_file_too(from_file, folder):
    staging = OUTPUTS / "triggers-api" / "staging.json"
    from_file("--preview", str(staging))
    lent = json.loads(staging.read_text())["storage"]["kvNamespaces"]["AUTH_KV"]["id"]
    assert f'"preview_id": "{lent}"' in (folder / "wrangler.jsonc").read_text()


REFUSED = {
    "another stack's outputs": (
        lambda outputs: outputs["environment"].update(stack="staging"),
        "has the outputs of staging",
        2,
    ),
    "a later version": (lambda outputs: outputs["environment"].update(version=2), "outputs of version 2", 2),
    "an earlier release": (lambda outputs: outputs["worker"].pop("logpush"), "an earlier release", 2),
    "another type": (
        lambda outputs: outputs["worker"].update(name=5),
        r"worker.name: input should be a valid string",
        2,
    ),
    "nothing": (dict.clear, "has no outputs yet", 3),
}


@pytest.mark.parametrize(("change", "sentence", "exit_code"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_rendered_is_refused(render, folder, change, sentence, exit_code):
    outputs = json.loads((OUTPUTS / "triggers-api" / "production.json").read_text())
    change(outputs)
    with pytest.raises(Failure, match=sentence) as refused:
        render("--from", "-", given=json.dumps(outputs))
    assert refused.value.exit_code == exit_code
    assert not folder.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '"outputs"'])
def test_what_is_no_outputs_at_all_is_refused(render, text):
    with pytest.raises(Failure, match="standard input is no") as refused:
        render("--from", "-", given=text)
    assert refused.value.exit_code == 2


def test_a_file_that_is_not_there_is_named(render, tmp_path):
    with pytest.raises(Failure, match=r"nothing-here.json cannot be read") as refused:
        render("--from", str(tmp_path / "nothing-here.json"))
    assert refused.value.exit_code == 2


def test_a_configuration_of_somebody_else_is_not_lost(from_file, folder):
    folder.mkdir()
    (folder / "wrangler.jsonc").write_text('{"name": "mine"}')
    with pytest.raises(Failure, match="was not written by `headworks render`") as refused:
        from_file()
    assert refused.value.exit_code == 2
    assert contents(folder) == {"wrangler.jsonc": '{"name": "mine"}'}
    assert from_file("--check")[0] == 1


def test_a_file_that_wrangler_would_read_instead_is_refused(from_file, folder):
    folder.mkdir()
    (folder / "wrangler.json").write_text("{}")
    with pytest.raises(Failure, match=r"wrangler.json is there, and wrangler reads it instead") as refused:
        from_file()
    assert refused.value.exit_code == 2


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left_behind(from_file, folder):
    folder.write_text("a file")
    with pytest.raises(Failure, match="app") as refused:
        from_file()
    assert refused.value.exit_code == 2
    assert folder.read_text() == "a file"


def test_a_stack_that_is_not_up_has_nothing_to_render(render, monkeypatch, tmp_path):
    monkeypatch.setenv("HEADWORKS_HOME", str(tmp_path / "home"))
    with pytest.raises(Failure, match="rockhounding-api/staging has no outputs yet") as refused:
        render("--system", str(ROOT), "--engine", "embedded", stack="staging")
    assert refused.value.exit_code == 3


def test_an_unknown_stack_is_refused_with_those_there_are(render):
    with pytest.raises(Failure, match="production"):
        render("--system", str(ROOT), stack="prod")


def test_a_file_that_could_not_be_written_whole_stays_as_it_was(from_file, folder):
    from_file()
    before = contents(folder)
    (folder / "wrangler.jsonc").write_text(before["wrangler.jsonc"] + "// changed\n")
    changed = contents(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # as on a disk that is full
    try:
        with pytest.raises(Failure, match=r"wrangler.jsonc could not be written: File too large") as refused:
            from_file()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.exit_code == 2
    assert contents(folder) == changed
