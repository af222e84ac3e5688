"""Whether the token in use may do what the stack needs, asked with tokens that may do less."""

from dataclasses import replace

import pytest

from headworks.checks.check import State
from headworks.facts.account import UnreadableError
from headworks.facts.live import account as live
from headworks.token.body import Known, body_of
from headworks.token.comparison import compare
from headworks.token.least import least_of

ID = "token-permits-the-stack"
SCRIPTS = "Workers Scripts Write"


@pytest.fixture
def policies(account, rockhounding):
    """The policies of a token that has just what the stack needs."""
    zones = {name: account.zone(name) for name in rockhounding.zone_names}
    up = list(least_of(rockhounding).up)
    return body_of("t", up, Known(live.permission_groups(account.reader()), zones))["policies"]


@pytest.fixture
def holding(account):
    """A reader with a token of these policies."""

    def make(policies, at=f"/accounts/{'0123456789abcdef' * 2}/tokens"):
        value = account.ok("POST", at, json={"name": "t", "policies": policies})["value"]
        return account.reader(access=replace(account.access, token=value))

    return make


def without(policies, *names):
    return [
        policy | {"permission_groups": [each for each in policy["permission_groups"] if each["name"] not in names]}
        for policy in policies
    ]


def test_one_with_just_what_is_listed_permits_the_stack(account, rockhounding, policies, holding):
    reader = holding(policies)
    assert account.look(ID, rockhounding, reader=reader).state is State.HELD
    found = compare(reader, rockhounding, changes=True)
    assert (found.missing, found.superfluous) == ((), ())


@pytest.mark.parametrize("name", ["Workers R2 Storage Write", "DNS Write", "Zone Read"])
def test_what_one_lacks_is_named_with_where_it_is_needed(account, rockhounding, policies, holding, name):
    found = account.look(ID, rockhounding, reader=holding(without(policies, name)))
    assert found.state is State.MISSING
    where = "account 0123" if name.startswith("Workers") else "zone rockhound.app"
    assert f"lacks {name} on {where}" in found.says
    assert found.says.count(" on ") == 1


def test_a_zone_that_is_not_seen_lacks_what_would_show_it(account, rockhounding, policies, holding):
    (shows,) = (each for each in policies[1]["permission_groups"] if each["name"] == "Zone Read")
    elsewhere = {f"com.cloudflare.api.account.zone.{account.zone('others.example')}": "*"}
    changed = [
        *without(policies, "Zone Read"),
        {"effect": "allow", "permission_groups": [shows], "resources": elsewhere},
    ]
    found = compare(holding(changed), rockhounding, changes=True)
    assert list(map(str, found.missing)) == ["Zone Read on zone rockhound.app"]
    assert len(found.superfluous) == 1


def test_what_another_permission_opens_is_not_missing(rockhounding, policies, holding, account):
    (settings,) = (
        {"id": id_, "name": name}
        for name, id_ in live.permission_groups(account.reader()).items()
        if name == "Account Settings Write"
    )
    changed = without(policies, "Notifications Write")
    changed[0]["permission_groups"].append(settings)
    found = compare(holding(changed), rockhounding, changes=True)
    assert found.missing == ()
    assert [each.partition(" on ")[0] for each in found.superfluous] == ["Account Settings Write"]


def test_what_is_wider_than_needed_is_superfluous(rockhounding, policies, holding):
    wide = [policies[0], policies[1] | {"resources": {"com.cloudflare.api.account.zone.*": "*"}}]
    found = compare(holding(wide), rockhounding, changes=True)
    assert found.missing == ()
    assert "DNS Write on every zone" in found.superfluous


def test_every_zone_of_the_account_is_enough_and_of_another_account_is_not(account, rockhounding, policies, holding):
    def of_account(id_):
        zones = {"com.cloudflare.api.account.zone.*": "*"}
        return [policies[0], policies[1] | {"resources": {f"com.cloudflare.api.account.{id_}": zones}}]

    assert compare(holding(of_account(account.id)), rockhounding, changes=True).missing == ()
    found = compare(holding(of_account(account.other_id)), rockhounding, changes=True)
    assert {each.group.scope for each in found.missing} == {"zone"}


def test_what_is_denied_is_missing_whatever_else_is_allowed(account, rockhounding, policies, holding):
    (scripts,) = (each for each in policies[0]["permission_groups"] if each["name"] == SCRIPTS)
    denial = {"effect": "deny", "permission_groups": [scripts], "resources": policies[0]["resources"]}
    found = compare(holding([*policies, denial]), rockhounding, changes=True)
    assert SCRIPTS in [each.group.name for each in found.missing]


def test_one_that_only_reads_is_enough_to_read(account, rockhounding, holding):
    zones = {name: account.zone(name) for name in rockhounding.zone_names}
    known = Known(live.permission_groups(account.reader()), zones)
    reader = holding(body_of("t", list(least_of(rockhounding).preview), known)["policies"])
    assert compare(reader, rockhounding, changes=False).missing == ()
    assert account.look(ID, rockhounding, reader=reader).state is State.MISSING


def test_one_that_may_not_read_tokens_is_not_verified(account, rockhounding, policies, holding):
    found = account.look(ID, rockhounding, reader=holding(without(policies, "Account API Tokens Read")))
    assert found.state is State.NOT_VERIFIED
    assert "403" in found.says


def test_one_of_a_user_is_read_where_users_have_theirs(account, rockhounding, policies, holding):
    (reads,) = (
        {"id": id_, "name": name}
        for name, id_ in live.permission_groups(account.reader()).items()
        if name == "API Tokens Read"
    )
    of_user = {
        "effect": "allow",
        "permission_groups": [reads],
        "resources": {f"com.cloudflare.api.user.{account.ok('GET', '/user')['id']}": "*"},
    }
    found = compare(
        holding([*without(policies, "Account API Tokens Read"), of_user], at="/user/tokens"), rockhounding, changes=True
    )
    assert (found.missing, found.superfluous) == ((), ())


def test_one_that_nobody_takes_cannot_be_read(account, rockhounding):
    reader = account.reader(access=replace(account.access, token="wrong" * 8))
    with pytest.raises(UnreadableError, match="does not take the token"):
        compare(reader, rockhounding, changes=True)


def test_the_one_that_may_everything_permits_the_stack(account, rockhounding):
    assert account.look(ID, rockhounding).state is State.HELD
    found = compare(account.reader(), rockhounding, changes=True)
    assert "D1 Write on every account" in found.superfluous
