"""The tree of resources on a terminal, redrawn while the operation runs."""

from rich.console import Console
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from sandbox.engine.display.rows import Board, Row
from sandbox.engine.display.sections import all_sections
from sandbox.engine.display.words import COLUMN_HEADER, OPERATIONS
from sandbox.engine.events import Event

FRAMES_PER_SECOND = 8


class LiveTree:
    """One line per resource: what it is, what happens to it, how far that is."""

    def __init__(self, console: Console, board: Board) -> None:
        self._console = console
        self._board = board
        self._live = Live(
            console=console, get_renderable=self._table, refresh_per_second=FRAMES_PER_SECOND, transient=False
        )
        self._live.start()

    def show(self, event: Event) -> None:
        self._board.take(event)

    def finish(self) -> None:
        self._board.done = True
        self._live.refresh()
        self._live.stop()
        self._console.print()
        for line in all_sections(self._board):
            self._console.print(line)

    def _table(self) -> Table:
        # A snapshot: events come in from another thread than the one that draws.
        rows = [(self._branch(last), row) for _, last, row in self._board.tree()]
        status = "Plan" if self._board.preview else "Status"
        headers = (
            ("Type", "Name", status, "Info")
            if any(self._board.info(row) for _, row in rows)
            else ("Type", "Name", status)
        )
        table = Table.grid(
            Column(no_wrap=True),
            *(Column(no_wrap=True, overflow="ellipsis", ratio=None) for _ in headers),
            padding=(0, 2, 0, 0),
        )
        table.add_row("", *(Text(header, COLUMN_HEADER) for header in headers))
        for branch, row in rows:
            table.add_row(*self._cells(branch, row)[: len(headers) + 1])
        return table

    def _cells(self, branch: str, row: Row) -> tuple[Text, ...]:
        op = self._board.shown_op(row, merged=True)
        words = OPERATIONS[op]
        color = "bright_red" if row.failed or row.error_count else words.color
        emphasis = color if self._board.is_finished(row) else f"bold {color}".strip()
        return (
            Text(f" {words.sign}", emphasis),
            Text(f"{branch}{row.type}"),
            Text(row.name),
            Text(self._board.status(row, merged=True), emphasis),
            Text(self._board.info(row)),
        )

    @staticmethod
    def _branch(last: list[bool]) -> str:
        """The lines that lead to a row, from the places of its ancestors among their siblings."""
        if not last:
            return ""
        return "".join("   " if ended else "│  " for ended in last[:-1]) + ("└─ " if last[-1] else "├─ ")
