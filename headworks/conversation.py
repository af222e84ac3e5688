"""What a pipeline says on GitHub: one comment on a pull request and one issue, each written once and then updated in place.

They are found again by their first line, a mark that nobody sees. Only what a bot wrote is ever touched: anybody can begin a
comment with the mark, and a verdict under somebody else's name is one that they can rewrite.
"""

from collections.abc import Sequence
from typing import Any

import httpx
from pydantic import BaseModel

from headworks.checks.github_api import GitHub, User
from headworks.comment import composed, mark
from headworks.failure import Failure

_NEEDED = {"comment": "pull-requests: write", "issue": "issues: write"}


class Post(BaseModel):
    """A comment or an issue."""

    id: int
    user: User | None
    body: str | None = None
    html_url: str
    number: int | None = None
    """Of an issue; comments have none."""
    pull_request: dict[str, Any] | None = None
    """GitHub lists pull requests among the issues."""

    def begins_with(self, mark: str) -> bool:
        first, *_ = (self.body or "").splitlines() or [""]
        return first.strip() == mark and self.user is not None and self.user.type == "Bot"


class Conversation(GitHub):
    """Writes to the repository that the environment of a pipeline names. Raises UnreadableError like the reading of it."""

    def put_comment(self, pull_request: int, name: str, texts: Sequence[str]) -> str:
        """The comment of that name says these texts from now on, one under the other; returns its address."""
        body = composed(name, texts)
        comments = f"/issues/{pull_request}/comments"
        present = next((post for post in self._list(Post, comments) if post.begins_with(mark(name))), None)
        if present is None:
            return self._write("comment", "POST", comments, {"body": body})
        return self._write("comment", "PATCH", f"/issues/comments/{present.id}", {"body": body})

    def put_issue(self, name: str, title: str, texts: Sequence[str]) -> str:
        """The open issue of that name says these texts from now on; one is opened if there is none."""
        content = {"title": title, "body": composed(name, texts)}
        present = self._issue(name)
        if present is None:
            return self._write("issue", "POST", "/issues", content)
        return self._write("issue", "PATCH", f"/issues/{present.number}", content)

    def close_issue(self, name: str) -> str | None:
        """Close the open issue of that name; None if there is none."""
        present = self._issue(name)
        if present is None:
            return None
        return self._write("issue", "PATCH", f"/issues/{present.number}", {"state": "closed"})

    def _issue(self, name: str) -> Post | None:
        issues = self._list(Post, "/issues", state="open")
        return next((post for post in issues if post.pull_request is None and post.begins_with(mark(name))), None)

    def _write(self, kind: str, method: str, path: str, content: dict[str, str]) -> str:
        try:
            response = self._client.request(method, path, json=content)
        except httpx.HTTPError as error:
            raise Failure(
                f"GitHub could not be reached to write the {kind} ({type(error).__name__}), so it may not be there.",
                fix="Run it again: what is there already is updated, not written twice.",
            ) from error
        if response.is_error:
            raise Failure(
                f"GitHub answers {response.status_code} to {method} {path}, so there is no {kind}.",
                fix=f"Give the job the permission `{_NEEDED[kind]}`; a pull request from a fork never has it.",
            )
        return Post.model_validate(response.json()).html_url
