"""The tokens of a JavaScript module: enough to see its top level without being fooled by strings, comments or regular expressions.

Not a parser: whether `/` divides or begins a regular expression is decided by the token before it, which is right except after
some closing brackets. `Source.guessed` says that such a place was met; then nothing that follows from a failure is certain.
"""

import re
from dataclasses import dataclass

OPENING = {"(": ")", "[": "]", "{": "}", "${": "}"}
CLOSING = frozenset(")]}")
BEFORE_EXPRESSION = frozenset(
    {
        "return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw", "case", "do", "else", "yield",
        "await", "default", "extends",
    }
)  # fmt: skip
"""Words after which `/` begins a regular expression."""
CONDITIONS = frozenset({"if", "while", "for", "with"})
"""Words whose closing parenthesis is followed by a statement, so that `/` begins a regular expression."""

_SKIPPED = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/|(?<![\s\S])#![^\n]*)+", re.DOTALL)
_WORD = re.compile(r"#?(?:[^\W\d]|\$|\\u[0-9a-fA-F]{4})(?:\w|\$|\\u[0-9a-fA-F]{4})*")
_NUMBER = re.compile(r"0[xob][\da-f_]+n?|\.?\d(?:[\d_]|e[+-]|[.a-z])*", re.IGNORECASE)
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"", re.DOTALL)
_REGULAR_EXPRESSION = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_PUNCTUATION = re.compile(r"=>|\+\+|--|\.\.\.|\?\.(?!\d)|[-+*/%&|^!=<>?]=?|[^\s\w]")


class SyntaxFault(Exception):  # noqa: N818 - a fault of the module, in the words of its language
    """The text cannot be JavaScript, as far as this scanner can see."""

    def __init__(self, message: str, line: int, *, certain: bool) -> None:
        super().__init__(message)
        self.line = line
        self.certain = certain


@dataclass(frozen=True)
class Token:
    kind: str
    """word, string, number, template, regex or punctuation."""
    text: str
    """As written; the value, for a string without escapes."""
    line: int


@dataclass(frozen=True)
class Source:
    tokens: list[Token]
    partner: dict[int, int]
    """Index of an opening bracket -> index of its closing one."""
    guessed: bool


def scan(text: str) -> Source:
    """Raises SyntaxFault."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.tokens: list[Token] = []
        self.open: list[int] = []
        self.partner: dict[int, int] = {}
        self.opened_by: dict[int, int] = {}
        self.guessed = False
        self._line, self._counted = 1, 0

    def run(self) -> Source:
        while True:
            if skipped := _SKIPPED.match(self.text, self.position):
                self.position = skipped.end()
            if self.position >= len(self.text):
                break
            self._next()
        if self.open:
            raise self._fault("Unexpected end of input")
        return Source(self.tokens, self.partner, self.guessed)

    def _next(self) -> None:
        character = self.text[self.position]
        if character in "'\"":
            self._take(_STRING, "string")
        elif character == "`":
            self.position += 1
            self._template()
        elif self.text.startswith("/*", self.position):
            raise self._fault("Invalid or unexpected token")
        elif character == "/" and self._expression_may_begin():
            self._take(_REGULAR_EXPRESSION, "regex")
        elif _WORD.match(self.text, self.position):
            self._take(_WORD, "word")
        elif _NUMBER.match(self.text, self.position):
            self._take(_NUMBER, "number")
        else:
            self._take(_PUNCTUATION, "punctuation")
            self._bracket()

    def _take(self, pattern: re.Pattern[str], kind: str) -> None:
        found = pattern.match(self.text, self.position)
        if found is None:
            raise self._fault("Invalid or unexpected token")
        self._emit(kind, found.group())
        self.position = found.end()

    def _emit(self, kind: str, text: str) -> None:
        value = text[1:-1] if kind == "string" and "\\" not in text else text
        self.tokens.append(Token(kind, value, self._line_here()))

    def _template(self) -> None:
        """From after a backtick, or after the brace that ends a substitution."""
        found = _TEMPLATE.match(self.text, self.position)
        self.position = found.end() if found else self.position
        if self.text.startswith("${", self.position):
            self.open.append(len(self.tokens))
            self._emit("punctuation", "${")
            self.position += 2
        elif self.text.startswith("`", self.position):
            self._emit("template", "`")
            self.position += 1
        else:
            raise self._fault("Unterminated template literal")

    def _bracket(self) -> None:
        index, text = len(self.tokens) - 1, self.tokens[-1].text
        if text in OPENING:
            self.open.append(index)
        elif text in CLOSING:
            opening = self.open.pop() if self.open else None
            if opening is None or OPENING[self.tokens[opening].text] != text:
                raise self._fault(f"Unexpected token '{text}'")
            self.partner[opening] = index
            self.opened_by[index] = opening
            if self.tokens[opening].text == "${":
                self._template()

    def _expression_may_begin(self) -> bool:
        if not self.tokens:
            return True
        last, index = self.tokens[-1], len(self.tokens) - 1
        if last.text == ")":
            before = self.opened_by[index] - 1
            self.guessed = True
            return before >= 0 and self.tokens[before].text in CONDITIONS
        if last.text == "}":
            self.guessed = True
            return True
        if last.text in {"++", "--"}:
            self.guessed = True
            return False
        if last.kind == "word":
            return last.text in BEFORE_EXPRESSION
        return last.kind == "punctuation" and last.text != "]"

    def _line_here(self) -> int:
        self._line += self.text.count("\n", self._counted, self.position)
        self._counted = self.position
        return self._line

    def _fault(self, message: str) -> SyntaxFault:
        return SyntaxFault(message, self._line_here(), certain=not self.guessed)
