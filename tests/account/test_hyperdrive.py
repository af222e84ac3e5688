"""Hyperdrive configurations: a password goes in and never comes out."""

import sqlite3
from typing import Any

import cloudflare
import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"
A = f"/accounts/{ACCOUNT}"
CONFIGS = f"{A}/hyperdrive/configs"
FETCH = "export default { fetch() {} };"
PASSWORD = "planted-0b1d77f3"
ORIGIN = {
    "scheme": "postgres",
    "host": "db.rockhound.example",
    "port": 6432,
    "database": "app",
    "user": "app",
    "password": PASSWORD,
}
SHOWN = {key: value for key, value in ORIGIN.items() if key != "password"}


def create(account: Any, **said: Any) -> Any:
    return account.ok("POST", CONFIGS, json={"name": "pg", "origin": ORIGIN, **said})


def test_one_is_made_changed_listed_and_deleted_through_the_sdk(account: Any) -> None:
    configs = account.sdk.hyperdrive.configs
    made = configs.create(account_id=ACCOUNT, name="pg", origin=ORIGIN)
    assert (made.origin.host, made.caching.disabled, made.origin_connection_limit) == (ORIGIN["host"], False, 60)
    edited = configs.edit(made.id, account_id=ACCOUNT, origin={"host": "new.rockhound.example", "port": 5432})
    assert (edited.origin.host, edited.origin.user, edited.name) == ("new.rockhound.example", "app", "pg")
    replaced = configs.update(
        made.id,
        account_id=ACCOUNT,
        name="pg-2",
        origin=ORIGIN,
        caching={"disabled": False, "max_age": 30, "stale_while_revalidate": 10},
        mtls={"sslmode": "require"},
        origin_connection_limit=20,
    )
    assert (replaced.caching.max_age, replaced.mtls.sslmode, replaced.origin_connection_limit) == (30, "require", 20)
    assert [config.name for config in configs.list(account_id=ACCOUNT)] == ["pg-2"]
    configs.delete(made.id, account_id=ACCOUNT)
    with pytest.raises(cloudflare.NotFoundError):
        configs.get(made.id, account_id=ACCOUNT)


def test_a_put_that_says_less_takes_away_and_null_is_less(account: Any) -> None:
    identifier = create(account, caching={"disabled": True}, origin_connection_limit=20)["id"]
    body = {"name": "pg", "origin": ORIGIN, "caching": None, "mtls": None, "origin_connection_limit": None}
    replaced = account.ok("PUT", f"{CONFIGS}/{identifier}", json=body)
    assert (replaced["caching"], replaced["origin_connection_limit"]) == ({"disabled": False}, 60)


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ({"host": "a.example"}, {"host": "a.example", "port": 5432}),
        (
            {"host": "a.example", "access_client_id": "i", "access_client_secret": PASSWORD},
            {"host": "a.example", "access_client_id": "i"},
        ),
        ({"service_id": "s"}, {"service_id": "s"}),
    ],
)
def test_a_database_is_reached_in_three_ways(account: Any, where: Any, shown: Any) -> None:
    said = {"scheme": "postgres", "database": "app", "user": "app"}
    made = account.ok("POST", CONFIGS, json={"name": "pg", "origin": {**said, "password": PASSWORD, **where}})
    assert made["origin"] == {**said, **shown}


def test_no_password_is_answered_journalled_or_stored_in_the_clear(account: Any) -> None:
    made = account.http.post(CONFIGS, json={"name": "pg", "origin": ORIGIN})
    path = f"{CONFIGS}/{made.json()['result']['id']}"
    answers = [
        made,
        account.http.get(path),
        account.http.get(CONFIGS),
        account.http.put(path, json={"name": "pg", "origin": ORIGIN}),
        account.http.patch(path, json={"origin": {"password": f"{PASSWORD}-2"}}),
        account.http.post(CONFIGS, json={"name": "pg", "origin": ORIGIN}),
        account.http.post(CONFIGS, json={"name": "new", "origin": {**ORIGIN, "password": [PASSWORD]}}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 400, 400]
    assert not [answer.text for answer in answers if PASSWORD in answer.text]
    with sqlite3.connect(account.directory / "account.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute("SELECT COUNT(*) FROM content WHERE kind = 'hyperdrive_credentials'").fetchone() == (
            1,
        )
    for file in account.directory.iterdir():
        assert PASSWORD.encode() not in file.read_bytes()


def test_it_is_said_that_the_database_was_not_tried(account: Any) -> None:
    answer = account.http.post(CONFIGS, json={"name": "pg", "origin": ORIGIN}).json()
    assert "was not tried" in answer["messages"][0]["message"]


def test_a_worker_is_bound_to_one_that_is_there(account: Any) -> None:
    binding = {"type": "hyperdrive", "name": "DB", "id": create(account)["id"]}
    assert account.upload("api", FETCH, bindings=[binding]).status_code == 200
    assert account.ok("GET", f"{A}/workers/scripts/api/settings")["bindings"] == [binding]
    account.ok("DELETE", f"{CONFIGS}/{binding['id']}")
    refused = account.upload("api", FETCH, bindings=[binding])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, 10157)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": "taken"}, 2017),
        ({"name": ""}, 2007),
        ({"origin": {**ORIGIN, "password": None}}, 2007),
        ({"origin": {**ORIGIN, "scheme": "sqlite"}}, 2007),
        ({"origin": {**ORIGIN, "port": "5432"}}, 2007),
        ({"origin": {**ORIGIN, "host": None, "port": None}}, 2007),
        ({"origin": {**ORIGIN, "service_id": "s"}}, 2007),
        ({"origin": {**ORIGIN, "hostname": "x"}}, 2007),
        ({"origin": {**ORIGIN, "host": "10.0.0.1"}}, 2009),
        ({"origin": {**ORIGIN, "host": "localhost"}}, 2009),
        ({"caching": {"max_age": 3601}}, 2007),
        ({"mtls": {"sslmode": "prefer"}}, 2007),
        ({"mtls": {"ca_certificate_id": "nope"}}, 2007),
        ({"origin_connection_limit": 4}, 2007),
        ({"pool": 1}, 2007),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(account: Any, said: Any, code: int) -> None:
    create(account, name="taken")
    before = account.ok("GET", CONFIGS)
    assert account.code("POST", CONFIGS, json={"name": "pg", "origin": ORIGIN, **said}) == (400, code)
    assert account.ok("GET", CONFIGS) == before


def test_what_is_not_there_is_not_found(account: Any) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert account.code(method, f"{CONFIGS}/{'0' * 32}", json={}) == (404, 2006)


def test_it_is_there_after_a_restart_with_its_password(start: Any) -> None:
    process, account = start()
    made = create(account)
    process.terminate()
    process.wait()
    _, again = start()
    assert again.ok("GET", f"{CONFIGS}/{made['id']}") == made
    # Nothing shows the password; a PATCH that does not say it works only if it was kept.
    assert again.ok("PATCH", f"{CONFIGS}/{made['id']}", json={"origin": {"port": 1}})["origin"] == {**SHOWN, "port": 1}
