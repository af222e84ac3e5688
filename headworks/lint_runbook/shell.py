"""Shell code as commands with their words and places. It reads what bash reads, and never fails: what is cut off ends there.

Placeholders such as `<service-name>` are words here, as their author means them; for bash they are redirections.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

PLACEHOLDER = re.compile(r"(?<![<\d])<[A-Za-z](?:[\w .:/-]*\w)?>(?!>)")
"""`<name>`: unlike redirections it has no blank inside its brackets."""
OPERATOR = re.compile(r"\d*(?:<<<|<<-|<<|&>>|&>|>&|<&|>>|>\||<>|<|>)|;;&|;;|;&|\|\||\|&|&&|[;|&()\n]")
BLANK = re.compile(r"(?:[ \t]|\\\n)+")
RESERVED = frozenset({"!", "do", "elif", "else", "if", "then", "time", "until", "while", "{", "}"})
"""Words before a command that are no part of it."""
ASSIGNMENT = re.compile(r"\w+(?:\[[^]]*\])?\+?=")
CLOSING = {"(": ")", "{": "}"}
STAND_IN = {"<": "\ue000", ">": "\ue001", " ": "\ue002"}
"""What placeholders consist of while they are read: characters of words."""
DEEPEST = 40
"""Levels of `$(…)` in each other; nobody reads further, and Python should not either."""


@dataclass(frozen=True)
class Word:
    text: str
    """Without its quotes; expansions are left as they are written."""
    written: str
    line: int
    column: int
    """Of its first character in the code, both from 0."""


@dataclass
class Command:
    """A simple command: `NAME=value program words…`, without its redirections."""

    words: list[Word] = field(default_factory=list)
    assignments: list[Word] = field(default_factory=list)
    remark: str = ""
    """The comment directly above it, or above the commands before it without an empty line between."""
    ended_by: Word | None = None
    """The operator after it; None at the end of the code."""
    piped_into: "Command | None" = None

    @property
    def first(self) -> Word:
        return (self.assignments + self.words)[0]

    @property
    def name(self) -> str:
        return self.words[0].text if self.words else ""

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.words]


@dataclass(frozen=True)
class Script:
    commands: list[Command]
    comments: list[Word]
    dangling: list[Word]
    """Operators that wait for a command which does not come."""
    placeholders: list[Word]


def read(text: str) -> Script:
    """Split shell code into commands; those in `$(…)` come with the others, after the one that they are part of."""
    reader = _Reader(PLACEHOLDER.sub(_as_word, text))
    reader.read()
    return Script(
        [command for command in reader.commands if command.words or command.assignments],
        reader.comments,
        reader.dangling,
        list(_placeholders(text, {comment.line: comment.column for comment in reader.comments})),
    )


def _placeholders(text: str, comments: dict[int, int]) -> Iterator[Word]:
    for found in PLACEHOLDER.finditer(text):
        line, column = _position(text, found.start())
        if column < comments.get(line, column + 1):
            yield Word(found.group(), found.group(), line, column)


def for_bash(text: str) -> str:
    """The code with words in the place of placeholders: the same lines and columns, as its author means it."""
    return PLACEHOLDER.sub(lambda found: re.sub(r"\W", "_", found.group()), text)


def without_prompts(text: str) -> str:
    """A recorded session as code: what follows `$ `, and blanks in the place of the rest. Other code stays as it is."""
    lines = text.split("\n")
    if not any(line.startswith("$ ") for line in lines):
        return text
    return "\n".join("  " + line[2:] if line.startswith("$ ") else " " * len(line) for line in lines)


def _as_word(found: re.Match[str]) -> str:
    return "".join(STAND_IN.get(character, character) for character in found.group())


def _as_written(text: str) -> str:
    for character, stand_in in STAND_IN.items():
        text = text.replace(stand_in, character)
    return text


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index), index - (text.rfind("\n", 0, index) + 1)


class _Reader:
    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.depth = depth
        self.index = 0
        self.commands: list[Command] = []
        self.comments: list[Word] = []
        self.dangling: list[Word] = []
        self._command = Command()
        self._remark = ""
        self._waiting: Word | None = None
        self._here_documents: list[str] = []
        self._inner: list[tuple[int, int]] = []

    def read(self) -> None:
        while self.index < len(self.text):
            self._step()
        self._end_command(None)
        if self._waiting:
            self.dangling.append(self._waiting)
        for start, end in self._inner:
            self._read_inner(start, end)

    def _step(self) -> None:
        if blank := BLANK.match(self.text, self.index):
            self.index = blank.end()
        elif self.text[self.index] == "#":
            self._comment()
        elif operator := OPERATOR.match(self.text, self.index):
            self._operator(operator.group())
        else:
            self._add(self._word())

    def _comment(self) -> None:
        end = self.text.find("\n", self.index)
        end = len(self.text) if end < 0 else end
        comment = self._taken(self.index, end)
        self.comments.append(comment)
        if not self.text[: self.index].rpartition("\n")[2].strip():
            self._remark = comment.text.lstrip("# ")
        self.index = end

    def _operator(self, operator: str) -> None:
        word = self._taken(self.index, self.index + len(operator))
        self.index += len(operator)
        if operator == "\n":
            self._end_command(None if self._waiting else word)
            self._skip_here_documents()
            if self.text[self.index :].lstrip(" \t").startswith("\n"):
                self._remark = ""
        elif "<" in operator or ">" in operator:
            self._redirection(operator)
        else:
            self._end_command(word)
            self._waiting = word if operator in {"&&", "||", "|", "|&"} else None

    def _redirection(self, operator: str) -> None:
        """Its target is a file, or the last line of a here document, and no word of the command."""
        if blank := BLANK.match(self.text, self.index):
            self.index = blank.end()
        if self.index < len(self.text) and self.text[self.index] not in "\n#;|&()<>":
            target = self._word()
            if operator.endswith(("<<", "<<-")):
                self._here_documents.append(target.text)

    def _skip_here_documents(self) -> None:
        for last in self._here_documents:
            end = re.compile(rf"^\t*{re.escape(last)}$", re.MULTILINE).search(self.text, self.index)
            self.index = end.end() if end else len(self.text)
        self._here_documents.clear()

    def _add(self, word: Word) -> None:
        self._waiting = None
        if not self._command.words and not self._command.assignments:
            self._command.remark = self._remark
            if word.text in RESERVED:
                return
        is_assignment = not self._command.words and ASSIGNMENT.match(word.written)
        (self._command.assignments if is_assignment else self._command.words).append(word)

    def _end_command(self, operator: Word | None) -> None:
        ended, self._command = self._command, Command()
        if ended.words or ended.assignments:
            ended.ended_by = operator
            if self.commands and (before := self.commands[-1].ended_by) and before.text in {"|", "|&"}:
                self.commands[-1].piped_into = ended
            self.commands.append(ended)

    def _word(self) -> Word:
        start, text = self.index, []
        while self.index < len(self.text) and not self._ends_word():
            text.append(self._part())
        return Word(
            _as_written("".join(text)), _as_written(self.text[start : self.index]), *_position(self.text, start)
        )

    def _ends_word(self) -> bool:
        return bool(BLANK.match(self.text, self.index)) or self.text[self.index] in "\n;|&()<>"

    def _part(self) -> str:
        character = self.text[self.index]
        if character == "'":
            return self._quoted_plainly()
        if character == '"':
            return self._quoted()
        if character == "\\":
            self.index += 2
            return self.text[self.index - 1 : self.index].replace("\n", "")
        if character in "$`":
            return self._expansion()
        self.index += 1
        return character

    def _quoted_plainly(self) -> str:
        end = self.text.find("'", self.index + 1)
        end = len(self.text) if end < 0 else end
        inside = self.text[self.index + 1 : end]
        self.index = end + 1
        return inside

    def _quoted(self) -> str:
        self.index += 1
        inside = []
        while self.index < len(self.text) and self.text[self.index] != '"':
            if self.text[self.index] == "\\":
                escaped = self.text[self.index + 1 : self.index + 2]
                inside.append(escaped if escaped in '"\\$`' else "" if escaped == "\n" else "\\" + escaped)
                self.index += 2
            elif self.text[self.index] in "$`":
                inside.append(self._expansion())
            else:
                inside.append(self.text[self.index])
                self.index += 1
        self.index += 1
        return "".join(inside)

    def _expansion(self) -> str:
        """`$name`, `${…}`, `$(…)`, `$((…))` or backquotes, as written; commands inside are read later."""
        start = self.index
        if self.text[start] == "`":
            end = self.text.find("`", start + 1)
            self.index = len(self.text) if end < 0 else end + 1
            self._inner.append((start + 1, self.index - 1))
        elif self.text[start + 1 : start + 2] in CLOSING and self.depth < DEEPEST:
            self.depth += 1
            self._balanced(start + 1)
            self.depth -= 1
            if self.text[start + 1] == "(" and self.text[start + 2 : start + 3] != "(":
                self._inner.append((start + 2, self.index - 1))
        else:
            self.index += 1
        return self.text[start : self.index]

    def _balanced(self, start: int) -> None:
        """Go behind what closes the bracket at `start`, over quotes and other brackets."""
        opening, closing = self.text[start], CLOSING[self.text[start]]
        self.index = start + 1
        depth = 1
        while self.index < len(self.text) and depth:
            character = self.text[self.index]
            if character == "'":
                self._quoted_plainly()
            elif character == '"':
                inner, self._inner = self._inner, []  # they are read with what they stand in
                self._quoted()
                self._inner = inner
            else:
                depth += (character == opening) - (character == closing)
                self.index += 2 if character == "\\" else 1

    def _read_inner(self, start: int, end: int) -> None:
        if self.depth >= DEEPEST:
            return
        line, column = _position(self.text, start)
        reader = _Reader("\n" * line + " " * column + self.text[start:end], self.depth + 1)
        reader.read()
        self.commands += reader.commands
        self.dangling += reader.dangling

    def _taken(self, start: int, end: int) -> Word:
        text = _as_written(self.text[start:end])
        return Word(text, text, *_position(self.text, start))


def pipeline(command: Command) -> Iterator[Command]:
    """The commands that its output goes through."""
    following = command.piped_into
    while following:
        yield following
        following = following.piped_into
