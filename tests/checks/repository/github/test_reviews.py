"""What people said of a pull request."""

from typing import Any

import pytest

from headworks.checks.check import State


def pull_request(number: int, head: str, merged_at: str | None = "2026-02-27T09:00:00Z") -> dict[str, Any]:
    return {
        "id": number * 7,
        "number": number,
        "state": "closed" if merged_at else "open",
        "title": "A new feature",
        "user": {"login": "ada", "id": 1, "type": "User", "site_admin": False},
        "merged_at": merged_at,
        "merge_commit_sha": "e5bd3914e2e596debea16f433f57875b5b90bcd6",
        "head": {"label": "rockhound:feature", "ref": "feature", "sha": head},
        "base": {"label": "rockhound:main", "ref": "main", "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e"},
        "draft": False,
    }


def review(login: str, state: str, commit: str, kind: str = "User") -> dict[str, Any]:
    return {
        "id": 80,
        "user": {"login": login, "id": 2, "type": kind, "site_admin": False},
        "body": "",
        "state": state,
        "html_url": "https://github.com/rockhound/api/pull/12#pullrequestreview-80",
        "submitted_at": "2026-02-26T09:00:00Z",
        "commit_id": commit,
        "author_association": "MEMBER",
    }


TIP, EARLIER = "a" * 40, "b" * 40


def reviewed(github: Any, head: str, *reviews: dict[str, Any]) -> None:
    github.lists[f"/commits/{head}/pulls"] = (None, [pull_request(12, TIP)])
    github.lists["/pulls/12/reviews"] = (None, list(reviews))


def test_what_somebody_else_approved_was_approved(look, github, head):
    reviewed(github, head, review("grace", "APPROVED", TIP))
    finding = look("pull-request-was-approved")
    assert (finding.state, finding.says) == (State.HELD, "#12 was approved by grace.")


def test_an_approval_of_an_earlier_commit_counts_unless_it_was_dismissed_and_is_said_to_be_one(look, github, head):
    reviewed(github, head, review("grace", "APPROVED", EARLIER))
    finding = look("pull-request-was-approved")
    assert (finding.state, finding.says) == (State.HELD, "#12 was approved by grace (before the last commit).")
    reviewed(github, head, review("grace", "DISMISSED", EARLIER))
    assert look("pull-request-was-approved").state is State.MISSING


@pytest.mark.parametrize(
    "reviews",
    [
        [],
        [review("ada", "APPROVED", TIP)],
        [review("approver[bot]", "APPROVED", TIP, "Bot")],
        [review("grace", "COMMENTED", TIP)],
        [review("grace", "PENDING", TIP)],
        [{**review("grace", "APPROVED", TIP), "user": None}],
    ],
)
def test_what_nobody_else_approved_was_not_approved(look, github, head, reviews):
    reviewed(github, head, *reviews)
    finding = look("pull-request-was-approved")
    assert finding.state is State.MISSING
    assert "Nobody but its author has approved #12" in finding.says


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["APPROVED", "CHANGES_REQUESTED"], State.MISSING),
        (["CHANGES_REQUESTED", "APPROVED"], State.HELD),
        (["CHANGES_REQUESTED", "APPROVED", "COMMENTED"], State.HELD),
        (["APPROVED", "CHANGES_REQUESTED", "COMMENTED"], State.MISSING),
    ],
)
def test_the_last_word_of_a_person_counts(look, github, head, words, state):
    reviewed(github, head, *(review("grace", word, TIP) for word in words))
    assert look("pull-request-was-approved").state is state


def test_a_person_who_still_asks_for_changes_outweighs_another_ones_approval(look, github, head):
    reviewed(github, head, review("alan", "CHANGES_REQUESTED", TIP), review("grace", "APPROVED", TIP))
    finding = look("pull-request-was-approved")
    assert finding.state is State.MISSING
    assert "In #12 alan asked for changes" in finding.says


def test_a_commit_that_came_by_no_pull_request_was_not_approved(look, github, head):
    github.lists[f"/commits/{head}/pulls"] = (None, [])
    finding = look("pull-request-was-approved")
    assert finding.state is State.MISSING
    assert "came by no pull request" in finding.says


def test_an_open_pull_request_does_not_speak_for_the_one_that_was_merged(look, github, head):
    github.lists[f"/commits/{head}/pulls"] = (None, [pull_request(13, TIP, merged_at=None), pull_request(12, TIP)])
    github.lists["/pulls/12/reviews"] = (None, [])
    github.lists["/pulls/13/reviews"] = (None, [review("grace", "APPROVED", TIP)])
    assert look("pull-request-was-approved").state is State.MISSING
    github.lists[f"/commits/{head}/pulls"] = (None, [pull_request(13, TIP, merged_at=None)])
    assert look("pull-request-was-approved").state is State.HELD


def test_changes_that_were_asked_for_on_a_later_page_count(look, github, head):
    talk = [review("grace", "APPROVED", TIP), *(review("grace", "COMMENTED", TIP) for _ in range(130))]
    reviewed(github, head, *talk, review("grace", "CHANGES_REQUESTED", TIP))
    assert look("pull-request-was-approved").state is State.MISSING
