"""API tokens: what they are like, and that they permit what their policies grant and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.account import permissions, tokens
from sandbox.account.endpoints import ENDPOINTS

ACCOUNT = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
ON_ACCOUNT = {f"com.cloudflare.api.account.{ACCOUNT}": "*"}


def group(account: Any, name: str) -> dict[str, str]:
    (found,) = account.ok("GET", f"{account.path}/tokens/permission_groups", params={"name": name})
    return {"id": found["id"]}


def policy(account: Any, *names: str, on: Any = ON_ACCOUNT, effect: str = "allow") -> dict[str, Any]:
    return {"effect": effect, "permission_groups": [group(account, name) for name in names], "resources": on}


@pytest.fixture
def holder(account: Any, connect: Any) -> Any:
    """Makes a token with policies, and connects with it."""

    def make(*policies: Any, at: str = "", **said: Any) -> Any:
        made = account.ok("POST", at or f"{account.path}/tokens", json={"name": "t", "policies": policies, **said})
        return connect(account.address, account.directory, made["value"])

    return make


def test_a_token_of_an_account_lives_as_the_sdk_says(account: Any) -> None:
    sdk = account.sdk.accounts.tokens
    groups = {each.name: each for each in sdk.permission_groups.list(account_id=ACCOUNT)}
    assert groups["DNS Write"].scopes == ["com.cloudflare.api.account.zone"]
    written = {"effect": "allow", "permission_groups": [{"id": groups["D1 Write"].id}], "resources": ON_ACCOUNT}
    made = sdk.create(account_id=ACCOUNT, name="deploys", policies=[written])
    assert len(made.value) == 40
    read = sdk.get(made.id, account_id=ACCOUNT)
    assert (read.name, read.status, read.policies[0].permission_groups[0].name) == ("deploys", "active", "D1 Write")
    assert not hasattr(read, "value")
    changed = sdk.update(made.id, account_id=ACCOUNT, name="deploys less", policies=[written], status="disabled")
    assert (changed.name, changed.status, changed.issued_on) == ("deploys less", "disabled", made.issued_on)
    assert [each.id for each in sdk.list(account_id=ACCOUNT)] == [made.id]
    assert [each.id for each in sdk.list(account_id=OTHER)] == []
    sdk.delete(made.id, account_id=ACCOUNT)
    assert account.code("GET", f"{account.path}/tokens/{made.id}") == (404, 1003)


def test_it_is_known_which_permissions_open_each_endpoint() -> None:
    """`scripts/permissions.py` writes it."""
    for_any_token = {each.path for each in ENDPOINTS if not permissions.opening(each.method, each.path)}
    assert for_any_token == {"/accounts", "/user/tokens/verify", "/accounts/{account_id}/tokens/verify"}


def test_a_value_is_kept_nowhere(account: Any, holder: Any) -> None:
    narrow = holder(policy(account, "D1 Read"))
    for file in account.directory.rglob("*"):
        assert not file.is_file() or narrow.token.encode() not in file.read_bytes()


def test_a_token_does_what_its_groups_open_and_no_more(account: Any, holder: Any) -> None:
    narrow = holder(policy(account, "Workers KV Storage Read"))
    assert narrow.ok("GET", f"{account.path}/storage/kv/namespaces") == []
    title = {"json": {"title": "CACHE"}}
    assert narrow.code("POST", f"{account.path}/storage/kv/namespaces", **title) == (403, 10000)
    assert narrow.code("GET", f"{account.path}/queues") == (403, 10000)
    assert narrow.code("GET", f"/accounts/{OTHER}/storage/kv/namespaces") == (403, 10000)
    assert account.ok("GET", f"{account.path}/storage/kv/namespaces") == []


def test_what_is_granted_on_a_zone_is_granted_on_that_zone_alone(account: Any, holder: Any) -> None:
    ours, others = account.zone("ours.example"), account.zone("others.example")
    narrow = holder(policy(account, "DNS Read", "Zone Read", on={f"com.cloudflare.api.account.zone.{ours}": "*"}))
    assert [zone["name"] for zone in narrow.ok("GET", "/zones")] == ["ours.example"]
    assert narrow.ok("GET", f"/zones/{ours}/dns_records") == []
    assert narrow.code("GET", f"/zones/{others}/dns_records") == (403, 10000)
    assert narrow.code("GET", f"{account.path}/queues") == (403, 10000)


@pytest.mark.parametrize(
    "resources",
    [
        {"com.cloudflare.api.account.zone.*": "*"},
        {f"com.cloudflare.api.account.{ACCOUNT}": {"com.cloudflare.api.account.zone.*": "*"}},
        {"com.cloudflare.api.account.*": {"com.cloudflare.api.account.zone.*": "*"}},
    ],
)
def test_a_policy_may_name_every_zone(account: Any, holder: Any, resources: Any) -> None:
    zone = account.zone("ours.example")
    narrow = holder(policy(account, "DNS Read", on=resources))
    assert narrow.ok("GET", f"/zones/{zone}/dns_records") == []
    assert narrow.code("GET", f"/zones/{zone}/healthchecks") == (403, 10000)


def test_the_zones_of_another_account_are_not_those_of_this_one(account: Any, holder: Any) -> None:
    zone = account.zone("ours.example")
    zones = {"com.cloudflare.api.account.zone.*": "*"}
    narrow = holder(policy(account, "DNS Read", on={f"com.cloudflare.api.account.{OTHER}": zones}))
    assert narrow.code("GET", f"/zones/{zone}/dns_records") == (403, 10000)


def test_what_is_about_accounts_is_not_about_their_zones(account: Any, holder: Any) -> None:
    ours, others = account.zone("ours.example"), account.zone("others.example")
    mixed = {"com.cloudflare.api.account.*": "*", f"com.cloudflare.api.account.zone.{ours}": "*"}
    narrow = holder(policy(account, "DNS Read", on=mixed))
    assert narrow.ok("GET", f"/zones/{ours}/dns_records") == []
    assert narrow.code("GET", f"/zones/{others}/dns_records") == (403, 10000)


def test_what_one_policy_denies_no_other_grants(account: Any, holder: Any) -> None:
    everywhere = {"com.cloudflare.api.account.*": "*"}
    narrow = holder(policy(account, "D1 Read", on=everywhere), policy(account, "D1 Read", effect="deny"))
    assert narrow.code("GET", f"{account.path}/d1/database") == (403, 10000)
    assert narrow.ok("GET", f"/accounts/{OTHER}/d1/database") == []


def test_each_owner_verifies_its_own_tokens(account: Any, holder: Any) -> None:
    of_account = holder(policy(account, "D1 Read"))
    assert of_account.ok("GET", f"{account.path}/tokens/verify")["status"] == "active"
    assert of_account.code("GET", "/user/tokens/verify") == (401, 1000)
    of_user = holder(policy(account, "D1 Read"), at="/user/tokens")
    assert of_user.ok("GET", "/user/tokens/verify")["status"] == "active"
    assert of_user.code("GET", f"{account.path}/tokens/verify") == (401, 1000)


def test_a_token_that_is_not_in_force_says_so_and_does_nothing(account: Any, holder: Any) -> None:
    past, future = (
        f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (-1, 1)
    )  # fmt: skip
    for said, status in (
        ({"expires_on": past}, "expired"),
        ({"not_before": future}, "disabled"),
        ({"status": "disabled"}, "disabled"),
    ):
        narrow = holder(policy(account, "D1 Read"), **said)
        assert narrow.ok("GET", f"{account.path}/tokens/verify")["status"] == status
        assert narrow.code("GET", f"{account.path}/d1/database") == (403, 10000)
    assert holder(policy(account, "D1 Read"), expires_on=future).ok("GET", f"{account.path}/d1/database") == []


def test_a_token_that_was_deleted_is_unknown(account: Any, holder: Any) -> None:
    narrow = holder(policy(account, "D1 Read"))
    (listed,) = account.ok("GET", f"{account.path}/tokens")
    account.ok("DELETE", f"{account.path}/tokens/{listed['id']}")
    assert narrow.code("GET", f"{account.path}/d1/database") == (403, 10000)
    assert narrow.code("GET", f"{account.path}/tokens/verify") == (401, 1000)


def test_the_token_that_is_there_from_the_start_may_everything_and_stays(account: Any) -> None:
    own = account.ok("GET", "/user/tokens/verify")["id"]
    (policy,) = account.ok("GET", f"/user/tokens/{own}")["policies"]
    groups = account.ok("GET", "/user/tokens/permission_groups")
    assert {each["id"] for each in policy["permission_groups"]} == {each["id"] for each in groups}
    assert account.code("DELETE", f"/user/tokens/{own}") == (400, 1001)
    assert account.code("GET", f"{account.path}/tokens/{own}") == (404, 1003)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"permission_groups": [{"id": "0" * 32}]}, "no permission group"),
        ({"permission_groups": []}, "1 to any number"),
        ({"resources": {"com.cloudflare.api.account.zone.*": "*"}}, "is granted on com.cloudflare.api.account,"),
        ({"resources": {"com.cloudflare.api.pets.*": "*"}}, "no account, zone or user"),
        ({"resources": {"com.cloudflare.api.account.*": "yes"}}, '"*" or an object'),
        ({"effect": "perhaps"}, "one of allow, deny"),
        ({"resourcess": {}}, "there is no such field"),
    ],
)
def test_a_policy_that_means_nothing_is_refused(account: Any, change: Any, says: str) -> None:
    body = {"name": "t", "policies": [policy(account, "D1 Read") | change]}
    answer = account.http.post(f"{account.path}/tokens", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 1001)
    assert says in answer.json()["errors"][0]["message"]
    assert account.ok("GET", f"{account.path}/tokens") == []


def test_values_do_not_repeat() -> None:
    assert len({tokens.new_value() for _ in range(100)}) == 100
