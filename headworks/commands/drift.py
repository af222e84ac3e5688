"""`headworks drift`: how the account differs from what the last `up` left."""

import typer

from headworks.commands.options import EngineChoice, Json, Stack, System, engine_of, print_json
from headworks.workspace import open_workspace

app = typer.Typer()


@app.command()
def drift(stack: Stack, system: System = None, engine: EngineChoice = "auto", json: Json = False) -> None:
    """Compare the account with what the last `up` left. Nothing is changed. Exit 8 if they differ, 1 if not all was seen.

    \b
    Example:
      headworks drift production
      headworks drift staging --system systems/triggers-api --json
    """
    from datetime import UTC, datetime

    from headworks.account import find_access
    from headworks.deploy import refuse_unknown_stack
    from headworks.drift.comparison import compare
    from headworks.drift.report import as_json, as_text

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    comparison = compare(workspace, stack, find_access(workspace), engine_of(engine), datetime.now(UTC))
    if json:
        print_json(as_json(comparison))
    else:
        print(as_text(comparison))
    raise typer.Exit(comparison.exit_code)
