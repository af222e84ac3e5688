"""Who depends on whom among the resources of a snapshot, which is in the order in which they were made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState


def dependencies(state: ResourceState) -> Iterator[str]:
    """URNs of everything that a resource needs, its provider included, its parent not."""
    if state.provider:
        yield urns.split_reference(state.provider)[0]
    yield from state.dependencies
    for needed in state.property_dependencies.values():
        yield from needed
    if state.deleted_with:
        yield state.deleted_with
    yield from state.replace_with


class DependencyGraph:
    """Edges between states (not URNs: an old and a new state may share one)."""

    def __init__(self, states: Iterable[ResourceState]) -> None:
        self.states = list(states)
        self._place = {id(state): place for place, state in enumerate(self.states)}
        self._by_urn: defaultdict[str, list[ResourceState]] = defaultdict(list)
        self._children: defaultdict[str, list[ResourceState]] = defaultdict(list)
        for state in self.states:
            self._by_urn[state.urn].append(state)
            self._children[state.parent].append(state)

    def __contains__(self, state: ResourceState) -> bool:
        return id(state) in self._place

    def depending_on(
        self, root: ResourceState, ignore: Collection[str] = (), *, children: bool = False
    ) -> list[ResourceState]:
        """All that need the root, directly or not, in the snapshot's order; with `children` also what lies below it."""
        dependents = []
        reached = {root.urn}
        for candidate in self.states[self._place[id(root)] + 1 :]:
            needs = not reached.isdisjoint(dependencies(candidate)) or (children and candidate.parent in reached)
            if needs and candidate.urn not in ignore:
                dependents.append(candidate)
                reached.add(candidate.urn)
        return dependents

    def dependencies_of(self, state: ResourceState) -> list[ResourceState]:
        """What has to outlive the state: its dependencies, its parent, and what lies below a component that it needs."""
        place = self._place[id(state)]
        found = [each for needed in {*dependencies(state), state.parent} for each in self._by_urn[needed]]
        for each in list(found):
            if not each.custom and each.urn != state.parent:
                found += self._below(each)
        return [each for each in found if self._place[id(each)] < place]

    def transitive_dependencies_of(self, state: ResourceState) -> set[int]:
        """The identities (`id()`) of all states that the state needs, directly or not."""
        reached: set[int] = set()
        waiting = [state]
        while waiting:
            for each in self.dependencies_of(waiting.pop()):
                if id(each) not in reached:
                    reached.add(id(each))
                    waiting.append(each)
        return reached

    def _below(self, component: ResourceState) -> list[ResourceState]:
        found: list[ResourceState] = []
        for child in self._children[component.urn]:
            found += [child, *self._below(child)]
        return found
