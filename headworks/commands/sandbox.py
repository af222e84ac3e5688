"""`headworks sandbox …`: the local Cloudflare account."""

import shlex
from typing import Annotated

import typer

from headworks.commands.options import Json, Yes, print_json
from headworks.failure import Failure
from headworks.workspace import open_workspace

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The local Cloudflare account on 127.0.0.1.")


@app.command("start")
def start(
    port: Annotated[
        int | None, typer.Option("--port", help="A fixed port; the last one, or any free one, by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Start the local account, with the accounts and zones that the stacks expect. Safe to repeat.

    \b
    Example:
      headworks sandbox start
    """
    from headworks import sandbox

    server, started = sandbox.start(open_workspace(), port)
    if json:
        return print_json({"running": True, "started": started, "address": server.address, "pid": server.pid})
    print(f"The local account {'runs now' if started else 'runs already'}: {server.address}")
    print('For other tools: eval "$(headworks sandbox env)"')
    return None


@app.command("stop")
def stop(json: Json = False) -> None:
    """Stop the local account; its data stays.

    \b
    Example:
      headworks sandbox stop
    """
    from headworks import sandbox

    stopped = sandbox.stop(open_workspace().home)
    if json:
        return print_json({"running": False, "stopped": stopped})
    print("The local account is stopped; its data is kept." if stopped else "The local account was not running.")
    return None


@app.command("status")
def status(json: Json = False) -> None:
    """Say whether the local account runs, and where. Exit 3 if it does not.

    \b
    Example:
      headworks sandbox status --json
    """
    from headworks import sandbox

    home = open_workspace().home
    server = sandbox.running(home)
    if json:
        print_json(
            {"running": server is not None, **({"address": server.address, "pid": server.pid} if server else {})}
        )
    else:
        print(
            f"running: {server.address} (pid {server.pid})"
            if server
            else "not running; `headworks sandbox start` starts it"
        )
        print(f"data:    {sandbox.folder(home)}")
    raise typer.Exit(0 if server else 3)


@app.command("reset")
def reset(yes: Yes = False) -> None:
    """Delete the local account's data, and the local states that describe it. Asks first.

    \b
    Example:
      headworks sandbox reset --yes
    """
    from headworks import sandbox

    home = open_workspace().home
    if not yes:
        typer.confirm(f"Delete the local account and the local states in {home}?", abort=True)
    sandbox.reset(home)
    print("The local account and its states are gone; `headworks sandbox start` begins anew.")


@app.command("env")
def env(json: Json = False) -> None:
    """Print what to export so that pulumi, wrangler and the SDKs use the local account.

    \b
    Example:
      eval "$(headworks sandbox env)"
    """
    from headworks import sandbox
    from headworks.account import Access

    server = sandbox.running(open_workspace().home)
    if server is None:
        raise Failure("The local account is not running.", fix="Start it with `headworks sandbox start`.", exit_code=3)
    variables = Access(base_url=server.address, token=server.token, local=True).environment
    if json:
        return print_json(variables)
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return None
