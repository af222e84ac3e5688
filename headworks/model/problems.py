"""What is wrong with the files that people wrote, told so that they can put it right.

A value is shown only where it cannot be a secret: nothing below `secrets` or `vars`, and never the value of a key that
the model does not know.
"""

import json
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where something stands in a document: keys and indexes from the top."""

SHOWN_AT_ONCE = 10
"""More than these do not fit on a screen; the rest is counted."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong in a specification, before it is known in which file it was written."""

    path: Path
    reason: str
    fix: str
    value: object = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A finding at its place in a file."""

    file: str
    line: int | None
    """Counted from 1; None when the file has no such place, or does not exist."""
    path: str
    value: object
    reason: str
    fix: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        shown = "" if self.value is None else f" = {_shortened(json.dumps(self.value, ensure_ascii=False))}"
        subject = f"  {self.path}{shown}" if self.path else ""
        return f"{place}{subject}\n    {self.reason}.\n    Fix: {self.fix}."


class SpecificationError(Exception):
    """The files do not describe an environment. All that is wrong with them is in `problems`, at least one."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        count = len(self.problems)
        title = "1 problem in the configuration" if count == 1 else f"{count} problems in the configuration"
        blocks = [f"{title}; nothing was contacted.", *map(str, self.problems[:SHOWN_AT_ONCE])]
        if count > SHOWN_AT_ONCE:
            blocks.append(f"… and {count - SHOWN_AT_ONCE} more.")
        return "\n".join(blocks)


def dotted(path: Path) -> str:
    """`("routes", 0, "host")` as people write it: `routes[0].host`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
