"""Queues and their consumers."""

from sandbox.provider.schema import (
    Call,
    Kind,
    Resource,
    Special,
    Values,
    a_list,
    an_object,
    computed,
    either,
    in_path,
    required,
)


def _count_nobody(state: Values) -> None:
    """The API leaves out a count of nobody."""
    for name in ("consumersTotalCount", "producersTotalCount"):
        if state.get(name) is None:
            state[name] = 0


QUEUE = Resource(
    properties={
        "id": computed(Kind.TEXT, api="", keep=True),
        "queueId": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "queueName": required(Kind.TEXT),
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
                    settings=computed(
                        an_object(
                            batchSize=computed(Kind.NUMBER),
                            maxConcurrency=computed(Kind.NUMBER),
                            maxRetries=computed(Kind.NUMBER),
                            maxWaitTimeMs=computed(Kind.NUMBER),
                            retryDelay=computed(Kind.NUMBER),
                            visibilityTimeoutMs=computed(Kind.NUMBER),
                        )
                    ),
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
    create=Call(method="POST", path="/accounts/{accountId}/queues"),
    read=Call(method="GET", path="/accounts/{accountId}/queues/{queueId}"),
    update=Call(method="PUT", path="/accounts/{accountId}/queues/{queueId}"),
    delete=Call(method="DELETE", path="/accounts/{accountId}/queues/{queueId}"),
    id_from="queueId",
    import_id="account_id=accountId/queue_id=queueId",
    special=Special(state=_count_nobody),
)

TYPES = {"cloudflare:index/queue:Queue": QUEUE}
