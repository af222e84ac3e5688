"""What is watched, who is told, and what lies outside Cloudflare."""

from headworks.model.environment.resolved import Resolved
from headworks.model.words import Metric, Severity


class Healthcheck(Resolved):
    """Cloudflare asks this address from outside."""

    key: str
    zone: str
    host: str
    path: str
    interval: int
    """Seconds."""
    timeout: int
    """Seconds."""
    retries: int
    consecutive_fails: int
    consecutive_successes: int
    expected_codes: tuple[str, ...]
    expected_body: str
    """Part of the body; empty when any will do."""


class Destination(Resolved):
    """Where alerts go; exactly one of the four is set."""

    key: str
    email: str | None = None
    webhook_id: str | None = None
    """A webhook that exists in the account: one whose address is itself a secret, such as Slack's, is made there by hand."""
    webhook_url: str | None = None
    """A webhook that the stack makes, at an address that is no secret."""
    pagerduty_id: str | None = None
    """A PagerDuty service that was connected to the account."""


class Alert(Resolved):
    """A condition as a runbook states it. Whether Cloudflare can watch it is for `components.alerts` to say."""

    key: str
    when: Metric
    above: float | None = None
    below: float | None = None
    """Percent for rates and growth, milliseconds for times, per second for requests, times the normal for r2_operations, a count otherwise."""
    for_minutes: int | None = None
    healthcheck: str | None = None
    """For `unreachable`: key of the healthcheck."""
    zone: str | None = None
    """For `traffic_anomaly`."""
    product: str | None = None
    """For `usage`: Cloudflare's name of the product."""
    severity: Severity
    notify: tuple[str, ...]
    """Keys of destinations."""


class ExternalDependency(Resolved):
    """Something outside Cloudflare that the system needs: named, so that a checklist can ask for it."""

    key: str
    kind: str
    host: str | None
    purpose: str
