"""What is set on a bucket and does something: lifecycle, locks, and the events that go to queues."""

from typing import Any

import cloudflare
import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"
A = f"/accounts/{ACCOUNT}"
DATA = f"{A}/r2/buckets/data"
EVENTS = f"{A}/event_notifications/r2/data/configuration"
NOBODY = "0" * 32
IN_EUROPE = {"cf-r2-jurisdiction": "eu"}
PUTS = {"rules": [{"actions": ["PutObject"]}]}


@pytest.fixture
def data(account: Any) -> Any:
    """An account with the bucket `data`."""
    account.ok("POST", f"{A}/r2/buckets", json={"name": "data"})
    return account


def queue(account: Any, name: str = "events") -> str:
    return str(account.ok("POST", f"{A}/queues", json={"queue_name": name})["queue_id"])


class TestLifecycle:
    def test_a_new_bucket_aborts_multipart_uploads_until_the_rules_are_replaced(self, data: Any) -> None:
        lifecycle = data.sdk.r2.buckets.lifecycle
        (default,) = lifecycle.get("data", account_id=ACCOUNT).rules
        assert (default.id, default.conditions.prefix) == ("Default Multipart Abort Rule", "")
        assert default.abort_multipart_uploads_transition.condition.max_age == 604_800
        rule = {
            "id": "logs",
            "enabled": True,
            "conditions": {"prefix": "logs/"},
            "deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": 86_400}},
            "storageClassTransitions": [
                {"condition": {"type": "Date", "date": "2030-01-01"}, "storageClass": "InfrequentAccess"}
            ],
        }
        data.ok("PUT", f"{DATA}/lifecycle", json={"rules": [rule]})
        (kept,) = lifecycle.get("data", account_id=ACCOUNT).rules
        assert (kept.id, kept.delete_objects_transition.condition.max_age) == ("logs", 86_400)
        data.ok("PUT", f"{DATA}/lifecycle", json={"rules": []})
        assert data.ok("GET", f"{DATA}/lifecycle") == {"rules": []}

    @pytest.mark.parametrize(
        "said",
        [
            {"enabled": "yes"},
            {"prefix": "logs/"},
            {"conditions": {}},
            {"deleteObjects": {}},
            {"deleteObjectsTransition": {"condition": {"type": "Age"}}},
            {"deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": "1d"}}},
            {"deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": 1, "date": "2030-01-01"}}},
            {"deleteObjectsTransition": {"condition": {"type": "Date", "date": "2030-13-01"}}},
            {"abortMultipartUploadsTransition": {"condition": {"type": "Date", "date": "2030-01-01"}}},
            {"storageClassTransitions": [{"condition": {"type": "Age", "maxAge": 1}, "storageClass": "Standard"}]},
        ],
        ids=str,
    )
    def test_what_does_not_fit_is_refused(self, data: Any, said: Any) -> None:
        rule = {"id": "x", "enabled": True, "conditions": {"prefix": ""}, **said}
        before = data.ok("GET", f"{DATA}/lifecycle")
        assert data.code("PUT", f"{DATA}/lifecycle", json={"rules": [rule]}) == (400, 10040)
        assert data.ok("GET", f"{DATA}/lifecycle") == before


class TestLocks:
    def lock(self, account: Any, condition: Any, **said: Any) -> None:
        rule = {"id": "keep", "enabled": True, "prefix": "kept/", "condition": condition, **said}
        account.ok("PUT", f"{DATA}/lock", json={"rules": [rule]})

    def test_they_are_set_and_read_through_the_sdk(self, data: Any) -> None:
        locks = data.sdk.r2.buckets.locks
        assert locks.get("data", account_id=ACCOUNT).rules == []
        rule = {"id": "keep", "enabled": True, "prefix": "kept/", "condition": {"type": "Age", "maxAgeSeconds": 60}}
        locks.update("data", account_id=ACCOUNT, rules=[rule])
        (kept,) = locks.get("data", account_id=ACCOUNT).rules
        assert (kept.id, kept.prefix, kept.condition.max_age_seconds) == ("keep", "kept/", 60)

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            ({"type": "Indefinite"}, True),
            ({"type": "Age", "maxAgeSeconds": 86_400}, True),
            ({"type": "Age", "maxAgeSeconds": 0}, False),
            ({"type": "Date", "date": "2999-01-01"}, True),
            ({"type": "Date", "date": "2999-01-01T00:00:00Z"}, True),
            ({"type": "Date", "date": "2001-01-01T00:00:00Z"}, False),
        ],
        ids=str,
    )
    def test_a_locked_object_is_neither_deleted_nor_written_over(self, data: Any, condition: Any, holds: bool) -> None:
        for key in ("kept/a", "free"):
            data.ok("PUT", f"{DATA}/objects/{key}", content=b"1")
        self.lock(data, condition)
        refused = (403, 10069) if holds else (200, None)
        assert data.code("PUT", f"{DATA}/objects/kept/a", content=b"2") == refused
        assert data.http.get(f"{DATA}/objects/kept/a").text == ("1" if holds else "2")
        assert data.code("DELETE", f"{DATA}/objects/kept/a") == refused
        data.ok("PUT", f"{DATA}/objects/kept/new", content=b"1")
        data.ok("DELETE", f"{DATA}/objects/free")

    def test_a_lock_that_is_off_holds_nothing(self, data: Any) -> None:
        data.ok("PUT", f"{DATA}/objects/kept/a", content=b"1")
        self.lock(data, {"type": "Indefinite"}, enabled=False)
        data.ok("DELETE", f"{DATA}/objects/kept/a")


class TestEvents:
    def test_they_are_set_read_listed_and_deleted_through_the_sdk(self, data: Any) -> None:
        events, to = data.sdk.r2.buckets.event_notifications, queue(data)
        here = {"account_id": ACCOUNT, "bucket_name": "data"}
        rules = [
            {"actions": ["PutObject", "CopyObject"], "description": "incoming", "prefix": "in/", "suffix": ".json"},
            {"actions": ["DeleteObject"]},
        ]
        events.update(to, **here, rules=rules)
        found = events.get(to, **here)
        assert (found.queue_id, found.queue_name) == (to, "events")
        assert [(rule.actions, rule.prefix, rule.suffix) for rule in found.rules] == [
            (["PutObject", "CopyObject"], "in/", ".json"),
            (["DeleteObject"], "", ""),
        ]
        listed = events.list("data", account_id=ACCOUNT)
        assert (listed.bucket_name, [each.queue_id for each in listed.queues]) == ("data", [to])
        events.delete(to, **here)
        with pytest.raises(cloudflare.NotFoundError):
            events.get(to, **here)

    def test_a_put_adds_and_a_delete_can_name_rules(self, data: Any) -> None:
        path = f"{EVENTS}/queues/{queue(data)}"
        data.ok("PUT", path, json={"rules": [{"actions": ["PutObject"], "prefix": "a/"}]})
        data.ok("PUT", path, json={"rules": [{"actions": ["PutObject"], "prefix": "b/"}]})
        first, second = data.ok("GET", path)["rules"]
        data.ok("DELETE", path, json={"ruleIds": [first["ruleId"]]})
        assert data.ok("GET", path)["rules"] == [second]
        data.ok("DELETE", path, json={"ruleIds": [second["ruleId"]]})
        assert data.code("GET", path) == (404, 11011)

    @pytest.mark.parametrize(
        ("rule", "overlaps"),
        [
            ({"actions": ["PutObject"]}, True),
            ({"actions": ["PutObject"], "prefix": "in/a"}, True),
            ({"actions": ["CopyObject", "PutObject"], "suffix": "x.json"}, True),
            ({"actions": ["CopyObject"]}, False),
            ({"actions": ["PutObject"], "prefix": "out/"}, False),
            ({"actions": ["PutObject"], "suffix": ".txt"}, False),
        ],
        ids=str,
    )
    def test_no_event_is_told_twice(self, data: Any, rule: Any, overlaps: bool) -> None:
        one, two = queue(data), queue(data, "others")
        data.ok(
            "PUT",
            f"{EVENTS}/queues/{one}",
            json={"rules": [{"actions": ["PutObject"], "prefix": "in/", "suffix": ".json"}]},
        )
        for to in (one, two):
            given = data.code("PUT", f"{EVENTS}/queues/{to}", json={"rules": [rule]})
            assert given == ((409, 11020) if overlaps else (200, None))
            if not overlaps:
                data.ok("DELETE", f"{EVENTS}/queues/{to}")

    def test_the_queue_shows_its_bucket_and_cannot_go_before_it(self, data: Any) -> None:
        to = queue(data)
        data.ok("PUT", f"{EVENTS}/queues/{to}", json=PUTS)
        shown = data.ok("GET", f"{A}/queues/{to}")
        assert shown["producers"] == [{"type": "r2_bucket", "bucket_name": "data"}]
        assert data.sdk.queues.get(to, account_id=ACCOUNT).producers_total_count == 1
        assert data.code("DELETE", f"{A}/queues/{to}") == (400, 11017)
        data.ok("DELETE", DATA)
        data.ok("DELETE", f"{A}/queues/{to}")

    def test_a_bucket_of_another_jurisdiction_has_its_own(self, data: Any) -> None:
        to = queue(data)
        data.ok("POST", f"{A}/r2/buckets", json={"name": "data"}, headers=IN_EUROPE)
        data.ok("PUT", f"{EVENTS}/queues/{to}", json=PUTS, headers=IN_EUROPE)
        assert data.code("GET", f"{EVENTS}/queues/{to}") == (404, 11011)
        assert data.ok("GET", f"{EVENTS}/queues/{to}", headers=IN_EUROPE)["queueName"] == "events"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"rules": []},
            {"rules": [{}]},
            {"rules": [{"actions": []}]},
            {"rules": [{"actions": ["PutBucket"]}]},
            {"rules": [{"actions": ["PutObject"], "events": []}]},
            {"rules": [{"actions": ["PutObject"], "prefix": 1}]},
        ],
        ids=str,
    )
    def test_what_does_not_fit_is_refused(self, data: Any, body: Any) -> None:
        to = queue(data)
        assert data.code("PUT", f"{EVENTS}/queues/{to}", json=body) == (400, 11014)
        assert data.code("GET", EVENTS) == (404, 11015)

    def test_what_is_not_there_is_not_found(self, data: Any) -> None:
        assert data.code("PUT", f"{EVENTS}/queues/{NOBODY}", json=PUTS) == (404, 11000)
        nowhere = EVENTS.replace("data", "nope")
        assert data.code("PUT", f"{nowhere}/queues/{queue(data)}", json=PUTS) == (404, 10006)
        assert data.code("GET", nowhere) == (404, 10006)


def test_all_of_it_is_there_after_a_restart(start: Any) -> None:
    process, account = start()
    account.ok("POST", f"{A}/r2/buckets", json={"name": "data"})
    to = queue(account)
    account.ok("PUT", f"{EVENTS}/queues/{to}", json=PUTS)
    rule = {"id": "keep", "enabled": True, "condition": {"type": "Indefinite"}}
    account.ok("PUT", f"{DATA}/lock", json={"rules": [rule]})
    account.ok("PUT", f"{DATA}/objects/a", content=b"1")
    before = account.ok("GET", EVENTS)
    process.terminate()
    process.wait()
    _, again = start()
    assert again.ok("GET", EVENTS) == before
    assert again.code("DELETE", f"{DATA}/objects/a") == (403, 10069)
