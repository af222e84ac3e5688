"""What went wrong, for a person: the value and place, the consequence, the fix; and the exit code of the command."""


class Failure(Exception):  # noqa: N818 - it is the answer of a command, not a bug in it
    """Ends a command with its message and `exit_code` (see docs/command-line.md)."""

    def __init__(self, message: str, *, fix: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.fix = fix
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.args[0]}\n{self.fix}"
