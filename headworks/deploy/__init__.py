"""Preview, up, refresh and destroy of one stack, by the official engine or by the embedded one."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from headworks import taking_over
from headworks.account import Access
from headworks.failure import Failure
from headworks.workspace import Workspace


class Engine(StrEnum):
    AUTO = "auto"
    PULUMI = "pulumi"
    EMBEDDED = "embedded"


class Operation(StrEnum):
    PREVIEW = "preview"
    UP = "up"
    REFRESH = "refresh"
    DESTROY = "destroy"
    IMPORT = "import"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A stack, and where it lives."""

    workspace: Workspace
    stack: str
    access: Access | None
    """None where nobody says which account it is: a state can be read without."""


@dataclass(frozen=True, kw_only=True)
class Request(Place):
    """What was asked for on the command line; the flags are Pulumi's."""

    operation: Operation
    access: Access
    policy_packs: tuple[Path, ...] = ()
    policy_pack_configs: tuple[Path, ...] = ()
    yes: bool = False
    skip_preview: bool = False
    preview_only: bool = False
    """Of a refresh or destroy: show what it would do."""
    json: bool = False
    diff: bool = False
    suppress_outputs: bool = False
    refresh: bool = False
    expect_no_changes: bool = False
    continue_on_error: bool = False
    ignore_protect: bool = False
    parallel: int = 16
    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    excludes: tuple[str, ...] = ()
    exclude_dependents: bool = False
    exclude_protected: bool = False
    replaces: tuple[str, ...] = ()
    takes_over: bool = False
    """Dynamic resources find their objects in the account, and make none."""

    @property
    def environment(self) -> dict[str, str]:
        """What the program and the providers are to see."""
        return self.access.environment | ({taking_over.VARIABLE: "yes"} if self.takes_over else {})

    @property
    def runs_program(self) -> bool:
        """Refresh and destroy work on the state alone; only a program's resources are held against policies."""
        return self.operation in {Operation.PREVIEW, Operation.UP}

    @property
    def changes(self) -> bool:
        return self.operation is not Operation.PREVIEW and not self.preview_only


CONTRADICTIONS = (
    ("--target", "--exclude"),
    ("--target", "--exclude-protected"),
    ("--exclude-protected", "--ignore-protect"),
)

Event = Mapping[str, Any]
"""One of Pulumi's engine events, as `pulumi preview --event-log` writes them."""


@dataclass(frozen=True)
class Observation:
    """What came of an operation that nobody watched, for what judges it afterwards."""

    events: Sequence[Event]
    exit_code: int
    error: str = ""
    """Why it failed, where no event says so."""


class Deployer(Protocol):
    """What either engine does."""

    def run(self, request: Request) -> int:
        """Preview, ask, do, and show it; returns the exit code of the last of them that ran."""

    def bulk_import(self, request: Request, file: Path, *, protect: bool) -> int:
        """The same for the import of a file's resources."""

    def observe(self, request: Request) -> Observation:
        """Do it without a display, and without asking anybody."""

    def outputs(self, place: Place) -> dict[str, Any]:
        """Of the last `up`; empty before the first."""

    def show_outputs(self, place: Place, *, as_json: bool, show_secrets: bool) -> int: ...

    def export(self, place: Place) -> dict[str, Any]:
        """The state in the envelope of `pulumi stack export`, with its secrets encrypted."""

    def replace_state(self, place: Place, exported: Mapping[str, Any]) -> None:
        """Put what `export` gave, and somebody completed, in the place of the state. Raises Failure when that fails."""

    def show_export(self, place: Place, *, show_secrets: bool) -> int: ...

    def cancel(self, place: Place) -> int:
        """Break the lock of a deployment that was killed."""


def run(request: Request, engine: Engine) -> int:
    """Run the request and return the exit code of docs/command-line.md."""
    refuse_contradiction(request)
    refuse_silent_change(request)
    return deployer(engine, request.access).run(request)


def observe(request: Request, engine: Engine) -> Observation:
    """Look at what a request would do, without a display."""
    if request.changes:
        raise ValueError(f"{request.operation} changes the account, and nobody would see it; ask for its preview")
    return deployer(engine, request.access).observe(request)


def refuse_contradiction(request: Request) -> None:
    """Raises Failure (exit 2) for flags that cannot both be meant, as `pulumi` does."""
    given = {
        "--target": request.targets,
        "--exclude": request.excludes,
        "--exclude-protected": request.exclude_protected,
        "--ignore-protect": request.ignore_protect,
    }
    for one, other in CONTRADICTIONS:
        if given[one] and given[other]:
            raise Failure(f"{one} and {other} contradict each other.", fix="Give one of them.", exit_code=2)


def refuse_silent_change(request: Request) -> None:
    """Raises Failure (exit 2) for a change that nobody has agreed to and nobody can be asked about."""
    if request.changes and not request.yes and not sys.stdin.isatty():
        raise Failure(
            f"--yes must be passed in to proceed with {request.operation} when nobody can be asked.",
            fix=f"Look at `headworks preview {request.stack}` first, then repeat with --yes.",
            exit_code=2,
        )


def deployer(engine: Engine, access: Access | None) -> Deployer:
    """The one that is asked for, loaded when it is: raises Failure (exit 3) as `choose` does."""
    if choose(engine, access) is Engine.PULUMI:
        from headworks.deploy import official

        return official
    from headworks.deploy import embedded

    return embedded


def choose(engine: Engine, access: Access | None) -> Engine:
    """`auto` is the `pulumi` on PATH, else the embedded engine, which is for the local account only.

    Raises Failure (exit 3) when the engine that was asked for, or is needed, is not there.
    """
    installed = shutil.which("pulumi") is not None
    if engine is Engine.PULUMI and not installed:
        raise Failure(
            "--engine pulumi, but there is no `pulumi` on PATH.",
            fix="`headworks doctor` shows how to install it; --engine embedded works on the local account without it.",
            exit_code=3,
        )
    if engine is Engine.AUTO:
        engine = Engine.PULUMI if installed else Engine.EMBEDDED
    if engine is Engine.EMBEDDED and access is not None and not access.local:
        raise Failure(
            f"The embedded engine works on the local account only, not on {access.base_url}.",
            fix="Install the official CLI (`headworks doctor` shows how), or start the local account: `headworks sandbox start`.",
            exit_code=3,
        )
    return engine


def refuse_unknown_stack(workspace: Workspace, stack: str) -> None:
    if stack not in workspace.stacks:
        raise Failure(
            f"{workspace.project} has no stack {stack!r} in {workspace.system}.",
            fix=f"Its stacks are: {', '.join(workspace.stacks) or 'none'}.",
            exit_code=2,
        )


def refuse_faulty_configuration(file: Path) -> None:
    """The engines keep a policy or setting that the pack does not have in silence: somebody would believe a rule to be relaxed that is not."""
    from policies.configuration import problems_of_file

    if found := problems_of_file(file):
        raise Failure(
            "\n".join([f"{file} does not configure the project's policies:", *(f"  {problem}" for problem in found)]),
            fix="Correct the names; docs/policies.md lists the policies and their settings.",
            exit_code=2,
        )
