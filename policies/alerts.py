"""Alerts: that somebody is told, by more than one way where it matters, and by something that really watches."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import ADVICE_IN_PRODUCTION, IN_PRODUCTION, ResourceRule, StackRule, Violation
from policies.tokens import ALERTS, WORKER_ENVIRONMENT

LEAST_CHANNELS = {"critical": 2, "warning": 1}
"""Severity → how many kinds of destination an alert needs."""

ERRORS = frozenset({"error_rate", "unreachable"})
"""What an alert on errors watches."""


def unheard(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    alerts = resource.properties
    kinds = {each.text("key"): each.text("kind") for each in alerts.tables("destinations")}
    if not alerts.is_known("destinations"):
        alerts.tables("destinations")
        return
    for index, alert in enumerate(alerts.tables("alerts")):
        least = LEAST_CHANNELS.get(alert.text("severity") or "", 0)
        channels = {kinds[key] for key in alert.texts("notify") if key in kinds}
        if len(channels) < least and alert.is_known("notify"):
            yield Violation(
                f"the {alert.text('severity')} alert {alert.text('key')} goes out by {_counted(len(channels))}, and {_counted(least)} {'are' if least > 1 else 'is'} needed: when that one fails, nobody is woken.",
                "name destinations of different kinds (e-mail, webhook, PagerDuty) in `notify`.",
                property=f"alerts[{index}].notify",
            )


def _counted(channels: int) -> str:
    return f"{channels} kind{'s' if channels != 1 else ''} of destination"


def without_error_alert(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    components = stack.of_type(ALERTS)
    watched = [
        alert
        for component in components
        for alert in component.properties.tables("alerts")
        if alert.text("when") in ERRORS and alert.text("mechanism") not in {None, "unsupported"}
    ]
    if watched or not all(component.properties.is_known("alerts") for component in components):
        return
    for environment in stack.of_type(WORKER_ENVIRONMENT):
        yield Violation(
            "no alert tells anybody when requests fail, so users notice before whoever is on call.",
            "declare an alert for `unreachable` with a health check, which Cloudflare can watch; `error_rate` alone it cannot.",
            property="alerts",
            resource=environment,
        )


def unwatched(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    unsupported = [
        alert.text("key") or ""
        for alert in resource.properties.tables("alerts")
        if alert.text("mechanism") == "unsupported"
    ]
    if unsupported:
        yield Violation(
            f"nothing of Cloudflare watches {', '.join(unsupported)} as stated, so these alerts never go out.",
            "watch them by other means; the reason of each is in the component's inputs.",
            property="alerts",
        )


RULES = (
    ResourceRule(
        id="alerts-must-reach-people",
        title="Alerts reach people",
        description="A critical alert goes out by two kinds of destination, a warning by one.",
        details="Judged is `Alerts`. Two e-mail addresses are one kind: they fail together.",
        requirements=("T83", "R70"),
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        remediation="Add a destination of another kind to `destinations` and its key to `notify`.",
        types=frozenset({ALERTS}),
        check=unheard,
    ),
    StackRule(
        id="production-must-alert-on-errors",
        title="Errors raise an alert",
        description="Production has an alert on errors that Cloudflare really watches.",
        details="An alert on errors is one for `error_rate` or `unreachable` whose mechanism is not `unsupported`.",
        requirements=("R70", "T64", "T116", "P67"),
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        remediation="Declare `healthchecks`, and an alert `{when: unreachable, healthcheck: …, severity: critical, notify: […]}`.",
        check=without_error_alert,
    ),
    ResourceRule(
        id="alerts-must-have-a-mechanism",
        title="Alerts are watched by something",
        description="Every stated alert has a notification of Cloudflare's that watches it.",
        details="Advice only: the runbooks ask for conditions that Cloudflare cannot watch, and an alert that is stated and unsupported is better than one that is forgotten.",
        requirements=("R70",),
        severity=Severity.LOW,
        levels=ADVICE_IN_PRODUCTION,
        remediation="Send the numbers to a system that can compare them (logs, an external probe), and keep the alert stated here.",
        types=frozenset({ALERTS}),
        check=unwatched,
    ),
)
