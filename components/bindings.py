"""What Workers have of a component: bindings, each the main Worker's or a companion's."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.cloudflare import Binding
from components.component import Component

MAIN = ""
"""Key of the main Worker among the Workers of an environment."""


class Bound(Component):
    """A component that Workers have bindings to."""

    def __init__(self, token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(token, name, inputs, opts)
        self._bound: list[tuple[str, Binding]] = []

    def bind(self, binding: Binding, worker: str = MAIN) -> None:
        """Give a binding to the Worker with that key."""
        self._bound.append((worker, binding))

    @property
    def worker_bindings(self) -> list[Binding]:
        """The bindings of all Workers."""
        return [binding for _, binding in self._bound]

    def bindings_of(self, worker: str) -> list[Binding]:
        """The bindings of the Worker with that key."""
        return [binding for owner, binding in self._bound if owner == worker]
