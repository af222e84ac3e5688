"""What checks do when they cannot see what they have to look at."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from headworks.checks.check import Context, Finding


class UnreadError(Exception):
    """It could not be looked up. The text says why, for people, and holds no secret's value."""


def verified(look: Callable[[Context, Any], Finding]) -> Callable[[Context, Any], Finding]:
    """The same look; what it could not read is `not verified`, with the reason."""

    @wraps(look)
    def look_or_say_why_not(context: Context, arguments: Any) -> Finding:
        try:
            return look(context, arguments)
        except UnreadError as error:
            return Finding.not_verified(str(error))

    return look_or_say_why_not
