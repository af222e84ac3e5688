"""What an operation is asked to do, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any


class ExitCode(IntEnum):
    """Exit codes of Pulumi, as far as this engine tells failures apart."""

    SUCCESS = 0
    FAILED = 1
    CHANGES_NOT_EXPECTED = 7


@dataclass(frozen=True, kw_only=True)
class Options:
    """One operation on one stack."""

    project: Path
    """The folder of Pulumi.yaml."""
    stack: str
    state: Path
    """Folder of checkpoints: `<state>/<project name>/<stack>.json`."""
    passphrase: str
    policy_packs: tuple[Path, ...] = ()
    policy_pack_configs: tuple[Path | None, ...] = ()
    """One per pack, by position, or none at all."""
    parallel: int = 16
    """How many resource operations run at once."""
    targets: tuple[str, ...] = ()
    """URNs, with `*` and `**` as wildcards; empty means every resource."""
    target_dependents: bool = False
    excludes: tuple[str, ...] = ()
    """URNs like those of `targets`, and never beside them: every resource but these."""
    exclude_dependents: bool = False
    exclude_protected: bool = False
    """Of a destroy: leave what is protected, and what that needs."""
    replaces: tuple[str, ...] = ()
    """URNs like those of `targets` of what is to be replaced, whatever changed."""
    refresh: bool = False
    """Read the state of the world before a preview or an update."""
    preview_only: bool = False
    """Of a refresh or destroy: show what it would do, change nothing."""
    expect_no_changes: bool = False
    ignore_protect: bool = False
    continue_on_error: bool = False
    show_secrets: bool = False
    """For whoever shows outputs or state; events never hold a secret."""
    take_over: bool = False
    """Go on where a killed operation on this machine has left its lock, instead of asking for `cancel`."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of the program, the policy packs and the providers."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How an operation ended."""

    exit_code: ExitCode
    changes: dict[str, int]
    """Number of resources per operation (`create`, `same`, …), as the summary shows them."""
    outputs: dict[str, Any]
    """The stack's outputs; a secret is the text `[secret]`."""
    duration: float
    """Seconds."""
    error: str = ""
    """What the command has to say beyond the events, when its exit code is not theirs."""
