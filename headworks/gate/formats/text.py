"""For terminals."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from headworks.gate.verdict import Kind, Reason, Verdict
from headworks.readiness.report import SYMBOLS, paint, summary
from headworks.readiness.standing import State

TITLES = {
    Kind.PREVIEW: "The preview failed",
    Kind.PLAN: "What would change is not what was approved",
    Kind.POLICY: "Policies",
    Kind.NAME: "Names that are taken in the account",
    Kind.LINE: "Lines of the runbook",
}
_REMARKS = "Worth a look, but nothing that stops it"


def as_text(verdict: Verdict) -> str:
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    stopping = [reason for reason in verdict.reasons if reason.blocks]
    remarks = [reason for reason in verdict.reasons if not reason.blocks]
    parts = [
        *(section for kind in Kind for section in _section(TITLES[kind], _of(kind, stopping), color=color)),
        *_section(_REMARKS, remarks, color=color),
        changes(verdict),
        *([summary(verdict.readiness)] if verdict.readiness.standings else []),
        conclusion(verdict),
    ]
    return "\n".join(parts)


def _of(kind: Kind, reasons: Sequence[Reason]) -> list[Reason]:
    return [reason for reason in reasons if reason.kind is kind]


def _section(title: str, reasons: Sequence[Reason], *, color: bool) -> Iterator[str]:
    if not reasons:
        return
    yield f"{title}:"
    width = min(shutil.get_terminal_size((120, 24)).columns, 160)
    for reason in reasons:
        yield paint(f"  {SYMBOLS[reason.state]} {reason.id}", reason.state, color=color) + f"  {reason.subject}"
        yield textwrap.fill(reason.says, width, initial_indent="      ", subsequent_indent="      ")
    yield ""


def changes(verdict: Verdict) -> str:
    made = ", ".join(f"{number} to {operation}" for operation, number in verdict.readiness.preview.changes.items())
    return f"Preview: {made or 'nothing came of it'}."


def conclusion(verdict: Verdict) -> str:
    stopping = sum(reason.blocks for reason in verdict.reasons)
    readiness = verdict.readiness
    name = f"{readiness.system} {readiness.stack}"
    if verdict.passes:
        waived = sum(1 for each in readiness.standings if each.state is State.WAIVED)
        return f"{name} may be deployed{f', with {waived} lines waived' if waived else ''}."
    return f"{name} must not be deployed: {stopping} reason{'s' if stopping != 1 else ''}."
