"""`headworks adopt` and `headworks import`: what wrangler made becomes a stack."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headworks.commands.options import EngineChoice, Json, Stack, System, Yes, engine_of, print_json
from headworks.workspace import open_workspace

if TYPE_CHECKING:
    from headworks.adopt.adoption import Adoption

app = typer.Typer()


@app.command()
def adopt(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The app's wrangler.toml, wrangler.json or wrangler.jsonc.")
    ],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Folder for the system's files; that of PATH by default.")
    ] = None,
    top_level: Annotated[
        str | None,
        typer.Option(
            "--top-level",
            metavar="NAME|none",
            help="Name of the environment at the top of the file; production, unless one beneath `env` is.",
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", metavar="ID", envvar="CLOUDFLARE_ACCOUNT_ID", help="Where the file names no account."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    system: System = None,
    json: Json = False,
) -> None:
    """Write the files of a system, from a wrangler configuration and the account that it was deployed to.

    The account is only read. Its program is that of the nearest Pulumi.yaml upwards, or of --system.

    \b
    Example:
      headworks adopt ../app/wrangler.toml --to systems/app
      headworks import production systems/app/import.production.json --system systems/app
    """
    from headworks.account import find_access
    from headworks.adopt import files
    from headworks.adopt.adoption import adopt as adopted

    workspace = open_workspace(system)
    directory = (to or path.parent).resolve()
    adoption = adopted(
        path.absolute(),
        find_access(workspace),
        root=workspace.root,
        to=directory,
        account_id=account,
        top_level=top_level,
    )
    files.write(directory, adoption.files, force=force)
    if json:
        print_json(_report(adoption, directory))
    else:
        _show(adoption, to or path.parent)


def _report(adoption: "Adoption", directory: Path) -> dict[str, Any]:
    return {
        "project": adoption.project,
        "directory": str(directory),
        "files": list(adoption.files),
        "stacks": [{"name": stack, "imports": adoption.imports[stack]} for stack in adoption.stacks],
        "missing": [vars(each) for each in adoption.missing],
        "notImported": [vars(each) for each in adoption.not_imported],
        "notTaken": [vars(each) for each in adoption.not_taken],
    }


def _show(adoption: "Adoption", directory: Path) -> None:
    for name in adoption.files:
        print(f"written  {directory / name}")
    _list(
        "Not in the account; the first `up` makes it", [(each.environment, each.what, "") for each in adoption.missing]
    )
    _list(
        "Stays outside of the stack's state",
        [(each.environment, each.what, each.why) for each in adoption.not_imported],
    )
    _list("Not in the files", [(each.environment, each.what, each.consequence) for each in adoption.not_taken])
    print("\nNext, for each stack:")
    for stack in adoption.stacks:
        print(f"  headworks import {stack} {directory / f'import.{stack}.json'} --system {directory}")


def _list(title: str, told: list[tuple[str, str, str]]) -> None:
    """What is the same in several environments is said once, and so is why."""
    by_reason: dict[str, dict[str, list[str]]] = {}
    for environment, what, why in told:
        by_reason.setdefault(why, {}).setdefault(what, []).append(environment)
    if told:
        print(f"\n{title}:")
    for why, things in by_reason.items():
        for what, environments in things.items():
            print(f"  {what} ({', '.join(environments)})")
        if why:
            print(f"    {why}")


@app.command(name="import")
def import_(
    stack: Stack,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file for `pulumi import`, such as `adopt` writes.")],
    protect: Annotated[
        bool, typer.Option("--protect/--no-protect", help="Protect what is imported until the program says otherwise.")
    ] = True,
    system: System = None,
    engine: EngineChoice = "auto",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Take what exists into a stack's state, so that the next `up` goes on with it. The account is only read.

    \b
    Example:
      headworks import production import.production.json
    """
    from headworks import deploy
    from headworks.account import find_access
    from headworks.deploy import imports

    workspace = open_workspace(system)
    deploy.refuse_unknown_stack(workspace, stack)
    request = deploy.Request(
        operation=deploy.Operation.IMPORT,
        workspace=workspace,
        stack=stack,
        access=find_access(workspace),
        yes=yes,
        json=json,
    )
    raise typer.Exit(imports.run(request, engine_of(engine), file.absolute(), protect=protect))
