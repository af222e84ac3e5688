"""The messages of queues over HTTP, and where queues and namespaces are kept."""

import base64
import json
from typing import Any

import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"
QUEUES = f"/accounts/{ACCOUNT}/queues"
KV = f"/accounts/{ACCOUNT}/storage/kv/namespaces"
NOW = {"visibility_timeout_ms": 0}
"""A lease that ends at once."""


class Queue:
    """One queue and what can be done with it."""

    def __init__(self, account: Any, name: str, **consumer: Any) -> None:
        self.account = account
        self.id = account.ok("POST", QUEUES, json={"queue_name": name})["queue_id"]
        self.path = f"{QUEUES}/{self.id}"
        if consumer:
            account.ok("POST", f"{self.path}/consumers", json={"type": "http_pull", **consumer})

    def push(self, *bodies: Any, **said: Any) -> None:
        messages = [{"body": body, "content_type": "text"} for body in bodies]
        self.account.ok("POST", f"{self.path}/messages/batch", json={"messages": messages, **said})

    def pull(self, **said: Any) -> list[Any]:
        messages: list[Any] = self.account.ok("POST", f"{self.path}/messages/pull", json=said)["messages"]
        return messages

    def acknowledge(self, **said: Any) -> Any:
        return self.account.ok("POST", f"{self.path}/messages/ack", json=said)

    def backlog(self) -> int:
        return int(self.account.ok("GET", f"{self.path}/metrics")["backlog_count"])


@pytest.fixture
def jobs(account: Any) -> Queue:
    return Queue(account, "jobs", settings={"max_retries": 1})


def lease(message: Any, **said: Any) -> Any:
    return {"lease_id": message["lease_id"], **said}


def test_messages_are_pushed_pulled_and_acknowledged_through_the_sdk(account: Any) -> None:
    queue = Queue(account, "jobs", settings={"batch_size": 10})
    messages, here = account.sdk.queues.messages, {"account_id": ACCOUNT}
    messages.push(queue.id, **here, body="one", content_type="text")
    messages.bulk_push(queue.id, **here, messages=[{"body": {"n": 2}, "content_type": "json"}])
    metrics = account.sdk.queues.get_metrics(queue.id, **here)
    assert (metrics.backlog_count, metrics.backlog_bytes) == (2, len("one") + len('{"n": 2}'))
    pulled = messages.pull(queue.id, **here, batch_size=10)
    assert pulled.message_backlog_count == 2
    one, two = pulled.messages
    assert (one.body, one.attempts) == ("one", 1)
    assert json.loads(base64.b64decode(two.body)) == {"n": 2}
    acknowledged = messages.ack(
        queue.id, **here, acks=[{"lease_id": one.lease_id}], retries=[{"lease_id": two.lease_id, "delay_seconds": 0}]
    )
    assert (acknowledged.ack_count, acknowledged.retry_count, acknowledged.warnings) == (1, 1, {})
    assert [message.attempts for message in messages.pull(queue.id, **here).messages] == [2]


def test_a_leased_message_is_hidden_until_the_lease_ends(jobs: Queue) -> None:
    jobs.push("a")
    assert len(jobs.pull()) == 1
    assert jobs.pull() == []
    assert jobs.backlog() == 1
    jobs.push("b")
    (message,) = jobs.pull(**NOW)
    assert message["body"] == "b"
    assert [again["attempts"] for again in jobs.pull()] == [2]


def test_a_lease_that_has_ended_acknowledges_nothing(jobs: Queue) -> None:
    jobs.push("a")
    (message,) = jobs.pull(**NOW)
    answer = jobs.acknowledge(acks=[lease(message)], retries=[{"lease_id": "unknown"}])
    assert (answer["ackCount"], answer["retryCount"]) == (0, 0)
    assert set(answer["warnings"]) == {message["lease_id"], "unknown"}
    assert jobs.backlog() == 1


def test_messages_come_in_order_and_as_many_as_asked_for(jobs: Queue) -> None:
    jobs.push(*"abcdef")
    assert [message["body"] for message in jobs.pull(batch_size=2)] == ["a", "b"]
    assert [message["body"] for message in jobs.pull()] == ["c", "d", "e", "f"]


def test_what_is_delayed_waits(jobs: Queue) -> None:
    jobs.push("later", delay_seconds=60)
    assert jobs.pull() == []
    jobs.push("now")
    (message,) = jobs.pull()
    jobs.acknowledge(retries=[lease(message, delay_seconds=60)])
    assert jobs.pull() == []
    assert jobs.backlog() == 2


def test_a_message_that_was_tried_too_often_goes_to_the_dead_letter_queue(account: Any) -> None:
    jobs = Queue(account, "jobs", settings={"max_retries": 1}, dead_letter_queue="dead")
    jobs.push("poison")
    for _ in range(2):
        jobs.pull(**NOW)
    assert jobs.pull() == []
    assert jobs.backlog() == 0
    (dead,) = account.ok("GET", QUEUES, params={"name": "dead"})
    (message,) = account.ok("POST", f"{QUEUES}/{dead['queue_id']}/messages/preview", json={})["messages"]
    assert (message["body"], message["attempts"]) == ("poison", 0)


def test_without_a_dead_letter_queue_it_is_dropped(jobs: Queue) -> None:
    jobs.push("poison")
    for _ in range(2):
        (message,) = jobs.pull()
        jobs.acknowledge(retries=[lease(message, delay_seconds=0)])
    assert jobs.backlog() == 0


def test_looking_takes_nothing(account: Any, jobs: Queue) -> None:
    jobs.push("a")
    for _ in range(2):
        (seen,) = account.sdk.queues.messages.peek(jobs.id, account_id=ACCOUNT).messages
        assert (seen.body, seen.attempts) == ("a", 0)
    assert [message["attempts"] for message in jobs.pull()] == [1]


def test_a_paused_queue_delivers_nothing(account: Any, jobs: Queue) -> None:
    jobs.push("a")
    account.ok("PUT", jobs.path, json={"settings": {"delivery_paused": True}})
    assert jobs.pull() == []
    account.ok("PUT", jobs.path, json={"settings": {"delivery_paused": False}})
    assert len(jobs.pull()) == 1


def test_a_purge_deletes_all_for_good_and_must_say_so(account: Any, jobs: Queue) -> None:
    jobs.push("a", "b")
    assert account.ok("GET", f"{jobs.path}/purge") == {}
    assert account.code("POST", f"{jobs.path}/purge", json={"delete_messages_permanently": False}) == (400, 10026)
    assert account.code("POST", f"{jobs.path}/purge", json={}) == (400, 10026)
    assert jobs.backlog() == 2
    account.sdk.queues.purge.start(jobs.id, account_id=ACCOUNT, delete_messages_permanently=True)
    assert jobs.backlog() == 0
    assert account.sdk.queues.purge.status(jobs.id, account_id=ACCOUNT).completed == "true"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("messages", {}, 10207),
        ("messages", {"body": {"a": 1}}, 10207),
        ("messages", {"body": "x", "content_type": "bytes"}, 10207),
        ("messages", {"body": "x", "delay_seconds": 43_201}, 10207),
        ("messages", {"body": "x", "priority": 1}, 10207),
        ("messages", {"body": "x" * 128_001}, 10207),
        ("messages/batch", {"messages": []}, 10207),
        ("messages/batch", {"messages": [{"body": "x"}] * 101}, 10207),
        ("messages/batch", {"messages": [{"body": "x"}, {"body": 1}]}, 10207),
        ("messages/pull", {"batch_size": 101}, 10026),
        ("messages/pull", {"size": 1}, 10026),
        ("messages/ack", {"acks": ["x"]}, 10026),
        ("messages/preview", {"batch_size": 0}, 10026),
    ],
)
def test_what_does_not_fit_is_refused(account: Any, jobs: Queue, path: str, body: Any, code: int) -> None:
    assert account.code("POST", f"{jobs.path}/{path}", json=body) == (400, code)
    assert jobs.backlog() == 0


def test_only_a_queue_with_a_pull_consumer_can_be_pulled(account: Any) -> None:
    queue = Queue(account, "jobs")
    queue.push("a")
    for path in ("pull", "ack"):
        assert account.code("POST", f"{queue.path}/messages/{path}", json={}) == (400, 10105)
    assert account.code("POST", f"{QUEUES}/{'0' * 32}/messages", json={"body": "x"}) == (404, 11000)


def test_a_queue_keeps_the_jurisdiction_it_was_created_in(account: Any) -> None:
    queues = account.sdk.queues
    made = queues.create(account_id=ACCOUNT, queue_name="jobs", jurisdiction="eu")
    assert made.jurisdiction == "eu"
    path = f"{QUEUES}/{made.queue_id}"
    assert account.code("PUT", path, json={"queue_name": "jobs", "jurisdiction": "us"}) == (400, 10026)
    assert account.ok("PUT", path, json={"queue_name": "other"})["jurisdiction"] == "eu"
    assert account.code("POST", QUEUES, json={"queue_name": "new", "jurisdiction": "moon"}) == (400, 100127)
    assert account.code("POST", QUEUES, json={"queue_name": "new", "region": "eu"}) == (400, 10026)


def test_a_namespace_keeps_the_jurisdiction_it_was_created_in(account: Any) -> None:
    namespaces = account.sdk.kv.namespaces
    made = namespaces.create(account_id=ACCOUNT, title="CACHE", jurisdiction="eu")
    assert made.jurisdiction == "eu"
    assert account.code("PUT", f"{KV}/{made.id}", json={"title": "CACHE", "jurisdiction": "us"}) == (400, 10012)
    assert namespaces.update(made.id, account_id=ACCOUNT, title="OTHER").jurisdiction == "eu"
    assert account.code("POST", KV, json={"title": "NEW", "jurisdiction": "moon"}) == (400, 10012)
    assert account.code("POST", KV, json={"title": "NEW", "region": "eu"}) == (400, 10012)


def test_messages_are_there_after_a_restart_and_go_with_their_queue(start: Any) -> None:
    process, account = start()
    jobs = Queue(account, "jobs", settings={"max_retries": 1})
    jobs.push("a")
    process.terminate()
    process.wait()
    _, again = start()
    jobs.account = again
    assert [message["body"] for message in jobs.pull()] == ["a"]
    again.ok("DELETE", jobs.path)
    assert again.code("GET", f"{jobs.path}/metrics") == (404, 11000)
