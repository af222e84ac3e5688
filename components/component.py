"""What all components here have in common."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pulumi

from headworks.model import naming

if TYPE_CHECKING:
    from headworks.evidence.waivers import Waiver


class Component(pulumi.ComponentResource):
    """A component whose inputs are among its outputs: a policy that judges a whole stack is shown outputs only.

    What a class annotates in its body is an output in every language (`plugin/`); what only Python needs is annotated in
    `__init__`.
    """

    def __init__(
        self,
        token: str,
        name: str,
        inputs: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        waivers: "Sequence[Waiver]" = (),
    ) -> None:
        """`waivers` are those of a whole stack, for the component that stands for it; those beneath it state their own."""
        parent = opts.parent if opts else None
        self.known_waivers: tuple[Waiver, ...] = tuple(waivers) or (
            parent.known_waivers if isinstance(parent, Component) else ()
        )
        stated = [each for each in self.known_waivers if waivers or fnmatchcase(name, each.resource)]
        self._stated = dict(inputs) | ({"waivers": [_waiver(each) for each in stated]} if stated else {})
        super().__init__(token, name, self._stated, opts)

    def register_outputs(self, outputs: Any) -> None:
        super().register_outputs(self._stated | outputs)


def _waiver(waiver: "Waiver") -> dict[str, str]:
    """For the policies; times as ISO texts."""
    return {key: text for key, text in waiver.model_dump(mode="json", exclude={"stack"}).items() if text is not None}


def public_name(key: str) -> str:
    """A name that people meet in the dashboard and in messages: it says whose environment it is."""
    return naming.public_name(pulumi.get_project(), pulumi.get_stack(), key)
