"""What a display knows: one row per resource, kept up to date by events."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.engine.display.values import short
from sandbox.engine.display.words import OPERATIONS, count, display_name
from sandbox.engine.events import REPLACING, Event
from sandbox.engine.resource.urns import STACK_TYPE, name_of, type_of

Metadata = dict[str, Any]
MESSAGES = {"error": "error", "warning": "warning", "info": "message", "info#err": "message"}
"""Severities, in the order in which a row counts them, and what it calls them."""
READS = ("read", "read-replacement", "discard")


@dataclass
class Row:
    """A resource: its step, how far it is, and what was said about it."""

    urn: str
    metadata: Metadata = field(default_factory=dict)
    op: str = "same"
    hidden: bool = True
    """Nothing happens to it that anyone would want to see."""
    finished: set[str] = field(default_factory=set)
    """Operations that ended; a replacement has several."""
    failed: bool = False
    started: float | None = None
    ended: float | None = None
    diagnostics: list[Event] = field(default_factory=list)

    @property
    def type(self) -> str:
        return display_name(type_of(self.urn)) if self.urn else STACK_TYPE

    @property
    def name(self) -> str:
        """Empty as long as the stack is not registered."""
        return name_of(self.urn) if self.urn else ""

    @property
    def parent(self) -> str:
        """The URN of the parent, empty if no event told."""
        for side in ("new", "old"):
            if self.metadata.get(side):
                return str(self.metadata[side].get("parent", ""))
        return ""

    @property
    def is_stack(self) -> bool:
        return not self.urn or type_of(self.urn) == STACK_TYPE

    @property
    def custom(self) -> bool:
        return any(side.get("custom", False) for side in (self.metadata.get("new"), self.metadata.get("old")) if side)

    @property
    def error_count(self) -> int:
        return sum(body["severity"] == "error" for body in self.diagnostics)


class Board:
    """All rows of an operation, and what is told at its end."""

    def __init__(
        self, *, preview: bool, suppress_outputs: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.preview = preview
        self.suppress_outputs = suppress_outputs
        self.done = False
        self.rows: dict[str, Row] = {}
        self.stack_urn = ""
        self.violations: list[Event] = []
        self.remediations: list[Event] = []
        self.summary: Event | None = None
        self._clock = clock

    def take(self, event: Event) -> tuple[str, Row] | None:
        """Takes the event in; returns its kind and the row that it changed, if it is worth telling."""
        for kind, body in event.items():
            handler = _HANDLERS.get(kind)
            if handler is not None and not body.get("internal"):
                row = handler(self, body)
                return None if row is None else (kind, row)
        return None

    @property
    def stopped(self) -> bool:
        """Whether the engine ended the program before its time."""
        return any(row.failed for row in self.rows.values()) or self.refused

    @property
    def refused(self) -> bool:
        return any(violation["enforcementLevel"] == "mandatory" for violation in self.violations)

    @property
    def stack(self) -> Row:
        return self._row(self.stack_urn)

    def tree(self) -> list[tuple[int, list[bool], Row]]:
        """Visible rows in the order of the tree: depth, for each level whether it is the last of its parent, and the row."""
        children: dict[str, list[Row]] = {}
        for row in self.rows.values():
            if row.urn != self.stack_urn:
                parent = row.parent if row.parent in self.rows else self.stack_urn
                children.setdefault(parent, []).append(row)
        return [(0, [], self.stack), *self._below(self.stack_urn, children, [])]

    def _below(self, urn: str, children: dict[str, list[Row]], last: list[bool]) -> list[tuple[int, list[bool], Row]]:
        found = []
        shown = [row for row in children.get(urn, []) if not row.hidden or self._below(row.urn, children, [])]
        for row in shown:
            place = [*last, row is shown[-1]]
            found += [(len(place), place, row), *self._below(row.urn, children, place)]
        return found

    def shown_op(self, row: Row, *, merged: bool) -> str:
        """`merged`: a display with one line per resource shows the parts of a replacement as one."""
        as_one = merged and (self.preview or self.done) and row.op in REPLACING and not row.failed
        return "replace" if as_one else row.op

    def is_finished(self, row: Row) -> bool:
        return self.done or row.failed or (not row.is_stack and row.op in row.finished)

    def status(self, row: Row, *, merged: bool = False) -> str:
        """The words for how far the row is, with seconds when something was really done."""
        words = OPERATIONS[self.shown_op(row, merged=merged)]
        retained = "[retain]" if (row.metadata.get("old") or {}).get("retainOnDelete") and row.op in _RETAINING else ""
        if not self.is_finished(row):
            return self._under_way(row, words.planned if self.preview else words.progressing) + retained
        if self.preview:
            return ("refresh" if row.op == "refresh" else words.planned) + retained
        interrupted = row.custom and row.op not in {*row.finished, "same", "remove-pending-replace"} and not row.failed
        if interrupted:
            return f"{words.progressing} (interrupted)"
        if row.failed or row.error_count:
            return f"**{words.failed}{self._seconds(row) if row.op != 'same' else ''}**"
        return words.done + (self._seconds(row) if words.done else "") + retained

    def info(self, row: Row) -> str:
        """What changes, and what was said: the last message while the operation runs, counts when it is done."""
        old, new = row.metadata.get("old"), row.metadata.get("new")
        parts = []
        if old and new and row.op != "same":
            changed = short(
                old["inputs"], new["inputs"], row.metadata.get("diffs", ()), row.metadata.get("changed", ())
            )
            parts += [f"[diff: {changed}]"] if changed else []
        if old and new and old.get("protect", False) != new.get("protect", False):
            parts.append("[diff: ~protect]")
        if self.done:
            for severity, word in MESSAGES.items():
                number = sum(body["severity"] == severity for body in row.diagnostics)
                parts += [count(number, word)] if number else []
        elif said := [body for body in row.diagnostics if body["severity"] != "info#err"]:
            body = said[-1]
            parts.append(f"{body.get('prefix', '')}{body['message']}".strip().split("\n")[0])
        return "; ".join(parts)

    def _under_way(self, row: Row, text: str) -> str:
        if row.is_stack and row.op == "same":
            return "running"
        if self.preview or not text or row.started is None:
            return text
        return f"{text} ({int(self._clock() - row.started)}s)"

    def _seconds(self, row: Row) -> str:
        if row.started is None or row.ended is None:
            return ""
        seconds = row.ended - row.started
        return f" ({seconds:.2f}s)" if seconds < 1 else f" ({int(seconds)}s)"

    def _row(self, urn: str) -> Row:
        return self.rows.setdefault(urn, Row(urn=urn, hidden=urn != self.stack_urn))

    # events ----------------------------------------------------------------------------------------------------------

    def _announced(self, body: Event) -> Row | None:
        metadata = body["metadata"]
        if metadata["op"] in READS:
            return None
        row = self._row_of(metadata)
        row.metadata, row.op = metadata, metadata["op"]
        row.started, row.ended = self._clock(), None
        row.hidden &= metadata["op"] == "same" and not _protection_changes(metadata)
        return None if row.hidden else row

    def _ended(self, body: Event) -> Row | None:
        metadata = body["metadata"]
        if metadata["op"] in READS:
            return None
        row = self._row_of(metadata)
        refreshed = row.op == "refresh"
        row.metadata, row.op, row.ended = metadata, metadata["op"], self._clock()
        row.finished.add(row.op)
        worth_telling = refreshed or (not self.preview and row.custom and row.op != "same")
        return row if worth_telling and not row.hidden else None

    def _failed(self, body: Event) -> Row:
        row = self._row_of(body["metadata"])
        row.failed, row.hidden, row.ended = True, False, self._clock()
        return row

    def _said(self, body: Event) -> Row | None:
        if body["severity"] == "debug" or body.get("ephemeral") or not body["message"].strip():
            return None
        row = self._row(body.get("urn") or self.stack_urn)
        row.diagnostics.append(body)
        row.hidden = False
        # What a program writes to standard error is told at the end, in one piece; before the stack is known there is no row.
        return row if row.urn and body["severity"] != "info#err" else None

    def _row_of(self, metadata: Metadata) -> Row:
        urn = metadata["urn"]
        if metadata["type"] == STACK_TYPE and not self.stack_urn:
            self.stack_urn = urn
            early = self.rows.pop("", None)
            self.rows = {urn: Row(urn=urn, hidden=False, diagnostics=early.diagnostics if early else []), **self.rows}
        return self._row(urn)


_RETAINING = frozenset({"delete", "replace", "create-replacement", "delete-replaced"})


def _protection_changes(metadata: Metadata) -> bool:
    old, new = metadata.get("old"), metadata.get("new")
    return bool(old and new and old.get("protect", False) != new.get("protect", False))


def _violated(board: Board, body: Event) -> None:
    board.violations.append(body)


def _remediated(board: Board, body: Event) -> None:
    board.remediations.append(body)


def _summed_up(board: Board, body: Event) -> None:
    board.summary = body


_HANDLERS: dict[str, Callable[[Board, Event], Row | None]] = {
    "resourcePreEvent": Board._announced,  # noqa: SLF001 - the table of this module
    "resOutputsEvent": Board._ended,  # noqa: SLF001
    "resOpFailedEvent": Board._failed,  # noqa: SLF001
    "diagnosticEvent": Board._said,  # noqa: SLF001
    "policyEvent": _violated,
    "policyRemediationEvent": _remediated,
    "summaryEvent": _summed_up,
}
