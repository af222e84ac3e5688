"""What has to come before what: orders and cycles of things that name one another."""

from collections.abc import Iterable, Iterator, Mapping

Edges = Mapping[str, Iterable[str]]
"""Each key with the keys that it needs. What is needed but is no key itself is passed over."""


def in_order(needs: Edges) -> tuple[str, ...]:
    """The keys, each after those that it needs; otherwise by name. Keys of a cycle are in some order.

    Not as they were written: an engine hands the configuration over with its keys sorted, and the order must be one.
    """
    return tuple(key for key, cycle in _walk(needs) if not cycle)


def cycles(needs: Edges) -> tuple[tuple[str, ...], ...]:
    """The ways that lead back to their beginning: `("a", "b")` when a needs b and b needs a. One at least for each knot."""
    return tuple(cycle for _, cycle in _walk(needs) if cycle)


def _walk(needs: Edges) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Depth first: each key when all that it needs is behind us, and each cycle when it closes."""
    entered: dict[str, None] = {}
    left: set[str] = set()

    def visit(key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        entered[key] = None
        for needed in sorted(needs[key]):
            if needed in entered and needed not in left:
                way = [each for each in entered if each not in left]
                yield needed, tuple(way[way.index(needed) :])
            elif needed in needs and needed not in left:
                yield from visit(needed)
        left.add(key)
        yield key, ()

    for key in sorted(needs):
        if key not in left:
            yield from visit(key)
