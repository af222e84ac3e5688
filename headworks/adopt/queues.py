"""Queues: who sends to them, who consumes them, and where their dead letters go."""

from collections.abc import Iterable, Mapping
from typing import Any

from headworks.adopt.translated import Held, Translated, key_of
from headworks.facts.account import AccountReader
from headworks.facts.live import queues
from headworks.wrangler.bindings import QueueConsumer, QueueProducer, Queues

_CONSUMER_KEYS = ("max_batch_size", "max_batch_timeout", "max_retries", "max_concurrency", "retry_delay")


def take_queues(into: Translated, account: AccountReader, written: Queues) -> None:
    live = queues.queues(account)
    producers = dict(_producers(into, written.producers or ()))
    consumers = {each.queue: each for each in written.consumers or ()}
    keys = _keys(into, [*producers, *consumers], producers)
    for name, key in keys.items():
        says: dict[str, Any] = {"name": name}
        if producer := producers.get(name):
            says["binding"] = producer.binding
        _settings(into, says, live.get(name), key)
        into.says.setdefault("queues", {})[key] = says
        into.names["queue", key] = ("queues", key, "name")
        if consumer := consumers.get(name):
            says["consumer"] = _consumer(into, consumer, key, keys, live)


def _producers(into: Translated, written: Iterable[QueueProducer]) -> Iterable[tuple[str, QueueProducer]]:
    """By queue; the model has one binding to each."""
    taken: set[str] = set()
    for each in written:
        where = f"queues.producers.{each.binding}"
        into.leave_out(each, {"binding", "queue"}, where)
        if each.queue is None:
            into.is_not_taken(where, "Wrangler would make the queue and choose its name: name it in the configuration.")
        elif each.queue in taken:
            into.is_not_taken(where, f"A queue has one binding in a stack, and {each.queue} has another one already.")
        else:
            taken.add(each.queue)
            yield each.queue, each


def _keys(into: Translated, names: Iterable[str], producers: Mapping[str, QueueProducer]) -> dict[str, str]:
    """A key for each queue that is the same in all environments: of its binding, else of its name without the suffix."""
    keys: dict[str, str] = {}
    for name in dict.fromkeys(names):
        producer = producers.get(name)
        key = key_of(producer.binding if producer else name.removesuffix(into.script_suffix) or name)
        number = 2
        while key in keys.values():
            key, number = f"{key_of(producer.binding if producer else name)}-{number}", number + 1
        keys[name] = key
    return keys


def _settings(into: Translated, says: dict[str, Any], found: queues.Queue | None, key: str) -> None:
    if found is None:
        into.is_missing(f"queue {says['name']}")
        return
    into.held.append(Held("queue", key, found.id))
    if found.delivery_delay:
        says["delivery_delay"] = found.delivery_delay
    if found.message_retention_period != queues.DEFAULT_RETENTION:
        says["message_retention_period"] = found.message_retention_period


def _consumer(
    into: Translated,
    written: QueueConsumer,
    key: str,
    keys: Mapping[str, str],
    live: Mapping[str, queues.Queue],
) -> dict[str, Any]:
    into.is_not_imported(
        f"consumer of queue {written.queue}", "The provider cannot import one. Wrangler makes it with each deployment."
    )
    stated = {name: getattr(written, name) for name in _CONSUMER_KEYS}
    says = {name: value for name, value in stated.items() if value is not None}
    letters = written.dead_letter_queue
    if letters is None:
        return says
    if letters in keys:
        return says | {"dead_letter_queue": {"queue": keys[letters]}}
    into.names["queue", f"{key}/dead-letters"] = ("queues", key, "consumer", "dead_letter_queue", "name")
    found = live.get(letters)
    if found is None:
        into.is_missing(f"queue {letters}")
        return says | {"dead_letter_queue": {"name": letters}}
    into.held.append(Held("dead-letter-queue", key, found.id))
    # Unsaid it would be two weeks, and the first `up` would change what is there.
    return says | {"dead_letter_queue": {"name": letters, "message_retention_period": found.message_retention_period}}
