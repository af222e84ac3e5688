"""Taking over: a wrangler configuration and an account become a system. Nothing is written to the account."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from headworks.account import Access
from headworks.adopt import files
from headworks.adopt.findings import Missing, NotImported, NotTaken
from headworks.adopt.imports import import_file
from headworks.adopt.inheritance import WranglerEnvironment, environments
from headworks.adopt.reading import read
from headworks.adopt.stacks import system_and_environments
from headworks.adopt.suffixes import stem
from headworks.adopt.tails import shared_tail_workers
from headworks.adopt.translated import Translated
from headworks.adopt.translation import translate
from headworks.facts.account import AccountReader, UnreadableError
from headworks.failure import Failure


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What would be written, and what there is to tell."""

    project: str
    stacks: tuple[str, ...]
    files: Mapping[str, str]
    imports: Mapping[str, int]
    """How many resources each stack takes over."""
    missing: tuple[Missing, ...]
    not_imported: tuple[NotImported, ...]
    not_taken: tuple[NotTaken, ...]


def adopt(
    path: Path, access: Access, *, root: Path, to: Path, account_id: str | None = None, top_level: str | None = None
) -> Adoption:
    """Read the configuration and the account. `root` is the folder of the program that is to run the stacks.

    Raises Failure: exit 2 for what is wrong with the configuration, 3 where the account does not say what is needed.
    """
    document = read(path)
    found = environments(document, path.name, top_level)
    project = _project(document, found)
    shared = shared_tail_workers(each.options.tail_consumers or () for each in found)
    with AccountReader(access, "") as reader:
        try:
            translated = [_translated(each, reader, project, path, root, account_id, shared) for each in found]
        except UnreadableError as error:
            raise Failure(
                f"The account cannot be read: {error}.",
                fix="Nothing was written. Check the account's id and what the token may read.",
                exit_code=3,
            ) from error
    system, stacks = system_and_environments(translated)
    imports = {each.name: import_file(project, each.account_id, each.held) for each in translated}
    written = files.texts(
        project=project,
        source=path.name,
        root=root,
        to=to,
        system=system,
        environments=stacks,
        imports=imports,
    )
    files.refuse_invalid(written, stacks, path.name)
    return Adoption(
        project=project,
        stacks=tuple(stacks),
        files=written,
        imports={each.name: len(each.held) for each in translated},
        missing=tuple(one for each in translated for one in each.missing),
        not_imported=tuple(one for each in translated for one in each.not_imported),
        not_taken=tuple(one for each in translated for one in each.not_taken),
    )


def _translated(
    environment: WranglerEnvironment,
    reader: AccountReader,
    project: str,
    path: Path,
    root: Path,
    account_id: str | None,
    shared_tails: Collection[str],
) -> Translated:
    options = environment.options
    for needed in ("name", "compatibility_date"):
        if getattr(options, needed) is None:
            raise Failure(
                f"{path.name}, environment {environment.name}: there is no {needed}, without which wrangler deploys nothing either.",
                fix="Write it there.",
                exit_code=2,
            )
    main = options.main and PurePath(os.path.relpath(path.parent / options.main, root)).as_posix()
    return translate(
        environment,
        reader.of_account(options.account_id or account_id or _only_account(reader)),
        script=str(options.name),
        system=project,
        main=main or "",
        shared_tails=shared_tails,
    )


def _only_account(reader: AccountReader) -> str:
    """The account that the token reaches, if it is one. Raises Failure (exit 2) else."""
    found = reader.get("accounts", lambda client: [each.id for each in client.accounts.list()])
    if len(found) == 1:
        return found[0]
    raise Failure(
        f"The token reaches {len(found)} accounts, and the configuration does not say which one it is for.",
        fix="Write account_id into it, or name one with --account.",
        exit_code=2,
    )


def _project(document: Mapping[str, Any], found: Sequence[WranglerEnvironment]) -> str:
    """All are called after the Worker at the top of the file, or what the names of the others begin with."""
    if isinstance(document.get("name"), str):
        return str(document["name"])
    names = [each.options.name or "" for each in found]
    return stem(names) or names[0]
