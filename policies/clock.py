"""What time it is, for rules about dates: the one place where a pure rule meets the world."""

import os
from datetime import UTC, datetime

VARIABLE = "HEADWORKS_NOW"
"""A time to come, as ISO text, that stands in for now: to see what the rules will say then."""


def now() -> datetime:
    """With a zone. Raises ValueError when the variable holds no time, or one that is past: it would revive what has ended."""
    today = datetime.now(UTC)
    stated = os.environ.get(VARIABLE)
    if not stated:
        return today
    moment = moment_of(stated)
    if moment is None:
        raise ValueError(f"{VARIABLE} is {stated!r}, which is no time; write one such as 2026-12-31T12:00:00+00:00")
    if moment < today:
        raise ValueError(f"{VARIABLE} is {stated!r}, which is past: what has ended since would count again; unset it")
    return moment


def moment_of(text: str) -> datetime | None:
    """The time that an ISO text says, in UTC where it says no zone; None if it says none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
