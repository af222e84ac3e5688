"""A readiness report for programs and for terminals."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from headworks import terminal
from headworks.readiness.look import Readiness
from headworks.readiness.standing import OPEN, Standing, State

SYMBOLS: Mapping[State, str] = {
    State.MISSING: "✗",
    State.NOT_VERIFIED: "?",
    State.ADVISED: "!",
    State.UNASSIGNED: "○",
    State.UNSUPPORTED: "○",
    State.LEFT_OUT: "·",
    State.WAIVED: "~",
    State.ATTESTED: "✓",
    State.VERIFIED: "✓",
    State.HELD: "✓",
    State.LATER: "·",
    State.NOT_ASKED: "·",
}

_COLOURS = {State.MISSING: 31, State.NOT_VERIFIED: 33, State.ADVISED: 33, State.WAIVED: 33} | dict.fromkeys(
    (State.ATTESTED, State.VERIFIED, State.HELD), 32
)
"""Of terminals."""


def as_json(readiness: Readiness) -> dict[str, Any]:
    return {
        "system": readiness.system,
        "stack": readiness.stack,
        "commit": readiness.commit,
        "account": "local" if readiness.access.local else readiness.evidence.context.environment.account_id,
        "deployed": readiness.preview.is_deployed,
        "at": readiness.evidence.context.now.isoformat(timespec="seconds"),
        "counts": counts(readiness.standings),
        "lines": [_line(standing) for standing in readiness.standings],
    }


def counts(standings: Sequence[Standing]) -> dict[str, int]:
    """How many lines stand where, the worst first; states of none are left out."""
    number = Counter(standing.state for standing in standings)
    return {state.value: number[state] for state in State if number[state]}


def _line(standing: Standing) -> dict[str, Any]:
    line = standing.line
    return {
        "id": line.id,
        "text": line.text,
        "kinds": list(line.kinds),
        "stacks": list(line.stacks),
        "when": line.when.value,
        "state": standing.state.value,
        "blocking": standing.is_blocking,
        "until": standing.until and standing.until.isoformat(timespec="minutes"),
        "holders": [
            {
                "by": holding.by,
                "state": holding.state.value,
                "says": holding.says,
                "until": holding.until and holding.until.isoformat(timespec="minutes"),
            }
            for holding in standing.holdings
        ],
    }


def as_text(readiness: Readiness, *, only_open: bool, color: bool) -> str:
    """A line per line of the runbook, beneath it who holds it or what is missing, and the counts."""
    shown = [each for each in readiness.standings if each.state in OPEN or not only_open]
    body = [text for standing in shown for text in _rows(standing, color=color)]
    return "\n".join([*body, *([""] if body else []), summary(readiness)])


def _rows(standing: Standing, *, color: bool) -> list[str]:
    state = f"{SYMBOLS[standing.state]} {standing.state.value}"
    painted = paint(f"{state:<14}", standing.state, color=color)
    columns = max(terminal.width() - 22, 40)
    text = textwrap.wrap(standing.line.text, columns)
    said = [f"{holding.by}: {holding.says}" for holding in standing.deciding]
    lines = [
        *text,
        *(part for each in said for part in textwrap.wrap(f"  {each}", columns, subsequent_indent="    ")),
    ]
    return [f"{standing.line.id:<5} {painted} {lines[0]}", *(f"{'':21}{line}" for line in lines[1:])]


def paint(text: str, state: State, *, color: bool) -> str:
    return f"\033[{_COLOURS[state]}m{text}\033[0m" if color and state in _COLOURS else text


def summary(readiness: Readiness) -> str:
    number = counts(readiness.standings)
    alone = sum(1 for each in readiness.standings if each.line.rests_on_attestation_alone)
    return (
        f"{readiness.system} {readiness.stack}: {len(readiness.standings)} lines, "
        f"{', '.join(f'{count} {state}' for state, count in number.items())}. "
        f"{alone} rest on an attestation alone."
    )
