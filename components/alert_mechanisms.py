"""Which of Cloudflare's notifications watches what, and what none of them can.

The types and their filters are those of `POST /accounts/{account_id}/alerting/v3/policies`; what fires each of them is in
Cloudflare's list of available notifications and its page on traffic alerts. A condition either is what the notification
watches, number by number, or it is unsupported: an alert that fires at another value than the runbook's is worse than none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

if TYPE_CHECKING:  # the checks ask which alerts there are, and load neither Pulumi nor the provider for it
    import pulumi

    from components.cloudflare import PolicyFilters
    from headworks.model.environment import Alert


class Condition(TypedDict):
    """When to tell somebody; the words and units are those of `headworks.model.environment.Alert`."""

    when: str
    """A metric."""
    above: NotRequired[float]
    below: NotRequired[float]
    for_minutes: NotRequired[int]
    healthcheck: NotRequired[str]
    """Key of a healthcheck."""
    zone: NotRequired[str]
    """Name of a zone."""
    product: NotRequired[str]
    """Cloudflare's name of a product, such as `worker_requests`."""


@dataclass(frozen=True)
class Notification:
    """A type of notification that watches a metric."""

    alert_type: str
    needs: tuple[str, ...]
    """The words of a condition that its filters express: all of them are said, and no other number."""
    filters: "Callable[[Mapping[str, pulumi.Input[str]]], PolicyFilters]"
    """From the values of those words as texts, a zone and a healthcheck by their ids. Never empty: unsaid filters drift."""
    limits: str
    """Why another number cannot be said, and what would be needed."""


@dataclass(frozen=True)
class Unsupported:
    """A condition that no notification watches as it was stated."""

    reason: str
    """One sentence; what would be needed is in it."""


_NUMBERS = ("above", "below", "for_minutes")

_QUERY = "a scheduled query of {}, for which the provider has no resource"

_MECHANISMS: Mapping[str, Notification | Unsupported] = {
    "unreachable": Notification(
        "health_check_status_notification",
        needs=("healthcheck",),
        filters=lambda said: {"health_check_ids": [said["healthcheck"]], "statuses": ["Unhealthy"]},
        limits="A healthcheck is unhealthy or it is not: after how long is for its `interval` and `consecutive_fails` to say.",
    ),
    "usage": Notification(
        "billing_usage_alert",
        needs=("product", "above"),
        filters=lambda said: {"products": [said["product"]], "limits": [said["above"]]},
        limits=f"A usage alert has one limit, for what a billing period adds up to: anything else needs {_QUERY.format('the usage')}.",
    ),
    "traffic_anomaly": Notification(
        "traffic_anomalies_alert",
        needs=("zone",),
        filters=lambda said: {"zones": [said["zone"]], "alert_trigger_preferences": ["zscore_spike_and_drop"]},
        limits=f"Cloudflare alone decides what an anomaly is, by z-score: a number needs {_QUERY.format('the HTTP analytics')}.",
    ),
    "incident": Notification(
        "incident_alert",
        needs=(),
        filters=lambda _: {
            "incident_impacts": [
                "INCIDENT_IMPACT_NONE",
                "INCIDENT_IMPACT_MINOR",
                "INCIDENT_IMPACT_MAJOR",
                "INCIDENT_IMPACT_CRITICAL",
            ]
        },
        limits="Cloudflare declares an incident or does not: there is nothing to compare with a number.",
    ),
    "error_rate": Unsupported(
        "The error rate alerts weigh a zone's 5xx against a service level in fixed windows, not a Worker's errors against a "
        f"percentage: that needs {_QUERY.format('the Workers analytics')}."
    ),
    "latency_p50": Unsupported(
        f"No notification watches how long a Worker takes: that needs {_QUERY.format('the Workers analytics')}."
    ),
    "latency_p99": Unsupported(
        f"No notification watches how long a Worker takes: that needs {_QUERY.format('the Workers analytics')}."
    ),
    "cpu_time": Unsupported(
        "No notification watches processor time, which `cpu_ms` of the Worker only caps: that needs "
        f"{_QUERY.format('the Workers analytics')}."
    ),
    "cold_starts": Unsupported(
        f"Cloudflare does not count cold starts: the Worker has to log them, and that needs {_QUERY.format('its logs')}."
    ),
    "requests": Unsupported(
        "The usage alert adds up a billing period and the DDoS alerts count attacks: a rate of requests needs "
        f"{_QUERY.format('the Workers analytics')}."
    ),
    "cache_hit_rate": Unsupported(
        "No notification watches a cache, and what a Worker caches only its code can log: that needs "
        f"{_QUERY.format('its logs')}."
    ),
    "r2_operations": Unsupported(
        "The usage alert has a fixed limit and no normal to compare with: that needs a record of what is normal, and "
        f"{_QUERY.format('the R2 analytics')}."
    ),
    "storage_growth": Unsupported(
        "The usage alert has a fixed limit and no yesterday to compare with: that needs a daily record, and "
        f"{_QUERY.format('the R2 storage analytics')}."
    ),
    "dead_letters": Unsupported(
        "No notification watches how many messages wait in a queue, and a consumer that notifies takes them out: that needs "
        f"{_QUERY.format('the queue metrics')}."
    ),
    "deployment_failed": Unsupported(
        "Cloudflare tells of failed deployments of Pages projects only: of a Worker's, the pipeline that deploys it has to tell."
    ),
}


def mechanism(condition: Condition, *, notified: bool) -> Notification | Unsupported:
    """What watches a condition. `notified` says whether it has a destination, without which Cloudflare takes no policy."""
    found = _MECHANISMS[condition["when"]]
    if isinstance(found, Unsupported):
        return found
    if unsaid := [word for word in found.needs if word not in condition]:
        return Unsupported(
            f"The notification {found.alert_type} needs {_listed(unsaid)}, which the alert does not say."
        )
    if [word for word in _NUMBERS if word in condition and word not in found.needs]:
        return Unsupported(found.limits)
    if not notified:
        return Unsupported("A notification goes to at least one destination, and the alert names none in `notify`.")
    return found


def is_watched(alert: "Alert") -> bool:
    """Whether a notification of Cloudflare's can watch it."""
    condition = cast("Condition", alert.model_dump(exclude_none=True))
    return isinstance(mechanism(condition, notified=bool(alert.notify)), Notification)


def _listed(words: list[str]) -> str:
    return " and ".join(f"`{word}`" for word in words)
