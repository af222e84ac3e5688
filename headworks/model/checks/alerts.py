"""Conditions that can be true or false, and somebody who is told."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from headworks.model.problems import Finding, Path
from headworks.model.specification import Specification
from headworks.model.specification.watching import Alert, Destination
from headworks.model.words import Metric

_ABOVE = (("above",), ("for_minutes",))
_WORDS: Mapping[Metric, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "error_rate": _ABOVE,
    "latency_p50": _ABOVE,
    "latency_p99": _ABOVE,
    "cpu_time": _ABOVE,
    "cold_starts": _ABOVE,
    "requests": _ABOVE,
    "cache_hit_rate": (("below",), ("for_minutes",)),
    "r2_operations": _ABOVE,
    "storage_growth": _ABOVE,
    "dead_letters": _ABOVE,
    "unreachable": (("healthcheck",), ()),
    "deployment_failed": ((), ()),
    "traffic_anomaly": (("zone",), ()),
    "usage": (("product", "above"), ()),
    "incident": ((), ()),
}
"""By metric: the words that the condition needs, and those that it may have besides. A limit that a runbook leaves open
has to be chosen (T81, T82): without one nobody is ever told."""

_CONDITION = ("above", "below", "for_minutes", "healthcheck", "zone", "product")
_PERCENT = frozenset({"error_rate", "cold_starts", "cache_hit_rate"})
"""Shares of a whole. Growth has no such end."""


def _conditions(specification: Specification) -> Iterator[Finding]:
    for key, alert in specification.alerts.items():
        path: Path = ("alerts", key)
        needed, allowed = _WORDS[alert.when]
        said = [word for word in _CONDITION if getattr(alert, word) is not None]
        for word in needed:
            if word not in said:
                yield Finding(
                    path=(*path, word),
                    reason=f"an alert for {alert.when} needs {word!r}: without it nobody would ever be told",
                    fix="write it, with a value that is out of the ordinary for this system",
                )
        for word in said:
            if word not in (*needed, *allowed):
                yield Finding(
                    path=(*path, word),
                    value=getattr(alert, word),
                    reason=f"says nothing for {alert.when}",
                    fix=f"take it out; known for {alert.when}: {', '.join((*needed, *allowed)) or 'nothing'}",
                )
        yield from _percentages(alert, path)


def _percentages(alert: Alert, path: Path) -> Iterator[Finding]:
    for word in ("above", "below"):
        value = getattr(alert, word)
        if alert.when in _PERCENT and value is not None and value > 100:
            yield Finding(
                path=(*path, word),
                value=value,
                reason=f"{alert.when} is a percentage, which never gets there",
                fix="write a percentage up to 100",
            )


def _told(specification: Specification) -> Iterator[Finding]:
    for key, alert in specification.alerts.items():
        if alert.severity != "info" and not alert.notify:
            yield Finding(
                path=("alerts", key, "notify"),
                reason=f"nobody would be told, and the alert is {alert.severity}",
                fix="write the keys of destinations, or severity: info",
            )
        for index, destination in enumerate(alert.notify):
            if destination in alert.notify[:index]:
                yield Finding(
                    path=("alerts", key, "notify", index),
                    value=destination,
                    reason="this destination is listed already",
                    fix="take one of the two out",
                )


def _destinations(specification: Specification) -> Iterator[Finding]:
    for key, destination in specification.destinations.items():
        said = [word for word in Destination.model_fields if getattr(destination, word) is not None]
        if len(said) != 1:
            yield Finding(
                path=("destinations", key),
                reason=f"a destination is one of {', '.join(Destination.model_fields)}; here are {', '.join(said) or 'none'}",
                fix="write one of them; several destinations can stand in an alert's 'notify'",
            )
        host = urlsplit(destination.webhook_url or "").hostname or ""
        if host.removeprefix("www.").endswith(_SECRET_ADDRESSES):
            yield Finding(
                path=("destinations", key, "webhook_url"),
                reason=f"an address at {host} is itself a secret: whoever has it can write there, and a stack's state would hold it",
                fix="make the webhook by hand under Notifications, Destinations, and write its id as webhook_id",
            )


_SECRET_ADDRESSES = ("hooks.slack.com", "discord.com", "discordapp.com", "webhook.office.com", "chat.googleapis.com")

CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_conditions, _told, _destinations)
