"""The token, the account and the zones."""

from datetime import timedelta

import pytest

from headworks.account import Access
from headworks.checks.check import State


def verified(**said):
    return 200, {"success": True, "errors": [], "messages": [], "result": {"id": "1" * 32, "status": "active", **said}}


REFUSED = (401, {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}], "messages": [], "result": None})  # fmt: skip
BROKEN = (500, {"success": False, "errors": [{"code": 10001, "message": "oops"}], "messages": [], "result": None})


@pytest.fixture
def asked(account, answering, rockhounding):
    """What token-is-valid finds where the two addresses answer like this."""

    def ask(of_user, of_account=REFUSED):
        address = answering(
            {"/user/tokens/verify": of_user, f"/accounts/{account.id}/tokens/verify": of_account},
        )
        reader = account.reader_at(address)
        return account.look("token-is-valid", rockhounding, reader=reader)

    return ask


class TestToken:
    def test_the_local_account_s_own_is_valid(self, account, rockhounding):
        found = account.look("token-is-valid", rockhounding)
        assert found.state is State.HELD
        assert "does not expire" in found.says

    def test_a_wrong_one_is_missing_and_not_merely_unread(self, account, rockhounding):
        reader = account.reader(access=Access(base_url=account.address, token="wrong" * 8, local=True))
        found = account.look("token-is-valid", rockhounding, reader=reader)
        assert found.state is State.MISSING
        assert "CLOUDFLARE_API_TOKEN" in found.says

    def test_without_one_nothing_is_known(self, account, rockhounding):
        reader = account.reader(access=Access(base_url=account.address, token="", local=True))
        found = account.look("token-is-valid", rockhounding, reader=reader)
        assert (found.state, "CLOUDFLARE_API_TOKEN is not set" in found.says) == (State.NOT_VERIFIED, True)
        assert account.journal() == []

    def test_one_that_an_account_owns_is_asked_for_where_accounts_keep_theirs(self, asked):
        assert asked(REFUSED, verified()).state is State.HELD
        assert asked(REFUSED, REFUSED).state is State.MISSING

    def test_one_that_was_turned_off_is_missing(self, asked):
        assert asked(verified(status="disabled")).state is State.MISSING

    def test_one_that_ends_within_a_week_is_missing(self, asked, account):
        def ends_in(**time):
            return verified(expires_on=(account.now + timedelta(**time)).isoformat().replace("+00:00", "Z"))

        assert asked(ends_in(days=7, minutes=1)).state is State.HELD
        soon = asked(ends_in(days=6, hours=23))
        assert (soon.state, "expires on 2026-03-08 11:00 UTC" in soon.says) == (State.MISSING, True)
        past = asked(ends_in(minutes=-1))
        assert (past.state, "expired on 2026-03-01 11:59 UTC" in past.says) == (State.MISSING, True)

    def test_an_account_that_is_out_of_order_says_nothing_about_it(self, asked):
        found = asked(BROKEN)
        assert (found.state, "500 oops [code: 10001]" in found.says) == (State.NOT_VERIFIED, True)


class TestReach:
    def test_the_account_of_the_stack_is_named(self, account, rockhounding):
        found = account.look("account-is-reachable", rockhounding)
        assert (found.state, found.says) == (State.HELD, f"Local ({account.id}).")

    def test_an_account_that_the_token_does_not_reach_is_missing(self, account, rockhounding):
        found = account.look("account-is-reachable", rockhounding, reader=account.reader("9" * 32))
        assert (found.state, "9" * 32 in found.says) == (State.MISSING, True)


class TestZones:
    def test_a_zone_that_is_not_there_is_named(self, account, rockhounding):
        found = account.look("zones-are-active", rockhounding)
        assert (found.state, "rockhound.app (not in the account)" in found.says) == (State.MISSING, True)

    def test_an_active_one_is_held(self, account, rockhounding):
        account.zone("rockhound.app")
        assert account.look("zones-are-active", rockhounding).state is State.HELD

    def test_one_of_another_account_does_not_count(self, account, rockhounding):
        account.ok("POST", "/zones", json={"name": "rockhound.app", "account": {"id": account.other_id}})
        assert account.look("zones-are-active", rockhounding).state is State.MISSING

    def test_one_that_waits_for_its_name_servers_is_missing(self, account, answering, rockhounding):
        zone = {"id": "2" * 32, "name": "rockhound.app", "status": "pending"}
        page = {"success": True, "errors": [], "messages": [], "result": [zone]}
        address = answering({"/zones": (200, page)})
        reader = account.reader_at(address)
        found = account.look("zones-are-active", rockhounding, reader=reader)
        assert (found.state, "rockhound.app (pending)" in found.says) == (State.MISSING, True)

    def test_a_stack_without_a_zone_holds_no_line_that_asks_for_one(self, account, environment):
        found = account.look("zones-are-active", environment("rockhounding-api", "development"))
        assert (found.state, "declares no zone" in found.says) == (State.MISSING, True)
