"""Alerts: what a runbook wants to be told, through the notifications that Cloudflare really has."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NotRequired, TypedDict, cast

import pulumi
from pydantic.alias_generators import to_camel

from components.alert_mechanisms import Condition, Notification, Unsupported, mechanism
from components.cloudflare import NotificationPolicy, NotificationPolicyWebhooks, PolicyMechanisms
from components.component import Component, public_name
from components.zones import zone_ids


class DestinationArgs(TypedDict):
    """Where alerts go; exactly one of the four is said beside the key."""

    key: str
    email: NotRequired[str]
    webhook_id: NotRequired[str]
    """Of a webhook that exists in the account."""
    webhook_url: NotRequired[str]
    """An address that is no secret. Cloudflare sends it a test when it is made, and refuses it unless the answer is 2xx."""
    pagerduty_id: NotRequired[str]


class AlertArgs(Condition):
    key: str
    severity: str
    """`critical`, `warning` or `info`."""
    notify: Sequence[str]
    """Keys of destinations."""


class AlertsArgs(TypedDict):
    account_id: str
    production: bool
    destinations: Sequence[DestinationArgs]
    alerts: Sequence[AlertArgs]
    healthcheck_ids: Mapping[str, pulumi.Input[str]]
    """By the key that an alert names."""


_CHANNELS = {
    "email": ("email", "emails"),
    "webhook_id": ("webhook", "webhooks"),
    "webhook_url": ("webhook", "webhooks"),
    "pagerduty_id": ("pagerduty", "pagerduties"),
}
"""By the word of a destination: what kind it is, and which list of a notification policy takes it."""


class Alerts(Component):
    """The alerts of an environment, each with its mechanism: the type of a notification, or `unsupported` and why.

    It watches nothing by itself, and rounds no condition to one that Cloudflare happens to have.
    """

    def __init__(self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        found = [(alert, mechanism(alert, notified=bool(alert["notify"]))) for alert in args["alerts"]]
        super().__init__("headworks:index:Alerts", name, _inputs(args, found), opts)
        watched = [(alert, each) for alert, each in found if isinstance(each, Notification)]
        zones = zone_ids((alert["zone"] for alert, each in watched if "zone" in each.needs), self)
        channels = {each["key"]: self._channel(name, args, each) for each in args["destinations"]}
        for alert, notification in watched:
            NotificationPolicy(
                f"{name}-{alert['key']}",
                account_id=args["account_id"],
                name=public_name(alert["key"]),
                description=_description(alert),
                enabled=True,
                alert_type=notification.alert_type,
                filters=notification.filters(_values(alert, zones, args["healthcheck_ids"])),
                mechanisms=_mechanisms(channels[key] for key in alert["notify"]),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self._warn([alert["key"] for alert, each in found if isinstance(each, Unsupported)])
        self.register_outputs({})

    def _channel(self, name: str, args: AlertsArgs, destination: DestinationArgs) -> "Channel":
        word, value = _said(destination)
        if word == "webhook_url":
            value = NotificationPolicyWebhooks(
                f"{name}-{destination['key']}-webhook",
                account_id=args["account_id"],
                name=public_name(destination["key"]),
                url=value,
                opts=pulumi.ResourceOptions(parent=self),
            ).id
        return _CHANNELS[word][1], value

    def _warn(self, unsupported: Sequence[str]) -> None:
        if unsupported:
            pulumi.log.warn(
                f"Nobody will be told of {', '.join(unsupported)}: Cloudflare cannot watch what these alerts state. "
                "Why, and what would be needed, is among the inputs of this component.",
                resource=self,
            )


Channel = tuple[str, pulumi.Input[str]]
"""A list of a notification policy, and an id for it."""


def _said(destination: DestinationArgs) -> tuple[str, pulumi.Input[str]]:
    """The one word that says where, and its value."""
    return next((word, str(value)) for word, value in destination.items() if word in _CHANNELS)


def _mechanisms(channels: Iterable[Channel]) -> PolicyMechanisms:
    """Where a policy sends. A list without an element is left out: sent, it would differ at each refresh."""
    lists: dict[str, Any] = {}
    for channel, destination in channels:
        lists.setdefault(channel, []).append({"id": destination})
    return cast("PolicyMechanisms", lists)


def _values(
    alert: AlertArgs, zones: Mapping[str, pulumi.Input[str]], healthchecks: Mapping[str, pulumi.Input[str]]
) -> Mapping[str, pulumi.Input[str]]:
    """What the condition says, as filters have it: texts, and ids in place of names."""
    values: dict[str, pulumi.Input[str]] = {}
    if "product" in alert:
        values["product"] = alert["product"]
    if "above" in alert:
        values["above"] = _decimal(alert["above"])
    if "zone" in alert:
        values["zone"] = zones[alert["zone"]]
    if "healthcheck" in alert:
        values["healthcheck"] = healthchecks[alert["healthcheck"]]
    return values


def _decimal(number: float) -> str:
    """Without an exponent, which no filter takes."""
    return f"{Decimal(str(number)).normalize():f}"


def _description(alert: AlertArgs) -> str:
    """What whoever is woken reads first."""
    subjects = [str(alert[word]) for word in ("healthcheck", "zone", "product") if word in alert]
    return " ".join([f"{alert['severity']}:", alert["when"], *subjects])


def _inputs(args: AlertsArgs, found: Sequence[tuple[AlertArgs, Notification | Unsupported]]) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "destinations": [{"key": each["key"], "kind": _CHANNELS[_said(each)[0]][0]} for each in args["destinations"]],
        "alerts": [_condition(alert) | _outcome(each) for alert, each in found],
    }


def _condition(alert: AlertArgs) -> dict[str, Any]:
    stated = {to_camel(word): value for word, value in alert.items()}
    return stated | {"notify": list(alert["notify"])}


def _outcome(found: Notification | Unsupported) -> dict[str, str]:
    if isinstance(found, Unsupported):
        return {"mechanism": "unsupported", "reason": found.reason}
    return {"mechanism": found.alert_type}
