"""What went wrong, for a person: the value and place, the consequence, the fix; and the exit code of the command."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

_WORDS = {"extra_forbidden": "not known here", "missing": "missing"}
"""For what pydantic calls inputs and fields, by its type of error."""


class Failure(Exception):  # noqa: N818 - it is the answer of a command, not a bug in it
    """Ends a command with its message and `exit_code` (see docs/command-line.md)."""

    def __init__(self, message: str, *, fix: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.fix = fix
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.args[0]}\n{self.fix}"


def problems_of(error: "ValidationError") -> list[str]:
    """Where, and what, of each. Values stay out: one may be a secret that stands in the wrong place."""
    return [
        f"{'.'.join(map(str, each['loc'])) or 'the whole'}: {_WORDS.get(each['type'], _in_a_sentence(each['msg']))}"
        for each in error.errors(include_url=False, include_input=False)
    ]


def _in_a_sentence(message: str) -> str:
    return f"{message[:1].lower()}{message[1:]}"
