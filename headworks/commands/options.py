"""Options and arguments that several commands share, and what they have in common."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headworks.failure import Failure
from headworks.workspace import open_workspace

if TYPE_CHECKING:
    from headworks.deploy import Engine


def _complete_stack(context: typer.Context, incomplete: str) -> list[str]:
    system = context.params.get("system")
    try:
        stacks = open_workspace(Path(system) if system else None).stacks
    except Failure:
        return []
    return [stack for stack in stacks if stack.startswith(incomplete)]


Stack = Annotated[
    str, typer.Argument(help="Name of the stack, as in Pulumi.<stack>.yaml.", autocompletion=_complete_stack)
]
System = Annotated[
    Path | None,
    typer.Option(
        "--system", metavar="DIR", help="Folder with the system's Pulumi.yaml; the nearest upwards by default."
    ),
]
EngineChoice = Annotated[
    str,
    typer.Option("--engine", metavar="auto|pulumi|embedded", help="auto takes `pulumi` from PATH when there is one."),
]
Json = Annotated[bool, typer.Option("--json", "-j", help="Print JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
SkipPreview = Annotated[bool, typer.Option("--skip-preview", "-f", help="Go ahead without a preview first.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the whole difference instead of the tree.")]
SuppressOutputs = Annotated[bool, typer.Option("--suppress-outputs", help="Leave the outputs out.")]
Refresh = Annotated[bool, typer.Option("--refresh", "-r", help="Read the account before anything else.")]
ExpectNoChanges = Annotated[bool, typer.Option("--expect-no-changes", help="Exit 7 if there is anything to change.")]
ContinueOnError = Annotated[
    bool, typer.Option("--continue-on-error", help="Go on with what does not depend on a failure.")
]
IgnoreProtect = Annotated[bool, typer.Option("--ignore-protect", help="Delete or replace what is protected, too.")]
Parallel = Annotated[int, typer.Option("--parallel", "-p", min=1, help="Operations at once.")]
Target = Annotated[
    list[str] | None, typer.Option("--target", "-t", metavar="URN", help="Only this resource; may be repeated.")
]
TargetDependents = Annotated[bool, typer.Option("--target-dependents", help="And what depends on the targets.")]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", "-x", metavar="URN", help="All but this resource; may be repeated.")
]
ExcludeDependents = Annotated[
    bool, typer.Option("--exclude-dependents", help="And without what depends on the excluded.")
]
ExcludeProtected = Annotated[
    bool, typer.Option("--exclude-protected", help="Leave what is protected, and what that needs.")
]
Replace = Annotated[
    list[str] | None, typer.Option("--replace", metavar="URN", help="Replace this resource; may be repeated.")
]
TargetReplace = Annotated[
    list[str] | None,
    typer.Option(
        "--target-replace", metavar="URN", help="Replace this resource, and change no other; may be repeated."
    ),
]
PolicyPack = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack", metavar="DIR", help="Policy packs to run; the project's own by default. May be repeated."
    ),
]
PolicyPackConfig = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack-config", metavar="FILE", help="JSON configuration, one for each pack, in the same order."
    ),
]


def engine_of(name: str) -> "Engine":
    """The engine of `--engine`, or a Failure (exit 2)."""
    from headworks.deploy import Engine

    try:
        return Engine(name)
    except ValueError:
        raise Failure(
            f"--engine {name}: there is no such engine.", fix="Take auto, pulumi or embedded.", exit_code=2
        ) from None


def print_json(document: Any) -> None:
    print(json.dumps(document, indent=2))
