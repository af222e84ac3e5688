"""The first minute: a local account, Rockhounding's staging and production up, and the gate refusing two mistakes.

Everything is shown as the command that a person would type, and is that command. Nothing is thrown away, so the demo can be
repeated, and what it leaves behind can be looked at.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from headworks import terminal
from headworks.workspace import PROJECT_FILE, Workspace

REFUSED = 1
STACKS = ("staging", "production")


@dataclass(frozen=True)
class Act:
    """One command, what it shows, and the exit code that it has to end with."""

    title: str
    words: tuple[str, ...]
    exit_code: int = 0


@dataclass(frozen=True)
class Mistake:
    """A change to production's files that the gate has to refuse."""

    folder: str
    title: str
    edit: Callable[[Any, Any], None]
    """Gets the parsed Pulumi.yaml and Pulumi.production.yaml."""


def _drop_dead_letter_queue(_project: Any, stack: Any) -> None:
    environment = stack["config"]["headworks:environment"]
    environment.setdefault("queues", {}).setdefault("exports", {}).setdefault("consumer", {})["dead_letter_queue"] = (
        None
    )


def _declare_unset_secret(project: Any, _stack: Any) -> None:
    project["config"]["headworks:system"]["value"]["secrets"].append("WEBHOOK_SIGNING_KEY")


MISTAKES = (
    Mistake(
        "production-without-dead-letter-queue",
        "The gate: production without its dead letter queue",
        _drop_dead_letter_queue,
    ),
    Mistake(
        "production-without-a-secret", "The gate: production needs a secret that nobody has set", _declare_unset_secret
    ),
)


def play(workspace: Workspace) -> int:
    """Play all acts; returns 0 when each ended as it had to, else 1 at the first that did not."""
    began = time.monotonic()
    for number, act in enumerate(_acts(workspace), start=1):
        _announce(number, act)
        ended = subprocess.run(
            [sys.executable, "-m", "headworks", *act.words], check=False, cwd=workspace.root
        ).returncode
        if ended != act.exit_code:
            print(
                f"\nThe demo stops here: that command ended with exit code {ended}, expected was {act.exit_code}.",
                file=sys.stderr,
            )
            return 1
        if act.exit_code == REFUSED:
            print("Refused, as it should be: that was exit code 1, and nothing was touched.")
    _summary(time.monotonic() - began)
    return 0


def _acts(workspace: Workspace) -> Iterator[Act]:
    yield Act("A Cloudflare account on this machine", ("sandbox", "start"))
    for stack in STACKS:
        yield Act(f"Secrets of {stack}, with made-up values", ("secrets", "put", stack, "--made-up"))
        yield Act(
            f"What {stack} would be, and whether the policies let it through", ("preview", stack, "--suppress-outputs")
        )
        yield Act(f"{stack.capitalize()} goes up", ("up", stack, "--yes", "--skip-preview", "--suppress-outputs"))
    yield Act("What the app's repository gets", ("outputs", "production"))
    for mistake in MISTAKES:
        system = os.path.relpath(_mistaken_copy(workspace, mistake), workspace.root)
        yield Act(mistake.title, ("preview", "production", "--suppress-outputs", "--system", system), exit_code=REFUSED)
    again = ("up", "production", "--yes", "--skip-preview", "--suppress-outputs", "--expect-no-changes")
    yield Act("Production once more: nothing to change", again)


def _mistaken_copy(workspace: Workspace, mistake: Mistake) -> Path:
    """A system directory of its own with the mistake in it; its `main` is the same program."""
    directory = workspace.home / "demo" / mistake.folder
    directory.mkdir(parents=True, exist_ok=True)
    yaml = YAML()
    files = {path.name: yaml.load(path) for path in workspace.system.glob("Pulumi*.yaml")}
    files[PROJECT_FILE]["main"] = os.path.relpath(workspace.root, directory)
    mistake.edit(files[PROJECT_FILE], files["Pulumi.production.yaml"])
    for name, content in files.items():
        yaml.dump(content, directory / name)
    return directory


def _announce(number: int, act: Act) -> None:
    bold, plain = ("\033[1m", "\033[0m") if terminal.has_color() else ("", "")
    print(f"\n{bold}{number}. {act.title}{plain}\n$ headworks {' '.join(act.words)}\n", flush=True)


def _summary(seconds: float) -> None:
    print(f"""
That was all of it, in {seconds:.0f} s:
  - staging and production of the Rockhounding API are up on a Cloudflare account of this machine,
  - the policies let both through, and refused two mistakes before anything was touched,
  - a second `up` found nothing to do.

What to try next:
  headworks preview production                        the same, without the story
  headworks destroy production                        refused: what holds data is protected
  eval "$(headworks sandbox env)"                     point pulumi, wrangler or an SDK at the local account
  headworks doctor                                    what is missing for a real account
  make test                                           all tests
  headworks sandbox stop                              put it away""")
