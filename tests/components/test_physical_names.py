"""Names that cannot change, because what bears them would be left behind."""

import pytest

from components.physical_names import PhysicalNamesProvider

DEPLOYED = {
    "buckets": {"EXPORTS_BUCKET": "exports", "MEDIA_BUCKET": "media"},
    "databases": {"DB": "main"},
    "scripts": {"worker": "api"},
    "workflows": {"process": "process-workflow"},
    "dispatchNamespaces": {"platform": "tenants"},
    "pagesProjects": {"docs": "docs"},
    "kvNamespaces": {"CACHE": "default"},
    "queues": {"events": "eu"},
}


@pytest.mark.parametrize(
    ("kind", "key", "lost"),
    [
        ("buckets", "EXPORTS_BUCKET", "its objects"),
        ("databases", "DB", "its tables"),
        ("scripts", "worker", "Durable Objects"),
        ("workflows", "process", "its instances"),
        ("dispatchNamespaces", "platform", "the Workers in it"),
        ("pagesProjects", "docs", "its deployments"),
        ("kvNamespaces", "CACHE", "its keys"),
        ("queues", "events", "its messages"),
    ],
)
def test_a_rename_is_refused_with_what_would_be_lost_and_what_to_do(kind, key, lost):
    renamed = DEPLOYED | {kind: DEPLOYED[kind] | {key: "renamed"}}
    (failure,) = PhysicalNamesProvider().check(DEPLOYED, renamed).failures
    assert failure.property == kind
    assert all(text in failure.reason for text in (key, "'renamed'", lost, "Put the name back"))


def test_every_rename_is_told_at_once():
    renamed = {kind: dict.fromkeys(names, "renamed") for kind, names in DEPLOYED.items()}
    assert len(PhysicalNamesProvider().check(DEPLOYED, renamed).failures) == 9


def test_what_comes_and_goes_is_not_renamed():
    provider = PhysicalNamesProvider()
    longer = DEPLOYED | {"databases": {"DB": "main", "AUDIT": "audit"}}
    before = {
        kind: DEPLOYED[kind] for kind in ("buckets", "databases", "scripts")
    }  # by an earlier version of this project
    for olds, news in (
        (DEPLOYED, longer),
        (longer, DEPLOYED),
        ({}, DEPLOYED),
        (DEPLOYED, DEPLOYED),
        (before, DEPLOYED),
    ):
        assert not provider.check(olds, news).failures
    assert provider.diff("names", DEPLOYED, longer).changes is True
    assert provider.diff("names", DEPLOYED, dict(DEPLOYED)).changes is False


def test_another_jurisdiction_is_a_move_and_not_a_rename():
    (failure,) = PhysicalNamesProvider().check(DEPLOYED, DEPLOYED | {"queues": {"events": "default"}}).failures
    assert "is kept in the jurisdiction 'eu' and would be kept in the jurisdiction 'default'" in failure.reason
    assert "cannot move it" in failure.reason
