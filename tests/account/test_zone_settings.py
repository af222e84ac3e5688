"""Settings of a zone: what each can be, and what it is before anyone has set it."""

from typing import Any

import pytest

from sandbox.account.zone_settings import SETTINGS


def test_one_is_set_and_read_through_the_sdk(account: Any) -> None:
    zone, settings = account.zone(), account.sdk.zones.settings
    before = settings.get("min_tls_version", zone_id=zone)
    assert (before.value, before.modified_on) == ("1.0", None)
    assert settings.edit("min_tls_version", zone_id=zone, value="1.2").value == "1.2"
    assert settings.edit("always_use_https", zone_id=zone, value="on").value == "on"
    after = settings.get("min_tls_version", zone_id=zone)
    assert (after.id, after.value) == ("min_tls_version", "1.2")
    assert after.modified_on is not None


@pytest.mark.parametrize("name", SETTINGS)
def test_each_can_be_read_and_set_to_what_it_is(account: Any, name: str) -> None:
    zone, settings = account.zone(), account.sdk.zones.settings
    found = settings.get(name, zone_id=zone)
    assert settings.edit(name, zone_id=zone, value=SETTINGS[name].default).value == found.value


def test_all_are_listed_and_some_changed_at_once(account: Any) -> None:
    zone = account.zone()
    changed = [{"id": "ssl", "value": "strict"}, {"id": "http3", "value": "off"}]
    assert [s["value"] for s in account.ok("PATCH", f"/zones/{zone}/settings", json=changed)] == ["strict", "off"]
    listed = {s["id"]: s["value"] for s in account.ok("GET", f"/zones/{zone}/settings")}
    assert set(listed) == set(SETTINGS)
    assert (listed["ssl"], listed["http3"], listed["tls_1_3"]) == ("strict", "off", "on")
    bad = [{"id": "ssl", "value": "off"}, {"id": "http3", "value": "maybe"}]
    assert account.code("PATCH", f"/zones/{zone}/settings", json=bad) == (400, 1007)
    assert account.ok("GET", f"/zones/{zone}/settings/ssl")["value"] == "strict"


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("always_use_http", {"value": "on"}, 1006),
        ("polish", {"value": "lossy"}, 1006),
        ("always_use_https", {"value": "yes"}, 1007),
        ("always_use_https", {"value": True}, 1007),
        ("min_tls_version", {"value": "1.4"}, 1007),
        ("min_tls_version", {"value": 1.2}, 1007),
        ("browser_cache_ttl", {"value": 31}, 1007),
        ("security_header", {"value": {"strict_transport_security": {"max_age": "long"}}}, 1007),
        ("security_header", {"value": {"strict_transport": {}}}, 1007),
        ("ssl", {}, 1006),
        ("ssl", {"value": "full", "enabled": True}, 1006),
    ],
)
def test_what_does_not_fit_is_refused(account: Any, name: str, body: Any, code: int) -> None:
    zone = account.zone()
    before = account.ok("GET", f"/zones/{zone}/settings")
    assert account.code("PATCH", f"/zones/{zone}/settings/{name}", json=body) == (400, code)
    assert account.ok("GET", f"/zones/{zone}/settings") == before


def test_an_unknown_one_cannot_be_read(account: Any) -> None:
    assert account.code("GET", f"/zones/{account.zone()}/settings/always_use_http") == (400, 1006)


def test_they_are_there_after_a_restart_and_go_with_their_zone(start: Any) -> None:
    process, account = start()
    zone = account.zone()
    account.ok("PATCH", f"/zones/{zone}/settings/ssl", json={"value": "strict"})
    process.terminate()
    process.wait()
    _, again = start()
    assert again.ok("GET", f"/zones/{zone}/settings/ssl")["value"] == "strict"
    again.ok("DELETE", f"/zones/{zone}")
    assert again.code("GET", f"/zones/{zone}/settings/ssl") == (403, 9109)
