"""`headworks doctor` and `headworks demo`: what is here, and what it does."""

import typer

from headworks.commands.options import Json, print_json
from headworks.workspace import open_workspace

app = typer.Typer()


@app.command()
def doctor(json: Json = False) -> None:
    """Say which tools are here, what each is for, and how to install what is missing. Exit 3 if a needed one is.

    \b
    Example:
      headworks doctor
    """
    from headworks import doctor as examination

    findings = examination.examine()
    if json:
        print_json([finding.as_json() for finding in findings])
    else:
        examination.show(findings)
    raise typer.Exit(3 if any(finding.needed and not finding.found for finding in findings) else 0)


@app.command()
def demo() -> None:
    """See it all in a minute: a local account, staging and production up, and the gate refusing two mistakes.

    \b
    Example:
      headworks demo
    """
    from headworks import demo as story

    raise typer.Exit(story.play(open_workspace()))
