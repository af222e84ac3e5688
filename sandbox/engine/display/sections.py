"""What stands below the resources when an operation is over: policies, diagnostics, outputs, counts, duration."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from sandbox.engine.display.rows import Board, Row
from sandbox.engine.display.values import INDENT, changes, short, whole
from sandbox.engine.display.words import (
    ERROR,
    HEADLINE,
    INFO,
    OPERATIONS,
    PAST,
    UNCOUNTED,
    WARNING,
    count,
    display_name,
)
from sandbox.engine.events import Event
from sandbox.engine.resource.urns import name_of, type_of

TRACEBACK = "Traceback (most recent call last)"
LEVELS = ("mandatory", "advisory")
SEVERITIES = ("critical", "high", "medium", "low", "")
STYLES = {"error": ERROR, "warning": WARNING, "mandatory": ERROR, "advisory": WARNING}


def all_sections(board: Board) -> Iterator[Text]:
    """In Pulumi's order. A mandatory violation is the last word: no counts follow it."""
    yield from policies(board)
    yield from diagnostics(board)
    if not board.suppress_outputs:
        yield from outputs(board)
    if not board.refused:
        yield from summary(board)


def policies(board: Board) -> Iterator[Text]:
    packs = {f"{name}@v{version}" for name, version in (board.summary or {}).get("PolicyPacks", {}).items()}
    packs |= {_pack(event) for event in (*board.violations, *board.remediations)}
    if not packs:
        return
    yield Text("Policies:", HEADLINE)
    for pack in sorted(packs):
        violations = sorted((event for event in board.violations if _pack(event) == pack), key=_rank)
        levels = {violation["enforcementLevel"] for violation in violations}
        yield Text.assemble(INDENT, "❌" if "mandatory" in levels else "⚠️" if levels else "✅", " ", (pack, INFO))
        applied = Counter(event["policyName"] for event in board.remediations if _pack(event) == pack)
        for policy, number in sorted(applied.items()):
            yield Text.assemble(INDENT * 2, "- ", (f"[remediate]  {policy}", INFO), f"  ({count(number, 'resource')})")
        for violation in violations:
            yield from violation_lines(violation, INDENT * 2)
    yield Text()


def violation_lines(event: Event, indent: str) -> Iterator[Text]:
    severity = f" [severity: {event['severity']}]" if event.get("severity") else ""
    urn = event.get("resourceUrn", "")
    where = f"  ({display_name(type_of(urn))}: {name_of(urn)})" if urn else ""
    level = event["enforcementLevel"]
    yield Text.assemble(indent, "- ", (f"[{level}]{severity}  {event['policyName']}", STYLES[level]), where)
    for line in event["message"].rstrip("\n").split("\n"):
        yield Text(f"{indent}  {line}".rstrip())


def remediation_line(event: Event) -> Text:
    urn = event["resourceUrn"]
    changed = short(event["before"], event["after"])
    who = f"{_pack(event)} [remediate]  {event['policyName']}"
    return Text.assemble(INDENT, (who, INFO), f"  ({display_name(type_of(urn))}: {name_of(urn)}) [{changed}]")


def _pack(event: Event) -> str:
    return f"{event['policyPackName']}@v{event['policyPackVersion']}"


def _rank(event: Event) -> tuple[int, int, str, str]:
    level, severity = LEVELS.index(event["enforcementLevel"]), SEVERITIES.index(event.get("severity", ""))
    return level, severity, event["policyName"], event.get("resourceUrn", "")


def diagnostics(board: Board) -> Iterator[Text]:
    rows = [row for row in board.rows.values() if row.diagnostics]
    if not rows:
        return
    yield Text("Diagnostics:", HEADLINE)
    for row in rows:
        yield Text(f"  {row.type} ({row.name}):" if row.name else f"  {row.type}:", "bright_blue")
        for group in _groups(row):
            kept = _before_the_end(group) if board.stopped else group
            for body in kept:
                yield from _message(body)
            if len(kept) < len(group):
                yield Text(
                    f"{INDENT}The program was stopped; {count(len(group) - len(kept), 'line')} of its traceback left out."
                )
            yield Text()


def _groups(row: Row) -> Iterator[list[Event]]:
    """What the engine says line by line, and apart from it what a program writes, as one piece per stream."""
    streams: dict[int, list[Event]] = {}
    for body in row.diagnostics:
        streams.setdefault(body.get("streamID", 0), []).append(body)
    yield from streams.values()


def _before_the_end(group: list[Event]) -> list[Event]:
    """What was said without the traceback of a program that was stopped: it tells nothing of why."""
    written = [body["severity"] == "info#err" for body in group]
    begins = (place for place, body in enumerate(group) if written[place] and body["message"].startswith(TRACEBACK))
    first = next(begins, len(group))
    return [body for place, body in enumerate(group) if place < first or not written[place]]


def _message(body: Event) -> Iterator[Text]:
    first, *others = body["message"].rstrip().split("\n")
    yield Text.assemble(INDENT, (body.get("prefix", ""), STYLES.get(body["severity"], "")), first)
    yield from (Text(f"{INDENT}{line}".rstrip()) for line in others)


def outputs(board: Board) -> Iterator[Text]:
    """The stack's outputs: a preview shows what changes, an update all of them."""
    metadata = board.stack.metadata
    new, old = metadata.get("new"), metadata.get("old")
    if not new or board.stack.op == "delete" or not new.get("outputs"):
        return
    before: dict[str, Any] | None = old.get("outputs") if old else None
    if before is None:
        lines = list(whole(new["outputs"], 1, metadata["op"]))
    else:
        lines = list(changes(before, new["outputs"], 1, sames=not board.preview))
    if lines:
        yield Text("Outputs:", HEADLINE)
        yield from (line.render() for line in lines)
        yield Text()


def summary(board: Board) -> Iterator[Text]:
    if board.summary is None:
        return
    counted = board.summary["resourceChanges"]
    planned = "to " if board.preview else ""
    yield Text("Resources:", HEADLINE)
    changed = {op: counted[op] for op in OPERATIONS if op not in UNCOUNTED and counted.get(op)}
    for op, number in changed.items():
        words = OPERATIONS[op]
        what = op if board.preview else PAST.get(op, words.done)
        yield Text.assemble(INDENT, (f"{words.sign}{number} {planned}{what}", words.color))
    pieces = [count(sum(changed.values()), "change")] if len(changed) > 1 else []
    pieces += [f"{counted['same']} unchanged"] if counted.get("same") else []
    if pieces:
        yield Text(INDENT + ". ".join(pieces))
    errored = sum(row.error_count > 0 for row in board.rows.values())
    if errored:
        yield Text(f"{INDENT}{errored} errored", "red")
    if not board.preview:
        yield Text()
        yield Text.assemble(("Duration:", HEADLINE), f" {_duration(board.summary['durationSeconds'])}")


def _duration(seconds: int) -> str:
    minutes, rest = divmod(max(seconds, 1), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
