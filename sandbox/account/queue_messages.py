"""The messages of queues: sent, pulled and acknowledged over HTTP.

This account runs no Workers, so nothing takes messages away from a queue whose consumer is a Worker.
"""

import base64
import json
import secrets
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sandbox.account import fields, queues
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, flag, listed, number, one_of, shaped, text
from sandbox.account.queues import MESSAGE
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Content

LARGEST_BODY = 128_000
"""Bytes."""
LARGEST_BATCH = 100
LONGEST_DELAY = 43_200
"""Seconds."""

DELAY = Field(number(0, LONGEST_DELAY))
SENT = {
    "body": Field(lambda value: value, required=True),
    "content_type": Field(one_of("text", "json"), default="text"),
    "delay_seconds": DELAY,
}
BATCH = {
    "messages": Field(listed(shaped(**SENT), least=1, most=LARGEST_BATCH), required=True),
    "delay_seconds": DELAY,
}
PULL = {
    "batch_size": Field(number(1, LARGEST_BATCH), default=5),
    "visibility_timeout_ms": Field(number(0, LONGEST_DELAY * 1000)),
}
PEEK = {"batch_size": Field(number(1, LARGEST_BATCH), default=5)}
LEASE = Field(text(least=1), required=True)
ACKNOWLEDGED = {
    "acks": Field(listed(shaped(lease_id=LEASE)), default=[]),
    "retries": Field(listed(shaped(lease_id=LEASE, delay_seconds=DELAY)), default=[]),
}
PURGE = {"delete_messages_permanently": Field(flag, required=True)}

BAD_MESSAGE = Failure(400, 10207, "The message is not valid: {reason}")
BAD_BODY = Failure(400, 10026, "Could not parse the request body: {reason}")
NO_PULL_CONSUMER = Failure(400, 10105, "Queue '{name}' has no consumer of type http_pull.")
NOT_CONFIRMED = Failure(400, 10026, "delete_messages_permanently must be true: a purge cannot be taken back.")


def push(call: Call) -> Json:
    queue = queues.queue_of(call)
    _add(call, queue, fields.read(call.object(BAD_MESSAGE), SENT, BAD_MESSAGE), None)
    return _told(call)


def push_batch(call: Call) -> Json:
    """All of them or none."""
    queue, batch = queues.queue_of(call), fields.read(call.object(BAD_MESSAGE), BATCH, BAD_MESSAGE)
    for message in batch["messages"]:
        _add(call, queue, message, batch.get("delay_seconds"))
    return _told(call)


def pull(call: Call) -> Json:
    """Leases messages: each is hidden until its lease ends, and then there again."""
    queue = queues.queue_of(call)
    settings = _pull_consumer(queue)["settings"]
    said = fields.read(call.object(BAD_BODY), PULL, BAD_BODY)
    _bury(call, queue)
    hidden_for = said.get("visibility_timeout_ms", settings["visibility_timeout_ms"])
    size = 0 if queue["settings"]["delivery_paused"] else said["batch_size"]
    messages = []
    for content in list(islice(_visible(call, queue), size)):
        leased = {
            "lease_id": secrets.token_urlsafe(24),
            "attempts": content.document["attempts"] + 1,
            "visible_at_ms": _now_ms() + hidden_for,
        }
        messages.append(_shown(content, _keep(call, queue, content, **leased)) | {"lease_id": leased["lease_id"]})
    return {"messages": messages, "message_backlog_count": len(_contents(call, queue)), **_told(call)}


def acknowledge(call: Call) -> Json:
    queue = queues.queue_of(call)
    settings, said = _pull_consumer(queue)["settings"], fields.read(call.object(BAD_BODY), ACKNOWLEDGED, BAD_BODY)
    leased = {content.document["lease_id"]: content for content in _contents(call, queue) if _is_leased(content)}
    acks = [leased.pop(ack["lease_id"]) for ack in said["acks"] if ack["lease_id"] in leased]
    retries = [(leased.pop(r["lease_id"]), r) for r in said["retries"] if r["lease_id"] in leased]
    for content in acks:
        call.store.erase(MESSAGE, queue["queue_id"], content.key)
    for content, retry in retries:
        delay = retry.get("delay_seconds", settings["retry_delay"])
        _keep(call, queue, content, lease_id=None, visible_at_ms=_now_ms() + delay * 1000)
    done = {content.document["lease_id"] for content in [*acks, *(content for content, _ in retries)]}
    _bury(call, queue)
    return {
        "ackCount": len(acks),
        "retryCount": len(retries),
        "warnings": {
            each["lease_id"]: "the lease is not known, or has ended"
            for each in [*said["acks"], *said["retries"]]
            if each["lease_id"] not in done
        },
    }


def peek(call: Call) -> Json:
    """`preview` in the description, `peek` in the SDK. Shows messages without taking them: they stay visible, and no attempt is counted."""
    queue, said = queues.queue_of(call), fields.read(call.object(BAD_BODY), PEEK, BAD_BODY)
    return {
        "messages": [_shown(content, content.document) for content in islice(_visible(call, queue), said["batch_size"])]
    }


def metrics(call: Call) -> Json:
    contents = _contents(call, queues.queue_of(call))
    return {
        "backlog_count": len(contents),
        "backlog_bytes": sum(len(content.data) for content in contents),
        "oldest_message_timestamp_ms": contents[0].document["timestamp_ms"] if contents else 0,
    }


def purge(call: Call) -> Json:
    queue = queues.queue_of(call)
    if not fields.read(call.object(BAD_BODY), PURGE, BAD_BODY)["delete_messages_permanently"]:
        raise NOT_CONFIRMED.error()
    call.store.clear(MESSAGE, queue["queue_id"])
    queues.save(call, queue | {"purged": call.now})
    return queues.get(call)


def purge_status(call: Call) -> Json:
    started = queues.queue_of(call).get("purged")
    return {"completed": "true", "started_at": started} if started else {}


def _add(call: Call, queue: Json, message: Json, batch_delay: int | None) -> None:
    kind, body = message["content_type"], message["body"]
    if kind == "text" and not isinstance(body, str):
        raise BAD_MESSAGE.error(reason="body: a message of content type text has a string")
    data = (body if kind == "text" else json.dumps(body)).encode()
    if len(data) > LARGEST_BODY:
        raise BAD_MESSAGE.error(reason=f"body: it has {len(data)} bytes, more than {LARGEST_BODY}")
    delay = message.get("delay_seconds", queue["settings"]["delivery_delay"] if batch_delay is None else batch_delay)
    now = _now_ms()
    document = {
        "content_type": kind,
        "timestamp_ms": now,
        "visible_at_ms": now + delay * 1000,
        "attempts": 0,
        "lease_id": None,
    }
    call.store.write(MESSAGE, queue["queue_id"], f"{time.time_ns():020}{secrets.token_hex(6)}", data, document)


def _contents(call: Call, queue: Json) -> list[Content]:
    """Oldest first, without those that have outlived the queue's retention."""
    oldest = _now_ms() - queue["settings"]["message_retention_period"] * 1000
    kept = []
    for key, document in call.store.keys(MESSAGE, queue["queue_id"]):
        content = call.store.read(MESSAGE, queue["queue_id"], key)
        assert content is not None  # listed in the same transaction
        if document["timestamp_ms"] < oldest:
            call.store.erase(MESSAGE, queue["queue_id"], key)
        else:
            kept.append(content)
    return kept


def _visible(call: Call, queue: Json) -> Iterator[Content]:
    return (content for content in _contents(call, queue) if content.document["visible_at_ms"] <= _now_ms())


def _is_leased(content: Content) -> bool:
    return bool(content.document["lease_id"]) and content.document["visible_at_ms"] > _now_ms()


def _bury(call: Call, queue: Json) -> None:
    """Messages that were tried too often go to the dead letter queue, or nowhere."""
    consumer = _pull_consumer(queue)
    dead_letters = queues.find(call.store, call.account, consumer["dead_letter_queue"])
    for content in _visible(call, queue):
        if content.document["attempts"] > consumer["settings"]["max_retries"]:
            call.store.erase(MESSAGE, queue["queue_id"], content.key)
            if dead_letters:
                fresh = content.document | {"attempts": 0, "lease_id": None, "timestamp_ms": _now_ms()}
                call.store.write(MESSAGE, dead_letters["queue_id"], content.key, content.data, fresh)


def _shown(content: Content, document: Json) -> Json:
    # Only text is answered as it is.
    body = content.data if document["content_type"] == "text" else base64.b64encode(content.data)
    return {
        "id": content.key,
        "body": body.decode(),
        "attempts": document["attempts"],
        "timestamp_ms": document["timestamp_ms"],
        "metadata": {"CF-Content-Type": document["content_type"], "CF-sourceMessageSource": "api"},
    }


def _keep(call: Call, queue: Json, content: Content, **said: Any) -> Json:
    document = content.document | said
    call.store.write(MESSAGE, queue["queue_id"], content.key, content.data, document)
    return document


def _pull_consumer(queue: Json) -> Json:
    consumer: Json | None = queue["consumer"]
    if consumer is None or consumer["type"] != "http_pull":
        raise NO_PULL_CONSUMER.error(name=queue["queue_name"])
    return consumer


def _told(call: Call) -> Json:
    return {"metadata": {"metrics": metrics(call)}}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


_QUEUE = "/accounts/{account_id}/queues/{queue_id}"

ENDPOINTS = (
    Endpoint("POST", f"{_QUEUE}/messages", push),
    Endpoint("POST", f"{_QUEUE}/messages/batch", push_batch),
    Endpoint("POST", f"{_QUEUE}/messages/pull", pull),
    Endpoint("POST", f"{_QUEUE}/messages/ack", acknowledge),
    Endpoint("POST", f"{_QUEUE}/messages/preview", peek),
    Endpoint("POST", f"{_QUEUE}/messages/peek", peek),
    Endpoint("GET", f"{_QUEUE}/metrics", metrics),
    Endpoint("GET", f"{_QUEUE}/purge", purge_status),
    Endpoint("POST", f"{_QUEUE}/purge", purge),
)
