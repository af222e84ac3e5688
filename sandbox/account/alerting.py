"""Notifications: policies (which alert goes where), and the webhooks that they can go to.

Nothing is ever sent from here: the history is empty, and a webhook is taken without the test request that Cloudflare makes.
"""

import re
import secrets
from urllib.parse import urlsplit

from sandbox.account import fields, identity
from sandbox.account.alert_types import ALERT_TYPES, FILTERS
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, flag, listed, shaped, text
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

POLICY = "notification_policy"
WEBHOOK = "notification_webhook"
PAGERDUTY = "notification_pagerduty"
WEBHOOK_SECRET = "notification_webhook_secret"  # noqa: S105 - a kind, not a password

EMAIL = r"[^@\s]+@[^@\s]+"
POLICY_FIELDS = {
    "name": Field(text(least=1), required=True),
    "alert_type": Field(text(least=1), required=True),
    "enabled": Field(flag, required=True),
    "description": Field(text(), default=""),
    "alert_interval": Field(text(r"\d+[smhd]")),
    "filters": Field(shaped(**{name: Field(listed(kind)) for name, kind in FILTERS.items()}), default={}),
    "mechanisms": Field(
        shaped(
            email=Field(listed(shaped(id=Field(text(EMAIL), required=True)))),
            pagerduty=Field(listed(shaped(id=Field(text(least=1), required=True)))),
            webhooks=Field(listed(shaped(id=Field(text(least=1), required=True)))),
        ),
        required=True,
    ),
}
WEBHOOK_FIELDS = {
    "name": Field(text(least=1), required=True),
    "url": Field(text(r"https?://\S+"), required=True),
    "secret": Field(text()),
}
HOSTS = {
    "hooks.slack.com": "slack",
    "discord.com": "discord",
    "chat.googleapis.com": "gchat",
    "open.feishu.cn": "feishu",
    "api.opsgenie.com": "opsgenie",
}
"""Type of a webhook by the host that it goes to; any other is generic."""
DATADOG = re.compile(r"(.*\.)?datadoghq\.(com|eu)")

# Alerting answers 0 where other products have a code of their own.
NO_POLICY = Failure(404, 0, "Policy not found")
NO_WEBHOOK = Failure(404, 0, "Webhook not found")
BAD_WEBHOOK = Failure(400, 0, "invalid Webhook ID: there is no webhook {webhook!r}")
NO_PAGERDUTY = Failure(400, 0, "PagerDuty service {service!r} is not connected to this account")
BAD_BODY = Failure(400, 17001, "the request body is not valid: {reason}")
BAD_TYPE = Failure(400, 17004, "invalid alert type {type!r}; this account has {known}")
NO_MECHANISM = Failure(400, 17102, "At least one mechanism must be provided to create a policy")
NO_FILTERS = Failure(400, 17103, "Filters selection must be provided to create a policy: {missing}")
NOT_ENTITLED = Failure(403, 17200, "account is not entitled to create policies for the alert type {type}")

NOT_TESTED = 17300
"""Code of the message that a webhook was not tried."""


def available_alerts(call: Call) -> Json:
    """What this account can be told about, by category."""
    categories: dict[str, list[Json]] = {}
    for name, alert in ALERT_TYPES.items():
        if _entitled(call, name):
            categories.setdefault(alert.category, []).append({"type": name, **alert.described()})
    return categories


def eligible(_call: Call) -> Json:
    return {kind: [{"eligible": True, "ready": kind != "pagerduty", "type": kind}] for kind in _MECHANISMS}


_MECHANISMS = ("email", "pagerduty", "webhook")


def history(_call: Call) -> list[Json]:
    return []


def list_pagerduty(call: Call) -> list[Json]:
    """Connecting one needs a browser and a PagerDuty account; `by_hand` stands for that."""
    return call.store.all(PAGERDUTY, call.account)


def create_policy(call: Call) -> Json:
    """Answers nothing but the id."""
    policy = {"id": secrets.token_hex(16), "created": call.now, **_read_policy(call, call.object(BAD_BODY))}
    return _save_policy(call, policy)


def list_policies(call: Call) -> list[Json]:
    return call.store.all(POLICY, call.account)


def get_policy(call: Call) -> Json:
    policy = call.store.get(POLICY, call.account, call.parameters["policy_id"])
    if policy is None:
        raise NO_POLICY.error()
    return policy


def update_policy(call: Call) -> Json:
    """What is not said stays; null goes back to the default."""
    present = get_policy(call)
    stays = {key: value for key, value in present.items() if key in POLICY_FIELDS}
    policy = {key: present[key] for key in ("id", "created")}
    return _save_policy(call, policy | _read_policy(call, stays | call.object(BAD_BODY)))


def delete_policy(call: Call) -> None:
    call.store.delete(POLICY, call.account, get_policy(call)["id"])


def create_webhook(call: Call) -> Json:
    """Answers nothing but the id. The secret is kept, and never answered."""
    webhook = {"id": secrets.token_hex(16), "created_at": call.now}
    return _save_webhook(call, webhook)


def list_webhooks(call: Call) -> list[Json]:
    return call.store.all(WEBHOOK, call.account)


def get_webhook(call: Call) -> Json:
    webhook = call.store.get(WEBHOOK, call.account, call.parameters["webhook_id"])
    if webhook is None:
        raise NO_WEBHOOK.error()
    return webhook


def update_webhook(call: Call) -> Json:
    """A whole: without a secret it has none."""
    present = get_webhook(call)
    return _save_webhook(call, {key: present[key] for key in ("id", "created_at")})


def delete_webhook(call: Call) -> None:
    identifier = get_webhook(call)["id"]
    call.store.delete(WEBHOOK, call.account, identifier)
    call.store.erase(WEBHOOK_SECRET, call.account, identifier)


def _read_policy(call: Call, body: Json) -> Json:
    policy = fields.read(body, POLICY_FIELDS, BAD_BODY)
    alert = ALERT_TYPES.get(policy["alert_type"])
    if alert is None:
        raise BAD_TYPE.error(type=policy["alert_type"], known=", ".join(ALERT_TYPES))
    if not _entitled(call, policy["alert_type"]):
        raise NOT_ENTITLED.error(type=policy["alert_type"])
    if not any(policy["mechanisms"].values()):
        raise NO_MECHANISM.error()
    if missing := [name for name in alert.required if not policy["filters"].get(name)]:
        raise NO_FILTERS.error(missing=", ".join(missing))
    _check_destinations(call, policy["mechanisms"])
    return policy


def _check_destinations(call: Call, mechanisms: Json) -> None:
    for webhook in mechanisms.get("webhooks", []):
        if call.store.get(WEBHOOK, call.account, webhook["id"]) is None:
            raise BAD_WEBHOOK.error(webhook=webhook["id"])
    for service in mechanisms.get("pagerduty", []):
        if call.store.get(PAGERDUTY, call.account, service["id"]) is None:
            raise NO_PAGERDUTY.error(service=service["id"])


def _entitled(call: Call, alert_type: str) -> bool:
    return not ALERT_TYPES[alert_type].enterprise or identity.get_account(call)["type"] == "enterprise"


def _save_policy(call: Call, policy: Json) -> Json:
    call.store.put(POLICY, call.account, policy["id"], policy | {"modified": call.now})
    return {"id": policy["id"]}


def _save_webhook(call: Call, webhook: Json) -> Json:
    said = fields.read(call.object(BAD_BODY), WEBHOOK_FIELDS, BAD_BODY)
    secret = said.pop("secret", None)
    webhook |= {**said, "type": _type_of(said["url"]), "last_success": None, "last_failure": None}
    call.store.put(WEBHOOK, call.account, webhook["id"], webhook)
    call.store.erase(WEBHOOK_SECRET, call.account, webhook["id"])
    if secret is not None:
        call.store.write(WEBHOOK_SECRET, call.account, webhook["id"], call.vault.seal(secret.encode()))
    text_ = "This account makes no requests: the webhook was not tried. Cloudflare sends it a POST, and refuses it unless that is answered by 2xx."
    call.messages.append({"code": NOT_TESTED, "message": text_})
    return {"id": webhook["id"]}


def _type_of(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return "datadog" if DATADOG.fullmatch(host) else HOSTS.get(host, "generic")


_ALERTING = "/accounts/{account_id}/alerting/v3"
_POLICY = f"{_ALERTING}/policies/{{policy_id}}"
_WEBHOOKS = f"{_ALERTING}/destinations/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook_id}}"

ENDPOINTS = (
    Endpoint("GET", f"{_ALERTING}/available_alerts", available_alerts),
    Endpoint("GET", f"{_ALERTING}/history", history, Numbered(size=25)),
    Endpoint("GET", f"{_ALERTING}/policies", list_policies),
    Endpoint("POST", f"{_ALERTING}/policies", create_policy),
    Endpoint("GET", _POLICY, get_policy),
    Endpoint("PUT", _POLICY, update_policy),
    Endpoint("DELETE", _POLICY, delete_policy),
    Endpoint("GET", f"{_ALERTING}/destinations/eligible", eligible),
    Endpoint("GET", f"{_ALERTING}/destinations/pagerduty", list_pagerduty),
    Endpoint("GET", _WEBHOOKS, list_webhooks),
    Endpoint("POST", _WEBHOOKS, create_webhook),
    Endpoint("GET", _WEBHOOK, get_webhook),
    Endpoint("PUT", _WEBHOOK, update_webhook),
    Endpoint("DELETE", _WEBHOOK, delete_webhook),
)
