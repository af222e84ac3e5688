"""Whose a name is: the environment's whose own name is the longest that it begins with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.drift.looks.names import claimed

PRODUCTION, STAGING = ("exports-queue", "exports-dlq"), ("exports-queue-staging", "exports-dlq-staging")


@pytest.mark.parametrize(
    ("name", "production", "staging"),
    [
        ("exports-queue", True, False),
        ("exports-queue-old", True, False),
        ("exports-queue_2", True, False),
        ("exports-queues", False, False),
        ("exports-queue-staging", False, True),
        ("exports-queue-staging-old", False, True),
        ("exports-queue-stagingold", True, False),
        ("imports-queue", False, False),
    ],
)
def test_the_nearest_name_claims(name, production, staging):
    assert claimed(name, PRODUCTION, STAGING) is production
    assert claimed(name, STAGING, PRODUCTION) is staging


NAMES = st.lists(st.text("ab-_", min_size=1, max_size=6), max_size=5, unique=True)


@given(st.text("ab-_", min_size=1, max_size=9), NAMES, NAMES)
def test_never_two_environments_claim_one_name(name, ours, others):
    others = [each for each in others if each not in ours]
    assert not (claimed(name, ours, others) and claimed(name, others, ours))
    assert claimed(name, [*ours, name], others)
