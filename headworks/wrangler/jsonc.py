"""JSON with comments and trailing commas, as wrangler reads it; and the comments above the outermost keys, which say whose they are."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|[{}\[\],:]|\s+|[^\s"/{}\[\],:]+|.', re.DOTALL)
_NOT_NEWLINE = re.compile(r"[^\n]")
_WIDTH = 110
"""Columns of a line that is written."""


@dataclass(frozen=True, kw_only=True)
class Jsonc:
    """One file."""

    value: Any
    head: tuple[str, ...] = ()
    """Lines of comment before everything else."""
    remarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lines of comment above the keys of the outermost object. Comments in other places are not kept."""


def read(text: str) -> Jsonc:
    """Raises ValueError, with line and column, for what is not JSON with comments."""
    tokens = list(_tokens(text))
    trailing = set(_trailing_commas(tokens))
    hidden = (token.is_comment or index in trailing for index, token in enumerate(tokens))
    plain = "".join(token.blank if hides else token.text for token, hides in zip(tokens, hidden, strict=True))
    value = json.loads(plain, object_pairs_hook=_object, parse_constant=_refuse_constant)
    head, remarks = _comments(tokens)
    return Jsonc(value=value, head=head, remarks=remarks)


def write(file: Jsonc) -> str:
    """The one way to write it: two spaces, a comment above the key that it is about, no comma after the last."""
    lines = [_comment(line) for line in file.head]
    members = [
        "\n".join([*(f"  {_comment(line)}" for line in file.remarks.get(key, ())), _member(key, value)])
        for key, value in file.value.items()
    ]
    body = ["{", ",\n".join(members), "}"] if members else ["{}"]
    return "\n".join([*lines, *body]) + "\n"


@dataclass(frozen=True)
class _Token:
    text: str
    own_line: bool
    """Whether nothing stands before it on its line."""

    @property
    def is_comment(self) -> bool:
        return self.text.startswith(("//", "/*")) and len(self.text) > 1

    @property
    def is_significant(self) -> bool:
        return not self.is_comment and not self.text.isspace()

    @property
    def blank(self) -> str:
        """Spaces in its place, so that lines and columns stay what they are."""
        return _NOT_NEWLINE.sub(" ", self.text)

    @property
    def lines(self) -> tuple[str, ...]:
        """What a comment says."""
        if self.text.startswith("//"):
            return (self.text[2:].removeprefix(" ").rstrip(),)
        return tuple(line.strip().removeprefix("*").strip() for line in self.text[2:-2].strip().splitlines())


def _tokens(text: str) -> Iterator[_Token]:
    own_line = True
    for match in _TOKEN.finditer(text):
        token = _Token(match[0], own_line)
        yield token
        own_line = token.text.isspace() and (own_line or "\n" in token.text)


def _trailing_commas(tokens: list[_Token]) -> Iterator[int]:
    """Where a comma follows the last value of an object or a list."""
    significant = [(index, token.text) for index, token in enumerate(tokens) if token.is_significant]
    for before, (index, text), after in zip(significant, significant[1:], significant[2:], strict=False):
        if text == "," and after[1] in {"]", "}"} and before[1] not in {"[", "{", ",", ":"}:
            yield index


def _comments(tokens: list[_Token]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    head: tuple[str, ...] = ()
    remarks: dict[str, tuple[str, ...]] = {}
    depth, before, collected = 0, "", list[str]()
    for token in tokens:
        if token.is_comment and token.own_line:
            collected.extend(token.lines)
        if not token.is_significant:
            continue
        if depth == 0 and token.text == "{":
            head = tuple(collected)
        if depth == 1 and before in {"{", ","} and token.text.startswith('"') and collected:
            remarks[json.loads(token.text)] = tuple(collected)
        depth += (token.text in {"{", "["}) - (token.text in {"}", "]"})
        before, collected = token.text, []
    return head, remarks


def _comment(line: str) -> str:
    return f"// {line}".rstrip()


def _member(key: str, value: Any) -> str:
    lead = f"  {json.dumps(key, ensure_ascii=False)}: "
    return lead + _text(value, len(lead), "  ")


def _text(value: Any, column: int, indent: str) -> str:
    """On one line what holds nothing that holds something itself, if it fits; everything else with a line for each part."""
    if isinstance(value, dict):
        parts = [(f"{json.dumps(key, ensure_ascii=False)}: ", part) for key, part in value.items()]
        opening, closing, space = "{", "}", " "
    elif isinstance(value, list):
        parts = [("", part) for part in value]
        opening, closing, space = "[", "]", ""
    else:
        return json.dumps(value, ensure_ascii=False)
    if not parts:
        return opening + closing
    if not any(isinstance(part, dict | list) and part for _, part in parts):
        line = ", ".join(lead + _text(part, 0, "") for lead, part in parts)
        if column + len(line) < _WIDTH:
            return f"{opening}{space}{line}{space}{closing}"
    inner = f"{indent}  "
    lines = (f"{inner}{lead}{_text(part, len(inner) + len(lead), inner)}" for lead, part in parts)
    return "\n".join([opening, ",\n".join(lines), f"{indent}{closing}"])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
