"""Jobs of a commit, by their last runs."""

from typing import Any

import pytest

from headworks.checks.check import State


def check_run(id_: int, name: str, conclusion: str | None = "success", status: str = "completed") -> dict[str, Any]:
    return {
        "id": id_,
        "head_sha": "ce587453ced02b1526dfb4cb910479d431683101",
        "node_id": "MDg6Q2hlY2tSdW40",
        "external_id": "",
        "url": f"https://api.github.com/repos/rockhound/api/check-runs/{id_}",
        "html_url": f"https://github.com/rockhound/api/runs/{id_}",
        "details_url": "https://example.com",
        "status": status,
        "conclusion": conclusion,
        "started_at": "2026-02-28T01:14:52Z",
        "completed_at": "2026-02-28T01:20:52Z" if conclusion else None,
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": ""},
        "name": name,
        "check_suite": {"id": 5},
        "app": {"id": 15368, "slug": "github-actions"},
        "pull_requests": [],
    }


def runs(github: Any, head: str, *found: dict[str, Any]) -> None:
    github.lists[f"/commits/{head}/check-runs"] = ("check_runs", list(found))


def test_jobs_whose_runs_succeeded_passed(look, github, head):
    runs(github, head, check_run(1, "test"), check_run(2, "type-check", "neutral"), check_run(3, "lint", "failure"))
    finding = look("ci-passed", jobs=["test", "type-check"])
    assert (finding.state, finding.says) == (State.HELD, f"test, type-check passed on {head[:12]}.")


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out", "action_required", "stale", "skipped"])
def test_a_job_that_ended_otherwise_did_not_pass(look, github, head, conclusion):
    runs(github, head, check_run(1, "test", conclusion))
    finding = look("ci-passed", jobs=["test"])
    assert finding.state is State.MISSING
    assert f"test ended with {conclusion}" in finding.says


@pytest.mark.parametrize("status", ["queued", "in_progress", "waiting", "requested", "pending"])
def test_a_job_that_is_not_done_did_not_pass(look, github, head, status):
    runs(github, head, check_run(1, "test", None, status))
    finding = look("ci-passed", jobs=["test"])
    assert finding.state is State.MISSING
    assert f"not done yet ({status})" in finding.says


def test_a_job_that_did_not_run_did_not_pass(look, github, head):
    runs(github, head, check_run(1, "tests"))
    finding = look("ci-passed", jobs=["test", "tests"])
    assert finding.state is State.MISSING
    assert "test did not run" in finding.says


@pytest.mark.parametrize(
    ("first", "then", "state"), [("failure", "success", State.HELD), ("success", "failure", State.MISSING)]
)
def test_of_two_runs_the_later_one_counts_in_whatever_order_they_are_listed(look, github, head, first, then, state):
    runs(github, head, check_run(1, "test", first), check_run(2, "test", then))
    assert look("ci-passed", jobs=["test"]).state is state
    runs(github, head, check_run(2, "test", then), check_run(1, "test", first))
    assert look("ci-passed", jobs=["test"]).state is state


def test_a_job_on_a_later_page_is_found(look, github, head):
    runs(
        github,
        head,
        *(check_run(number, f"test ({number})") for number in range(250)),
        check_run(999, "last", "failure"),
    )
    assert "last ended with failure" in look("ci-passed", jobs=["test (120)", "last"]).says
    assert len(github.asked) == 3
