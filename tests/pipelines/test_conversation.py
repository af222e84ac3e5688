"""What is said on GitHub, against a server that answers over HTTP as GitHub documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from headworks.cli import app
from headworks.comment import LONGEST, composed, mark
from headworks.failure import Failure
from tests.pipelines.conftest import BOT, TOKEN

SOMEBODY = {"login": "mallory", "type": "User"}


@pytest.fixture
def said(api, monkeypatch, tmp_path):
    """Runs `headworks github WORDS…` in a folder with `first.md` and `second.md`; returns what it printed."""
    for name, value in api.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.md").write_text("### first\n")
    (tmp_path / "second.md").write_text("### second\n")

    def say(*words: str) -> str:
        result = CliRunner().invoke(app, ["github", *words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return say


def bodies(api, kind):
    return [post["body"] for post in api.github.posts[kind]]


def test_a_comment_is_written_once_and_then_updated_in_place(said, api):
    assert said("comment", "12", "first.md", "second.md") == "https://github.com/rockhound/api/issues/100\n"
    assert bodies(api, "comments") == ["<!-- headworks gate -->\n\n### first\n\n### second\n"]
    said("comment", "12", "second.md")
    assert bodies(api, "comments") == ["<!-- headworks gate -->\n\n### second\n"]


def test_the_comment_is_found_on_a_later_page_and_nobody_elses_is_touched(said, api):
    others = ["Nice!", "<!-- headworks gate -->\nAll is well, merge it", "<!-- headworks drift -->\n\nother"]
    api.github.post("comments", others[0], SOMEBODY)
    api.github.post("comments", others[1], SOMEBODY)
    api.github.post("comments", others[2])
    api.github.post("comments", "<!-- headworks gate -->\r\n\r\nold")
    said("comment", "12", "first.md")
    assert bodies(api, "comments") == [*others, "<!-- headworks gate -->\n\n### first\n"]


def test_a_comment_of_another_name_stands_beside_it(said, api):
    said("comment", "12", "first.md")
    said("comment", "12", "second.md", "--name", "readiness")
    assert bodies(api, "comments")[1] == "<!-- headworks readiness -->\n\n### second\n"


def test_an_issue_is_opened_once_updated_and_closed_and_a_new_one_comes_after_it(said, api):
    api.github.post("issues", "<!-- headworks drift -->", BOT, pull_request={"url": ""})
    assert "no open issue" in said("issue", "--close")
    said("issue", "--title", "Drift", "first.md")
    said("issue", "--title", "More drift", "second.md")
    (issue,) = api.github.posts["issues"][1:]
    assert (issue["title"], issue["body"]) == ("More drift", "<!-- headworks drift -->\n\n### second\n")
    assert said("issue", "--close").strip() == issue["html_url"]
    assert issue["state"] == "closed"
    said("issue", "--title", "Drift again", "first.md")
    assert [post["state"] for post in api.github.posts["issues"]] == ["open", "closed", "open"]
    assert issue["title"] == "More drift"


@pytest.mark.parametrize(("words", "needed"), [(("comment", "12"), "pull-requests: write"), (("issue", "--title", "T"), "issues: write")])  # fmt: skip
def test_a_token_that_may_not_write_is_told_what_it_lacks_and_never_shown(said, api, words, needed):
    api.github.refusing = True
    with pytest.raises(Failure, match=needed) as failure:
        said(*words, "first.md")
    assert failure.value.exit_code == 1
    assert "403" in str(failure.value)
    assert TOKEN not in str(failure.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("GITHUB_TOKEN", ""), ("GITHUB_REPOSITORY", ""), ("GITHUB_TOKEN", "wrong"), ("GITHUB_API_URL", "http://github.example")],
)  # fmt: skip
def test_without_a_repository_or_a_token_nothing_is_said(said, api, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(Failure, match="Nothing was said on GitHub") as failure:
        said("comment", "12", "first.md")
    assert failure.value.exit_code == 3
    assert not api.github.posts["comments"]


def test_a_server_that_is_gone_is_no_success(said, monkeypatch):
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")
    with pytest.raises(Failure, match="could not be reached"):
        said("comment", "12", "first.md")


@pytest.mark.parametrize(
    "words",
    [
        ("comment", "12", "missing.md"),
        ("comment", "12", "first.md", "--name", "a --> b"),
        ("issue", "first.md"),
        ("issue", "--title", "Drift"),
        ("issue", "--close", "first.md"),
        ("issue", "--close", "--title", "Drift"),
        ("issue",),
    ],
)
def test_a_mistake_in_the_command_is_refused_before_anything_is_said(said, api, words):
    with pytest.raises(Failure) as failure:
        said(*words)
    assert failure.value.exit_code == 2
    assert api.github.posts == {"comments": [], "issues": []}


LINES = st.lists(st.sampled_from(["<details>", "</details>", "text", "", "x" * 300]), max_size=40)
TEXTS = st.lists(st.tuples(LINES, st.integers(1, 40)).map(lambda made: "\n".join(made[0] * made[1])), max_size=12)


@given(TEXTS)
def test_what_is_said_always_fits_and_begins_with_its_mark(texts):
    body = composed("gate", texts)
    assert len(body) <= LONGEST
    assert body.splitlines()[0] == mark("gate")


@given(st.integers(2, 12), st.integers(1, 3))
def test_of_texts_that_are_too_long_each_keeps_its_beginning_and_leaves_nothing_folded_open(number, folded):
    long = "### verdict\n" + "<details>\n" * folded + "| a row |\n" * 9000 + "</details>\n" * folded
    body = composed("gate", [long] * number)
    assert len(body) <= LONGEST
    assert body.count("### verdict") == number
    assert body.count("<details>") == body.count("</details>") == number * folded
    assert body.count("the rest is in the report of the run") == number
