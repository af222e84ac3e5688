import json
import sys

import pytest

from sandbox.engine.errors import Unsupported
from sandbox.engine.workspace.configuration import configuration, load_stack
from sandbox.engine.workspace.project import ConfigurationError, load_project


@pytest.fixture
def project(tmp_path):
    def write(yaml, stack="", name="dev"):
        (tmp_path / "Pulumi.yaml").write_text(yaml)
        (tmp_path / f"Pulumi.{name}.yaml").write_text(stack)
        loaded = load_project(tmp_path)
        return loaded, load_stack(loaded, name)

    return write


def values(project, settings):
    return configuration(project, settings, lambda sealed: f"opened {sealed}")


def test_every_value_reaches_the_program_as_text(project):
    found = values(
        *project(
            "name: conf\nruntime: python\nconfig: {plain: text}\n",
            'config:\n  conf:on: true\n  conf:ratio: 0.5\n  conf:count: "3"\n  conf:none: null\n'
            "  other:deep: {b: [1, two, {c: true}], a: null}\n",
        )
    )
    assert found.values == {
        "conf:count": "3",
        "conf:none": "null",
        "conf:on": "true",
        "conf:plain": "text",
        "conf:ratio": "0.5",
        "other:deep": '{"a":null,"b":[1,"two",{"c":true}]}',
    }
    assert json.loads(found.environment()["PULUMI_CONFIG"]) == found.values


def test_a_value_of_the_stack_replaces_the_projects_whole(project):
    found = values(
        *project(
            "name: conf\nruntime: python\nconfig:\n  headworks:both: {value: {from: project, only: project}}\n",
            "config:\n  headworks:both: {from: stack}\n",
        )
    )
    assert found.values == {"headworks:both": '{"from":"stack"}'}


def test_a_declared_value_has_its_default_and_its_type(project):
    yaml = "name: conf\nruntime: python\nconfig:\n  count: {type: integer, default: 3}\n"
    assert values(*project(yaml)).values == {"conf:count": "3"}
    assert values(*project(yaml, 'config: {conf:count: "4"}')).values == {"conf:count": "4"}
    with pytest.raises(ConfigurationError, match="conf:count must be of type 'integer'"):
        values(*project(yaml, "config: {conf:count: many}"))


def test_a_declared_value_without_a_default_has_to_be_set(project):
    with pytest.raises(ConfigurationError, match=r"Pulumi.dev.yaml: conf:size is missing"):
        values(*project("name: conf\nruntime: python\nconfig:\n  size: {type: integer}\n"))


def test_secrets_are_opened_wherever_they_stand_and_their_keys_are_named(project):
    found = values(
        *project(
            "name: conf\nruntime: python\n",
            "encryptionsalt: v1:salt\nconfig:\n  conf:token: {secure: v1:a}\n  conf:deep: {x: [{secure: v1:b}, plain], y: 1}\n  conf:plain: x\n",
        )
    )
    assert found.values["conf:token"] == "opened v1:a"
    assert found.values["conf:deep"] == '{"x":["opened v1:b","plain"],"y":1}'
    assert found.secret_keys == {"conf:token", "conf:deep"}
    assert found.shown() == {"conf:deep": "[secret]", "conf:plain": "x", "conf:token": "[secret]"}


def test_without_configuration_the_variables_are_missing(project):
    assert values(*project("name: conf\nruntime: python\n")).environment() == {}


def test_the_encryption_salt_of_the_stack_is_read(project):
    assert project("name: conf\nruntime: python\n", "encryptionsalt: v1:a:v1:b:c\n")[1].salt == "v1:a:v1:b:c"


def test_a_foreign_key_in_the_project_needs_value(project):
    with pytest.raises(ConfigurationError, match=r"config.headworks:system belongs to another namespace"):
        project("name: conf\nruntime: python\nconfig:\n  headworks:system: {name: x}\n")


def test_an_unquoted_date_comes_out_as_pulumi_writes_times(project):
    found = values(*project("name: conf\nruntime: python\n", "config: {conf:on: 2026-02-25, conf:text: '2026-02-25'}"))
    assert found.values == {"conf:on": "2026-02-25 00:00:00 +0000 UTC", "conf:text": "2026-02-25"}


def test_main_names_the_folder_of_the_program(project, tmp_path):
    assert project("name: conf\nruntime: python\nmain: ..\n")[0].program == tmp_path.parent


def test_the_virtual_environment_of_the_file_is_taken(project, tmp_path):
    loaded, _ = project("name: conf\nruntime: {name: python, options: {virtualenv: env}}\n")
    with pytest.raises(ConfigurationError, match="is not a virtual environment"):
        loaded.runtime.python(loaded.directory)
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python").symlink_to(sys.executable)
    assert loaded.runtime.python(loaded.directory) == str(tmp_path / "env" / "bin" / "python")
    assert loaded.runtime.environment() == {"PULUMI_RUNTIME_VIRTUALENV": "env"}


def test_the_nearest_environment_of_uv_is_taken(project, tmp_path):
    loaded, _ = project("name: conf\nruntime: {name: python, options: {toolchain: uv}}\n")
    assert loaded.runtime.python(loaded.directory) == sys.executable
    (tmp_path / "uv.lock").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    assert loaded.runtime.python(loaded.directory) == str(tmp_path / ".venv" / "bin" / "python")


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        ("runtime: python\n", "`name` is missing"),
        ("name: conf\n", "`runtime` must be"),
        ("name: [conf\n", "is not YAML"),
        ("- a\n", "must hold an object"),
    ],
)
def test_a_project_file_that_cannot_be_used_says_why(project, yaml, reason):
    with pytest.raises(ConfigurationError, match=reason):
        project(yaml)


@pytest.mark.parametrize(
    ("project_file", "stack_file", "name"),
    [
        ("runtime: nodejs", "", "'nodejs'"),
        ("runtime: python\nplugins: {providers: [{name: a, path: ./a}]}", "", "`plugins`"),
        ("runtime: python\nstackConfigDir: stacks", "", "`stackConfigDir`"),
        ("runtime: python\nconfig: {'pulumi:autonaming': {value: {mode: verbatim}}}", "", "pulumi:autonaming"),
        ("runtime: python", "secretsprovider: awskms://x", "secretsprovider"),
        ("runtime: python", "environment: [production]", "the ESC `environment`"),
        ("runtime: python", "config: {'pulumi:autonaming': {mode: verbatim}}", "pulumi:autonaming"),
    ],
)
def test_what_would_change_an_operation_and_is_not_there_is_refused_by_name(project, project_file, stack_file, name):
    with pytest.raises(Unsupported, match=name):
        values(*project(f"name: conf\n{project_file}\n", f"{stack_file}\n"))


def test_a_folder_without_a_project_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"there is no Pulumi\.yaml in"):
        load_project(tmp_path)
