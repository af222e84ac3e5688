"""`headworks github …`: what a pipeline tells the people who work on a repository."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headworks.failure import Failure

if TYPE_CHECKING:
    from headworks.conversation import Conversation

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Comments and issues of a pipeline. GITHUB_REPOSITORY and GITHUB_TOKEN say where, and as whom.",
)

Name = Annotated[
    str, typer.Option("--name", metavar="NAME", help="Which one it is, where a repository has several of them.")
]


@app.command("comment")
def comment(
    pull_request: Annotated[int, typer.Argument(help="Number of the pull request.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Markdown, as `headworks gate --write` makes it.")
    ],
    name: Name = "gate",
) -> None:
    """Put one comment on a pull request, or update the one that is there.

    \b
    Example:
      headworks github comment 12 gate.md
    """
    texts = _read(files)
    with _conversation() as conversation:
        print(conversation.put_comment(pull_request, _safe(name), texts))


@app.command("issue")
def issue(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="What the issue says, in Markdown.")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Its title.")] = "",
    close: Annotated[bool, typer.Option("--close", help="Close it: there is nothing to tell any more.")] = False,
    name: Name = "drift",
) -> None:
    """Open an issue, or update the one that is open; `--close` closes it if there is one.

    \b
    Example:
      headworks github issue --title "The account differs from the stacks" drift.md
      headworks github issue --close
    """
    if close == bool(files) or close == bool(title):
        raise Failure(
            "An issue needs a title and a file, or --close.",
            fix="headworks github issue --title TITLE FILE…, or headworks github issue --close.",
            exit_code=2,
        )
    texts = _read(files or [])
    with _conversation() as conversation:
        if close:
            print(conversation.close_issue(_safe(name)) or "There is no open issue to close.")
        else:
            print(conversation.put_issue(_safe(name), title, texts))


def _read(files: Sequence[Path]) -> list[str]:
    try:
        return [file.read_text() for file in files]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        names = ", ".join(str(file) for file in files)
        raise Failure(f"{names}: {reason}. Nothing was said.", fix="Name files in Markdown.", exit_code=2) from error


def _safe(name: str) -> str:
    """A name that stays inside its mark."""
    if not name.replace("-", "").isalnum():
        raise Failure(
            f"--name {name}: letters, digits and - are what a name has.", fix="Take --name gate.", exit_code=2
        )
    return name


@contextmanager
def _conversation() -> Iterator["Conversation"]:
    from headworks.conversation import Conversation
    from headworks.facts.account import UnreadableError

    try:
        with Conversation() as conversation:
            yield conversation
    except UnreadableError as error:
        raise Failure(
            f"Nothing was said on GitHub: {error}.",
            fix="Set GITHUB_REPOSITORY and GITHUB_TOKEN as a workflow does: `GITHUB_TOKEN: ${{ github.token }}`.",
            exit_code=3,
        ) from error
