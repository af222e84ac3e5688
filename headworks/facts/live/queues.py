"""Queues and Workflows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudflare import Cloudflare

from headworks.facts.account import AccountReader
from headworks.facts.live.answers import MOST, every, jurisdiction_of


@dataclass(frozen=True)
class Consumer:
    script: str
    dead_letter_queue: str
    """Empty when there is none."""
    id: str = field(default="", compare=False)


@dataclass(frozen=True)
class Queue:
    id: str
    name: str
    jurisdiction: str
    delivery_delay: int
    """Seconds."""
    message_retention_period: int
    """Seconds."""
    consumers: tuple[Consumer, ...]
    """Those that pull have no script."""


DEFAULT_RETENTION = 345_600
"""Seconds for which a queue keeps a message, unless it is told."""


def queues(account: AccountReader) -> Mapping[str, Queue]:
    """By name."""

    def ask(client: Cloudflare) -> Mapping[str, Queue]:
        found: dict[str, Queue] = {}
        page = 1
        # The SDK takes the list for a single page, which it is not.
        while new := {
            str(each.queue_name): _queue(each)
            for each in client.queues.list(account_id=account.account_id, extra_query={"page": page})
            if each.queue_name not in found
        }:
            found |= new
            page += 1
        return found

    return account.get("queues", ask)


def _queue(listed: Any) -> Queue:
    settings = listed.settings
    return Queue(
        id=str(listed.queue_id),
        name=str(listed.queue_name),
        jurisdiction=jurisdiction_of(listed),
        delivery_delay=int((settings and settings.delivery_delay) or 0),
        message_retention_period=int((settings and settings.message_retention_period) or DEFAULT_RETENTION),
        consumers=tuple(_consumer(consumer) for consumer in listed.consumers or ()),
    )


def _consumer(consumer: Any) -> Consumer:
    """The API says `script`, Cloudflare's description of it `script_name`; a consumer that pulls has neither."""
    script = getattr(consumer, "script_name", None) or getattr(consumer, "script", None)
    return Consumer(script or "", consumer.dead_letter_queue or "", consumer.consumer_id or "")


@dataclass(frozen=True)
class Workflow:
    script: str
    class_name: str


def workflows(account: AccountReader) -> Mapping[str, Workflow]:
    """By name."""

    def ask(client: Cloudflare) -> Mapping[str, Workflow]:
        listed = client.workflows.list(account_id=account.account_id, per_page=MOST)
        found = every(listed, lambda each: each.name)
        return {name: Workflow(each.script_name, each.class_name) for name, each in found.items()}

    return account.get("Workflows", ask)
