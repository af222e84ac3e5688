"""`headworks preview`, `up`, `refresh`, `destroy`, and what reads a stack's state: `outputs`, `export`, `cancel`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from headworks.commands.options import (
    ContinueOnError,
    Diff,
    EngineChoice,
    Exclude,
    ExcludeDependents,
    ExcludeProtected,
    ExpectNoChanges,
    IgnoreProtect,
    Json,
    Parallel,
    PolicyPack,
    PolicyPackConfig,
    Refresh,
    Replace,
    SkipPreview,
    Stack,
    SuppressOutputs,
    System,
    Target,
    TargetDependents,
    TargetReplace,
    Yes,
    engine_of,
)
from headworks.workspace import open_workspace

app = typer.Typer()


@app.command()
def preview(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    policy_pack: PolicyPack = None,
    policy_pack_config: PolicyPackConfig = None,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    refresh: Refresh = False,
    expect_no_changes: ExpectNoChanges = False,
    parallel: Parallel = 16,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
    replace: Replace = None,
    target_replace: TargetReplace = None,
) -> None:
    """Show what `up` would change, and whether the policies let it through.

    \b
    Example:
      headworks preview production
      headworks preview staging --system systems/triggers-api --json
    """
    _deploy("preview", **locals())


@app.command()
def up(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    policy_pack: PolicyPack = None,
    policy_pack_config: PolicyPackConfig = None,
    yes: Yes = False,
    skip_preview: SkipPreview = False,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    refresh: Refresh = False,
    expect_no_changes: ExpectNoChanges = False,
    continue_on_error: ContinueOnError = False,
    ignore_protect: IgnoreProtect = False,
    parallel: Parallel = 16,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
    replace: Replace = None,
    target_replace: TargetReplace = None,
) -> None:
    """Make the account what the stack declares, after a preview that the policies let through.

    \b
    Example:
      headworks up staging --yes
    """
    _deploy("up", **locals())


@app.command()
def refresh(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    yes: Yes = False,
    skip_preview: SkipPreview = False,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    expect_no_changes: ExpectNoChanges = False,
    parallel: Parallel = 16,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
) -> None:
    """Read every resource from the account into the stack's state; nothing in the account changes.

    \b
    Example:
      headworks refresh production --yes --expect-no-changes
    """
    _deploy("refresh", **locals())


@app.command()
def destroy(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    yes: Yes = False,
    skip_preview: SkipPreview = False,
    json: Json = False,
    diff: Diff = False,
    suppress_outputs: SuppressOutputs = False,
    continue_on_error: ContinueOnError = False,
    ignore_protect: IgnoreProtect = False,
    parallel: Parallel = 16,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
    exclude_protected: ExcludeProtected = False,
) -> None:
    """Delete what the stack made. What is protected is refused; it asks first.

    \b
    Example:
      headworks destroy staging
    """
    _deploy("destroy", **locals())


def _deploy(
    operation: str,
    *,
    stack: str,
    system: Path | None,
    engine: str,
    policy_pack: list[Path] | None = None,
    policy_pack_config: list[Path] | None = None,
    target: list[str] | None,
    exclude: list[str] | None,
    replace: list[str] | None = None,
    target_replace: list[str] | None = None,
    **flags: Any,
) -> None:
    """Run an operation with what its command was given; `flags` are the fields of a Request, by name."""
    from headworks import deploy
    from headworks.account import find_access

    workspace = open_workspace(system)
    deploy.refuse_unknown_stack(workspace, stack)
    packs = [pack.absolute() for pack in policy_pack or [workspace.policy_pack]]
    configurations = [file.absolute() for file in policy_pack_config or []]
    for pack, file in zip(packs, configurations, strict=False):
        if pack == workspace.policy_pack:
            deploy.refuse_faulty_configuration(file)
    request = deploy.Request(
        operation=deploy.Operation(operation),
        workspace=workspace,
        stack=stack,
        access=find_access(workspace),
        policy_packs=tuple(packs),
        policy_pack_configs=tuple(configurations),
        targets=(*(target or ()), *(target_replace or ())),
        excludes=tuple(exclude or ()),
        replaces=(*(replace or ()), *(target_replace or ())),
        **flags,
    )
    raise typer.Exit(deploy.run(request, engine_of(engine)))


@app.command()
def outputs(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    json: Json = False,
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Show secret outputs in clear.")] = False,
) -> None:
    """Show the outputs of the last `up`: what the app's repository consumes.

    \b
    Example:
      headworks outputs production --json
    """
    from headworks.deploy import stacks

    raise typer.Exit(
        stacks.show_outputs(open_workspace(system), stack, engine_of(engine), as_json=json, show_secrets=show_secrets)
    )


@app.command()
def export(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Decrypt secrets.")] = False,
) -> None:
    """Print the stack's state as a checkpoint that `pulumi stack import` takes.

    \b
    Example:
      headworks export production > production.json
    """
    from headworks.deploy import stacks

    raise typer.Exit(stacks.show_export(open_workspace(system), stack, engine_of(engine), show_secrets=show_secrets))


@app.command()
def cancel(stack: Stack, system: System = None, engine: EngineChoice = "auto", yes: Yes = False) -> None:
    """Break the lock of a deployment that is no longer running.

    \b
    Example:
      headworks cancel staging
    """
    from headworks.deploy import stacks

    if not yes:
        typer.confirm(f"Break the lock of {stack}? A deployment that still runs would be disturbed", abort=True)
    raise typer.Exit(stacks.cancel(open_workspace(system), stack, engine_of(engine)))
