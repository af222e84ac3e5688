"""The least permissions of an API token: what they are derived from, that they are the least, and how they are shown."""

import json
import runpy
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.model.files import load_environment
from headworks.token.asks import Ask
from headworks.token.body import Known, body_of, unknown
from headworks.token.least import Permission, cheapest, least_of, needs_of
from headworks.token.parts import Place
from headworks.token.permissions import Group, groups_of
from headworks.token.table import rows_of

ROOT = Path(__file__).parents[2]
ACCOUNT = "0123456789abcdef0123456789abcdef"


def names(permissions):
    return [each.group.name for each in permissions]


@pytest.fixture(scope="module")
def production():
    return load_environment(ROOT, "production")


def test_the_data_are_what_the_description_says_today():
    script = runpy.run_path(str(ROOT / "scripts/permissions.py"))
    for file, document in script["documents"]().items():
        assert file.read_text() == script["text"](document), f"run {ROOT / 'scripts/permissions.py'}"


def test_every_operation_has_a_group_or_takes_any_token():
    description = json.loads((ROOT / "tests/openapi/cloudflare-v4.json").read_text())
    operations = json.loads((ROOT / "headworks/token/permissions.json").read_text())["operations"]
    assert [operation for operation, groups in operations.items() if not groups] == []
    stated = description["paths"]["/accounts/{account_id}/d1/database"]["post"]["x-api-token-group"]
    assert operations["POST /accounts/{}/d1/database"] == stated == ["D1 Write"]


def test_what_changes_something_takes_more_than_reading():
    query = "POST /accounts/{account_id}/d1/database/{database_id}/query"
    assert {each.name for each in groups_of(Ask(query, changes=False))} == {"D1 Read", "D1 Write"}
    assert {each.name for each in groups_of(Ask(query, changes=True))} == {"D1 Write"}


def test_a_preview_only_reads(production):
    assert all(each.group.only_reads for each in least_of(production).preview)


def test_rockhounding_production_needs_what_its_runbook_asks_for_and_what_it_forgot(production):
    assert names(least_of(production).up) == [
        "Account API Tokens Read",
        "Notifications Write",
        "Pages Write",
        "Workers KV Storage Write",
        "Workers R2 Storage Write",
        "Workers Scripts Write",  # which opens queues, too
        "DNS Write",
        "Health Checks Write",
        "Workers Routes Write",
        "Zone Read",
    ]


def test_what_the_environment_does_not_have_is_not_asked_for():
    development = least_of(load_environment(ROOT, "development")).up
    assert {"Pages Write", "DNS Write", "Notifications Write"} & set(names(development)) == set()


def test_staging_in_another_account_is_read_there_on_the_way_to_production(production):
    other = "f" * 32
    siblings = tuple(each.model_copy(update={"account_id": other}) for each in production.siblings)
    elsewhere = least_of(production.model_copy(update={"siblings": siblings}))
    assert [str(each) for each in elsewhere.up if each.place.account == other] == [
        f"Workers Tail Read on account {other}"
    ]


def test_where_wrangler_makes_the_routes_they_are_only_read():
    triggers = least_of(load_environment(ROOT / "systems/triggers-api", "production")).up
    assert {"Workers Routes Read", "DNS Write"} <= set(names(triggers))
    assert "Workers Routes Write" not in names(triggers)


def test_each_permission_says_who_needs_it(production):
    needed_by = {each.group.name: who for each, who in least_of(production).up.items()}
    assert needed_by["Workers R2 Storage Write"] == ("R2Bucket", "R2BucketLifecycle", "checks")
    assert needed_by["Zone Read"] == ("zone lookup",)
    assert all(needed_by.values())


PLACES = [Place(ACCOUNT), Place(ACCOUNT, "a.example"), Place(ACCOUNT, "b.example")]
PERMISSIONS = [
    Permission(Group(f"{letter} Write", "account", opens), place)
    for letter, opens in {"A": 1, "B": 2, "C": 5}.items()
    for place in PLACES
]
NEEDS = st.lists(st.frozensets(st.sampled_from(PERMISSIONS), min_size=1, max_size=4), max_size=6)


def cost(permissions):
    return sum(each.group.opens for each in permissions)


@given(NEEDS)
def test_the_least_meets_every_need_and_nothing_that_does_opens_fewer_operations(needs):
    found = cheapest(needs)
    assert all(need & found for need in needs)
    enough = [
        chosen
        for size in range(len(found) + 2)
        for chosen in combinations(PERMISSIONS, size)
        if all(need & set(chosen) for need in needs)
    ]
    assert cost(found) == min(map(cost, enough))
    assert all(any(need & found == {each} for need in needs) for each in found), "and none of it can be left out"


def test_a_row_has_both_levels_and_the_zones_that_are_alike():
    rows = {
        (row.permission, row.on): row
        for row in rows_of(least_of(load_environment(ROOT / "systems/dotdo", "production")))
    }
    scripts = rows["Workers Scripts", f"account {ACCOUNT}"]
    assert (scripts.preview, scripts.up) == ("Read", "Write")
    assert "WorkersForPlatformsDispatchNamespace" in scripts.needed_by
    (zone,) = (row for row in rows.values() if row.permission == "Zone")
    assert (zone.preview, zone.up) == ("Read", "Read")
    assert zone.on.startswith("zones auth.do, db.do, deploy.do")


def test_the_body_has_a_policy_for_the_account_and_one_for_its_zones(production):
    up = least_of(production).up
    known = Known({name: f"id of {name}" for name in names(up)}, {"rockhound.app": "2" * 32})
    of_account, of_zone = body_of("n", list(up), known)["policies"]
    assert of_account["resources"] == {f"com.cloudflare.api.account.{ACCOUNT}": "*"}
    assert of_zone["resources"] == {f"com.cloudflare.api.account.zone.{'2' * 32}": "*"}
    assert of_zone["permission_groups"][-1] == {"id": "id of Zone Read", "name": "Zone Read"}
    assert unknown(list(up), known) == []


def test_an_id_that_nobody_said_is_left_out_and_named(production):
    up = least_of(production).up
    known = Known({}, {})
    body = body_of("n", list(up), known)
    assert not any("id" in group for policy in body["policies"] for group in policy["permission_groups"])
    assert "com.cloudflare.api.account.zone.rockhound.app" in body["policies"][1]["resources"]
    assert unknown(list(up), known) == [*names(up), "zone rockhound.app"]


def test_no_need_is_for_a_user(production):
    """What is granted on users cannot be granted to a token of an account."""
    assert {each.group.scope for need in needs_of(production) for each in need.permissions} == {"account", "zone"}
