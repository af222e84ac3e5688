"""A Hyperdrive configuration, against a local account over HTTP; its password is nowhere but there."""

import pickle
from typing import Any

import dill
import httpx
import pytest

from components.hyperdrive import HyperdriveProvider, PasswordError
from components.hyperdrives import Hyperdrives
from headworks import taking_over

ACCOUNT = "0123456789abcdef0123456789abcdef"
PASSWORD = "planted-password-5f1c"
ORIGIN = {"scheme": "postgres", "host": "db.example.com", "port": 5432, "database": "main", "user": "api"}


def declared(**changes: Any) -> dict[str, Any]:
    return {
        "accountId": ACCOUNT,
        "name": "main",
        "origin": ORIGIN,
        "caching": True,
        "passwordVariable": "MAIN_PASSWORD",
        "passwordVersion": 1,
    } | changes


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIN_PASSWORD", PASSWORD)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """Every request that goes out."""
    requests: list[httpx.Request] = []
    send = httpx.Client.send

    def recorded(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        requests.append(request)
        return send(client, request, **options)

    monkeypatch.setattr(httpx.Client, "send", recorded)
    return requests


def live(account: httpx.Client, id_: str) -> dict[str, Any]:
    return account.get(f"/hyperdrive/configs/{id_}").json()["result"]


def test_the_password_goes_to_the_account_and_not_into_the_state(account, sent):
    made = HyperdriveProvider().create(declared())
    assert PASSWORD in sent[0].content.decode()
    assert PASSWORD not in repr(made.outs)
    found = live(account, made.id)
    assert (found["name"], found["origin"]["host"], found["caching"]["disabled"]) == ("main", "db.example.com", False)


def test_an_import_finds_what_is_there_by_its_name_and_makes_nothing(account, sent, monkeypatch):
    made = HyperdriveProvider().create(declared(name="there"))
    monkeypatch.setenv(taking_over.VARIABLE, "yes")
    monkeypatch.delenv("MAIN_PASSWORD")
    sent.clear()
    assert HyperdriveProvider().create(declared(name="there")).id == made.id
    with pytest.raises(taking_over.NotThereError, match="not-there"):
        HyperdriveProvider().create(declared(name="not-there"))
    assert {request.method for request in sent} == {"GET"}


def test_a_change_sends_the_password_only_if_its_version_changed(account, sent):
    provider = HyperdriveProvider()
    made = provider.create(declared(name="changed"))
    sent.clear()
    news = declared(name="changed", caching=False)
    assert provider.diff(made.id, made.outs, news).changes is True
    olds = provider.update(made.id, made.outs, news).outs
    assert PASSWORD not in sent[0].content.decode()
    provider.update(made.id, olds, news | {"passwordVersion": 2})
    assert PASSWORD in sent[1].content.decode()
    assert live(account, made.id)["caching"]["disabled"] is True


def test_without_the_password_nothing_is_sent_and_the_variable_is_named(account, sent, monkeypatch):
    monkeypatch.delenv("MAIN_PASSWORD")
    with pytest.raises(PasswordError, match="MAIN_PASSWORD is not set, so the Hyperdrive main could not log in"):
        HyperdriveProvider().create(declared())
    assert not sent


def test_a_refresh_finds_what_somebody_changed_and_what_is_gone(account):
    provider = HyperdriveProvider()
    made = provider.create(declared(name="drifting"))
    unchanged = provider.read(made.id, made.outs).outs
    assert provider.diff(made.id, unchanged, declared(name="drifting")).changes is False
    account.patch(f"/hyperdrive/configs/{made.id}", json={"caching": {"disabled": True}}).raise_for_status()
    drifted = provider.read(made.id, made.outs).outs
    assert provider.diff(made.id, drifted, declared(name="drifting")).changes is True
    provider.delete(made.id, made.outs)
    assert not provider.read(made.id, made.outs).id
    provider.delete(made.id, made.outs)  # what is gone stays gone


def test_only_another_account_replaces_it():
    provider = HyperdriveProvider()
    assert provider.diff("id", declared(), declared(name="other")).replaces == []
    assert provider.diff("id", declared(), declared(accountId="f" * 32)).replaces == ["accountId"]


def test_the_state_holds_the_providers_name_and_not_its_code():
    assert type(pickle.loads(dill.dumps(HyperdriveProvider()))) is HyperdriveProvider


def test_the_component_binds_it_by_its_id_and_names_the_variable_only(build):
    hyperdrive = ORIGIN | {
        "binding": "MAIN",
        "name": "main",
        "password_variable": "MAIN_PASSWORD",
        "password_version": 1,
        "caching": True,
        "worker": "deploy",
    }
    made: list[Hyperdrives] = []
    args = {"account_id": ACCOUNT, "production": True, "hyperdrives": [hyperdrive]}
    engine = build(lambda: made.append(Hyperdrives("h", args)))
    assert engine.names == {"h", "h-MAIN"}
    assert [binding["type"] for binding in made[0].bindings_of("deploy")] == ["hyperdrive"]
    assert made[0].bindings_of("") == []
    stated = engine.inputs("h-MAIN")
    assert {key: value for key, value in stated.items() if key != "__provider"} == declared()
    assert PASSWORD not in repr([request.object for request in engine.requests.values()])
