"""What is watched from outside, what is worth an alert, and who is told."""

from typing import Annotated

from pydantic import Field

from headworks.model import naming
from headworks.model.specification.written import Host, Key, Text, Written, Zone
from headworks.model.words import Metric, Severity


class Healthcheck(Written):
    """Cloudflare asks this address from outside."""

    zone: Zone
    """Name of the zone that the host belongs to."""
    host: Host
    """Host that is asked, over https."""
    path: Annotated[str, Field(pattern=naming.PROBE_PATH.pattern)] = "/health"
    """Path that is asked."""
    interval: Annotated[int, Field(ge=5, le=3600)] = 60
    """Seconds between two questions."""
    timeout: Annotated[int, Field(ge=1, le=10)] = 5
    """Seconds to wait for an answer."""
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    """Attempts after a timeout, before the question counts as failed."""
    consecutive_fails: Annotated[int, Field(ge=1, le=10)] = 1
    """Failed questions in a row after which the address is unhealthy."""
    consecutive_successes: Annotated[int, Field(ge=1, le=10)] = 1
    """Answered questions in a row after which the address is healthy again."""
    expected_codes: Annotated[
        tuple[Annotated[str, Field(pattern=naming.STATUS_CODE.pattern)], ...], Field(min_length=1)
    ] = ("200",)
    """Status codes of a good answer, such as "200" or "2xx"."""
    expected_body: str = ""
    """Part of the body of a good answer; left out, any body will do."""


class Destination(Written):
    """Where alerts go: exactly one of the four."""

    email: Annotated[str, Field(pattern=naming.EMAIL.pattern)] | None = None
    """An e-mail address."""
    webhook_id: Annotated[str, Field(pattern=naming.DESTINATION_ID.pattern)] | None = None
    """Id of a webhook of the account that was made by hand, because its address is itself a secret (Slack's is)."""
    webhook_url: Annotated[str, Field(pattern=naming.HTTPS_ADDRESS.pattern)] | None = None
    """Address of a webhook that the stack makes, if the address is no secret."""
    pagerduty_id: Annotated[str, Field(pattern=naming.DESTINATION_ID.pattern)] | None = None
    """Id of a PagerDuty service that was connected to the account by hand."""


class Alert(Written):
    """A condition under which people are told."""

    when: Metric
    """What is watched."""
    above: Annotated[float, Field(ge=0)] | None = None
    """Alert above this: percent for rates and growth, milliseconds for times, requests per second, a count otherwise."""
    below: Annotated[float, Field(ge=0)] | None = None
    """Alert below this, in the same units."""
    for_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    """Minutes for which it must hold."""
    healthcheck: Key | None = None
    """For `unreachable`: key of the health check."""
    zone: Zone | None = None
    """For `traffic_anomaly`: name of the zone."""
    product: Text | None = None
    """For `usage`: Cloudflare's name of the product, such as worker_requests."""
    severity: Severity
    """`critical` wakes someone, `warning` tells the team, `info` is for the next review."""
    notify: tuple[Key, ...] = ()
    """Keys of destinations; may be empty for `info` only."""


class ExternalDependency(Written):
    """Something outside Cloudflare that the system needs: named, so that a checklist can ask for it."""

    kind: Text
    """What it is, such as postgres."""
    host: Text | None = None
    """Where it is; left out when that differs from user to user."""
    purpose: Text
    """What the system needs it for."""
