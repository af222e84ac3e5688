"""What GitHub does not answer, or otherwise than it documents, is not verified."""

import socket

import pytest

from headworks.checks import github_api
from headworks.checks.check import State
from tests.checks.repository.github.conftest import TOKEN

UNSEEN = "It cannot be looked up: "
EVERY = [
    ("ci-passed", {"jobs": ["test"]}),
    ("pull-request-was-approved", {}),
    ("ci-has-secrets", {"names": ["CLOUDFLARE_API_TOKEN"]}),
]


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
