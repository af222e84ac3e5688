"""What people see of an operation: a live tree on a terminal, plain lines elsewhere, or every property with `--diff`.

The three say the same as `pulumi`, from the same events. Secrets come masked in events, so nothing here could show one.
"""

from typing import Protocol, TextIO

from rich.console import Console
from rich.text import Text

from sandbox.engine.display.detailed import step_lines
from sandbox.engine.display.live import LiveTree
from sandbox.engine.display.rows import Board, Row
from sandbox.engine.display.sections import all_sections, summary
from sandbox.engine.display.words import HEADINGS, HEADLINE, OPERATIONS
from sandbox.engine.events import Event

__all__ = ["Display"]


class View(Protocol):
    """One of the ways to show an operation while it runs."""

    def show(self, event: Event) -> None: ...
    def finish(self) -> None: ...


class Display:
    """Shows events as they come; `close` ends it, with whatever did not get to its end.

    `operation` is `preview`, `up`, `refresh`, `destroy` or `import`; the last three may be a preview, too. `color` is for terminals;
    a stream that is one gets the tree.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        operation: str,
        stack: str,
        preview: bool = False,
        color: bool = False,
        diff: bool = False,
        suppress_outputs: bool = False,
    ) -> None:
        self._console = Console(
            file=stream,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
            force_terminal=stream.isatty(),  # else each line asks anew
        )
        preview = preview or operation == "preview"
        board = Board(preview=preview, suppress_outputs=suppress_outputs)
        self._console.print(Text(f"{HEADINGS[operation, preview]} ({stack}):", HEADLINE))
        self._view: View = (
            Detailed(self._console, board)
            if diff
            else LiveTree(self._console, board)
            if stream.isatty()
            else Lines(self._console, board)
        )
        self._closed = False

    def __call__(self, event: Event) -> None:
        self._view.show(event)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._view.finish()


class Lines:
    """A line whenever a resource begins or ends, for logs and pipes."""

    def __init__(self, console: Console, board: Board) -> None:
        self._console = console
        self._board = board

    def show(self, event: Event) -> None:
        changed = self._board.take(event)
        if changed is not None:
            self._print(changed[1])

    def finish(self) -> None:
        rows = self._board.rows.values()
        unfinished = [row for row in rows if row.urn and not row.hidden and not self._board.is_finished(row)]
        self._board.done = True
        for row in unfinished:
            self._print(row)
        for line in all_sections(self._board):
            self._console.print(line)

    def _print(self, row: Row) -> None:
        words = OPERATIONS[row.op]
        status = self._board.status(row)
        info = self._board.info(row)
        line = Text.assemble(
            " ", (words.sign, words.color), f" {row.type} {row.name} ", (status, words.color), f" {info}"
        )
        line.rstrip()
        self._console.print(line)


class Detailed:
    """Every step with its properties."""

    def __init__(self, console: Console, board: Board) -> None:
        self._console = console
        self._board = board

    def show(self, event: Event) -> None:
        self._board.take(event)
        for line in step_lines(self._board, event):
            self._console.print(line)

    def finish(self) -> None:
        self._board.done = True
        for line in summary(self._board):
            self._console.print(line)
