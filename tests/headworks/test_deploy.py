"""What the two engines have in common."""

import re
from dataclasses import fields

import pytest

from headworks.account import Access
from headworks.deploy import CONTRADICTIONS, Engine, Operation, Request, observe, refuse_contradiction
from headworks.deploy.embedded import options_of
from headworks.failure import Failure
from headworks.workspace import open_workspace
from sandbox.engine import Options

ACCESS = Access(base_url="http://127.0.0.1:1/client/v4", token="t", local=True)


def request(**flags):
    given = {"operation": Operation.UP, "workspace": open_workspace(), "stack": "staging", "access": ACCESS, **flags}
    return Request(**given)


@pytest.mark.parametrize("operation", [each for each in Operation if each is not Operation.PREVIEW])
def test_what_changes_an_account_is_not_done_where_nobody_sees_it(operation):
    with pytest.raises(ValueError, match=f"{operation} changes the account"):
        observe(request(operation=operation, yes=True), Engine.EMBEDDED)


def test_what_is_asked_for_gets_to_the_embedded_engine():
    both = {each.name: each.default for each in fields(Request)}.keys() & {each.name for each in fields(Options)}
    plain = options_of(request())
    asked = {
        name: value
        for name in both
        if (value := {bool: True, int: 3, tuple: ("a",)}.get(type(getattr(plain, name)))) is not None
    }
    assert {"targets", "excludes", "replaces", "ignore_protect", "parallel", "policy_packs"} <= asked.keys()
    given = options_of(request(**asked))
    assert {name: getattr(given, name) for name in asked} == asked


@pytest.mark.parametrize("flags", CONTRADICTIONS, ids=" ".join)
def test_flags_that_contradict_each_other_are_refused(flags):
    values = {
        "--target": {"targets": ("a",)},
        "--exclude": {"excludes": ("a",)},
        "--exclude-protected": {"exclude_protected": True},
        "--ignore-protect": {"ignore_protect": True},
    }
    one, other = flags
    with pytest.raises(Failure, match=re.escape(f"{one} and {other} contradict each other")) as refused:
        refuse_contradiction(request(operation=Operation.DESTROY, **values[one], **values[other]))
    assert refused.value.exit_code == 2
    refuse_contradiction(request(operation=Operation.DESTROY, **values[one]))
