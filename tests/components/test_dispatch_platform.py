"""The dispatch namespace, its mode of trust, and the catalogue of its services."""

import json
import subprocess
import sys
import uuid

import dill
import httpx
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.dispatch_platform import DispatchPlatform
from components.dispatch_trust import DispatchTrustProvider, TrustError
from headworks import taking_over
from headworks.v4 import ApiError

ACCOUNT = "0123456789abcdef0123456789abcdef"


def service(key: str, **bindings: str) -> dict[str, object]:
    return {
        "key": key,
        "kind": "domain",
        "main": f"workers/{key}/dist/index.js",
        "compatibility_date": "2026-02-25",
        "host": f"{key}.do",
        "zone": f"{key}.do",
        "bindings": bindings,
    }


PLATFORM = {
    "namespace": "dotdo-production",
    "trusted": True,
    "binding": "DISPATCHER",
    "services_variable": "SERVICES",
    "deploy": "deploy",
    "namespace_variable": "NAMESPACE",
    "services": [service("db"), service("auth", DB_SERVICE="db"), service("gateway", DB_SERVICE="db")],
}
ARGS = {"account_id": ACCOUNT, "production": True, "platform": PLATFORM, "script_name": "dispatcher"}


@pytest.fixture
def made(build):
    """The registrations of this platform, and the component."""

    def run(args=ARGS):
        components = []
        engine = build(lambda: components.append(DispatchPlatform("p", args)))
        return engine, components[0]

    return run


def test_destroying_production_keeps_the_namespace_and_all_workers_in_it(made):
    engine, _ = made()
    assert engine.names == {"p", "p-namespace", "p-trust"}
    assert engine.inputs("p-namespace") == {"accountId": ACCOUNT, "name": "dotdo-production"}
    request = engine.requests["p-namespace"]
    assert (request.protect, request.retainOnDelete) == (True, True)


def test_a_namespace_that_is_not_production_may_go(made):
    engine, _ = made(ARGS | {"production": False})
    request = engine.requests["p-namespace"]
    assert (request.protect, request.retainOnDelete) == (False, False)


@pytest.mark.parametrize("trusted", [True, False])
def test_the_mode_is_always_said_so_that_drift_shows_in_either_direction(made, trusted):
    engine, _ = made(ARGS | {"platform": PLATFORM | {"trusted": trusted}})
    inputs = engine.inputs("p-trust")
    assert {key: value for key, value in inputs.items() if key != "__provider"} == {
        "accountId": ACCOUNT,
        "namespace": "dotdo-production",
        "trusted": trusted,
    }
    assert engine.requests["p-trust"].type == "pulumi-python:dynamic/headworks:DispatchNamespaceTrust"
    assert engine.dependencies("p-trust") == {"p-namespace"}


def test_the_dispatcher_is_bound_to_the_namespace_and_uploaded_after_it(made):
    _, platform = made()
    (binding,) = platform.worker_bindings
    assert (binding["type"], binding["name"]) == ("dispatch_namespace", "DISPATCHER")
    assert binding["namespace"] is platform.namespace


def test_policies_read_the_catalogue_in_the_order_of_deployment(made):
    engine, _ = made()
    inputs = engine.inputs("p")
    assert {key: value for key, value in inputs.items() if key != "services"} == {
        "accountId": ACCOUNT,
        "production": True,
        "scriptName": "dispatcher",
        "namespace": "dotdo-production",
        "trusted": True,
        "binding": "DISPATCHER",
        "servicesVariable": "SERVICES",
        "namespaceVariable": "NAMESPACE",
        "deploy": "deploy",
        "deployOrder": ["db", "auth", "gateway"],
    }
    assert inputs["services"][1] == {
        "key": "auth",
        "kind": "domain",
        "main": "workers/auth/dist/index.js",
        "compatibilityDate": "2026-02-25",
        "host": "auth.do",
        "zone": "auth.do",
        "bindings": [{"binding": "DB_SERVICE", "service": "db"}],
    }


def test_no_service_is_uploaded_by_the_stack(made):
    engine, _ = made()
    assert engine.of_type("cloudflare:index/workersScript:WorkersScript") == set()


# Trust, against the local account over HTTP.

TRUST = {"accountId": ACCOUNT, "namespace": "dotdo-test", "trusted": True}


@pytest.fixture
def namespace(account: httpx.Client) -> str:
    """A new namespace of the account, which is not trusted."""
    name = f"dotdo-{uuid.uuid4().hex}"
    answer = account.post("/workers/dispatch/namespaces", json={"name": name}).json()
    assert answer["success"], answer["errors"]
    return name


def live(account: httpx.Client, name: str) -> bool:
    return account.get(f"/workers/dispatch/namespaces/{name}").json()["result"]["trusted_workers"]


def test_a_namespace_becomes_trusted_and_untrusted_again(account, namespace, capsys):
    provider, trusted = DispatchTrustProvider(), TRUST | {"namespace": namespace}
    created = provider.create(trusted)
    assert (created.id, created.outs, live(account, namespace)) == (namespace, trusted, True)
    untrusted = trusted | {"trusted": False}
    assert provider.update(namespace, trusted, untrusted).outs == untrusted
    assert live(account, namespace) is False
    assert f"Upload the Workers of {namespace} again" in capsys.readouterr().err


def test_an_import_takes_the_mode_that_is_there_and_changes_none(account, namespace, monkeypatch):
    monkeypatch.setenv(taking_over.VARIABLE, "yes")
    provider, untrusted = DispatchTrustProvider(), TRUST | {"namespace": namespace, "trusted": False}
    assert provider.create(untrusted).outs == untrusted
    with pytest.raises(taking_over.NotThereError, match=namespace):
        provider.create(untrusted | {"trusted": True})
    assert live(account, namespace) is False


def test_a_refresh_shows_that_somebody_else_changed_the_mode(account, namespace):
    provider, inputs = DispatchTrustProvider(), TRUST | {"namespace": namespace}
    state = provider.create(inputs).outs
    assert provider.diff(namespace, provider.read(namespace, state).outs, inputs).changes is False
    account.patch(f"/workers/dispatch/namespaces/{namespace}", json={"trusted_workers": False}).raise_for_status()
    drifted = provider.read(namespace, state).outs
    assert drifted["trusted"] is False
    assert provider.diff(namespace, drifted, inputs).changes is True


def test_a_namespace_that_is_gone_is_gone_from_the_state_too(account, namespace):
    provider, inputs = DispatchTrustProvider(), TRUST | {"namespace": namespace}
    state = provider.create(inputs).outs
    account.delete(f"/workers/dispatch/namespaces/{namespace}").raise_for_status()
    assert not provider.read(namespace, state).id
    with pytest.raises(ApiError):
        provider.update(namespace, state, inputs)


def test_a_wrong_token_is_an_error_at_a_refresh_and_not_a_namespace_that_is_gone(account, namespace, monkeypatch):
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "wrong-token-that-must-not-show-0123456789")
    with pytest.raises(ApiError) as refused:
        DispatchTrustProvider().read(namespace, TRUST | {"namespace": namespace})
    assert "wrong-token" not in str(refused.value)


def test_an_account_that_ignores_the_mode_is_not_believed(monkeypatch):
    def deaf(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"success": True, "errors": [], "result": {"trusted_workers": False}})

    client = httpx.Client
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "any-token")
    monkeypatch.setattr(
        "headworks.v4.httpx.Client",
        lambda **options: client(transport=httpx.MockTransport(deaf), base_url=options["base_url"]),
    )
    with pytest.raises(TrustError, match="dotdo-test was told trusted_workers=True and still says False"):
        DispatchTrustProvider().create(TRUST)


def test_only_another_namespace_replaces_the_mode():
    provider = DispatchTrustProvider()
    assert provider.diff("x", TRUST, TRUST).changes is False
    changed = provider.diff("x", TRUST, TRUST | {"trusted": False})
    assert (changed.changes, changed.replaces) == (True, [])
    assert provider.diff("x", TRUST, TRUST | {"namespace": "other"}).replaces == ["namespace"]
    assert provider.diff("x", TRUST, TRUST | {"accountId": "other"}).replaces == ["accountId"]


def test_taking_the_mode_away_sends_nothing_and_says_what_stays(capsys, monkeypatch):
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN", raising=False)
    DispatchTrustProvider().delete("dotdo-test", TRUST)
    assert "dotdo-test stays trusted" in capsys.readouterr().err


def test_the_state_holds_the_providers_name_and_not_its_code():
    assert type(dill.loads(dill.dumps(DispatchTrustProvider()))) is DispatchTrustProvider
    assert len(serialize_provider(DispatchTrustProvider())) < 120


def test_pulumis_provider_process_does_not_load_the_cloudflare_package_for_the_mode():
    program = (
        "import components.dispatch_trust, json, sys; "
        "print(json.dumps(['pulumi_cloudflare' in sys.modules, 'pydantic' in sys.modules]))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert json.loads(loaded) == [False, False]
