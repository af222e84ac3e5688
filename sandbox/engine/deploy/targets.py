"""Which resources an operation is about (`--target`)."""

from collections.abc import Iterable, Sequence

from sandbox.engine.deploy.dependency_graph import DependencyGraph, dependencies
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState


class Targets:
    """Without patterns everything is a target. With `dependents`, so is what depends on a target."""

    def __init__(self, patterns: Sequence[str], *, dependents: bool) -> None:
        self.constrained = bool(patterns)
        self.patterns = tuple(patterns)
        self.dependents = dependents
        self._reached: set[str] = set()

    def named(self, urn: str) -> bool:
        return not self.constrained or any(urns.matches(pattern, urn) for pattern in self.patterns)

    def includes(self, state: ResourceState) -> bool:
        if self.named(state.urn):
            return True
        return self.dependents and not self._reached.isdisjoint([*dependencies(state), state.parent])

    def reached(self, state: ResourceState, *, targeted: bool) -> None:
        """Dependents come after what they depend on, so that each is told from those before it."""
        if self.constrained and targeted and self.includes(state):
            self._reached.add(state.urn)

    def deletable(self, states: Iterable[ResourceState], graph: DependencyGraph) -> set[str] | None:
        """What may be deleted: the targets and everything that needs them or lies below; None stands for all."""
        if not self.constrained:
            return None
        found = {state.urn for state in states if self.named(state.urn)}
        for state in graph.states:
            if state.urn in found:
                found |= {dependent.urn for dependent in graph.depending_on(state, children=True)}
        return found

    def unknown(self, known: Iterable[str]) -> list[str]:
        """Targets without wildcards that neither the state nor the program has."""
        found = set(known)
        return [pattern for pattern in self.patterns if "*" not in pattern and pattern not in found]
