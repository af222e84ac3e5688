"""The runbook of a system, as somebody wrote it: a mistake in it is told in words, with its place."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from headworks.checks.registry import CHECKS
from headworks.evidence.attestations import KINDS
from headworks.failure import problems_of
from headworks.runbooks.lines import Attestation, Check, Line, Policy
from headworks.runbooks.reading import faulty, load_runbook
from policies.pack import RULES

_RULES = {rule.id for rule in RULES}


def read_lines(file: Path) -> tuple[Line, ...]:
    """Raises Failure (exit 2) with everything that is wrong in the file, and what it names that is not there."""
    lines = load_runbook(file).lines
    if faults := [f"{line.id}: {fault}" for line in lines for fault in _unknown(line)]:
        raise faulty(file, faults)
    return lines


def _unknown(line: Line) -> Iterator[str]:
    for holder in line.held_by:
        match holder:
            case Policy() if holder.policy not in _RULES:
                yield f"the pack has no policy {holder.policy}"
            case Attestation() if holder.attestation not in KINDS:
                yield f"there is no attestation {holder.attestation}"
            case Check() if holder.check not in CHECKS:
                yield f"there is no check {holder.check}"
            case Check():
                yield from _misunderstood(holder)
            case _:
                pass


def _misunderstood(holder: Check) -> Iterator[str]:
    try:
        CHECKS[holder.check].arguments.model_validate(holder.arguments)
    except ValidationError as error:
        yield from (f"check {holder.check}: with.{problem}" for problem in problems_of(error))
