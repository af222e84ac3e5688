"""Checks of the repository, on real ones."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from headworks.checks.check import State

UNSEEN = "It cannot be looked up: "
OF_GIT = ["work-tree-is-clean", "commit-is-on-main", "release-is-tagged", "changelog-has-an-entry"]


@pytest.mark.parametrize("id_", OF_GIT)
def test_where_there_is_no_repository_nothing_is_verified(look, tmp_path, id_):
    finding = look(id_)
    assert (finding.state, finding.says.split(";")[0].removeprefix(UNSEEN)) == (
        State.NOT_VERIFIED,
        f"{tmp_path} is in no git repository",
    )


@pytest.mark.parametrize("id_", OF_GIT)
def test_without_git_nothing_is_verified(look, git, monkeypatch, tmp_path, id_):
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = look(id_)
    assert finding.state is State.NOT_VERIFIED
    assert "git could not be started" in finding.says


@pytest.mark.parametrize("id_", OF_GIT[1:])
def test_a_repository_without_a_commit_is_not_verified(look, git, tmp_path, id_):
    empty = tmp_path / "empty"
    git("init", "--quiet", str(empty))
    assert look(id_, folder=empty).says == f"{UNSEEN}the repository of {empty} has no commit yet."


# ---- work-tree-is-clean


def test_what_is_all_committed_is_clean(look, git):
    assert look("work-tree-is-clean").state is State.HELD


def test_a_changed_and_a_new_file_make_it_unclean_and_are_named(look, git, tmp_path):
    (tmp_path / "README.md").write_text("Otherwise.\n")
    (tmp_path / "new.txt").write_text("new")
    finding = look("work-tree-is-clean")
    assert finding.state is State.MISSING
    assert finding.says.startswith("README.md, new.txt differ")


def test_of_many_changed_files_a_few_are_named(look, git, tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.txt").touch()
    assert look("work-tree-is-clean").says.startswith("0.txt, 1.txt, 2.txt and 2 more differ")


def test_new_files_count_for_people_who_do_not_want_to_see_them(look, git, tmp_path):
    git("config", "status.showUntrackedFiles", "no")
    (tmp_path / "new.txt").touch()
    assert look("work-tree-is-clean").state is State.MISSING


# ---- commit-is-on-main


def test_the_tip_of_main_and_what_lies_before_it_are_on_main(look, git, write_and_commit):
    write_and_commit("a.txt", "a")
    git("push", "--quiet", "origin", "main")
    assert look("commit-is-on-main").state is State.HELD
    git("checkout", "--quiet", "HEAD^")
    assert look("commit-is-on-main").state is State.HELD


def test_what_was_not_pushed_is_not_on_main(look, git, write_and_commit):
    write_and_commit("a.txt", "a")
    finding = look("commit-is-on-main")
    assert finding.state is State.MISSING
    assert git("rev-parse", "HEAD")[:12] in finding.says


def test_releases_may_come_from_another_branch(look, git, write_and_commit):
    git("checkout", "--quiet", "-b", "release")
    write_and_commit("a.txt", "a")
    git("push", "--quiet", "origin", "release")
    assert look("commit-is-on-main", branch="release").state is State.HELD
    assert look("commit-is-on-main").state is State.MISSING


def test_a_branch_that_was_never_fetched_is_not_verified(look, git):
    finding = look("commit-is-on-main", branch="release")
    assert (finding.state, finding.says) == (
        State.NOT_VERIFIED,
        f"{UNSEEN}there is no origin/release here: `git fetch origin release`.",
    )


def test_a_branch_that_git_cannot_read_is_not_verified(look, git, tmp_path):
    (tmp_path / ".git" / "refs" / "remotes" / "origin" / "main").write_text("1" * 40)
    finding = look("commit-is-on-main")
    assert finding.state is State.NOT_VERIFIED
    assert "`git merge-base --is-ancestor" in finding.says


def test_a_shallow_clone_does_not_say_that_an_older_commit_is_not_on_main(look, git, write_and_commit, tmp_path):
    older = git("rev-parse", "HEAD")
    write_and_commit("a.txt", "a")
    git("push", "--quiet", "origin", "main")
    shallow = tmp_path / "shallow"
    git("clone", "--quiet", "--depth=1", f"file://{git('remote', 'get-url', 'origin')}", str(shallow))
    git("fetch", "--quiet", "--depth=1", "origin", older, folder=shallow)
    git("checkout", "--quiet", older, folder=shallow)
    finding = look("commit-is-on-main", folder=shallow)
    assert finding.state is State.NOT_VERIFIED
    assert "shallow" in finding.says


# ---- release-is-tagged


def test_an_annotated_tag_that_the_remote_has_too_is_a_release(look, git):
    git("tag", "-a", "v1.0.0", "-m", "First")
    git("push", "--quiet", "origin", "v1.0.0")
    finding = look("release-is-tagged")
    assert finding.state is State.HELD
    assert "v1.0.0" in finding.says


def test_a_commit_without_a_tag_is_no_release_though_an_earlier_one_is(look, git, write_and_commit):
    git("tag", "-a", "v1.0.0", "-m", "First")
    git("push", "--quiet", "origin", "v1.0.0")
    write_and_commit("a.txt", "a")
    finding = look("release-is-tagged")
    assert finding.state is State.MISSING
    assert "has no annotated tag" in finding.says


def test_a_tag_that_was_not_pushed_is_no_release(look, git):
    git("tag", "-a", "v1.0.0", "-m", "First")
    finding = look("release-is-tagged")
    assert (finding.state, finding.says) == (
        State.MISSING,
        "The tag v1.0.0 is not on origin. Push it: `git push origin v1.0.0`.",
    )


def test_a_tag_without_an_annotation_is_no_release(look, git):
    git("tag", "v1.0.0")
    git("push", "--quiet", "origin", "v1.0.0")
    finding = look("release-is-tagged")
    assert finding.state is State.MISSING
    assert "annotated" in finding.says


def test_a_tag_that_was_made_anew_here_is_another_one(look, git):
    git("tag", "-a", "v1.0.0", "-m", "First")
    git("push", "--quiet", "origin", "v1.0.0")
    git("tag", "-a", "-f", "v1.0.0", "-m", "First, again")
    finding = look("release-is-tagged")
    assert finding.state is State.MISSING
    assert "another one on origin" in finding.says


def test_a_tag_that_the_remote_has_on_another_commit_is_another_one(look, git, write_and_commit):
    git("tag", "-a", "v1.0.0", "-m", "First")
    git("push", "--quiet", "origin", "v1.0.0")
    write_and_commit("a.txt", "a")
    git("tag", "-a", "-f", "v1.0.0", "-m", "First")
    assert "another one on origin" in look("release-is-tagged").says


def test_a_pipeline_has_the_tag_without_its_annotation_and_still_sees_the_release(look, git):
    git("tag", "-a", "v1.0.0", "-m", "First")
    git("push", "--quiet", "origin", "v1.0.0")
    git("tag", "-f", "v1.0.0", "HEAD")
    assert look("release-is-tagged").state is State.HELD


@pytest.mark.parametrize("change", ["remove", "set-url"])
def test_a_remote_that_does_not_answer_is_not_verified_and_its_address_is_not_told(look, git, tmp_path, change):
    git("tag", "-a", "v1.0.0", "-m", "First")
    address = f"file://ada:planted-password@localhost{tmp_path}/nowhere"
    git("remote", change, "origin", *([address] if change == "set-url" else []))
    finding = look("release-is-tagged")
    assert finding.state is State.NOT_VERIFIED
    assert "`git ls-remote --tags origin` failed" in finding.says
    assert "planted-password" not in finding.says


# ---- changelog-has-an-entry


@pytest.mark.parametrize(
    "heading", ["## [1.0.0] - 2026-02-25", "## v1.0.0", "# 1.0.0", "### [v1.0.0](https://example.com)"]
)
def test_a_section_for_the_tag_is_an_entry(look, git, write_and_commit, heading):
    write_and_commit("CHANGELOG.md", "")
    git("tag", "v0.9.0")
    write_and_commit("CHANGELOG.md", f"# Changes\n\n{heading}\n\n- All of it.\n")
    write_and_commit("a.txt", "a")
    git("tag", "v0.9.5")
    write_and_commit("b.txt", "b")
    git("tag", "-a", "v1.0.0", "-m", "First")
    finding = look("changelog-has-an-entry")
    assert (finding.state, finding.says) == (State.HELD, "CHANGELOG.md has a section for v1.0.0.")


@pytest.mark.parametrize("heading", ["## 1.0.0-rc.1", "## 1.0.01", "## 11.0.0", "1.0.0", "## About 1.0.0", "## 1x0.0"])
def test_a_section_for_another_version_is_none(look, git, write_and_commit, heading):
    write_and_commit("CHANGELOG.md", f"# Changes\n\n{heading}\n")
    git("tag", "v0.9.0")
    write_and_commit("a.txt", "a")
    git("tag", "v1.0.0")
    finding = look("changelog-has-an-entry")
    assert finding.state is State.MISSING
    assert "since v0.9.0" in finding.says


def test_a_change_since_the_last_tag_is_an_entry(look, git, write_and_commit):
    write_and_commit("CHANGELOG.md", "# Changes\n")
    git("tag", "-a", "v1.0.0", "-m", "First")
    write_and_commit("CHANGELOG.md", "# Changes\n\n## Unreleased\n\n- More.\n")
    write_and_commit("a.txt", "a")
    finding = look("changelog-has-an-entry")
    assert (finding.state, finding.says) == (State.HELD, "CHANGELOG.md was changed since v1.0.0.")


def test_no_change_since_the_last_tag_is_no_entry_though_the_file_changed_before(look, git, write_and_commit):
    write_and_commit("CHANGELOG.md", "# Changes\n")
    git("tag", "v1.0.0")
    write_and_commit("a.txt", "a")
    assert look("changelog-has-an-entry").state is State.MISSING


def test_a_change_that_is_not_committed_is_no_entry(look, git, write_and_commit, tmp_path):
    write_and_commit("CHANGELOG.md", "# Changes\n")
    git("tag", "v1.0.0")
    write_and_commit("a.txt", "a")
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n- More.\n")
    assert look("changelog-has-an-entry").state is State.MISSING


def test_before_the_first_release_a_change_log_is_enough(look, git, write_and_commit):
    assert look("changelog-has-an-entry").state is State.MISSING
    write_and_commit("CHANGELOG.md", "# Changes\n")
    assert look("changelog-has-an-entry").state is State.HELD


def test_a_change_log_in_another_place_is_found_from_the_folder_of_the_program(look, git, write_and_commit, tmp_path):
    (tmp_path / "app").mkdir()
    write_and_commit("app/HISTORY.md", "# History\n")
    assert look("changelog-has-an-entry", folder=tmp_path / "app", path="HISTORY.md").state is State.HELD
    assert look("changelog-has-an-entry", path="HISTORY.md").state is State.MISSING


def test_a_shallow_clone_does_not_say_that_there_was_no_release(look, git, write_and_commit, tmp_path):
    write_and_commit("CHANGELOG.md", "# Changes\n")
    git("tag", "v1.0.0")
    write_and_commit("a.txt", "a")
    git("push", "--quiet", "--tags", "origin", "main")
    shallow = tmp_path / "shallow"
    git("clone", "--quiet", "--depth=1", f"file://{git('remote', 'get-url', 'origin')}", str(shallow))
    finding = look("changelog-has-an-entry", folder=shallow)
    assert finding.state is State.NOT_VERIFIED
    assert "whole history" in finding.says


# ---- files


def test_a_file_that_says_something_exists(look, tmp_path):
    (tmp_path / "docs").mkdir()
    file = tmp_path / "docs" / "incident.md"
    assert look("file-exists", path="docs/incident.md").state is State.MISSING
    file.touch()
    assert look("file-exists", path="docs/incident.md").says == "docs/incident.md is empty. Write it."
    file.write_text("What to do.")
    assert look("file-exists", path="docs/incident.md").state is State.HELD
    assert look("file-exists", path="docs").state is State.MISSING


@pytest.mark.parametrize(
    ("now", "state"),
    [(datetime(2026, 9, 30, 23, 59, tzinfo=UTC), State.HELD), (datetime(2026, 10, 1, tzinfo=UTC), State.MISSING)],
)
def test_a_document_is_current_up_to_the_day_of_its_review(look, tmp_path: Path, now, state):
    (tmp_path / "guide.md").write_text("How to.")
    finding = look("document-is-current", now=now, path="guide.md", review_by=date(2026, 9, 30))
    assert finding.state is state
    assert "2026-09-30" in finding.says


def test_a_document_that_is_not_there_is_not_current(look):
    finding = look("document-is-current", path="guide.md", review_by="2026-09-30")
    assert (finding.state, finding.says) == (State.MISSING, "There is no file guide.md. Write it.")
