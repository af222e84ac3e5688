"""Bindings of Workers: what they lead to, and how they come back."""

from typing import Any

import pytest

from tests.account.uploads import BINDING, FETCH, FIRST, ROOM, failure


def test_bindings_lead_to_what_exists(account: Any) -> None:
    kv = account.ok("POST", f"{account.path}/storage/kv/namespaces", json={"title": "T"})["id"]
    database = account.ok("POST", f"{account.path}/d1/database", json={"name": "rocks"})["uuid"]
    account.ok("POST", f"{account.path}/queues", json={"queue_name": "jobs"})
    account.ok("POST", f"{account.path}/r2/buckets", json={"name": "data"}, headers={"cf-r2-jurisdiction": "eu"})
    in_default = [{"type": "r2_bucket", "name": "B", "bucket_name": "data"}]
    assert failure(account.upload("api", FETCH, bindings=in_default)) == (400, 10085)
    sent = [
        {"type": "kv_namespace", "name": "K", "namespace_id": kv},
        {"type": "r2_bucket", "name": "B", "bucket_name": "data", "jurisdiction": "eu"},
        {"type": "d1", "name": "D", "id": database},
        {"type": "queue", "name": "Q", "queue_name": "jobs"},
        {"type": "service", "name": "SELF", "service": "api", "environment": "production"},
        {"type": "json", "name": "J", "json": {"a": [1]}},
        {"type": "ratelimit", "name": "L", "namespace_id": "1", "simple": {"limit": 1, "period": 10}},
    ]
    assert account.upload("api", FETCH, bindings=sent).status_code == 200
    assert account.ok("GET", f"{account.path}/workers/scripts/api/settings")["bindings"] == sent
    (queue,) = account.ok("GET", f"{account.path}/queues")
    assert queue["producers"] == [{"type": "worker", "script": "api"}]


def test_what_is_not_looked_up_is_said(account: Any) -> None:
    answer = account.upload("api", FETCH, bindings=[{"type": "pipelines", "name": "P", "pipeline": "x"}]).json()
    assert ["pipelines" in message["message"] for message in answer["messages"]] == [True]


def test_who_depends_on_a_worker_is_told(account: Any) -> None:
    account.upload("rooms", ROOM, migrations=FIRST, bindings=[BINDING])
    account.upload(
        "guest",
        FETCH,
        bindings=[{**BINDING, "script_name": "rooms"}, {"type": "service", "name": "S", "service": "rooms"}],
        tail_consumers=[{"service": "rooms"}],
    )
    references = account.ok("GET", f"{account.path}/workers/scripts/rooms/references")
    assert [service["service"] for service in references["services"]["incoming"]] == ["guest"]
    assert {user["service"] for user in references["durable_objects"]} == {"rooms", "guest"}
    producers = account.ok("GET", f"{account.path}/workers/tails/by-consumer/rooms")
    assert [tail["producer"]["service"] for tail in producers] == ["guest"]


def test_a_tail_consumer_must_be_there_first_or_be_the_worker_itself(account: Any) -> None:
    to_tail = [{"service": "tail"}]
    assert failure(account.upload("api", FETCH, tail_consumers=to_tail)) == (400, 10203)
    assert account.upload("tail", "export default { tail() {} };", tail_consumers=to_tail).status_code == 200
    assert account.upload("api", FETCH, tail_consumers=to_tail).status_code == 200
    settings = f"{account.path}/workers/scripts/api/script-settings"
    assert account.code("PATCH", settings, json={"tail_consumers": [{"service": "nope"}]}) == (400, 10203)
    assert account.ok("GET", settings)["tail_consumers"] == to_tail


RATE_LIMIT = {"type": "ratelimit", "name": "LIMIT", "namespace_id": "1001", "simple": {"limit": 100, "period": 60}}


def test_bindings_of_every_kind_that_refer_to_nothing_or_to_workers_come_back_as_they_were_sent(account: Any) -> None:
    account.upload("other", FETCH)
    sent = [
        RATE_LIMIT,
        {"type": "json", "name": "SERVICES", "json": [{"name": "api", "port": 1}, None]},
        {"type": "service", "name": "OTHER", "service": "other", "environment": "production", "entrypoint": "Admin"},
        {"type": "analytics_engine", "name": "EVENTS", "dataset": "events"},
        {"type": "version_metadata", "name": "VERSION"},
    ]
    assert account.upload("api", FETCH, bindings=sent).status_code == 200
    assert account.ok("GET", f"{account.path}/workers/scripts/api/settings")["bindings"] == sent


@pytest.mark.parametrize(
    "said",
    [
        {"namespace_id": "first"},
        {"name": "{braces}", "namespace_id": "first"},
        {"namespace_id": 1001},
        {"simple": {"limit": 100, "period": 30}},
        {"simple": {"limit": 0, "period": 60}},
        {"simple": {"limit": 100, "period": 60, "burst": 1}},
    ],
    ids=str,
)
def test_a_rate_limit_has_a_numbered_namespace_and_one_of_two_periods(account: Any, said: Any) -> None:
    assert failure(account.upload("api", FETCH, bindings=[{**RATE_LIMIT, **said}])) == (400, 10021)
