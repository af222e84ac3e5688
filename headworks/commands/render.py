"""`headworks render`: what an app's repository gets from a stack."""

import os
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from headworks.commands.options import EngineChoice, Json, Stack, System, engine_of, print_json
from headworks.failure import Failure
from headworks.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from headworks.outputs import StackOutputs
    from headworks.render.files import File

app = typer.Typer()


@app.command()
def render(
    stack: Stack,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The app's folder, where its wrangler.jsonc lies.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 and show the difference if files are not current.")
    ] = False,
    from_file: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Outputs or an exported state in a file, - for standard input; the stack's own by default.",
        ),
    ] = None,
    preview: Annotated[
        str | None,
        typer.Option(
            "--preview",
            metavar="STACK",
            help="The stack on whose resources `wrangler dev --remote` works; with --from, a file with its outputs.",
        ),
    ] = None,
    app_folder: Annotated[
        str | None,
        typer.Option(
            "--app",
            metavar="PATH",
            help="What the system's files call DIR; needed if the app has a repository of its own.",
        ),
    ] = None,
    system: System = None,
    engine: EngineChoice = "auto",
    json: Json = False,
) -> None:
    """Write the app's wrangler.jsonc, the types of its env and the names of its secrets, from the stack's outputs.

    \b
    Example:
      headworks render production --to ../app --app apps/api
      pulumi stack output --json | headworks render production --from - --to . --check
    """
    from headworks.render import Rendering
    from headworks.render import render as rendered
    from headworks.render.files import compare, write

    if from_file is None:
        workspace = open_workspace(system)
        outputs = _of_stack(workspace, stack, engine)
        other = _of_stack(workspace, preview, engine) if preview else None
        folder = _folder(workspace, to) if app_folder is None else PurePosixPath(app_folder)
    else:
        outputs = _of_file(from_file, stack)
        other = _of_file(preview, None) if preview else None
        folder = PurePosixPath(app_folder or ".")
    files = compare(to, rendered(Rendering(outputs=outputs, preview=other, app=folder, package=_package(to))))
    if not check:
        write(files)
    if json:
        print_json(_report(files, check=check))
    else:
        _show(files, check=check)
    if check and not all(file.is_current for file in files):
        print(f"error: {to} is not current: `headworks render {stack} --to {to}` makes it so.", file=sys.stderr)
        raise typer.Exit(1)


def _of_stack(workspace: Workspace, stack: str, engine: str) -> "StackOutputs":
    from headworks.deploy import stacks
    from headworks.outputs.reading import read

    found = stacks.outputs_of(workspace, stack, engine_of(engine))
    return read(found, f"{workspace.project}/{stack}", stack)


def _of_file(file: str, stack: str | None) -> "StackOutputs":
    from headworks.outputs.reading import read_text

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}.", fix="Name another file.", exit_code=2) from error
    return read_text(text, "standard input" if file == "-" else file, stack)


def _folder(workspace: Workspace, to: Path) -> PurePosixPath:
    """What the system's files call a folder beside them; one elsewhere stands for the program's own."""
    folder = to.resolve()
    return PurePosixPath(folder.relative_to(workspace.root) if folder.is_relative_to(workspace.root) else ".")


def _package(to: Path) -> PurePosixPath:
    """The way up to the nearest package.json; to the folder itself, if there is none."""
    folder = to.resolve()
    found = next((each for each in (folder, *folder.parents) if (each / "package.json").is_file()), folder)
    return PurePosixPath(os.path.relpath(found, folder))


def _report(files: "list[File]", *, check: bool) -> dict[str, object]:
    changed = "differs" if check else "written"
    return {
        "files": [
            {"path": file.name, "state": "current" if file.is_current else changed, "diff": file.diff} for file in files
        ]
    }


def _show(files: "list[File]", *, check: bool) -> None:
    for file in files:
        if check:
            sys.stdout.write(file.diff)
        else:
            print(f"{'current' if file.is_current else 'written'}  {file.name}")
