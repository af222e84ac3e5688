"""For the comment on a pull request. Its first line is a mark by which a pipeline finds the comment again, to update it in place."""

import re
from collections.abc import Iterator, Sequence

from headworks.comment import mark, shortened
from headworks.gate.formats.text import REMARKS, TITLES, changes, conclusion, of_kind
from headworks.gate.verdict import Kind, Reason, Verdict
from headworks.readiness.report import SYMBOLS, counts
from headworks.readiness.standing import OPEN, State


def as_markdown(verdict: Verdict) -> str:
    readiness = verdict.readiness
    lines = [
        mark(f"gate {readiness.system} {readiness.stack}"),
        f"### {'✅' if verdict.passes else '⛔'} {_text(conclusion(verdict))}",
        "",
        changes(verdict),
        *_counts(verdict),
        *(line for kind in Kind for line in _table(TITLES[kind], of_kind(kind, verdict.stopping))),
        *_folded(REMARKS, verdict.remarks),
        *_folded_lines(verdict),
        "",
        f"<sub>commit {(readiness.commit or 'none')[:12]}, account {'on this machine' if readiness.access.local else 'of Cloudflare'}</sub>",
    ]
    return shortened("\n".join(lines))


def _counts(verdict: Verdict) -> list[str]:
    number = counts(verdict.readiness.standings)
    if not number:
        return []
    states = list(number)
    return [
        "",
        f"| {' | '.join(f'{SYMBOLS[State(state)]} {state}' for state in states)} |",
        f"|{'---:|' * len(states)}",
        f"| {' | '.join(str(number[state]) for state in states)} |",
    ]


def _table(title: str, reasons: Sequence[Reason]) -> Iterator[str]:
    if reasons:
        yield from ("", f"**{title}**", "", "| | what | why |", "|---|---|---|")
        yield from (_row(reason) for reason in reasons)


def _row(reason: Reason) -> str:
    what = f"`{reason.id}`" + (f" {_text(reason.subject)}" if reason.subject else "")
    return f"| {SYMBOLS[reason.state]} | {what} | {_text(reason.says)} |"


def _folded(title: str, reasons: Sequence[Reason]) -> Iterator[str]:
    if reasons:
        yield from ("", f"<details><summary>{title} ({len(reasons)})</summary>")
        yield from _table(title, reasons)
        yield from ("", "</details>")


def _folded_lines(verdict: Verdict) -> Iterator[str]:
    held = [each for each in verdict.readiness.standings if each.state not in OPEN]
    if not held:
        return
    yield from ("", f"<details><summary>The other lines of the runbook ({len(held)})</summary>", "")
    yield from ("| line | state | what |", "|---|---|---|")
    for each in held:
        yield f"| {each.line.id} | {SYMBOLS[each.state]} {each.state.value} | {_text(each.line.text)} |"
    yield from ("", "</details>")


_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def _text(text: str) -> str:
    """Plain text: nothing in a name or a message becomes markup, a mention or a second row of the table."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return escaped.replace("@", "@\N{ZERO WIDTH SPACE}")
