"""For terminals."""

import textwrap
from collections.abc import Iterator, Sequence

from headworks import terminal
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
REMARKS = "Worth a look, but nothing that stops it"


def as_text(verdict: Verdict, *, color: bool = False) -> str:
    parts = [
        *(section for kind in Kind for section in _section(TITLES[kind], of_kind(kind, verdict.stopping), color=color)),
        *_section(REMARKS, verdict.remarks, color=color),
        changes(verdict),
        *([summary(verdict.readiness)] if verdict.readiness.standings else []),
        conclusion(verdict),
    ]
    return "\n".join(parts)


def of_kind(kind: Kind, reasons: Sequence[Reason]) -> list[Reason]:
    return [reason for reason in reasons if reason.kind is kind]


def _section(title: str, reasons: Sequence[Reason], *, color: bool) -> Iterator[str]:
    if not reasons:
        return
    yield f"{title}:"
    for reason in reasons:
        yield paint(f"  {SYMBOLS[reason.state]} {reason.id}", reason.state, color=color) + f"  {reason.subject}"
        yield textwrap.fill(reason.says, terminal.width(), initial_indent="      ", subsequent_indent="      ")
    yield ""


def changes(verdict: Verdict) -> str:
    counted = [
        f"{number} {'unchanged' if operation == 'same' else f'to {operation}'}"
        for operation, number in verdict.readiness.preview.changes.items()
    ]
    return f"Preview: {', '.join(counted) or 'nothing came of it'}."


def conclusion(verdict: Verdict) -> str:
    readiness = verdict.readiness
    name = f"{readiness.system} {readiness.stack}"
    if verdict.passes:
        return f"{name} may be deployed{_reservations(verdict)}."
    number = len(verdict.stopping)
    return f"{name} must not be deployed: {number} reason{'s' if number != 1 else ''}."


def _reservations(verdict: Verdict) -> str:
    """What the word is given without."""
    readiness = verdict.readiness
    waived = sum(1 for each in readiness.standings if each.state is State.WAIVED)
    left_out = sorted(readiness.evidence.left_out)
    said = [
        *([f"with {waived} waived line{'s' if waived != 1 else ''}"] if waived else []),
        *([f"as far as it goes without {', '.join(left_out)}"] if left_out else []),
        *([] if readiness.runbook else ["as far as it goes without a runbook"]),
    ]
    return "".join(f", {each}" for each in said)
