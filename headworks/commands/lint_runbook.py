"""`headworks lint-runbook`: what in a runbook fails, or does something else, when somebody follows it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from headworks.commands.options import Json, print_json
from headworks.failure import Failure

app = typer.Typer()


@app.command("lint-runbook")
def lint_runbook(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Runbooks in Markdown.")],
    json: Json = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF, for code scanning.")] = False,
) -> None:
    """Find in Markdown what fails, or does something else than its author meant. Nothing in it is run.

    \b
    Example:
      headworks lint-runbook docs/deployment.md
      headworks lint-runbook docs/*.md --sarif > runbooks.sarif

    Exit 1 if anything is found, 2 if a file cannot be read. To accept a finding, write above it, with the reason:
    <!-- lint-runbook: ignore RULE reason -->
    """
    from headworks.lint_runbook import report
    from headworks.lint_runbook.lint import lint, not_checked

    if json and sarif:
        raise Failure("--json and --sarif are two formats of one report.", fix="Take one of them.", exit_code=2)
    texts = {file.as_posix(): _read(file) for file in files}
    found = {name: lint(text) for name, text in texts.items()}
    missing = not_checked()
    if json:
        print_json(report.as_json(found, missing))
    elif sarif:
        print_json(report.as_sarif(found, missing))
    else:
        print(report.as_text(found))
        for text in missing:
            print(text, file=sys.stderr)
    raise typer.Exit(1 if any(found.values()) else 0)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason, fix = error.strerror or "it is no file", "Name a file in Markdown."
    except UnicodeDecodeError as error:
        reason, fix = f"byte {error.start} is not UTF-8", "Save it as UTF-8."
    raise Failure(f"{file} cannot be read: {reason}. Nothing was checked.", fix=fix, exit_code=2)
