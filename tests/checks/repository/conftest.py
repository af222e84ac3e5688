"""Checks of what is on this machine, in a folder with a real repository."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from headworks.account import Access
from headworks.checks.check import Finding
from headworks.facts.account import AccountReader
from headworks.model.environment import Environment
from headworks.model.files import load_environment
from headworks.workspace import Workspace
from tests.checks.conftest import NOW, ask
from tests.workspace import ROOT

Look = Callable[..., Finding]
Git = Callable[..., str]


@pytest.fixture(scope="session")
def environment() -> Environment:
    """Production of the Rockhounding API, whose code the stack uploads."""
    return load_environment(ROOT, "production")


@pytest.fixture(scope="session")
def account(environment: Environment) -> AccountReader:
    """Nobody listens at port 1: none of these checks has a need of the account."""
    return AccountReader(Access("http://127.0.0.1:1", "x" * 40, local=True), environment.account_id)


@pytest.fixture
def look(tmp_path: Path, environment: Environment, account: AccountReader) -> Look:
    """Runs a check by its id with the arguments of a line, on the program in `folder`."""

    def run(
        id_: str,
        folder: Path = tmp_path,
        environment: Environment = environment,
        now: datetime = NOW,
        **arguments: Any,
    ) -> Finding:
        workspace = Workspace(system=folder, project=environment.system, root=folder)
        return ask(id_, workspace, environment, account, now=now, **arguments)

    return run


IDENTITY = {
    f"GIT_{role}_{kind}": value
    for role in ("AUTHOR", "COMMITTER")
    for kind, value in {"NAME": "Ada", "EMAIL": "ada@rockhound.example"}.items()
}
NOBODYS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
"""Git without what the one who runs the tests has set."""


def run_git(*words: str, folder: Path) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = inherited | IDENTITY | NOBODYS
    answer = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def commit(folder: Path, path: str, text: str) -> None:
    (folder / path).write_text(text)
    run_git("add", path, folder=folder)
    run_git("commit", "--quiet", "--message", f"Write {path}", folder=folder)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit on `main`, and beside it `origin`, which has it too. It is never changed."""
    folder = tmp_path_factory.mktemp("repository") / "checkout"
    run_git("init", "--quiet", "--initial-branch=main", str(folder), folder=folder.parent)
    run_git("init", "--quiet", "--bare", "--initial-branch=main", "../origin", folder=folder)
    run_git("remote", "add", "origin", "../origin", folder=folder)
    commit(folder, "README.md", "Read me.\n")
    run_git("push", "--quiet", "origin", "main", folder=folder)
    return folder


@pytest.fixture
def git(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in a repository of the test's own, in `tmp_path`; its remote `origin` is its own, too."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in NOBODYS.items():
        monkeypatch.setenv(name, value)
    origin = tmp_path.with_name(f"{tmp_path.name}-origin")
    shutil.copytree(checkout, tmp_path, dirs_exist_ok=True)
    shutil.copytree(checkout.with_name("origin"), origin)
    run_git("remote", "set-url", "origin", str(origin), folder=tmp_path)
    return lambda *words, folder=tmp_path: run_git(*words, folder=folder)


@pytest.fixture
def write_and_commit(git: Git, tmp_path: Path) -> Callable[[str, str], None]:
    return lambda path, text: commit(tmp_path, path, text)
