"""Waivers: a rule that does not hold for a while, for a reason, and on somebody's word.

They stand in `waivers.yaml`. Here they are read; whether one counts today is for the pack to say (`policies/waivers.py`),
which is given them with the graph.
"""

from pathlib import Path

from headworks.evidence.dated_list import DatedEntry, Moment, Text, read_dated_list

WAIVERS_FILE = "waivers.yaml"

_FIX = "A waiver has rule, resource, stack, owner, reason (at least 10 characters), granted and expires, and for break-glass an incident."


class Waiver(DatedEntry):
    rule: Text
    """Id of the policy."""
    resource: Text
    """Logical name of the resources; `*` stands for any characters."""
    granted: Moment
    expires: Moment
    incident: Text | None = None
    """Id of the incident that needs it; such a waiver ends after hours."""


def read_waivers(directory: Path) -> tuple[Waiver, ...]:
    """The waivers of a system; none without a file. Raises Failure (exit 2) with everything that is wrong in it."""
    return read_dated_list(directory / WAIVERS_FILE, Waiver, fix=_FIX)


def waivers_of_stack(directory: Path, stack: str) -> tuple[Waiver, ...]:
    """Those of the system's waivers that are for this stack."""
    return tuple(waiver for waiver in read_waivers(directory) if waiver.stack == stack)
