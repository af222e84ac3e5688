"""What checks do when they cannot see what they have to look at."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from headworks.checks.check import Context, Finding
from headworks.facts.account import UnreadableError


def verified(look: Callable[[Context, Any], Finding]) -> Callable[[Context, Any], Finding]:
    """The same look; what it could not read is not verified."""

    @wraps(look)
    def look_or_say_why_not(context: Context, arguments: Any) -> Finding:
        try:
            return look(context, arguments)
        except UnreadableError as error:
            return Finding.not_verified(f"It cannot be looked up: {error}.")

    return look_or_say_why_not
