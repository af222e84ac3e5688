"""Markdown as a linter needs it: what is code, in which language, and the line and column of each character of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from headworks.lint_runbook.rule import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

LEAVES = frozenset({"code_block", "fence", "heading_open", "html_block", "paragraph_open", "table_open"})
"""Blocks without other blocks in them."""
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Code:
    """A block of code, or code within a line (`language` is None then)."""

    text: str
    language: str | None
    start: Place
    """Of its first character."""
    indents: tuple[int, ...]
    """Per line, how many characters of the document stand before it."""

    def place(self, line: int, column: int = 0) -> Place:
        """The place in the document of a place in `text`, where both count from 0."""
        line = max(0, min(line, len(self.indents) - 1))
        return Place(self.start.line + line, self.indents[line] + column + 1)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@dataclass(frozen=True)
class Line:
    """A line of the document that is no code: of a paragraph, a list, a heading or a table."""

    number: int
    text: str
    is_heading: bool = False

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.search(self.text)


class Markdown:
    """A parsed document. Any text is Markdown, so there are no errors."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "�")
        self.lines = self.text.split("\n")
        self._tokens = MarkdownIt("commonmark").enable("table").parse(self.text)

    @cached_property
    def blocks(self) -> list[Code]:
        return [self._block(token) for token in self._tokens if token.type in {"fence", "code_block"} and token.map]

    @cached_property
    def spans(self) -> list[Code]:
        return [span for token in self._tokens if token.type == "inline" for span in self._spans(token)]

    @cached_property
    def prose(self) -> list[Line]:
        """Lines that people read, without HTML comments."""
        return [
            Line(number, without_comments, number in self._headings)
            for number, line in enumerate(self._text_without_comments.split("\n"), 1)
            if number not in self._code_lines and (without_comments := line).strip()
        ]

    @cached_property
    def comments(self) -> list[tuple[Place, str]]:
        """HTML comments outside of code, from their first character."""
        found = []
        for comment in COMMENT.finditer(self.text):
            before = self.text[: comment.start()]
            place = Place(before.count("\n") + 1, comment.start() - (before.rfind("\n") + 1) + 1)
            if place.line not in self._code_lines and not self._is_in_span(place):
                found.append((place, comment.group()))
        return found

    def extent_after(self, line: int) -> range:
        """The lines of the paragraph, heading, table or block of code that begins after `line`; empty if none does."""
        after = [token.map for token in self._tokens if token.type in LEAVES and token.map and token.map[0] >= line]
        start, end = min(after, default=(0, 0))
        return range(start + 1, end + 1)

    def above(self, line: int, count: int) -> list[str]:
        """The last `count` lines above `line` that are not empty, the nearest first."""
        lines = (text for text in reversed(self.lines[: line - 1]) if text.strip())
        return [text for text, _ in zip(lines, range(count), strict=False)]

    @cached_property
    def _headings(self) -> set[int]:
        return {
            line + 1
            for token in self._tokens
            if token.type == "heading_open" and token.map
            for line in range(*token.map)
        }

    @cached_property
    def _code_lines(self) -> set[int]:
        return {
            line + 1
            for token in self._tokens
            if token.type in {"fence", "code_block"} and token.map
            for line in range(*token.map)
        }

    @cached_property
    def _text_without_comments(self) -> str:
        def blank(comment: re.Match[str]) -> str:
            return re.sub(r"[^\n]", " ", comment.group())

        return COMMENT.sub(blank, self.text)

    def _is_in_span(self, place: Place) -> bool:
        return any(
            span.start.line == place.line and span.start.column <= place.column <= span.start.column + len(span.text)
            for span in self.spans
        )

    def _block(self, token: Token) -> Code:
        assert token.map
        first = token.map[0] + (1 if token.type == "fence" else 0)
        lines = token.content.removesuffix("\n").split("\n")
        indents = tuple(self._indent(first + index, line) for index, line in enumerate(lines))
        words = token.info.split()
        language = words[0].lower().strip("{}.") if words else ""
        return Code("\n".join(lines), language, Place(first + 1, indents[0] + 1), indents)

    def _indent(self, index: int, content: str) -> int:
        raw = self.lines[index] if index < len(self.lines) else ""
        return len(raw) - len(content) if raw.endswith(content) else 0

    def _spans(self, inline: Token) -> Iterator[Code]:
        """markdown-it knows the lines of a paragraph, not the columns in it: spans are looked for, one after the other."""
        assert inline.map
        line, column = inline.map[0], 0
        for child in inline.children or []:
            if child.type in {"softbreak", "hardbreak"}:
                line, column = line + 1, 0
            elif child.type == "code_inline":
                found = self._find(child.content, line, column, inline.map[1])
                if found:
                    line, column = found
                    yield Code(child.content, None, Place(line + 1, column + 1), (column,))
                    column += len(child.content)

    def _find(self, content: str, line: int, column: int, end: int) -> tuple[int, int] | None:
        for number in range(line, min(end, len(self.lines))):
            found = self.lines[number].find(content, column if number == line else 0)
            if found >= 0:
                return number, found
        return None
