"""Event notifications of R2 buckets: which changes of their objects are told to which queues."""

from typing import Any

from sandbox.account import fields, queues
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, Fields, listed, one_of, shaped, text
from sandbox.account.r2 import NOTIFICATION, bucket_of
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers.records import new_uuid

ACTIONS = ("PutObject", "CopyObject", "DeleteObject", "CompleteMultipartUpload", "LifecycleDeletion")
MOST_RULES = 100
"""Of a bucket."""

RULES: Fields = {
    "rules": Field(
        listed(
            shaped(
                actions=Field(listed(one_of(*ACTIONS), least=1), required=True),
                description=Field(text()),
                prefix=Field(text(), default=""),
                suffix=Field(text(), default=""),
            ),
            least=1,
            most=MOST_RULES,
        ),
        required=True,
    )
}
DELETED: Fields = {"ruleIds": Field(listed(text()))}

NONE_OF_BUCKET = Failure(404, 11015, "The bucket {bucket} has no event notification configuration.")
NONE_OF_QUEUE = Failure(404, 11011, "The bucket {bucket} has no event notifications for this queue.")
INVALID = Failure(400, 11014, "The event notification configuration is not valid: {reason}")
CONFLICT = Failure(
    409, 11020, "Rule {number} overlaps with another rule of this bucket for {action}: one event would be told twice."
)


def list_(call: Call) -> Json:
    bucket = bucket_of(call)
    configurations = call.store.all(NOTIFICATION, bucket["id"])
    if not configurations:
        raise NONE_OF_BUCKET.error(bucket=bucket["name"])
    return {"bucketName": bucket["name"], "queues": [_shown(call, each) for each in configurations]}


def get(call: Call) -> Json:
    return _shown(call, _configuration(call))


def put(call: Call) -> Json:
    """Adds rules to those that are there; the provider deletes before it puts."""
    bucket, queue = bucket_of(call), queues.queue_of(call)
    wanted = fields.read(call.object(INVALID), RULES, INVALID)["rules"]
    present = [rule for each in call.store.all(NOTIFICATION, bucket["id"]) for rule in each["rules"]]
    for number, rule in enumerate(wanted, 1):
        _check_overlap(rule, [*present, *wanted[: number - 1]], number)
    configuration = call.store.get(NOTIFICATION, bucket["id"], queue["queue_id"]) or {
        "queueId": queue["queue_id"],
        "rules": [],
    }
    configuration["rules"] += [{"ruleId": new_uuid(), "createdAt": call.now, **rule} for rule in wanted]
    call.store.put(NOTIFICATION, bucket["id"], queue["queue_id"], configuration)
    return {}


def delete(call: Call) -> Json:
    """All rules for the queue, or those that the body names."""
    configuration, bucket = _configuration(call), bucket_of(call)
    named = fields.read(call.object(INVALID), DELETED, INVALID).get("ruleIds")
    left = [rule for rule in configuration["rules"] if named is not None and rule["ruleId"] not in named]
    if left:
        call.store.put(NOTIFICATION, bucket["id"], configuration["queueId"], configuration | {"rules": left})
    else:
        call.store.delete(NOTIFICATION, bucket["id"], configuration["queueId"])
    return {}


def _check_overlap(rule: Json, others: list[Json], number: int) -> None:
    for other in others:
        shared = set(rule["actions"]) & set(other["actions"])
        if shared and _nested(rule, other, "prefix", str.startswith) and _nested(rule, other, "suffix", str.endswith):
            raise CONFLICT.error(number=number, action=min(shared))


def _nested(one: Json, other: Json, part: str, within: Any) -> bool:
    return bool(within(one[part], other[part]) or within(other[part], one[part]))


def _configuration(call: Call) -> Json:
    bucket, queue = bucket_of(call), queues.queue_of(call)
    configuration = call.store.get(NOTIFICATION, bucket["id"], queue["queue_id"])
    if configuration is None:
        raise NONE_OF_QUEUE.error(bucket=bucket["name"])
    return configuration


def _shown(call: Call, configuration: Json) -> Json:
    queue = queues.of_id(call.store, call.account, configuration["queueId"])
    return {"queueId": queue["queue_id"], "queueName": queue["queue_name"], "rules": configuration["rules"]}


_CONFIGURATION = "/accounts/{account_id}/event_notifications/r2/{bucket_name}/configuration"
_QUEUE = f"{_CONFIGURATION}/queues/{{queue_id}}"

ENDPOINTS = (
    Endpoint("GET", _CONFIGURATION, list_),
    Endpoint("GET", _QUEUE, get),
    Endpoint("PUT", _QUEUE, put),
    Endpoint("DELETE", _QUEUE, delete),
)
