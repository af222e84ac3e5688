"""Checks of continuous integration, against a server that answers over HTTP in the shapes that GitHub documents."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from headworks.checks import github_api
from headworks.checks.check import State

UNSEEN = "It cannot be looked up: "
TOKEN = "ghp_plantedTokenOfATest0123456789"
EVERY = [
    ("ci-passed", {"jobs": ["test"]}),
    ("pull-request-was-approved", {}),
    ("ci-has-secrets", {"names": ["CLOUDFLARE_API_TOKEN"]}),
]


@dataclass
class GitHub:
    """What the repository `rockhound/api` holds, by path."""

    lists: dict[str, Any] = field(default_factory=dict)
    """Path to the list of items; with the member that has them, where GitHub wraps a list in an object."""
    answer: tuple[int, dict[str, str], str] | None = None
    """Given instead of everything else."""
    asked: list[str] = field(default_factory=list)

    def respond(self, target: str, authorization: str, address: str) -> tuple[int, dict[str, str], str]:
        self.asked.append(target)
        if self.answer:
            return self.answer
        url = urlsplit(target)
        if authorization != f"Bearer {TOKEN}":
            return 401, {}, '{"message": "Bad credentials"}'
        path = url.path.removeprefix("/api/v3/repos/rockhound/api")
        if path not in self.lists:
            return 404, {}, '{"message": "Not Found"}'
        member, items = self.lists[path]
        query = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
        size, page = min(query.get("per_page", 30), 100), query.get("page", 1)
        shown = items[(page - 1) * size : page * size]
        more = (
            f'<{address}{url.path}?per_page={size}&page={page + 1}>; rel="next"' if len(items) > page * size else None
        )
        body = {"total_count": len(items), member: shown} if member else shown
        return 200, {"Link": more} if more else {}, json.dumps(body)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    here = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"http://127.0.0.1:{self.server.server_port}"
            status, headers, body = here.respond(self.path, self.headers.get("Authorization", ""), address)
            self.send_response(status)
            for name, value in {
                "Content-Length": str(len(body)),
                "Content-Type": "application/json",
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_port}/api/v3")
        monkeypatch.setenv("GITHUB_REPOSITORY", "rockhound/api")
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield here
        server.shutdown()
        thread.join()


@pytest.fixture
def look(look, checkout):
    """On a repository that has a commit."""
    return partial(look, folder=checkout)


@pytest.fixture(scope="module")
def head(checkout) -> str:
    return (checkout / ".git" / "refs" / "heads" / "main").read_text().strip()


# ---- ci-passed


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


def runs(github: GitHub, head: str, *found: dict[str, Any]) -> None:
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


# ---- pull-request-was-approved


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


def reviewed(github: GitHub, head: str, *reviews: dict[str, Any]) -> None:
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


# ---- ci-has-secrets


def test_secrets_are_looked_for_by_name(look, github):
    names = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", *(f"OTHER_{number}" for number in range(120))]
    github.lists["/actions/secrets"] = (
        "secrets",
        [{"name": name, "created_at": "2026-01-10T10:59:22Z", "updated_at": "2026-02-10T10:59:22Z"} for name in names],
    )
    github.lists["/environments"] = ("environments", [])
    assert (
        look("ci-has-secrets", names=["CLOUDFLARE_API_TOKEN", "cloudflare_account_id", "OTHER_119"]).state is State.HELD
    )
    finding = look("ci-has-secrets", names=["CLOUDFLARE_API_TOKEN", "SLACK_WEBHOOK"])
    assert (finding.state, finding.says) == (
        State.MISSING,
        (
            "Neither the repository nor its environment production has a secret SLACK_WEBHOOK. "
            "Set it: `gh secret set SLACK_WEBHOOK --env production`."
        ),
    )


def test_an_environment_of_the_stacks_name_may_have_them_and_no_other(look, github):
    github.lists["/actions/secrets"] = ("secrets", [])
    github.lists["/environments"] = ("environments", [{"name": "staging"}])
    github.lists["/environments/staging/secrets"] = ("secrets", [{"name": "STAGING_TOKEN"}])
    assert look("ci-has-secrets", names=["STAGING_TOKEN"]).state is State.MISSING
    github.lists["/environments"] = ("environments", [{"name": "staging"}, {"name": "production"}])
    github.lists["/environments/production/secrets"] = ("secrets", [{"name": "CLOUDFLARE_API_TOKEN"}])
    assert look("ci-has-secrets", names=["CLOUDFLARE_API_TOKEN"]).state is State.HELD


# ---- what cannot be read


@pytest.mark.parametrize("name", ["GITHUB_REPOSITORY", "GITHUB_TOKEN"])
def test_without_a_variable_nothing_is_verified_and_the_variable_is_named(look, github, monkeypatch, name):
    monkeypatch.setenv(name, " ")
    for id_, arguments in EVERY:
        finding = look(id_, **arguments)
        assert (finding.state, finding.says) == (State.NOT_VERIFIED, f"{UNSEEN}{name} is not set.")
    assert not github.asked


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (301, {"Location": "https://elsewhere.example/"}, "the repository has another name now"),
        (401, {}, "wrong or has expired"),
        (403, {}, "may not read this"),
        (403, {"x-ratelimit-remaining": "0"}, "too many requests"),
        (403, {"Retry-After": "60"}, "too many requests"),
        (404, {}, "may not see it"),
        (422, {}, "push it"),
        (429, {}, "too many requests"),
        (502, {}, "try again later"),
    ],
)
def test_an_error_of_github_is_not_verified_with_the_reason(look, github, status, headers, reason):
    github.answer = (status, headers, '{"message": "no"}')
    finding = look("ci-has-secrets", names=["A"])
    assert finding.state is State.NOT_VERIFIED
    assert finding.says.startswith(f"{UNSEEN}GitHub answers {status} to /actions/secrets: ")
    assert reason in finding.says


@pytest.mark.parametrize("body", ["<html>", "null", "{}", "[1]", '{"check_runs": [{}], "secrets": 1}'])
def test_an_answer_in_another_shape_is_not_verified(look, github, body):
    github.answer = (200, {}, body)
    for id_, arguments in EVERY:
        finding = look(id_, **arguments)
        assert finding.state is State.NOT_VERIFIED
        assert finding.says.startswith(f"{UNSEEN}what GitHub answers to /")


def test_pages_without_an_end_are_given_up(look, github):
    github.answer = (200, {"Link": '<https://elsewhere.example/>; rel="next"'}, '{"secrets": []}')
    finding = look("ci-has-secrets", names=["A"])
    assert (finding.state, len(github.asked)) == (State.NOT_VERIFIED, 50)


def test_a_server_that_says_nothing_is_given_up(look, github, monkeypatch):
    monkeypatch.setattr(github_api, "_SILENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
        finding = look("ci-has-secrets", names=["A"])
    assert finding.state is State.NOT_VERIFIED
    assert "no answer" in finding.says


def test_a_server_that_is_not_there_is_not_verified(look, github, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("GITHUB_API_URL", address)
    finding = look("ci-has-secrets", names=["A"])
    assert (finding.state, finding.says) == (
        State.NOT_VERIFIED,
        f"{UNSEEN}GitHub could not be reached for /actions/secrets (ConnectError).",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_API_URL", "http://api.github.example"),
        ("GITHUB_API_URL", "http://[api"),
        ("GITHUB_API_URL", "api.github.com"),
        ("GITHUB_REPOSITORY", "../../user"),
        ("GITHUB_REPOSITORY", "rockhound/api/../../.."),
        ("GITHUB_TOKEN", f"{TOKEN} {TOKEN}"),
        ("GITHUB_TOKEN", f"{TOKEN}é"),
        ("GITHUB_TOKEN", f"{TOKEN}-wrong"),
    ],
)
def test_what_the_environment_says_wrongly_is_not_verified_and_the_token_is_not_told(
    look, github, monkeypatch, name, value
):
    monkeypatch.setenv(name, value)
    for id_, arguments in EVERY:
        finding = look(id_, **arguments)
        assert finding.state is State.NOT_VERIFIED
        assert name in finding.says
        assert TOKEN not in finding.says


@pytest.mark.parametrize("id_", ["ci-passed", "pull-request-was-approved"])
def test_without_a_repository_there_is_no_commit_to_ask_about(look, github, tmp_path, id_):
    finding = look(id_, folder=tmp_path, **dict(EVERY)[id_])
    assert finding.state is State.NOT_VERIFIED
    assert "is in no git repository" in finding.says
