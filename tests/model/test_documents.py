from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from headworks.model.documents import Document, shown
from headworks.model.problems import SpecificationError

TEXT = """\
# a comment
name: shop
config:
  list:
    - first
    - key: value
      other: {inline: 1}

  empty:
"""


@pytest.fixture
def document(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text(TEXT)
    return Document(tmp_path / "Pulumi.yaml")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("config",), 3),
        (("config", "list"), 4),
        (("config", "list", 0), 5),
        (("config", "list", 1, "other", "inline"), 7),
        (("config", "empty"), 9),
    ],
)
def test_a_value_has_the_line_of_its_key(document, path, line):
    assert document.line(path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [(("config", "list", 1, "missing"), 6), (("config", "list", 9), 4), (("config", "empty", "x"), 9), (("x",), None)],
)
def test_what_is_missing_has_the_line_of_what_it_is_missing_from(document, path, line):
    assert document.line(path) == line


def test_a_path_that_leads_nowhere_holds_nothing(document):
    assert document.at("config", "list") == ["first", {"key": "value", "other": {"inline": 1}}]
    assert document.at("config", "nothing", "below") is None
    assert document.at("name", "below") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,6}", fullmatch=True),
        st.recursive(
            st.integers() | st.booleans() | st.text("abc :#'\"", max_size=6),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_what_is_read_is_what_was_written_and_every_part_has_its_line(tmp_path, content):
    file = tmp_path / "Pulumi.yaml"
    with file.open("w") as stream:
        YAML().dump(content, stream)
    document = Document(file)
    lines = file.read_text().splitlines()
    assert (document.content or {}) == content
    for key in content:
        assert lines[document.line((key,)) - 1].lstrip("'\"").startswith(key)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name: shop\nconfig: [1, 2\n", 3, "expected ',' or ']'"),
        ("name: shop\n  config: {}\n", 2, "mapping values are not allowed here"),
        ("name: 'shop\n", 2, "found unexpected end of stream"),
        ("name: shop\nname: again\n", 2, 'found duplicate key "name"'),
        ("name: *shop\n", 1, "found undefined alias"),
        ("name: !secret x\n", 1, "could not determine a constructor"),
    ],
)
def test_a_slip_in_the_yaml_is_told_with_its_line(tmp_path, monkeypatch, text, line, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(SpecificationError) as raised:
        Document(tmp_path / "Pulumi.yaml")
    (problem,) = raised.value.problems
    assert (problem.file, problem.line) == ("Pulumi.yaml", line)
    assert problem.reason.startswith("this is not YAML: ")
    assert reason in problem.reason


def test_a_file_that_is_not_text_is_a_problem_and_not_a_traceback(tmp_path):
    (tmp_path / "Pulumi.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(SpecificationError, match="this is not YAML"):
        Document(tmp_path / "Pulumi.yaml")


def test_an_empty_file_holds_nothing(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("")
    document = Document(tmp_path / "Pulumi.yaml")
    assert document.content is None
    assert document.line(("name",)) is None


def test_dates_and_encrypted_values_are_noticed_because_engines_pass_them_on_in_another_form(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("a: 2026-02-25\nb:\n  - {secure: v1:abc}\nc: '2026-02-25'\n")
    document = Document(tmp_path / "Pulumi.yaml")
    assert document.dates == (("a",),)
    assert document.encrypted == (("b", 0),)
    assert document.at("a") == "2026-02-25"


def test_a_file_below_the_current_folder_is_named_from_there_and_another_in_full(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert shown(tmp_path / "here" / "systems" / "Pulumi.yaml") == str(Path("systems/Pulumi.yaml"))
    assert shown(tmp_path / "Pulumi.yaml") == str(tmp_path / "Pulumi.yaml")
