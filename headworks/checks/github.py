"""Checks of continuous integration: what GitHub knows of the commit that is checked out."""

from typing import Annotated

from pydantic import Field

from headworks.checks.check import Arguments, Check, Context, Finding, State
from headworks.checks.git import Repository
from headworks.checks.github_api import CheckRun, GitHub, PullRequest, Review
from headworks.checks.reading import verified

PASSED = {"success", "neutral"}
"""Conclusions that count as passed. What was skipped has shown nothing."""


class Jobs(Arguments):
    jobs: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names as the list of checks of a commit has them, such as `type-check` or `test (3.12)`."""


class Secrets(Arguments):
    names: Annotated[tuple[str, ...], Field(min_length=1)]


@verified
def _ci_passed(context: Context, arguments: Jobs) -> Finding:
    commit = Repository(context.workspace.root).head
    with GitHub() as github:
        runs = sorted(github.check_runs(commit), key=lambda run: run.id)
    latest = {run.name: run for run in runs}
    open_ = [trouble for job in arguments.jobs if (trouble := _trouble(job, latest.get(job)))]
    if open_:
        return Finding.missing(f"On {commit[:12]} {'; '.join(open_)}.")
    return Finding.held(f"{', '.join(arguments.jobs)} passed on {commit[:12]}.")


def _trouble(job: str, run: CheckRun | None) -> str | None:
    if run is None:
        return f"{job} did not run: push the commit, or correct the name"
    if run.status != "completed":
        return f"{job} is not done yet ({run.status}): wait for it"
    return None if run.conclusion in PASSED else f"{job} ended with {run.conclusion}: mend it"


@verified
def _pull_request_was_approved(context: Context, _: Arguments) -> Finding:
    commit = Repository(context.workspace.root).head
    with GitHub() as github:
        requests = github.pull_requests(commit)
        # An open one to another branch says nothing about a commit that was merged already.
        merged = [request for request in requests if request.merged_at] or requests
        findings = [_approval(request, github.reviews(request.number)) for request in merged]
    if not findings:
        return Finding.missing(f"{commit[:12]} came by no pull request. Open one, and have it approved.")
    return next((finding for finding in findings if finding.state is State.HELD), findings[0])


def _approval(request: PullRequest, reviews: list[Review]) -> Finding:
    """By the last word of each person; a comment is no word, nor is what the author or a program says."""
    author = request.user.login if request.user else None
    words = {
        review.user.login: review
        for review in reviews
        if review.user and review.user.login != author and review.user.type == "User" and review.state in _WORDS
    }
    against = [who for who, review in words.items() if review.state == "CHANGES_REQUESTED"]
    if against:
        return Finding.missing(
            f"In #{request.number} {', '.join(against)} asked for changes. Make them, and ask again."
        )
    approved = [
        who if review.commit_id == request.head.sha else f"{who} (before the last commit)"
        for who, review in words.items()
        if review.state == "APPROVED"
    ]
    if not approved:
        return Finding.missing(f"Nobody but its author has approved #{request.number}. Ask somebody to review it.")
    return Finding.held(f"#{request.number} was approved by {', '.join(approved)}.")


_WORDS = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}


@verified
def _ci_has_secrets(context: Context, arguments: Secrets) -> Finding:
    environment = context.environment.stack
    with GitHub() as github:
        present = {secret.name for secret in github.secrets(environment)}
    # GitHub keeps the names in capitals.
    missing = [name for name in arguments.names if name.upper() not in present]
    if missing:
        return Finding.missing(
            f"Neither the repository nor its environment {environment} has a secret {', '.join(missing)}. "
            f"Set it: `gh secret set {missing[0]} --env {environment}`."
        )
    return Finding.held(f"The repository or its environment {environment} has {', '.join(arguments.names)}.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="ci-passed",
        looks_at="the latest run of each of the jobs on this commit passed, and was not skipped",
        look=_ci_passed,
        arguments=Jobs,
    ),
    Check(
        id="pull-request-was-approved",
        looks_at="somebody else than its author approved the pull request of the commit, and nobody still asks for changes",
        look=_pull_request_was_approved,
    ),
    Check(
        id="ci-has-secrets",
        looks_at="GitHub Actions has a secret of each of the names, in this repository or its environment of the stack's name",
        look=_ci_has_secrets,
        arguments=Secrets,
    ),
)
