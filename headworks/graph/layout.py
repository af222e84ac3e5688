"""Where the boxes and lines of a graph go: in layers from left to right, with as few crossings as a few passes find.

The usual four steps (Sugiyama): boxes get layers, long lines get a place in each layer that they pass, layers are ordered, and
boxes move towards what they are connected to. Everything is counted in whole pixels, so a picture is the same on every machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

PORT = 22
"""Between two lines that arrive at one box: room for the label of each."""
GAP = 16
"""Between two boxes of a layer."""
CURVE = 56
"""Between two layers, for the lines to bend; their labels come on top of it."""
ARROW = 24
"""Of a level piece of line, beside its label: the arrow, and a little on both sides."""
PASSES = 12


@dataclass(frozen=True, kw_only=True)
class Box:
    id: str
    width: int
    height: int
    layer: int = 0
    """The leftmost layer where it may be."""


@dataclass(frozen=True, kw_only=True)
class Line:
    source: str
    target: str
    label: int
    """Width of its label."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a line goes: from the right side of a box, through the layers between, to the left side of another."""

    points: tuple[tuple[int, int], ...]
    """It bends from each even one to the next, and is level from each odd one to the next: there is room for its label."""
    reversed: bool
    """The arrow is at the first point: the line runs against the order of the boxes."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    width: int
    height: int
    boxes: Mapping[str, Placed]
    courses: tuple[Course, ...]
    """In the order of the lines."""


@dataclass(frozen=True)
class _Stop:
    """A place in a layer: of a box, or of a line that passes (`line` and layer)."""

    box: str | None
    line: int = -1
    layer: int = -1


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A layer on the page."""

    x: int
    width: int
    level: int
    """Length of the level pieces of the lines that arrive here, before `x`."""


def lay_out(boxes: Sequence[Box], lines: Sequence[Line]) -> Layout:
    """Places for all boxes and lines. The order of the boxes decides which lines run backwards."""
    order = {box.id: place for place, box in enumerate(boxes)}
    ends = [tuple(sorted((line.source, line.target), key=order.__getitem__)) for line in lines]
    layer = _layers(boxes, ends)
    paths = [_path(number, left, right, layer) for number, (left, right) in enumerate(ends)]
    heights = _heights(boxes, ends)
    rows = _ordered(_rows(boxes, paths, layer), paths)
    middles = _middles(rows, paths, heights)
    columns = _columns(boxes, lines, ends, layer)
    placed = {
        box.id: Placed(
            x=columns[layer[box.id]].x,
            y=middles[_Stop(box.id)] - heights[_Stop(box.id)] // 2,
            width=columns[layer[box.id]].width,
            height=heights[_Stop(box.id)],
        )
        for box in boxes
    }
    courses = _courses(lines, paths, placed, middles, columns, layer)
    return Layout(
        width=max((box.x + box.width for box in placed.values()), default=0),
        height=max((box.y + box.height for box in placed.values()), default=0),
        boxes=placed,
        courses=courses,
    )


def _layers(boxes: Sequence[Box], ends: Sequence[Sequence[str]]) -> dict[str, int]:
    """Each box right of all that point to it."""
    layer = {box.id: box.layer for box in boxes}
    for box in boxes:  # in their order, so that what lies left of a box is settled before it
        for left, right in ends:
            if left == box.id and left != right:
                layer[right] = max(layer[right], layer[left] + 1)
    return layer


def _path(number: int, left: str, right: str, layer: Mapping[str, int]) -> list[_Stop]:
    between = [_Stop(None, number, passed) for passed in range(layer[left] + 1, layer[right])]
    return [_Stop(left), *between, _Stop(right)]


def _heights(boxes: Sequence[Box], ends: Sequence[Sequence[str]]) -> dict[_Stop, int]:
    """A box is as high as its text and its lines need."""
    arriving = [right for _, right in ends]
    leaving = [left for left, _ in ends]
    return {
        _Stop(box.id): max(box.height, PORT * arriving.count(box.id) + 8, PORT // 2 * leaving.count(box.id) + 8)
        for box in boxes
    }


def _rows(boxes: Sequence[Box], paths: Sequence[Sequence[_Stop]], layer: Mapping[str, int]) -> list[list[_Stop]]:
    rows: list[list[_Stop]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for box in boxes:
        rows[layer[box.id]].append(_Stop(box.id))
    for path in paths:
        for stop in path[1:-1]:
            rows[stop.layer].append(stop)
    return rows


def _ordered(rows: list[list[_Stop]], paths: Sequence[Sequence[_Stop]]) -> list[list[_Stop]]:
    """Each layer by the mean place of its neighbours, to and fro; the pass with the fewest crossings counts."""
    best, fewest = rows, _crossings(rows, paths)
    for number in range(PASSES):
        left_to_right = number % 2 == 0
        neighbours = _neighbours(paths, of_the_right=left_to_right)
        rows = [list(row) for row in rows]
        sequence = range(1, len(rows)) if left_to_right else range(len(rows) - 2, -1, -1)
        for index in sequence:
            fixed = {stop: place for place, stop in enumerate(rows[index - 1 if left_to_right else index + 1])}
            rows[index] = _sorted_by(rows[index], {stop: neighbours.get(stop, []) for stop in rows[index]}, fixed)
        if (crossings := _crossings(rows, paths)) < fewest:
            best, fewest = rows, crossings
    return best


def _sorted_by(
    row: Sequence[_Stop], neighbours: Mapping[_Stop, Sequence[_Stop]], fixed: Mapping[_Stop, int]
) -> list[_Stop]:
    """What has no neighbours there keeps its place."""
    wanted = {
        stop: fmean(fixed[other] for other in neighbours[stop]) if neighbours[stop] else float(place)
        for place, stop in enumerate(row)
    }
    return sorted(row, key=wanted.__getitem__)


def _neighbours(paths: Iterable[Sequence[_Stop]], *, of_the_right: bool) -> dict[_Stop, list[_Stop]]:
    """What is next to a stop: to its left (`of_the_right`: seen from the right one), or to its right."""
    found: dict[_Stop, list[_Stop]] = {}
    for path in paths:
        for left, right in pairwise(path):
            found.setdefault(right if of_the_right else left, []).append(left if of_the_right else right)
    return found


def _crossings(rows: Sequence[Sequence[_Stop]], paths: Sequence[Sequence[_Stop]]) -> int:
    place = {stop: number for row in rows for number, stop in enumerate(row)}
    layer = {stop: index for index, row in enumerate(rows) for stop in row}
    pieces = [(layer[left], place[left], place[right]) for path in paths for left, right in pairwise(path)]
    return sum(
        one[0] == other[0] and (one[1] - other[1]) * (one[2] - other[2]) < 0
        for number, one in enumerate(pieces)
        for other in pieces[:number]
    )


def _middles(
    rows: Sequence[Sequence[_Stop]], paths: Sequence[Sequence[_Stop]], heights: Mapping[_Stop, int]
) -> dict[_Stop, int]:
    """Each stop as near to the mean of its neighbours as the order and the heights of its layer allow."""
    middles: dict[_Stop, float] = {}
    for row in rows:
        middles |= _spread(row, dict.fromkeys(row, 0.0), heights)
    left, right = _neighbours(paths, of_the_right=True), _neighbours(paths, of_the_right=False)
    for number in range(PASSES):
        for row in rows if number % 2 else reversed(rows):
            wanted = {}
            for stop in row:
                near = [middles[other] for other in (*left.get(stop, ()), *right.get(stop, ()))]
                wanted[stop] = fmean(near) if near else middles[stop]
            middles |= _spread(row, wanted, heights)
    top = min((middle - heights.get(stop, PORT) / 2 for stop, middle in middles.items()), default=0.0)
    return {stop: round(middle - top) for stop, middle in middles.items()}


def _spread(row: Sequence[_Stop], wanted: Mapping[_Stop, float], heights: Mapping[_Stop, int]) -> dict[_Stop, float]:
    """Places nearest to those that are wanted, none nearer to the next than it may be.

    Stops that would meet are put together and move as one (pooling of adjacent violators).
    """
    offset, offsets = 0.0, []
    for number, stop in enumerate(row):
        if number:
            offset += (heights.get(row[number - 1], PORT) + heights.get(stop, PORT)) / 2 + GAP
        offsets.append(offset)
    pools: list[list[float]] = []
    for stop, from_top in zip(row, offsets, strict=True):
        pools.append([wanted[stop] - from_top])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    tops = [fmean(pool) for pool in pools for _ in pool]
    return {stop: top + from_top for stop, top, from_top in zip(row, tops, offsets, strict=True)}


def _columns(
    boxes: Sequence[Box], lines: Sequence[Line], ends: Sequence[Sequence[str]], layer: Mapping[str, int]
) -> list[_Column]:
    columns: list[_Column] = []
    x = 0
    for index in range(max(layer.values(), default=-1) + 1):
        labels = [line.label for line, (_, right) in zip(lines, ends, strict=True) if layer[right] == index]
        level = max(labels) + ARROW if labels else 0
        x += CURVE + level if index else 0
        width = max((box.width for box in boxes if layer[box.id] == index), default=0)
        columns.append(_Column(x=x, width=width, level=level))
        x += width
    return columns


def _courses(
    lines: Sequence[Line],
    paths: Sequence[Sequence[_Stop]],
    placed: Mapping[str, Placed],
    middles: Mapping[_Stop, int],
    columns: Sequence[_Column],
    layer: Mapping[str, int],
) -> tuple[Course, ...]:
    leaving, arriving = (_ports(paths, placed, middles, side=side) for side in (0, -1))
    courses = []
    for number, (line, path) in enumerate(zip(lines, paths, strict=True)):
        left, right = path[0].box or "", path[-1].box or ""
        points = [(placed[left].x + placed[left].width, leaving[number])]
        for stop in path[1:-1]:
            column = columns[stop.layer]
            points += [(column.x - column.level, middles[stop]), (column.x + column.width, middles[stop])]
        column = columns[layer[right]]
        points += [(column.x - column.level, arriving[number]), (column.x, arriving[number])]
        courses.append(Course(points=tuple(points), reversed=line.source == right))
    return tuple(courses)


def _ports(
    paths: Sequence[Sequence[_Stop]], placed: Mapping[str, Placed], middles: Mapping[_Stop, int], *, side: int
) -> dict[int, int]:
    """How high each line leaves (side 0) or arrives (side -1): in the order of where it goes, evenly along the side."""
    at: dict[str, list[int]] = {}
    for number, path in enumerate(paths):
        at.setdefault(path[side].box or "", []).append(number)
    ports = {}
    for box, numbers in at.items():
        numbers.sort(key=lambda number: (middles[paths[number][1 if side == 0 else -2]], number))
        place = placed[box]
        for index, number in enumerate(numbers):
            ports[number] = place.y + (2 * index + 1) * place.height // (2 * len(numbers))
    return ports
