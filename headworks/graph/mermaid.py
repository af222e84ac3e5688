"""A graph in Mermaid, which GitHub and most editors draw."""

import re
from collections.abc import Iterator

from headworks.graph.model import Graph, Kind, Node, Owner

SHAPES: dict[Kind, tuple[str, str]] = {
    "host": ("([", "])"),
    "cron": ("([", "])"),
    "R2 bucket": ("[(", ")]"),
    "KV namespace": ("[(", ")]"),
    "D1 database": ("[(", ")]"),
    "database": ("[(", ")]"),
    "queue": ("[[", "]]"),
    "dead letter queue": ("[[", "]]"),
    "Durable Object": ("{{", "}}"),
    "secrets": ("[/", "/]"),
    "external": (">", "]"),
}
"""What is written around a label; a box for everything else."""
COLORS: dict[Owner, str] = {
    "stack": "#2563eb",
    "wrangler": "#d97706",
    "deploy service": "#7c3aed",
    "person": "#6b7280",
}
"""Of borders only: fills are the reader's, whose page is light or dark."""
DRAWN_BY_OTHERS = "-.->"
DRAWN_BY_THE_STACK = "-->"


def mermaid(graph: Graph) -> str:
    """The graph as a flowchart from left to right, with a newline at its end.

    Borders show who makes a thing; a dotted line is a connection that somebody else than the stack makes.
    """
    ids = _ids(graph)
    return "\n".join(
        [
            "flowchart LR",
            *(f"  {ids[node.id]}{_shape(node)}:::{_class(node.owner)}" for node in graph.nodes),
            *_edges(graph, ids),
            *_legend(graph),
            *(f"  classDef {_class(owner)} stroke:{COLORS[owner]},stroke-width:2px" for owner in graph.owners),
            "",
        ]
    )


def escaped(text: str) -> str:
    """Text for a quoted label: what is not plain becomes an entity, since Mermaid reads Markdown and HTML there."""
    return re.sub(r"[^\w ./:,-]", lambda found: f"#{ord(found.group())};", text)


def _ids(graph: Graph) -> dict[str, str]:
    """Words that Mermaid takes as names. Two that would be the same are told apart by number."""
    ids: dict[str, str] = {}
    for node in graph.nodes:
        name = base = re.sub(r"\W+", "_", node.id, flags=re.ASCII)
        number = 1
        while name in ids.values():
            number += 1
            name = f"{base}_{number}"
        ids[node.id] = name
    return ids


def _shape(node: Node) -> str:
    left, right = SHAPES.get(node.kind, ("[", "]"))
    label = "<br/>".join(escaped(line) for line in (node.kind, node.label, *node.lines))
    return f'{left}"{label}"{right}'


def _edges(graph: Graph, ids: dict[str, str]) -> Iterator[str]:
    for edge in graph.edges:
        arrow = DRAWN_BY_THE_STACK if edge.owner == "stack" else DRAWN_BY_OTHERS
        label = f'|"{escaped(edge.label)}"|' if edge.label else ""
        yield f"  {ids[edge.source]} {arrow}{label} {ids[edge.target]}"


def _legend(graph: Graph) -> Iterator[str]:
    yield '  subgraph legend["made by"]'
    for owner in graph.owners:
        yield f'    owner_{_class(owner)}["{owner}"]:::{_class(owner)}'
    yield "  end"


def _class(owner: Owner) -> str:
    return owner.replace(" ", "_")
