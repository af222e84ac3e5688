"""The pictures in docs/graphs/: every environment as SVG, and a page with production as Mermaid."""

from collections.abc import Iterator
from pathlib import Path

from headworks.graph.mermaid import mermaid
from headworks.graph.model import Graph, graph_of
from headworks.graph.svg import svg
from headworks.model.files import load_environment
from headworks.workspace import open_workspace

FOLDER = Path("docs/graphs")
PAGE = """\
# Graphs

What each system consists of in production, how it hangs together, and who makes it: the stack, wrangler when it deploys the app,
the deploy service, or a person. A border's color says who makes a thing, a dotted line that somebody else than the stack makes a
connection. `headworks graph SYSTEM STACK` draws one picture; `python -m headworks.graph` writes all of this folder.
"""


def pictures(root: Path) -> dict[Path, str]:
    """Path below `root`, the folder of the program, and content of every file that belongs into docs/graphs/.

    Raises SpecificationError when a system cannot be loaded.
    """
    files: dict[Path, str] = {}
    sections = [PAGE]
    for system in open_workspace(root).systems():
        graphs = {stack: graph_of(load_environment(system.system, stack)) for stack in system.stacks}
        for stack, graph in graphs.items():
            files[FOLDER / f"{system.project}-{stack}.svg"] = svg(graph)
        sections.extend(_section(system.project, graphs))
    files[FOLDER / "README.md"] = "\n".join(sections)
    return files


def write(root: Path) -> list[Path]:
    """Write the pictures, and take away those of environments that are gone. Returns what changed."""
    wanted = {root / path: content for path, content in pictures(root).items()}
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    gone = [path for path in sorted((root / FOLDER).iterdir()) if path not in wanted]
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_text() != content]
    for path in gone:
        path.unlink()
    for path in stale:
        path.write_text(wanted[path])
    return [*gone, *stale]


def _section(system: str, graphs: dict[str, Graph]) -> Iterator[str]:
    yield f"## {system}\n"
    yield "As SVG: " + ", ".join(f"[{stack}]({system}-{stack}.svg)" for stack in graphs) + ".\n"
    for graph in graphs.values():
        if graph.environment == "production":
            yield f"```mermaid\n{mermaid(graph)}```\n"
