"""Queues, and the one consumer that a queue may have."""

import re
import secrets
from dataclasses import dataclass

from sandbox.account import r2
from sandbox.account.envelope import Failure, Json
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.storage import Store
from sandbox.account.workers import records

QUEUE = "queue"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Setting:
    """A number that a queue or a consumer can be told."""

    default: int | None
    least: int
    most: int


QUEUE_SETTINGS = {
    "delivery_delay": Setting(0, 0, 43_200),
    "message_retention_period": Setting(345_600, 60, 1_209_600),
}
"""Seconds."""
CONSUMER_SETTINGS = {
    "worker": {
        "batch_size": Setting(10, 1, 100),
        "max_retries": Setting(3, 0, 100),
        "retry_delay": Setting(0, 0, 43_200),
        "max_wait_time_ms": Setting(5000, 0, 60_000),
        "max_concurrency": Setting(None, 1, 250),
    },
    "http_pull": {
        "batch_size": Setting(10, 1, 100),
        "max_retries": Setting(3, 0, 100),
        "retry_delay": Setting(0, 0, 43_200),
        "visibility_timeout_ms": Setting(30_000, 0, 43_200_000),
    },
}
"""`max_concurrency` without a value is Cloudflare's automatic scaling."""

FIELDS = frozenset({"queue_name", "settings", "jurisdiction"})
MESSAGE = "queue_message"
"""Content. Scope: id of the queue. Keys sort by time."""
SHOWN = ("queue_id", "queue_name", "jurisdiction", "settings", "created_on", "modified_on")

NO_QUEUE = Failure(404, 11000, "Queue not found")
BAD_NAME = Failure(
    400,
    11003,
    "Queue name {name!r} is not valid. It must match the regular expression ^[a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?$",
)
NAME_TAKEN = Failure(409, 11009, "Queue name '{name}' is already taken. Please use a different name and try again.")
IN_USE = Failure(
    400, 11017, "Queue '{name}' is in use by event notifications of {buckets}. Delete their configuration first."
)
BAD_JURISDICTION = Failure(400, 100127, "jurisdiction must be eu, fedramp or us, not {value!r}.")
BAD_SETTING = Failure(400, 100127, "{name} must be from {least} to {most}, not {value!r}.")
UNKNOWN_SETTING = Failure(400, 100127, "{name} is not a setting of {what}.")
UNKNOWN_FIELD = Failure(400, 10026, "Could not parse the request body: {name} is not a field of a queue.")
FIXED_JURISDICTION = Failure(400, 10026, "A queue keeps the jurisdiction that it was created in.")
BAD_TYPE = Failure(400, 10026, "Consumer type {type!r} is not supported; it must be worker or http_pull.")
HAS_CONSUMER = Failure(400, 11004, "Queue '{name}' already has a consumer. A queue can have one: delete it first.")
NO_CONSUMER = Failure(404, 11006, "Consumer not found")
NO_HANDLER = Failure(400, 11001, "Queue handler is missing. Worker '{script}' has no queue() handler.")


def create(call: Call) -> Json:
    queue = _new_queue(call, _body(call))
    save(call, queue)
    return _shown(call, queue)


def list_(call: Call) -> list[Json]:
    wanted = call.query.get("name")
    return [_shown(call, q) for q in call.store.all(QUEUE, call.account) if wanted in (None, "", q["queue_name"])]


def get(call: Call) -> Json:
    return _shown(call, queue_of(call))


def update(call: Call) -> Json:
    """Renames and changes settings; what is not said stays."""
    queue, body = queue_of(call), _body(call)
    if body.get("jurisdiction") not in (None, queue.get("jurisdiction")):
        raise FIXED_JURISDICTION.error()
    if body.get("queue_name"):
        queue["queue_name"] = _free_name(call, body, queue["queue_name"])
    queue["settings"] = _queue_settings(queue["settings"], body.get("settings") or {})
    save(call, queue | {"modified_on": call.now})
    return get(call)


def delete(call: Call) -> Json:
    """Takes the consumer and the messages along."""
    queue = queue_of(call)
    if buckets := r2.notifying(call.store, call.account, queue["queue_id"]):
        raise IN_USE.error(name=queue["queue_name"], buckets=", ".join(buckets))
    call.store.delete(QUEUE, call.account, queue["queue_id"])
    call.store.clear(MESSAGE, queue["queue_id"])
    return {}


def find(store: Store, account: str, name: str) -> Json | None:
    return store.named(QUEUE, account, name)


def of_id(store: Store, account: str, identifier: str) -> Json:
    queue = store.get(QUEUE, account, identifier)
    if queue is None:
        raise NO_QUEUE.error()
    return queue


def queue_of(call: Call) -> Json:
    """The queue that the path names."""
    return of_id(call.store, call.account, call.parameters["queue_id"])


def consumed_by(store: Store, account: str, script: str) -> list[str]:
    """Names of the queues that a Worker consumes."""
    queues = store.all(QUEUE, account)
    return [q["queue_name"] for q in queues if q["consumer"] and q["consumer"].get("script_name") == script]


def create_consumer(call: Call) -> Json:
    queue = queue_of(call)
    if queue["consumer"]:
        raise HAS_CONSUMER.error(name=queue["queue_name"])
    consumer = {"consumer_id": secrets.token_hex(16), "created_on": call.now, **_consumer_of(call, {}, call.object())}
    save(call, queue | {"consumer": consumer})
    return _consumer_shown(queue, consumer)


def list_consumers(call: Call) -> list[Json]:
    queue = queue_of(call)
    return [_consumer_shown(queue, queue["consumer"])] if queue["consumer"] else []


def get_consumer(call: Call) -> Json:
    queue = queue_of(call)
    return _consumer_shown(queue, _consumer(call, queue))


def update_consumer(call: Call) -> Json:
    queue = queue_of(call)
    present = _consumer(call, queue)
    consumer = present | _consumer_of(call, present["settings"], call.object())
    save(call, queue | {"consumer": consumer})
    return _consumer_shown(queue, consumer)


def delete_consumer(call: Call) -> Json:
    queue = queue_of(call)
    _consumer(call, queue)
    save(call, queue | {"consumer": None})
    return {}


def _new_queue(call: Call, body: Json) -> Json:
    return {
        "queue_id": secrets.token_hex(16),
        "queue_name": _free_name(call, body),
        **_jurisdiction(body),
        "settings": _queue_settings({}, body.get("settings") or {}),
        "created_on": call.now,
        "modified_on": call.now,
        "consumer": None,
    }


def _body(call: Call) -> Json:
    body = call.object()
    if unknown := sorted(set(body) - FIELDS):
        raise UNKNOWN_FIELD.error(name=unknown[0])
    return body


def _jurisdiction(body: Json) -> Json:
    """Decided with the queue's creation; without one nothing is answered."""
    value = body.get("jurisdiction")
    if value not in (None, "eu", "fedramp", "us"):
        raise BAD_JURISDICTION.error(value=value)
    return {"jurisdiction": value} if value else {}


def save(call: Call, queue: Json) -> None:
    call.store.put(QUEUE, call.account, queue["queue_id"], queue, name=queue["queue_name"])


def _consumer(call: Call, queue: Json) -> Json:
    consumer: Json | None = queue["consumer"]
    if consumer is None or consumer["consumer_id"] != call.parameters["consumer_id"]:
        raise NO_CONSUMER.error()
    return consumer


def _free_name(call: Call, body: Json, present: str | None = None) -> str:
    name = str(body.get("queue_name") or "")
    if not NAME.fullmatch(name):
        raise BAD_NAME.error(name=name)
    if name != present and find(call.store, call.account, name):
        raise NAME_TAKEN.error(name=name)
    return name


def _queue_settings(present: Json, wanted: Json) -> Json:
    paused = wanted.get("delivery_paused", present.get("delivery_paused", False))
    numbers = {name: value for name, value in wanted.items() if name != "delivery_paused"}
    return {**_numbers("a queue", QUEUE_SETTINGS, present, numbers), "delivery_paused": bool(paused)}


def _numbers(what: str, rules: dict[str, Setting], present: Json, wanted: Json) -> Json:
    for name, value in wanted.items():
        rule = rules.get(name)
        if rule is None:
            raise UNKNOWN_SETTING.error(name=name, what=what)
        number = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
        if value is not None and not (number and rule.least <= value <= rule.most):
            raise BAD_SETTING.error(name=name, least=rule.least, most=rule.most, value=value)
    given = {name: value for name, value in wanted.items() if value is not None or rules[name].default is None}
    return {name: given.get(name, present.get(name, rule.default)) for name, rule in rules.items()}


def _consumer_of(call: Call, present: Json, body: Json) -> Json:
    kind = body.get("type", "worker")
    if kind not in CONSUMER_SETTINGS:
        raise BAD_TYPE.error(type=kind)
    rules = CONSUMER_SETTINGS[kind]
    settings = _numbers(f"a {kind} consumer", rules, present, body.get("settings") or {})
    dead_letter_queue = body.get("dead_letter_queue") or ""
    if dead_letter_queue and not find(call.store, call.account, dead_letter_queue):
        # Cloudflare creates a dead letter queue that does not exist (its documentation of `dead_letter_queue`).
        save(call, _new_queue(call, {"queue_name": dead_letter_queue}))
    consumer = {"type": kind, "settings": settings, "dead_letter_queue": dead_letter_queue}
    if kind == "worker":
        consumer["script_name"] = _script_with_handler(call, str(body.get("script_name") or body.get("script") or ""))
    return consumer


def _script_with_handler(call: Call, name: str) -> str:
    version = records.deployed(call.store, call.account, name)
    # A Worker whose handlers cannot be told from its text is taken at its word; the upload has said so.
    if version["handlers_known"] and "queue" not in version["handlers"]:
        raise NO_HANDLER.error(script=name)
    return name


def _shown(call: Call, queue: Json) -> Json:
    consumers = [_consumer_shown(queue, queue["consumer"])] if queue["consumer"] else []
    producers = [
        {"type": "worker", "script": script}
        for script in records.bound_to(call.store, call.account, "queue", "queue_name", queue["queue_name"])
    ] + [
        {"type": "r2_bucket", "bucket_name": bucket}
        for bucket in r2.notifying(call.store, call.account, queue["queue_id"])
    ]
    return {
        **{key: queue[key] for key in SHOWN if key in queue},
        "producers_total_count": len(producers),
        "producers": producers,
        "consumers_total_count": len(consumers),
        "consumers": consumers,
    }


def _consumer_shown(queue: Json, consumer: Json) -> Json:
    """The API says `script`; the SDK and the description say `script_name`. Both are here."""
    script = {"script": consumer["script_name"]} if "script_name" in consumer else {}
    return {**consumer, **script, "queue_name": queue["queue_name"]}


_QUEUES = "/accounts/{account_id}/queues"
_QUEUE = f"{_QUEUES}/{{queue_id}}"
_CONSUMER = f"{_QUEUE}/consumers/{{consumer_id}}"

ENDPOINTS = (
    Endpoint("GET", _QUEUES, list_, Numbered(size=100)),
    Endpoint("POST", _QUEUES, create),
    Endpoint("GET", _QUEUE, get),
    Endpoint("PUT", _QUEUE, update),
    Endpoint("PATCH", _QUEUE, update),
    Endpoint("DELETE", _QUEUE, delete),
    Endpoint("GET", f"{_QUEUE}/consumers", list_consumers),
    Endpoint("POST", f"{_QUEUE}/consumers", create_consumer),
    Endpoint("GET", _CONSUMER, get_consumer),
    Endpoint("PUT", _CONSUMER, update_consumer),
    Endpoint("DELETE", _CONSUMER, delete_consumer),
)
