"""`headworks token`: what an API token has to permit for a stack, and whether the one in use does."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from headworks.commands.options import Json, Stack, System, print_json
from headworks.failure import Failure
from headworks.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from headworks.facts.account import AccountReader
    from headworks.model.environment import Environment
    from headworks.token.body import Known
    from headworks.token.least import Least, Permission

app = typer.Typer()


class Purpose(StrEnum):
    PREVIEW = "preview"
    UP = "up"


@app.command()
def token(
    stack: Stack,
    system: System = None,
    purpose: Annotated[
        Purpose, typer.Option("--for", help="With --json and --diff: a token that only reads, or one for everything.")
    ] = Purpose.UP,
    diff: Annotated[
        bool, typer.Option("--diff", help="Compare with the token in use; exit 1 if it lacks any.")
    ] = False,
    json: Json = False,
) -> None:
    """List the least permissions with which an API token can preview a stack, and bring it up.

    \b
    Example:
      headworks token production
      headworks token production --for preview --json
      headworks token production --diff
    """
    from headworks.deploy import refuse_unknown_stack
    from headworks.model.files import load_environment
    from headworks.token.least import least_of

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    environment = load_environment(workspace.system, stack)
    if diff:
        raise typer.Exit(_compare(workspace, environment, purpose, as_json=json))
    least = least_of(environment)
    if json:
        chosen = least.up if purpose is Purpose.UP else least.preview
        raise typer.Exit(_print_body(workspace, environment, purpose, list(chosen)))
    _print_table(least)


def _compare(workspace: Workspace, environment: "Environment", purpose: Purpose, *, as_json: bool) -> int:
    from headworks.facts.account import UnreadableError
    from headworks.token.comparison import compare

    with _reader(workspace, environment) as reader:
        try:
            found = compare(reader, environment, changes=purpose is Purpose.UP)
        except UnreadableError as error:
            raise Failure(
                f"Not verified, what the token in use may do: {error}.",
                fix="A token can be read with the permission `Account API Tokens Read` (`API Tokens Read` for a user's own).",
                exit_code=3,
            ) from error
    missing = [str(each) for each in found.missing]
    if as_json:
        print_json({"missing": missing, "superfluous": list(found.superfluous)})
    else:
        for label, permissions in (("missing", missing), ("superfluous", found.superfluous)):
            for permission in permissions:
                print(f"{label}: {permission}")
        if not missing:
            print(f"The token permits all that {purpose} of {environment.stack} needs.")
    return 1 if missing else 0


def _print_body(
    workspace: Workspace, environment: "Environment", purpose: Purpose, permissions: "list[Permission]"
) -> int:
    from headworks.token.body import body_of, unknown

    known, reason = _known(workspace, environment, permissions)
    print_json(body_of(f"{environment.system} {environment.stack} {purpose}", permissions, known))
    if open_ := unknown(permissions, known):
        typer.echo(f"Not known are the ids of {', '.join(open_)}: {reason}", err=True)
        return 3
    if reason:
        typer.echo(reason, err=True)
    return 0


def _known(workspace: Workspace, environment: "Environment", permissions: "list[Permission]") -> "tuple[Known, str]":
    """The ids that the account says, and what is to be said of them: why some are missing, or that they are not Cloudflare's."""
    from headworks.account import find_access
    from headworks.facts.account import UnreadableError
    from headworks.facts.live import account as live
    from headworks.token.body import Known, unknown

    try:
        access = find_access(workspace)
    except Failure as failure:
        return Known({}, {}), str(failure)
    names = dict.fromkeys(each.place.zone for each in permissions if each.place.zone)
    with _reader(workspace, environment) as reader:
        try:
            groups = live.permission_groups(reader)
            zones = {name: found.id for name in names if (found := live.zone(reader, name))}
        except UnreadableError as error:
            return Known({}, {}), f"{error}."
    known = Known(groups, zones)
    if unknown(permissions, known):
        return known, "the account does not have them, or the token does not see them."
    return known, "The ids are the local account's, which no other takes." if access.local else ""


def _reader(workspace: Workspace, environment: "Environment") -> "AccountReader":
    from headworks.account import find_access
    from headworks.facts.account import AccountReader

    return AccountReader(find_access(workspace), environment.account_id)


def _print_table(least: "Least") -> None:
    from rich.console import Console  # rich takes its time
    from rich.table import Table

    from headworks.token.table import rows_of

    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("permission", "on", "preview", "up", "needed by"):
        table.add_column(heading, overflow="fold")
    for row in rows_of(least):
        table.add_row(row.permission, row.on, row.preview or "-", row.up or "-", ", ".join(row.needed_by))
    Console().print(table)
