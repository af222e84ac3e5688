"""What a resource takes from those above it: options, providers, transforms."""

from collections.abc import Iterable, Mapping

from pulumi.runtime.proto import resource_pb2

from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal
from sandbox.engine.source.transforms import Callback

Request = resource_pb2.RegisterResourceRequest


class Ancestors:
    """Whatever may lie above a resource that is still to come."""

    def __init__(self) -> None:
        self._goals: dict[str, Goal] = {}
        self._parents: dict[str, str] = {}
        self._transforms: dict[str, list[Callback]] = {}
        self._component_providers: dict[str, dict[str, str]] = {}
        self.stack_transforms: list[Callback] = []

    def add(self, urn: str, goal: Goal, transforms: Iterable[Callback]) -> None:
        self._goals[urn] = goal
        self._parents[urn] = goal.parent
        self._transforms[urn] = list(transforms)

    def add_read(self, urn: str, parent: str) -> None:
        """A resource that is only read takes part in the chain, without options of its own."""
        self._parents[urn] = parent

    def inherit(self, request: Request) -> None:
        """Gives a child what it takes from its parent if it does not say otherwise."""
        parent = self._goals.get(request.parent)
        if parent is None:
            return
        if not request.deletedWith:
            request.deletedWith = parent.deleted_with
        if not request.HasField("protect") and parent.protect is not None:
            request.protect = parent.protect
        if not request.HasField("retainOnDelete") and parent.retain_on_delete is not None:
            request.retainOnDelete = parent.retain_on_delete

    def provider_of(self, request: Request) -> str:
        """The provider that the program names: on the resource, or for its package on a component above it."""
        if request.provider or not request.custom:
            return request.provider
        package = urns.package(request.type)
        parent = self._goals.get(request.parent)
        inherited = parent.provider if parent is not None and parent.provider else ""
        if inherited and urns.provider_package(urns.split_reference(inherited)[0]) == package:
            return inherited
        return request.providers.get(package) or self.component_provider(request.parent, package)

    def component_provider(self, component: str, package: str) -> str:
        """Empty where the component has none for the package."""
        return self._component_providers.get(component, {}).get(package, "")

    def hand_down(self, component: str, parent: str, providers: Mapping[str, str]) -> None:
        """A component hands providers down to what lies below it."""
        self._component_providers[component] = self._component_providers.get(parent, {}) | dict(providers)

    def transforms_of(self, request: Request) -> list[Callback]:
        """The resource's own, those of the components above it from the inside out, the stack's."""
        found = list(request.transforms)
        above = request.parent
        while above:
            found += self._transforms.get(above, [])
            above = self._parents.get(above, "")
        return [*found, *self.stack_transforms]
