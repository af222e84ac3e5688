"""Checks of this machine, on tools that really run."""

import sys
from pathlib import Path

import pytest

from headworks.checks.check import State


def install(folder: Path, name: str, prints: str) -> None:
    """A program that tells its version."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{prints}"\n')
    program.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, and the one that our Python lies in: beside it there may be a node."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return folder


def test_tools_that_are_new_enough_are_there(look, machine):
    install(machine, "node", "v22.11.0")
    install(machine, "wrangler", " ⛅️ wrangler 4.125.0 (update available 5.0.0)")
    finding = look("tools-are-installed", node="22", wrangler="4.125.0", python="3.11")
    here = sys.version.split()[0]
    assert (finding.state, finding.says) == (State.HELD, f"python {here}, node 22.11.0, wrangler 4.125.0.")


def test_an_older_tool_and_one_that_is_not_there_are_named(look, machine):
    install(machine, "node", "v20.9.0")
    finding = look("tools-are-installed", node="20.10", wrangler="4", python="3.11")
    assert finding.state is State.MISSING
    assert finding.says.startswith(
        "node is 20.9.0, and has to be 20.10 or later; wrangler is not there, and has to be 4 or later. "
    )


@pytest.mark.parametrize("folder", ["node_modules", "node/node_modules"])
def test_what_the_project_installed_for_itself_comes_first(look, machine, tmp_path, folder):
    install(machine, "wrangler", "3.99.0")
    assert look("tools-are-installed", wrangler="4").state is State.MISSING
    install(tmp_path / folder / ".bin", "wrangler", "4.1.0")
    assert look("tools-are-installed", wrangler="4").says == "wrangler 4.1.0."


def test_a_tool_that_does_not_start_is_not_there(look, machine):
    (machine / "pnpm").write_text("#!/bin/sh\nexit 1\n")
    (machine / "pnpm").chmod(0o755)
    assert "pnpm is not there" in look("tools-are-installed", pnpm="9").says


def test_variables_have_to_be_set_and_not_empty_and_their_values_are_not_told(look, monkeypatch):
    monkeypatch.setenv("ADMIN_API_KEY", "planted-value")
    monkeypatch.setenv("EMPTY_KEY", "")
    monkeypatch.delenv("ABSENT_KEY", raising=False)
    finding = look("environment-is-set", names=["ADMIN_API_KEY"])
    assert (finding.state, finding.says) == (State.HELD, "ADMIN_API_KEY is set.")
    finding = look("environment-is-set", names=["ADMIN_API_KEY", "EMPTY_KEY", "ABSENT_KEY"])
    assert (finding.state, finding.says) == (
        State.MISSING,
        "EMPTY_KEY, ABSENT_KEY are not set. Export what is missing.",
    )
