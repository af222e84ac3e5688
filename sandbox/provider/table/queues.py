"""Queues and their consumers."""

from collections.abc import Callable
from typing import Any

from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    Replaces,
    Resource,
    Special,
    Values,
    a_list,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)


def _count_nobody(state: Values, _before: Values, _answer: Any) -> None:
    """The API leaves out a count of nobody."""
    for name in ("consumersTotalCount", "producersTotalCount"):
        if state.get(name) is None:
            state[name] = 0


def _consumer_settings(mode: Callable[..., Property], destinations: Callable[..., Property]) -> Property:
    receivers = a_list(an_object(id=destinations(Kind.TEXT)))
    return an_object(
        batchSize=mode(Kind.NUMBER),
        maxConcurrency=mode(Kind.NUMBER),
        maxRetries=mode(Kind.NUMBER),
        maxWaitTimeMs=mode(Kind.NUMBER),
        retryDelay=mode(Kind.NUMBER),
        visibilityTimeoutMs=mode(Kind.NUMBER),
        emails=destinations(receivers),
        pagerduties=destinations(receivers, api="pagerduty"),
        webhooks=destinations(receivers),
    )


QUEUES = "/accounts/{accountId}/queues"
CONSUMERS = QUEUES + "/{queueId}/consumers"

QUEUE = Resource(
    found_by=("queue_name",),
    properties={
        "id": computed(Kind.TEXT, api="", keep=True),
        "queueId": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "queueName": required(Kind.TEXT),
        "jurisdiction": optional(Kind.TEXT, replaces=Replaces.ALWAYS, values=("eu", "fedramp", "us")),
        "settings": either(
            an_object(
                deliveryDelay=either(Kind.NUMBER),
                deliveryPaused=either(Kind.FLAG),
                messageRetentionPeriod=either(Kind.NUMBER),
            )
        ),
        "consumersTotalCount": computed(Kind.NUMBER),
        "createdOn": computed(Kind.TEXT),
        "modifiedOn": computed(Kind.TEXT),
        "producersTotalCount": computed(Kind.NUMBER),
        "consumers": computed(
            a_list(
                an_object(
                    consumerId=computed(Kind.TEXT),
                    createdOn=computed(Kind.TIME),
                    deadLetterQueue=computed(Kind.TEXT),
                    queueName=computed(Kind.TEXT),
                    scriptName=computed(Kind.TEXT),
                    settings=computed(_consumer_settings(computed, computed)),
                    type=computed(Kind.TEXT),
                )
            )
        ),
        "producers": computed(
            a_list(
                an_object(script=computed(Kind.TEXT), type=computed(Kind.TEXT), bucketName=computed(Kind.TEXT)),
            )
        ),
    },
    create=Call(method="POST", path=QUEUES),
    read=Call(method="GET", path=QUEUES + "/{queueId}"),
    update=Call(method="PUT", path=QUEUES + "/{queueId}"),
    delete=Call(method="DELETE", path=QUEUES + "/{queueId}"),
    id_from="queueId",
    import_id="account_id=accountId/queue_id=queueId",
    special=Special(state=_count_nobody),
)


def _call_it_script_name(answer: dict[str, Any]) -> dict[str, Any]:
    """The API answers `script`."""
    return {**answer, "script_name": answer["script"]} if answer.get("script") else answer


CONSUMER = Resource(
    found_by=("type", "script_name"),
    properties={
        "queueId": in_path(),
        "accountId": in_path(),
        "consumerId": computed(Kind.TEXT, keep=True),
        "type": required(Kind.TEXT, values=("worker", "http_pull", "notification")),
        "deadLetterQueue": optional(Kind.TEXT, refreshed=False),
        "scriptName": either(Kind.TEXT, keep=True),
        "settings": either(_consumer_settings(either, optional), keep=True),
        "createdOn": computed(Kind.TIME, keep=True),
        "queueName": computed(Kind.TEXT, keep=True),
    },
    create=Call(method="POST", path=CONSUMERS),
    read=Call(method="GET", path=CONSUMERS + "/{consumerId}"),
    update=Call(method="PUT", path=CONSUMERS + "/{consumerId}"),
    delete=Call(method="DELETE", path=CONSUMERS + "/{consumerId}"),
    special=Special(answer=_call_it_script_name),
)

TYPES = {
    "cloudflare:index/queue:Queue": QUEUE,
    "cloudflare:index/queueConsumer:QueueConsumer": CONSUMER,
}
