"""GitHub's REST API, read: the answers that are needed here, and in words why there is none."""

import os
import re
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from headworks.facts.account import UnreadableError
from headworks.sandbox import is_loopback

CLOUD = "https://api.github.com"

_SILENCE = 10.0
"""Seconds without an answer after which it is given up."""
_PAGE = 100
"""Items of a page; GitHub gives no more."""
_MOST_PAGES = 50


class CheckRun(BaseModel):
    """One run of a job, or of a check of another app."""

    id: int
    name: str
    status: str
    conclusion: str | None


class User(BaseModel):
    login: str
    type: str


class Head(BaseModel):
    sha: str


class PullRequest(BaseModel):
    number: int
    user: User | None
    """None: the account is gone."""
    head: Head
    merged_at: str | None


class Review(BaseModel):
    user: User | None
    state: str
    commit_id: str | None = None


class Named(BaseModel):
    """Its value is told to nobody."""

    name: str


T = TypeVar("T", bound=BaseModel)


class GitHub:
    """One repository at GitHub, as the environment of a pipeline names it. The token is in no message."""

    def __init__(self) -> None:
        """Raises UnreadableError when the environment does not say which repository it is, or has no token for it."""
        address = _address()
        repository, token = (_variable(name) for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN"))
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            raise UnreadableError("GITHUB_REPOSITORY is not of the form owner/name")
        if not re.fullmatch(r"[!-~]+", token):
            raise UnreadableError("GITHUB_TOKEN has characters that no token has")
        self._client = httpx.Client(
            base_url=f"{address.rstrip('/')}/repos/{repository}",
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            timeout=_SILENCE,
            trust_env=not is_loopback(address),  # a proxy does not reach a server on this machine
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def check_runs(self, commit: str) -> list[CheckRun]:
        return self._list(CheckRun, f"/commits/{commit}/check-runs", within="check_runs")

    def pull_requests(self, commit: str) -> list[PullRequest]:
        """Those that brought the commit to the default branch; for another commit, those that are open with it."""
        return self._list(PullRequest, f"/commits/{commit}/pulls")

    def reviews(self, pull_request: int) -> list[Review]:
        """In the order in which they were given."""
        return self._list(Review, f"/pulls/{pull_request}/reviews")

    def secrets(self, environment: str) -> list[Named]:
        """The repository's own, and those of the environment, if it has one of that name."""
        found = self._list(Named, "/actions/secrets", within="secrets")
        if environment in {each.name for each in self._list(Named, "/environments", within="environments")}:
            found += self._list(Named, f"/environments/{environment}/secrets", within="secrets")
        return found

    def _list(self, model: type[T], path: str, within: str | None = None, **query: str) -> list[T]:
        """All items of all pages; `within` is the member that has them, where it is an object and not the list itself."""
        pages = self._pages(path, query)
        try:
            lists = [page[within] if within else page for page in pages]
            return [item for items in lists for item in TypeAdapter(list[model]).validate_python(items)]  # type: ignore[valid-type]
        except (ValidationError, LookupError, TypeError) as error:
            raise UnreadableError(f"what GitHub answers to {path} does not have the shape that it documents") from error

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[Any]:
        for number in range(1, _MOST_PAGES + 1):
            response = self._get(path, {**query, "per_page": str(_PAGE), "page": str(number)})
            try:
                yield response.json()
            except ValueError as error:
                raise UnreadableError(f"what GitHub answers to {path} is not JSON") from error
            # The page is counted, not followed: the token goes to no address that an answer names.
            if "next" not in response.links:
                return
        raise UnreadableError(f"GitHub has more than {_MOST_PAGES} pages of {path}")

    def _get(self, path: str, query: Mapping[str, str]) -> httpx.Response:
        try:
            response = self._client.get(path, params=query)
        except httpx.TimeoutException as error:
            raise UnreadableError(f"GitHub had no answer to {path} within {_SILENCE:g} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnreadableError(f"GitHub could not be reached for {path} ({type(error).__name__})") from error
        if response.status_code != httpx.codes.OK:
            raise UnreadableError(f"GitHub answers {response.status_code} to {path}: {_reason(response)}")
        return response


_REASONS: dict[int, str] = {
    httpx.codes.MOVED_PERMANENTLY: "the repository has another name now; correct GITHUB_REPOSITORY",
    httpx.codes.UNAUTHORIZED: "GITHUB_TOKEN is wrong or has expired",
    httpx.codes.FORBIDDEN: "GITHUB_TOKEN may not read this; give it the permission",
    httpx.codes.NOT_FOUND: "there is no such thing, or GITHUB_TOKEN may not see it",
    httpx.codes.UNPROCESSABLE_ENTITY: "it does not know the commit; push it",
    httpx.codes.TOO_MANY_REQUESTS: "too many requests; try again later",
}


def _reason(response: httpx.Response) -> str:
    limited = response.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in response.headers
    if limited and response.status_code == httpx.codes.FORBIDDEN:
        return _REASONS[httpx.codes.TOO_MANY_REQUESTS]
    return _REASONS.get(response.status_code, "try again later")


def _address() -> str:
    address = os.environ.get("GITHUB_API_URL") or CLOUD
    try:
        safe = httpx.URL(address).scheme == "https" or is_loopback(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise UnreadableError("GITHUB_API_URL is not an address") from error
    if not safe:
        raise UnreadableError("GITHUB_API_URL is not https, and would show the token to everyone on the way")
    return address


def _variable(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise UnreadableError(f"{name} is not set")
    return value
