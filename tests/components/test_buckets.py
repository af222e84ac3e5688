"""Buckets with all their rules, in days here and in seconds there."""

from typing import Any

import pytest

from components.buckets import BucketSet

ACCOUNT = "0123456789abcdef0123456789abcdef"
DAY = 86400
DEFAULT_RULE = {
    "id": "Default Multipart Abort Rule",
    "enabled": True,
    "conditions": {"prefix": ""},
    "abortMultipartUploadsTransition": {"condition": {"type": "Age", "maxAge": 7 * DAY}},
}


def buckets(**rules: Any) -> dict[str, Any]:
    bucket = {"binding": "MEDIA", "name": "media", "jurisdiction": "eu", "storage_class": "Standard"}
    return {"account_id": ACCOUNT, "production": True, "buckets": [bucket | rules]}


def stated(engine, name: str = "b") -> dict[str, Any]:
    """What the component says of its only bucket."""
    (bucket,) = engine.inputs(name)["buckets"]
    return bucket


def rules_of(build, *rules: dict[str, Any]) -> list[dict[str, Any]]:
    return build(lambda: BucketSet("b", buckets(lifecycle=rules))).inputs("b-MEDIA-lifecycle")["rules"]


def test_days_become_seconds_and_cloudflares_own_rule_stays(build):
    rule = {"id": "tidy", "prefix": "tmp/", "expire_days": 30, "ia_transition_days": 10, "abort_multipart_days": 1}
    assert rules_of(build, rule) == [
        {
            "id": "tidy",
            "enabled": True,
            "conditions": {"prefix": "tmp/"},
            "deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": 30 * DAY}},
            "storageClassTransitions": [
                {"condition": {"type": "Age", "maxAge": 10 * DAY}, "storageClass": "InfrequentAccess"}
            ],
            "abortMultipartUploadsTransition": {"condition": {"type": "Age", "maxAge": DAY}},
        },
        DEFAULT_RULE,
    ]


def test_a_rule_of_ours_for_uploads_in_the_whole_bucket_takes_the_place_of_cloudflares(build):
    (rule,) = rules_of(build, {"id": "uploads", "prefix": "", "abort_multipart_days": 2})
    assert rule["id"] == "uploads"


def test_a_rule_for_the_whole_bucket_that_gives_up_no_uploads_does_not(build):
    assert [rule["id"] for rule in rules_of(build, {"id": "old", "prefix": "", "expire_days": 2})] == [
        "old",
        DEFAULT_RULE["id"],
    ]


def test_a_waived_lifecycle_ends_the_rules_of_before_which_a_deleted_resource_would_leave_at_work(build):
    engine = build(lambda: BucketSet("b", buckets(lifecycle_waived="the app cleans up")))
    assert engine.inputs("b-MEDIA-lifecycle")["rules"] == [DEFAULT_RULE]
    assert stated(engine)["lifecycleWaived"] == "the app cleans up"
    assert "lifecycle" not in stated(engine)


def test_what_nobody_decided_is_neither_made_nor_said_and_what_was_decided_for_nothing_is_said(build):
    engine = build(lambda: BucketSet("b", buckets()))
    assert engine.names == {"b", "b-MEDIA"}
    assert not {"cors", "lifecycle", "lock", "notifications"} & set(stated(engine))


def test_a_decision_that_no_browser_reads_the_bucket_makes_no_rules_and_is_said(build):
    engine = build(lambda: BucketSet("b", buckets(cors=[])))
    assert engine.names == {"b", "b-MEDIA"}
    assert stated(engine)["cors"] == []


def test_a_lock_holds_for_days_or_for_ever(build):
    locks = [{"id": "audit", "prefix": "", "retention_days": 90}, {"id": "contracts", "prefix": "contracts/"}]
    engine = build(lambda: BucketSet("b", buckets(lock=locks)))
    assert engine.inputs("b-MEDIA-lock") == {
        "accountId": ACCOUNT,
        "bucketName": "media",
        "jurisdiction": "eu",
        "rules": [
            {"id": "audit", "enabled": True, "condition": {"type": "Age", "maxAgeSeconds": 90 * DAY}},
            {"id": "contracts", "enabled": True, "prefix": "contracts/", "condition": {"type": "Indefinite"}},
        ],
    }
    assert stated(engine)["lock"][0] == {"id": "audit", "prefix": "", "retentionDays": 90}


def test_events_for_one_queue_are_one_resource_that_goes_before_its_successor_comes(build):
    to_events = {"queue": "events", "queue_id": "q-1"}
    notifications = [
        to_events | {"event_types": ["object-create"], "prefix": "in/", "suffix": ".json"},
        to_events | {"event_types": ["object-delete"], "prefix": "", "suffix": ""},
        {"queue": "audit", "queue_id": "q-2", "event_types": ["object-create"], "prefix": "out/", "suffix": ""},
    ]
    engine = build(lambda: BucketSet("b", buckets(notifications=notifications)))
    assert engine.names == {"b", "b-MEDIA", "b-MEDIA-to-events", "b-MEDIA-to-audit"}
    assert engine.inputs("b-MEDIA-to-events") == {
        "accountId": ACCOUNT,
        "bucketName": "media",
        "jurisdiction": "eu",
        "queueId": "q-1",
        "rules": [
            {"actions": ["PutObject", "CopyObject", "CompleteMultipartUpload"], "prefix": "in/", "suffix": ".json"},
            {"actions": ["DeleteObject", "LifecycleDeletion"], "prefix": "", "suffix": ""},
        ],
    }
    assert engine.requests["b-MEDIA-to-events"].deleteBeforeReplace
    assert stated(engine)["notifications"][0] == {
        "queue": "events",
        "eventTypes": ["object-create"],
        "prefix": "in/",
        "suffix": ".json",
    }


@pytest.mark.parametrize("kind", ["cors", "lifecycle", "lock", "to-events"])
def test_every_rule_waits_for_its_bucket_and_is_in_its_jurisdiction(kind, build):
    rules = {
        "cors": [{"origins": ["*"], "methods": ["GET"]}],
        "lifecycle": [],
        "lock": [{"id": "all", "prefix": ""}],
        "notifications": [
            {"queue": "events", "queue_id": "q", "event_types": ["object-create"], "prefix": "", "suffix": ""}
        ],
    }
    engine = build(lambda: BucketSet("b", buckets(**rules)))
    assert engine.inputs(f"b-MEDIA-{kind}")["jurisdiction"] == "eu"
    assert engine.dependencies(f"b-MEDIA-{kind}") == {"b-MEDIA"}


def test_a_bucket_of_a_companion_is_bound_by_the_companion_only(build):
    made: list[BucketSet] = []
    build(lambda: made.append(BucketSet("b", buckets(worker="deploy"))))
    assert [binding["name"] for binding in made[0].bindings_of("deploy")] == ["MEDIA"]
    assert made[0].bindings_of("") == []
