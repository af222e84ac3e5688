"""A graph as an SVG of its own: no script, no font and no style sheet from elsewhere, for light and dark pages."""

from collections.abc import Iterable, Iterator
from html import escape

from headworks.graph.layout import Box, Course, Layout, Line, Placed, lay_out
from headworks.graph.model import Edge, Graph, Kind, Node, Owner

MARGIN = 24
HEADER = 72
"""Height of title and legend."""
PADDING = 14
STRIPE = 5
LINE_HEIGHT = 17
CAPTION, NAME, LABEL = 11, 13, 11
"""Sizes of the texts, in pixels."""
CHARACTER = 0.61
"""Width of a character of the monospaced fonts, as a share of their size; `textLength` holds other fonts to it."""

FIRST_LAYER: dict[Kind, int] = {"host": 0, "cron": 0, "Worker": 1, "Pages site": 1}
"""Where requests come in, what answers them, and everything behind."""
BEHIND = 2

LIGHT: dict[Owner, str] = {
    "stack": "#2563eb",
    "wrangler": "#b45309",
    "deploy service": "#7c3aed",
    "person": "#5b6472",
}
DARK: dict[Owner, str] = {"stack": "#6ea8fe", "wrangler": "#f0a04b", "deploy service": "#b79cfb", "person": "#9aa4b2"}
STYLE = """\
text { font-family: ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", Consolas, monospace; fill: #1b2430 }
.page { fill: #ffffff }
.box { fill: #f6f8fb; stroke: #c9d1dc }
.title { font-size: 18px; font-weight: bold }
.name { font-size: 13px }
.caption { font-size: 11px; fill: #556070 }
.label { font-size: 11px; fill: #3c4757 }
.line { fill: none; stroke-width: 1.5 }
.others { stroke-dasharray: 5 3 }
"""
STYLE_OF_DARK_PAGES = """\
text { fill: #e6ebf2 }
.page { fill: #0f141b }
.box { fill: #1a212b; stroke: #37414f }
.caption { fill: #9aa6b6 }
.label { fill: #b8c2d0 }
"""


def svg(graph: Graph) -> str:
    """The graph as an SVG document, with a newline at its end."""
    layout = lay_out([_box(node) for node in graph.nodes], [_line(edge) for edge in graph.edges])
    width = max(layout.width, _legend_width(graph), _width(_title(graph), 18)) + 2 * MARGIN
    height = layout.height + HEADER + 2 * MARGIN
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title description">',
            f'<title id="title">{escape(_title(graph))}</title>',
            f'<desc id="description">{escape(_description(graph))}</desc>',
            *_style(graph.owners),
            '<rect class="page" width="100%" height="100%"/>',
            f'<text class="title" x="{MARGIN}" y="{MARGIN + 14}">{escape(_title(graph))}</text>',
            *_legend(graph),
            f'<g transform="translate({MARGIN} {MARGIN + HEADER})">',
            *_edges(graph.edges, layout),
            *_nodes(graph.nodes, layout),
            "</g>",
            "</svg>",
            "",
        ]
    )


def _title(graph: Graph) -> str:
    return f"{graph.system}, {graph.environment}"


def _description(graph: Graph) -> str:
    """What the picture shows, for those who do not see it."""
    names = {node.id: _full_name(node) for node in graph.nodes}
    return " ".join(
        f"{names[edge.source]} to {names[edge.target]}{f' ({edge.label})' if edge.label else ''}."
        for edge in graph.edges
    )


def _full_name(node: Node) -> str:
    return f"{node.kind} {', '.join((node.label, *node.lines))}"


def _style(owners: Iterable[Owner]) -> Iterator[str]:
    def colors(of: dict[Owner, str]) -> Iterator[str]:
        for owner in owners:
            yield f".fill-{_class(owner)} {{ fill: {of[owner]} }}"
            yield f".stroke-{_class(owner)} {{ stroke: {of[owner]} }}"

    yield "<style>"
    yield STYLE + "\n".join(colors(LIGHT))
    yield "@media (prefers-color-scheme: dark) {"
    yield STYLE_OF_DARK_PAGES + "\n".join(colors(DARK))
    yield "}"
    yield "</style>"


def _class(owner: Owner) -> str:
    return owner.replace(" ", "-")


def _legend(graph: Graph) -> Iterator[str]:
    x, y = MARGIN, MARGIN + 40
    yield _text("caption", x, y, "made by", CAPTION)
    x += _width("made by", CAPTION) + 14
    for owner in graph.owners:
        yield f'<rect class="fill-{_class(owner)}" x="{x}" y="{y - 9}" width="11" height="11" rx="2"/>'
        yield _text("caption", x + 17, y, owner, CAPTION)
        x += 17 + _width(owner, CAPTION) + 18


def _legend_width(graph: Graph) -> int:
    return _width("made by", CAPTION) + 14 + sum(35 + _width(owner, CAPTION) for owner in graph.owners)


def _box(node: Node) -> Box:
    name_width = max(_width(line, NAME) for line in (node.label, *node.lines))
    return Box(
        id=node.id,
        width=max(name_width, _width(node.kind, CAPTION)) + STRIPE + 2 * PADDING,
        height=2 * PADDING + LINE_HEIGHT * (1 + len(node.lines)) + CAPTION,
        layer=FIRST_LAYER.get(node.kind, BEHIND),
    )


def _line(edge: Edge) -> Line:
    return Line(source=edge.source, target=edge.target, label=_width(edge.label, LABEL))


def _nodes(nodes: Iterable[Node], layout: Layout) -> Iterator[str]:
    for node in nodes:
        place = layout.boxes[node.id]
        yield f"<g><title>{escape(f'{_full_name(node)}; made by: {node.owner}')}</title>"
        yield f'<rect class="box" x="{place.x}" y="{place.y}" width="{place.width}" height="{place.height}" rx="6"/>'
        yield _stripe(node.owner, place)
        x, y = place.x + STRIPE + PADDING, place.y + (place.height - _text_height(node)) // 2 + CAPTION - 1
        yield _text("caption", x, y, node.kind, CAPTION)
        for number, line in enumerate((node.label, *node.lines), start=1):
            yield _text("name", x, y + number * LINE_HEIGHT, line, NAME)
        yield "</g>"


def _text_height(node: Node) -> int:
    return CAPTION + LINE_HEIGHT * (1 + len(node.lines))


def _stripe(owner: Owner, place: Placed) -> str:
    """The left edge of a box in its owner's color, round where the box is."""
    shape = f"M{place.x + 6} {place.y}a6 6 0 0 0 -6 6v{place.height - 12}a6 6 0 0 0 6 6z"
    return f'<path class="fill-{_class(owner)}" d="{shape}"/>'


def _edges(edges: Iterable[Edge], layout: Layout) -> Iterator[str]:
    for edge, course in zip(edges, layout.courses, strict=True):
        color, others = _class(edge.owner), "" if edge.owner == "stack" else " others"
        yield f'<path class="line stroke-{color}{others}" d="{_curve(course)}"/>'
        yield f'<path class="fill-{color}" d="{_arrow(course)}"/>'
        if edge.label:
            x, y = course.points[-1]
            yield _text("label", x - 13 - _width(edge.label, LABEL), y - 5, edge.label, LABEL)


def _curve(course: Course) -> str:
    (x, y), *rest = course.points
    path = [f"M{x} {y}"]
    for number, (next_x, next_y) in enumerate(rest):
        if number % 2:
            path.append(f"H{next_x}")
        else:
            middle = (x + next_x) // 2
            path.append(f"C{middle} {y} {middle} {next_y} {next_x} {next_y}")
        x, y = next_x, next_y
    return "".join(path)


def _arrow(course: Course) -> str:
    if course.reversed:
        x, y = course.points[0]
        return f"M{x} {y}l9 -4v8z"
    x, y = course.points[-1]
    return f"M{x} {y}l-9 -4v8z"


def _text(style: str, x: int, y: int, text: str, size: int) -> str:
    return f'<text class="{style}" x="{x}" y="{y}" textLength="{_width(text, size)}">{escape(text)}</text>'


def _width(text: str, size: int) -> int:
    return round(len(text) * size * CHARACTER)
