"""The text of a comment or an issue on GitHub: a mark by which it is found again, and no more than fits."""

from collections.abc import Sequence

LONGEST = 65_000
"""Characters; GitHub takes 65,536."""

_CUT = "\n\n… the rest is in the report of the run.\n"
_FOLDED, _UNFOLDED = "<details>", "</details>"
_ROOM = 500
"""Characters that a text needs beside its own: what closes it, and what parts it from the next."""


def mark(name: str) -> str:
    """The first line, which nobody sees."""
    return f"<!-- headworks {name} -->"


def composed(name: str, texts: Sequence[str]) -> str:
    """The mark, and under it each text. Together they fit: of long ones each gives up its end."""
    share = (LONGEST - len(mark(name))) // max(len(texts), 1)
    return "\n\n".join([mark(name), *(shortened(text.strip(), share) for text in texts)]) + "\n"


def shortened(text: str, share: int = LONGEST) -> str:
    """Of a text that is longer than its share, the lines that fit."""
    longest = share - _ROOM
    if len(text) <= longest:
        return text
    kept = text[: max(text.rfind("\n", 0, longest), 0) or longest]
    # What stays folded open would swallow what stands below.
    return kept + ("\n\n" + _UNFOLDED) * (kept.count(_FOLDED) - kept.count(_UNFOLDED)) + _CUT
