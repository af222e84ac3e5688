"""Rules of a bucket: in our words, which count days, and in the API's, which counts seconds."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic.alias_generators import to_camel

from components.cloudflare import CorsAllowed, CorsRule, LifecycleRule, LockRule, NotificationRule

_DAY = 24 * 60 * 60
"""Seconds."""

_WHOLE_BUCKET = ""

_DEFAULT_RULE: "LifecycleRuleArgs" = {
    "id": "Default Multipart Abort Rule",
    "prefix": _WHOLE_BUCKET,
    "abort_multipart_days": 7,
}
"""Cloudflare gives it to every new bucket. The list is written as a whole, so what is not in it is gone."""

_ACTIONS = {
    "object-create": ("PutObject", "CopyObject", "CompleteMultipartUpload"),
    "object-delete": ("DeleteObject", "LifecycleDeletion"),
}
"""wrangler's event types → the API's actions."""


class CorsRuleArgs(TypedDict):
    origins: Sequence[str]
    """scheme://host[:port], without a path; `*` for any."""
    methods: Sequence[str]
    headers: NotRequired[Sequence[str]]
    expose_headers: NotRequired[Sequence[str]]
    max_age_seconds: NotRequired[int]


class LifecycleRuleArgs(TypedDict):
    id: str
    prefix: str
    """Empty for the whole bucket."""
    expire_days: NotRequired[int]
    """Objects of that age are deleted."""
    ia_transition_days: NotRequired[int]
    """Objects of that age become infrequently accessed ones, which are cheaper to keep and dearer to read."""
    abort_multipart_days: NotRequired[int]
    """Uploads that were begun that long ago and never completed are given up."""


class LockRuleArgs(TypedDict):
    id: str
    prefix: str
    retention_days: NotRequired[int]
    """Left out: for ever."""


class NotificationArgs(TypedDict):
    queue: str
    """The key of the queue; part of the logical name."""
    queue_id: pulumi.Input[str]
    event_types: Sequence[str]
    """`object-create`, `object-delete`."""
    prefix: str
    suffix: str


def cors_rules(rules: Sequence[CorsRuleArgs]) -> list[CorsRule]:
    return [_cors_rule(rule) for rule in rules]


def _cors_rule(rule: CorsRuleArgs) -> CorsRule:
    """The rule as the API has it; what the program does not say stays out, or the next refresh finds a difference."""
    allowed: CorsAllowed = {"origins": rule["origins"], "methods": rule["methods"]}
    if rule.get("headers"):
        allowed["headers"] = rule["headers"]
    stated: CorsRule = {"allowed": allowed}
    if rule.get("expose_headers"):
        stated["expose_headers"] = rule["expose_headers"]
    if "max_age_seconds" in rule:
        stated["max_age_seconds"] = rule["max_age_seconds"]
    return stated


def lifecycle_rules(rules: Sequence[LifecycleRuleArgs]) -> list[LifecycleRule]:
    """All rules of the bucket: ours, and Cloudflare's default unless a rule of ours gives up uploads in the whole bucket."""
    aborts = any("abort_multipart_days" in rule and rule["prefix"] == _WHOLE_BUCKET for rule in rules)
    return [_lifecycle_rule(rule) for rule in (rules if aborts else (*rules, _DEFAULT_RULE))]


def _lifecycle_rule(rule: LifecycleRuleArgs) -> LifecycleRule:
    stated: LifecycleRule = {"id": rule["id"], "enabled": True, "conditions": {"prefix": rule["prefix"]}}
    if "expire_days" in rule:
        stated["delete_objects_transition"] = {"condition": {"type": "Age", "max_age": rule["expire_days"] * _DAY}}
    if "ia_transition_days" in rule:
        age = rule["ia_transition_days"] * _DAY
        infrequent: Any = {"condition": {"type": "Age", "max_age": age}, "storage_class": "InfrequentAccess"}
        stated["storage_class_transitions"] = [infrequent]
    if "abort_multipart_days" in rule:
        age = rule["abort_multipart_days"] * _DAY
        stated["abort_multipart_uploads_transition"] = {"condition": {"type": "Age", "max_age": age}}
    return stated


def lock_rules(rules: Sequence[LockRuleArgs]) -> list[LockRule]:
    return [_lock_rule(rule) for rule in rules]


def _lock_rule(rule: LockRuleArgs) -> LockRule:
    stated: LockRule = {"id": rule["id"], "enabled": True, "condition": {"type": "Indefinite"}}
    if rule["prefix"]:
        stated["prefix"] = rule["prefix"]
    if "retention_days" in rule:
        stated["condition"] = {"type": "Age", "max_age_seconds": rule["retention_days"] * _DAY}
    return stated


def notification_rules(
    notifications: Sequence[NotificationArgs],
) -> dict[str, tuple[pulumi.Input[str], list[NotificationRule]]]:
    """By key of the queue its id and all its rules: the API keeps one configuration for each bucket and queue."""
    by_queue: dict[str, tuple[pulumi.Input[str], list[NotificationRule]]] = {}
    for each in notifications:
        _, rules = by_queue.setdefault(each["queue"], (each["queue_id"], []))
        rules.append(_notification_rule(each))
    return by_queue


def _notification_rule(notification: NotificationArgs) -> NotificationRule:
    """Prefix and suffix are said even if empty: the API answers them, and each refresh would find a difference."""
    actions = [action for event_type in notification["event_types"] for action in _ACTIONS[event_type]]
    return {"actions": actions, "prefix": notification["prefix"], "suffix": notification["suffix"]}


_RULES = ("cors", "lifecycle", "lock", "notifications")


def rule_inputs(bucket: Mapping[str, Any]) -> dict[str, Any]:
    """The rules for the policies, in our words and units; no ids of queues, which a first preview does not know."""
    return {kind: [_camel(rule) for rule in bucket[kind]] for kind in _RULES if kind in bucket}


def _camel(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {to_camel(key): value for key, value in rule.items() if key != "queue_id"}
