"""Zones that exist already: the stack creates none."""

from collections.abc import Iterable

import pulumi

from components.cloudflare import get_zone_output


def zone_ids(names: Iterable[str], parent: pulumi.Resource) -> dict[str, pulumi.Output[str]]:
    """The id of each zone by its name. One look-up a zone: it is a read of the API at each preview."""
    return {name: _zone_id(name, parent) for name in dict.fromkeys(names)}


def _zone_id(name: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    # `match` is said to be required and is not: the provider has a default for it.
    found = get_zone_output(filter={"name": name}, opts=pulumi.InvokeOutputOptions(parent=parent))  # type: ignore[arg-type]
    return found.apply(lambda result: str(result.id))
