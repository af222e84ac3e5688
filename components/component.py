"""What all components here have in common."""

from collections.abc import Mapping
from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """A component whose inputs are among its outputs: a policy that judges a whole stack is shown outputs only.

    What a class annotates in its body is an output in every language (`plugin/`); what only Python needs is annotated in
    `__init__`.
    """

    def __init__(self, token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(token, name, dict(inputs), opts)
        self._stated = dict(inputs)

    def register_outputs(self, outputs: Any) -> None:
        super().register_outputs(self._stated | outputs)


def public_name(key: str) -> str:
    """A name that people meet in the dashboard and in messages: it says whose environment it is.

    Letters, digits, `-` and `_`, as healthchecks want it.
    """
    return f"{pulumi.get_project()}-{pulumi.get_stack()}-{key}"
