"""Waivers: that somebody answers for a broken rule, for a while.

They are written in a system's `waivers.yaml` and come into the graph as inputs of the components that they are for, so that a
reviewer sees them in the diff. A WorkerEnvironment has all of them, other components those for their own logical name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from policies.clock import moment_of, now
from policies.properties import Properties

LONGEST = timedelta(days=90)
LONGEST_OF_INCIDENT = timedelta(hours=4)
"""For break-glass: long enough to mend, too short to get used to."""


@dataclass(frozen=True)
class Waiver:
    """A text that is missing is empty, a time that is none is None."""

    rule: str
    resource: str
    """Logical name; `*` stands for any characters."""
    owner: str
    reason: str
    incident: str
    granted: datetime | None
    expires: datetime | None

    @classmethod
    def of(cls, stated: Properties) -> "Waiver":
        return cls(
            rule=stated.text("rule") or "",
            resource=stated.text("resource") or "",
            owner=stated.text("owner") or "",
            reason=stated.text("reason") or "",
            incident=stated.text("incident") or "",
            granted=moment_of(stated.text("granted") or ""),
            expires=moment_of(stated.text("expires") or ""),
        )

    def matches(self, rule: str, resource: str) -> bool:
        return self.rule == rule and fnmatchcase(resource, self.resource)

    def refusal(self, today: datetime) -> str | None:
        """Why it does not count; None if it does."""
        if self.granted is None or self.expires is None:
            return "it does not say from when until when it holds"
        longest = LONGEST_OF_INCIDENT if self.incident else LONGEST
        checks = (
            (bool(self.owner), "nobody answers for it"),
            (bool(self.reason), "it has no reason"),
            (self.granted <= today, f"it is granted only from {_shown(self.granted)}"),
            (today < self.expires, f"it ended at {_shown(self.expires)}"),
            (self.granted < self.expires, "it ends before it begins"),
            (
                self.expires - self.granted <= longest,
                "break-glass ends after 4 hours"
                if self.incident
                else "it ends later than 90 days after it was granted",
            ),
        )
        return next((reason for holds, reason in checks if not holds), None)

    def __str__(self) -> str:
        end = _shown(self.expires) if self.expires else "no day"
        return f"waived until {end} by {self.owner}{f' for {self.incident}' if self.incident else ''}: {self.reason}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def stated_waivers(properties: Properties) -> Iterator[Waiver]:
    return (Waiver.of(stated) for stated in properties.tables("waivers"))


def is_waived(waivers: Iterable[Waiver], rule: str, resource: str) -> bool:
    return any(waiver.matches(rule, resource) and waiver.refusal(now()) is None for waiver in waivers)
