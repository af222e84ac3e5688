"""Routes and domains of Workers, as wrangler publishes them."""

from typing import Any

from tests.account.uploads import FETCH


def test_routes_published_by_wrangler_replace_those_of_the_worker_only(account: Any) -> None:
    zone = account.zone()
    for name in ("api", "other"):
        account.upload(name, FETCH)
    account.ok(
        "POST", f"/zones/{zone}/workers/routes", json={"pattern": "other.rockhound.example/*", "script": "other"}
    )
    routes = f"{account.path}/workers/scripts/api/routes"
    account.ok(
        "PUT",
        routes,
        json=[
            {"pattern": "a.rockhound.example/*"},
            {"pattern": "https://b.rockhound.example/*", "zone_name": "rockhound.example"},
        ],
    )
    account.ok(
        "PUT",
        routes,
        json=[{"pattern": "*.rockhound.example/*"}, {"pattern": "a.rockhound.example/*", "zone_id": zone}],
    )
    shown = {(route["pattern"], route["script"]) for route in account.ok("GET", f"/zones/{zone}/workers/routes")}
    assert shown == {
        ("other.rockhound.example/*", "other"),
        ("a.rockhound.example/*", "api"),
        ("*.rockhound.example/*", "api"),
    }
    assert account.code("PUT", routes, json=[{"pattern": "other.rockhound.example/*"}]) == (409, 10020)


def test_domains_published_by_wrangler_are_shown_before_they_are_overwritten(account: Any) -> None:
    zone = account.zone()
    for name in ("api", "other"):
        account.upload(name, FETCH)
    account.ok("POST", f"/zones/{zone}/dns_records", json={"type": "A", "name": "b", "content": "192.0.2.1"})
    for hostname, service in (("a", "other"), ("c", "api")):
        account.ok(
            "PUT",
            f"{account.path}/workers/domains",
            json={"hostname": f"{hostname}.rockhound.example", "service": service},
        )
    origins = [{"hostname": f"{letter}.rockhound.example"} for letter in "ab"]
    script = f"{account.path}/workers/scripts/api"
    changes = account.ok("POST", f"{script}/domains/changeset", json=origins)
    assert [(d["hostname"], d["modified"]) for d in changes["updated"]] == [("a.rockhound.example", True)]
    assert [d["hostname"] for d in changes["conflicting"]] == ["b.rockhound.example"]
    assert [d["hostname"] for d in changes["removed"]] == ["c.rockhound.example"]
    told = account.ok("GET", f"{account.path}/workers/domains/records/{changes['updated'][0]['id']}")
    assert told["service"] == "other"
    wanted = {"override_scope": True, "override_existing_origin": True, "origins": origins}
    assert account.code("PUT", f"{script}/domains/records", json=wanted) == (409, 100117)
    account.ok("PUT", f"{script}/domains/records", json={**wanted, "override_existing_dns_record": True})
    shown = {(d["hostname"], d["service"]) for d in account.ok("GET", f"{account.path}/workers/domains")}
    assert shown == {("a.rockhound.example", "api"), ("b.rockhound.example", "api")}
    for query, found in (("hostname=b.rockhound.example", ["b"]), ("service=api", ["a", "b"]), ("service=other", [])):
        listed = account.ok("GET", f"{account.path}/workers/domains?{query}")
        assert sorted(d["hostname"].partition(".")[0] for d in listed) == found
    records = account.ok("GET", f"/zones/{zone}/dns_records")
    assert {(r["name"], r["type"]) for r in records} == {
        ("a.rockhound.example", "AAAA"),
        ("b.rockhound.example", "AAAA"),
    }
