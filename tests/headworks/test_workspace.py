from pathlib import Path

import pytest

from headworks.failure import Failure
from headworks.workspace import open_workspace


def write_project(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(text)
    return folder


def test_the_nearest_project_upwards_is_taken(tmp_path, monkeypatch):
    write_project(tmp_path, "name: shop\n")
    inner = tmp_path / "apps" / "shop"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    workspace = open_workspace()
    assert (workspace.system, workspace.project) == (tmp_path, "shop")


def test_main_leads_to_the_program_and_home_lies_beside_it(tmp_path, monkeypatch):
    monkeypatch.delenv("HEADWORKS_HOME", raising=False)
    write_project(tmp_path, "name: shop\n")
    system = write_project(tmp_path / "systems" / "till", "name: till\nmain: ../..\n")
    workspace = open_workspace(system)
    assert workspace.root == tmp_path
    assert workspace.home == tmp_path / ".headworks"
    assert [other.project for other in workspace.systems()] == ["shop", "till"]


def test_stacks_are_the_files_beside_the_project(tmp_path):
    write_project(tmp_path, "name: shop\n")
    for stack in ("staging", "production"):
        (tmp_path / f"Pulumi.{stack}.yaml").touch()
    assert open_workspace(tmp_path).stacks == ["production", "staging"]


@pytest.mark.parametrize(
    ("text", "reason"), [("name: [", "is not YAML"), ("runtime: python\n", "has no `name`"), ("- 1\n", "has no `name`")]
)
def test_a_broken_project_file_is_named_with_its_fault(tmp_path, text, reason):
    write_project(tmp_path, text)
    with pytest.raises(Failure, match=reason) as failure:
        open_workspace(tmp_path)
    assert str(tmp_path / "Pulumi.yaml") in str(failure.value)
    assert failure.value.exit_code == 2


def test_a_folder_without_a_project_says_how_to_name_one(tmp_path):
    with pytest.raises(Failure, match="--system DIR"):
        open_workspace(tmp_path)
