"""`headworks secrets …`: secrets of a stack's Worker, in the account."""

import getpass
import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from headworks.commands.options import Json, Stack, System, print_json
from headworks.failure import Failure
from headworks.workspace import open_workspace

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Secrets of a stack's Worker: names and values in the account."
)


@app.command("put")
def put(
    stack: Stack,
    name: Annotated[
        str | None, typer.Argument(help="Name of one secret; its value comes from standard input or a prompt.")
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from-file", metavar="FILE", help="NAME=value lines, as in .dev.vars.")
    ] = None,
    made_up: Annotated[
        bool, typer.Option("--made-up", help="A random value for each that is declared; on the local account only.")
    ] = False,
    system: System = None,
) -> None:
    """Set secrets in the account. Values are never arguments, and are kept nowhere else.

    \b
    Example:
      headworks secrets put staging ADMIN_API_KEY < key.txt
      headworks secrets put staging --from-file .dev.vars
      headworks secrets put staging --made-up
    """
    from headworks import secrets
    from headworks.account import find_access
    from headworks.deploy import refuse_unknown_stack
    from headworks.model.files import load_environment

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    environment = load_environment(workspace.system, stack)
    if [name is not None, from_file is not None, made_up].count(True) != 1:
        raise Failure(
            "Name one secret, or a file of them, or let them be made up.",
            fix="headworks secrets put STACK NAME, or --from-file FILE, or --made-up.",
            exit_code=2,
        )
    access = find_access(workspace)
    if made_up:
        values = secrets.made_up(access, environment)
    elif from_file is not None:
        values = secrets.read_values(from_file)
    else:
        secrets.refuse_undeclared(environment, [str(name)])  # before anybody types a value in vain
        values = {str(name): _secret_value(str(name))}
    for worker, done in groupby(secrets.put(access, environment, values), lambda secret: secret.worker):
        print(f"Set for {worker}: {', '.join(sorted(secret.name for secret in done))}")


@app.command("list")
def list_secrets(stack: Stack, system: System = None, json: Json = False) -> None:
    """List the secrets that the stack declares and those that are set, by name. Exit 1 if one is missing.

    \b
    Example:
      headworks secrets list production
    """
    from headworks import secrets
    from headworks.account import find_access
    from headworks.deploy import refuse_unknown_stack
    from headworks.model.files import load_environment

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    standings = secrets.standings(find_access(workspace), load_environment(workspace.system, stack))
    missing = [secret.name for secret in standings if secret.declared and not secret.present]
    if json:
        print_json(
            [
                {"worker": each.worker, "name": each.name, "declared": each.declared, "set": each.present}
                for each in standings
            ]
        )
    else:
        width = max([len(secret.name) for secret in standings], default=0)
        for worker, of_worker in groupby(standings, lambda secret: secret.worker):
            print(f"{worker}:")
            for secret in of_worker:
                state = "set" if secret.present else "missing"
                undeclared = "" if secret.declared else "  (not declared: no binding uses it)"
                print(f"  {secret.name:<{width}}  {state}{undeclared}")
    raise typer.Exit(1 if missing else 0)


def _secret_value(name: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Value of {name}: ")
    value = sys.stdin.read().removesuffix("\n")
    if not value:
        raise Failure(
            f"Standard input holds no value for {name}.", fix=f"headworks secrets put STACK {name} < FILE", exit_code=2
        )
    return value
