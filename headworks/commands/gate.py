"""`headworks gate` and `headworks readiness`: may this stack be deployed, and where does each line of its runbook stand?"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headworks import terminal
from headworks.commands.options import EngineChoice, Json, Stack, System, engine_of, print_json
from headworks.failure import Failure
from headworks.workspace import open_workspace

if TYPE_CHECKING:
    from headworks.readiness.look import Readiness

app = typer.Typer()

Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="attestations|checks|probes",
        help="Leave out what cannot be known yet, as on a pull request. May be repeated.",
    ),
]


@app.command()
def gate(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    without: Without = None,
    same_as: Annotated[
        Path | None,
        typer.Option(
            "--same-as", metavar="FILE", help="An earlier verdict in JSON: what would change must still be that."
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        str, typer.Option("--format", metavar="text|json|sarif|junit|markdown", help="What to print.")
    ] = "text",
    json: Json = False,
    write: Annotated[
        list[Path] | None,
        typer.Option(
            "--write",
            metavar="FILE",
            help="Write it there, too; .txt, .json, .sarif, .xml (JUnit) or .md says in which format. May be repeated.",
        ),
    ] = None,
) -> None:
    """May this stack be deployed? Preview, policies, account and runbook in one verdict. Nothing is changed.

    \b
    Example:
      headworks gate production
      headworks gate production --without attestations --write gate.md --write gate.sarif
      headworks gate production --same-as approved.json

    Exit 0 if it may, 1 if not, 2 for a mistake in the command or the files, 3 if there is no account.
    """
    from headworks.gate.approval import read_plan
    from headworks.gate.formats import FORMATS, SUFFIXES, Format
    from headworks.gate.formats.text import as_text
    from headworks.gate.verdict import Verdict

    if json:
        format = Format.JSON  # noqa: A001
    if format not in list(Format):
        raise Failure(f"--format {format}: there is no such format.", fix=f"Take {', '.join(Format)}.", exit_code=2)
    for file in write or ():
        if file.suffix not in SUFFIXES:
            fix = f"Let its name end in {', '.join(SUFFIXES)}."
            raise Failure(f"--write {file}: {file.suffix or 'no suffix'} says no format.", fix=fix, exit_code=2)
    _refuse_missing_folders(write or ())
    found = _look(stack, system, engine, without)
    verdict = Verdict(found, approved=read_plan(same_as, found) if same_as else None)
    for file in write or ():
        file.write_text(FORMATS[SUFFIXES[file.suffix]](verdict) + "\n")
    color = terminal.has_color()
    print(as_text(verdict, color=color) if format == Format.TEXT else FORMATS[Format(format)](verdict))
    raise typer.Exit(0 if verdict.passes else 1)


@app.command()
def readiness(
    stack: Stack,
    system: System = None,
    engine: EngineChoice = "auto",
    without: Without = None,
    only_open: Annotated[bool, typer.Option("--open", help="Show only what somebody has to see to.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page that needs nothing else, to read and to hand on."),
    ] = None,
    json: Json = False,
) -> None:
    """Where each line of the system's runbook stands for a stack, and what makes it so. Nothing is changed.

    \b
    Example:
      headworks readiness production
      headworks readiness production --open
      headworks readiness production --html readiness.html

    Exit 0 if every line that is asked stands, 1 if one is missing (in production also if one is not verified).
    """
    from headworks.readiness.page import as_html
    from headworks.readiness.report import as_json, as_text

    _refuse_missing_folders([html] if html else ())
    found = _look(stack, system, engine, without)
    if not found.runbook:
        raise Failure(
            f"{found.system} has no runbook at runbooks/{found.system}.yaml, so no line can stand.",
            fix="Write its lines there, as the runbooks beside it do, or use `headworks gate` for the policies alone.",
            exit_code=2,
        )
    if html:
        html.write_text(as_html(found))
    if json:
        print_json(as_json(found))
    else:
        print(as_text(found, only_open=only_open, color=terminal.has_color()))
    raise typer.Exit(0 if found.stands else 1)


def _refuse_missing_folders(files: Iterable[Path]) -> None:
    """Before anything is asked: a verdict that cannot be written would be lost."""
    for file in files:
        if not file.absolute().parent.is_dir():
            raise Failure(f"{file}: there is no folder {file.parent}.", fix="Make it, or name another.", exit_code=2)


def _look(stack: str, system: Path | None, engine: str, without: list[str] | None) -> "Readiness":
    from headworks.account import find_access
    from headworks.deploy import refuse_unknown_stack
    from headworks.readiness.evidence import Source
    from headworks.readiness.look import look

    unknown = set(without or ()) - set(Source)
    if unknown:
        raise Failure(
            f"--without {', '.join(sorted(unknown))}: that cannot be left out.",
            fix=f"Take {', '.join(Source)}.",
            exit_code=2,
        )
    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    return look(
        workspace,
        stack,
        find_access(workspace),
        engine_of(engine),
        left_out=frozenset(Source(each) for each in without or ()),
        tell=lambda doing: print(f"{doing} …", file=sys.stderr) if sys.stderr.isatty() else None,
    )
