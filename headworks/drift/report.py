"""A comparison for people and for programs."""

from collections.abc import Iterator
from typing import Any

from headworks.drift.comparison import Comparison


def as_text(comparison: Comparison) -> str:
    """A line for each difference; those that somebody answers for, and what could not be seen, below."""
    rows = [(each.how, each.kind, each.name, each.says) for each in comparison.differences]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = ["  ".join([*(row[column].ljust(widths[column]) for column in range(3)), row[3]]) for row in rows]
    lines += [f"not verified  {each.what}: {each.reason}" for each in comparison.not_verified]
    lines += [
        f"ignored  {difference.how} {difference.kind} {difference.name}: {entry.reason} "
        f"({entry.owner}, until {entry.until:%Y-%m-%d})"
        for difference, entry in comparison.ignored.items()
    ]
    return "\n".join([*lines, "".join(_summary(comparison))])


def _summary(comparison: Comparison) -> Iterator[str]:
    count = len(comparison.differences)
    yield f"{comparison.stack}: {count or 'no'} difference{'' if count == 1 else 's'} from the account"
    if comparison.ignored:
        yield f", {len(comparison.ignored)} ignored"
    if comparison.not_verified:
        yield f", {len(comparison.not_verified)} not verified: there may be more"
    yield "."


def as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "stack": comparison.stack,
        "differences": [
            {"how": each.how.value, "kind": each.kind, "name": each.name, "says": each.says}
            for each in comparison.differences
        ],
        "notVerified": [{"what": each.what, "reason": each.reason} for each in comparison.not_verified],
        "ignored": [
            {
                "how": difference.how.value,
                "kind": difference.kind,
                "name": difference.name,
                "says": difference.says,
                "owner": entry.owner,
                "reason": entry.reason,
                "until": entry.until.isoformat(),
            }
            for difference, entry in comparison.ignored.items()
        ],
    }
