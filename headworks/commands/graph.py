"""`headworks graph`: a picture of one system in one environment."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from headworks.commands.options import Json, print_json
from headworks.failure import Failure
from headworks.workspace import Workspace, open_workspace

app = typer.Typer()


class Format(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"


def _complete_system(incomplete: str) -> list[str]:
    try:
        return [system.project for system in open_workspace().systems() if system.project.startswith(incomplete)]
    except Failure:
        return []


def _complete_stack(context: typer.Context, incomplete: str) -> list[str]:
    try:
        return [stack for stack in _system(context.params["system"]).stacks if stack.startswith(incomplete)]
    except Failure:
        return []


@app.command()
def graph(
    system: Annotated[
        str,
        typer.Argument(help="Name of the system, or the folder of its Pulumi.yaml.", autocompletion=_complete_system),
    ],
    stack: Annotated[
        str, typer.Argument(help="Name of the stack, as in Pulumi.<stack>.yaml.", autocompletion=_complete_stack)
    ],
    format: Annotated[Format, typer.Option("--format", help="What to draw.")] = Format.MERMAID,  # noqa: A002 - the flag's name
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there; standard output by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Draw what a system consists of, how it hangs together, and who makes it. Nothing is run or asked.

    \b
    Example:
      headworks graph rockhounding-api production
      headworks graph triggers-api staging --format svg --output triggers.svg
    """
    from headworks.graph.mermaid import mermaid
    from headworks.graph.model import graph_of
    from headworks.graph.svg import svg
    from headworks.model.files import load_environment

    drawn = graph_of(load_environment(_system(system).system, stack))
    if json:
        return print_json(drawn.as_json())
    text = {Format.MERMAID: mermaid, Format.SVG: svg}[format](drawn)
    if output is None:
        sys.stdout.write(text)
    else:
        _write(output, text)
    return None


def _system(name: str) -> Workspace:
    """By the name in its Pulumi.yaml, or by its folder."""
    if (Path(name) / "Pulumi.yaml").is_file():
        return open_workspace(Path(name))
    systems = {system.project: system for system in open_workspace().systems()}
    if name not in systems:
        raise Failure(
            f"{name!r} is no system here, and no folder with a Pulumi.yaml.",
            fix=f"Take one of {', '.join(systems)}.",
            exit_code=2,
        )
    return systems[name]


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text)
    except OSError as error:
        raise Failure(
            f"{output} could not be written: {error.strerror}.", fix="Name another file.", exit_code=2
        ) from error
