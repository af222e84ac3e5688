"""Checks of the repository: what is checked out, what was released, and what is written down."""

import re
from dataclasses import dataclass
from datetime import date

from headworks.checks.check import Arguments, Check, Context, Finding, State
from headworks.checks.git import REMOTE, Repository
from headworks.checks.reading import verified
from headworks.facts.account import UnreadableError

_FEW = 3
"""So many names of files are told."""


class Branch(Arguments):
    branch: str = "main"


class File(Arguments):
    path: str
    """Relative to the folder of the program."""


class Changelog(Arguments):
    path: str = "CHANGELOG.md"
    """Relative to the folder of the program."""


class Document(File):
    review_by: date
    """The last day on which nobody has to have looked at it again."""


@verified
def _work_tree_is_clean(context: Context, _: Arguments) -> Finding:
    changes = Repository(context.workspace.root).ask("status", "--porcelain", "--untracked-files=normal").splitlines()
    if not changes:
        return Finding.held("Nothing differs from the commit.")
    # The state takes two letters; the first line has lost a blank in front of it.
    names = [change.strip().split(maxsplit=1)[1] for change in changes[:_FEW]]
    more = f" and {len(changes) - _FEW} more" if len(changes) > _FEW else ""
    return Finding.missing(f"{', '.join(names)}{more} differ from the commit. Commit them, or take them away.")


@verified
def _commit_is_on_main(context: Context, arguments: Branch) -> Finding:
    repository, branch = Repository(context.workspace.root), f"{REMOTE}/{arguments.branch}"
    head = repository.head
    if repository.find("rev-parse", "--verify", "--quiet", f"refs/remotes/{branch}") is None:
        raise UnreadableError(f"there is no {branch} here: `git fetch {REMOTE} {arguments.branch}`")
    if repository.agrees("merge-base", "--is-ancestor", head, f"refs/remotes/{branch}"):
        return Finding.held(f"{head[:12]} is on {branch}.")
    if repository.is_shallow:
        raise UnreadableError(f"this clone is shallow, and what it has of {branch} does not reach {head[:12]}")
    return Finding.missing(f"{head[:12]} is not on {branch}. Merge it there, or fetch if it was merged already.")


@verified
def _release_is_tagged(context: Context, _: Arguments) -> Finding:
    repository = Repository(context.workspace.root)
    head = repository.head
    local, remote = _tags_here(repository), _tags_on_remote(repository)
    released = [tag for tag in remote.values() if tag.annotated and tag.commit == head]
    # A pipeline's checkout may have the tag without its annotation; two annotations are two tags.
    agreed = [
        tag for tag in released if not (tag.name in local and local[tag.name].annotated and local[tag.name] != tag)
    ]
    if agreed:
        return Finding.held(f"{head[:12]} is {' and '.join(tag.name for tag in agreed)}, on {REMOTE} too.")
    here = [tag for tag in local.values() if tag.commit == head]
    return Finding.missing(_why_untagged(head, here, remote))


def _why_untagged(head: str, here: list["_Tag"], remote: dict[str, "_Tag"]) -> str:
    annotated = next((tag for tag in here if tag.annotated), None)
    if annotated and annotated.name in remote:
        return f"The tag {annotated.name} is another one on {REMOTE}. A release is never tagged anew: take the next number."
    if annotated:
        return f"The tag {annotated.name} is not on {REMOTE}. Push it: `git push {REMOTE} {annotated.name}`."
    if here:
        return f"The tag {here[0].name} says neither who nor why. Make an annotated one with `git tag -a`, and push it."
    return f"{head[:12]} has no annotated tag that {REMOTE} has too. Make one with `git tag -a`, and push it."


@dataclass(frozen=True)
class _Tag:
    name: str
    object: str
    commit: str

    @property
    def annotated(self) -> bool:
        return self.object != self.commit


def _tags_here(repository: Repository) -> dict[str, _Tag]:
    listing = repository.ask("for-each-ref", "--format=%(refname:lstrip=2) %(objectname) %(*objectname)", "refs/tags")
    return {name: _Tag(name, id_, *commit or [id_]) for name, id_, *commit in map(str.split, listing.splitlines())}


def _tags_on_remote(repository: Repository) -> dict[str, _Tag]:
    """Behind an annotated tag the remote lists the commit that it is of, as `refs/tags/v1^{}`."""
    listing = repository.ask("ls-remote", "--tags", REMOTE)
    ids = {ref.removeprefix("refs/tags/"): id_ for id_, ref in map(str.split, listing.splitlines())}
    return {
        name: _Tag(name, id_, ids.get(f"{name}^{{}}", id_)) for name, id_ in ids.items() if not name.endswith("^{}")
    }


@verified
def _changelog_has_an_entry(context: Context, arguments: Changelog) -> Finding:
    repository, path = Repository(context.workspace.root), arguments.path
    text = repository.find("show", f"{repository.head}:./{path}")
    if not text:
        return Finding.missing(f"{path} is not in the commit, or empty. Say there what this release changes.")
    tags = repository.ask("tag", "--points-at", "HEAD").splitlines()
    if section := next((tag for tag in tags if _has_section(text, tag)), None):
        return Finding.held(f"{path} has a section for {section}.")
    # The tag of this commit itself is not the last one before it.
    before = repository.find("describe", "--tags", "--abbrev=0", "HEAD^" if tags else "HEAD")
    if before is None and repository.is_shallow:
        raise UnreadableError("this clone is shallow, and has no earlier tag: fetch with the whole history")
    if before is None:
        return Finding.held(f"{path} is there, and there is no earlier release.")
    if repository.agrees("diff", "--quiet", before, "HEAD", "--", path):
        return Finding.missing(f"{path} says nothing new since {before}. Say there what this release changes.")
    return Finding.held(f"{path} was changed since {before}.")


def _has_section(changelog: str, tag: str) -> bool:
    """A heading such as `## [1.2.0] - 2026-02-25` or `## v1.2.0`."""
    version = re.escape(tag.removeprefix("v"))
    return re.search(rf"^#+ +\[?v?{version}(?![\w.+-])", changelog, re.MULTILINE) is not None


def _file_exists(context: Context, arguments: File) -> Finding:
    file = context.workspace.root / arguments.path
    if not file.is_file():
        return Finding.missing(f"There is no file {arguments.path}. Write it.")
    if not file.stat().st_size:
        return Finding.missing(f"{arguments.path} is empty. Write it.")
    return Finding.held(f"{arguments.path} is there.")


def _document_is_current(context: Context, arguments: Document) -> Finding:
    exists = _file_exists(context, arguments)
    if exists.state is not State.HELD:
        return exists
    if context.now.date() > arguments.review_by:
        return Finding.missing(
            f"{arguments.path} was to be reviewed by {arguments.review_by}. Review it, and set the next day in the runbook."
        )
    return Finding.held(f"{arguments.path} is to be reviewed by {arguments.review_by}.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="work-tree-is-clean",
        looks_at="`git status` shows nothing that is not committed",
        look=_work_tree_is_clean,
    ),
    Check(
        id="commit-is-on-main",
        looks_at=f"the commit is on the branch of {REMOTE} that releases come from",
        look=_commit_is_on_main,
        arguments=Branch,
    ),
    Check(
        id="release-is-tagged",
        looks_at=f"the commit has an annotated tag, and {REMOTE} has the same",
        look=_release_is_tagged,
    ),
    Check(
        id="changelog-has-an-entry",
        looks_at="the change log has a section for the commit's tag, or was changed since the last one",
        look=_changelog_has_an_entry,
        arguments=Changelog,
    ),
    Check(
        id="file-exists",
        looks_at="the repository has the file, and it is not empty",
        look=_file_exists,
        arguments=File,
    ),
    Check(
        id="document-is-current",
        looks_at="the document is there, and the day of its next review has not passed",
        look=_document_is_current,
        arguments=Document,
    ),
)
