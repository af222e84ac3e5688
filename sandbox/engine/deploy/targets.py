"""Which resources an operation is about (`--target`, `--exclude`), and which it replaces in any case (`--replace`)."""

from collections.abc import Collection, Iterable, Sequence

from sandbox.engine.deploy.dependency_graph import DependencyGraph, dependencies
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState


class Targets:
    """Without patterns everything is a target, but for what is excluded. One operation has either patterns or excludes.

    With `dependents`, what depends on a target is one, too; and what depends on something excluded is excluded.
    """

    def __init__(self, patterns: Sequence[str], excludes: Sequence[str] = (), *, dependents: bool) -> None:
        self.patterns = tuple(patterns)
        self.excludes = tuple(excludes)
        self.dependents = dependents
        self._reached: set[str] = set()

    def named(self, urn: str) -> bool:
        return not self.patterns or matches_any(self.patterns, urn)

    def includes(self, state: ResourceState) -> bool:
        found = matches_any(self.patterns or self.excludes, state.urn) or self._depends_on_reached(state)
        return found if self.patterns else not found

    def _depends_on_reached(self, state: ResourceState) -> bool:
        needed = [*dependencies(state), state.parent] if self.dependents else []
        return any(urn in self._reached or matches_any(self.patterns or self.excludes, urn) for urn in needed)

    def reached(self, state: ResourceState, *, targeted: bool) -> None:
        """Dependents come after what they depend on, so that each is told from those before it."""
        if targeted == bool(self.patterns) == self.includes(state):
            self._reached.add(state.urn)

    def deletable(self, states: Collection[ResourceState], graph: DependencyGraph) -> set[str] | None:
        """What may be deleted; None stands for all.

        The targets, and everything that needs them or lies below; or all but what is excluded, and everything that this needs.
        """
        if self.patterns:
            return self._with_dependents({state.urn for state in states if self.named(state.urn)}, graph)
        if self.excludes:
            return {state.urn for state in states} - self._kept(graph)
        return None

    def _with_dependents(self, found: set[str], graph: DependencyGraph) -> set[str]:
        for state in graph.states:
            if state.urn in found:
                found |= {dependent.urn for dependent in graph.depending_on(state, children=True)}
        return found

    def _kept(self, graph: DependencyGraph) -> set[str]:
        found: set[str] = set()
        waiting = [state for state in graph.states if matches_any(self.excludes, state.urn)]
        while waiting:
            state = waiting.pop()
            if state.urn not in found:
                found.add(state.urn)
                waiting += graph.dependencies_of(state)
                waiting += graph.depending_on(state, found, children=True) if self.dependents else []
        return found


def matches_any(patterns: Iterable[str], urn: str) -> bool:
    return any(urns.matches(pattern, urn) for pattern in patterns)


def unknown(patterns: Iterable[str], known: Iterable[str]) -> list[str]:
    """Patterns without wildcards that name nothing of what is known."""
    found = set(known)
    return [pattern for pattern in patterns if "*" not in pattern and pattern not in found]
