"""The Workers: what runs, with what, and what leads to it."""

import pytest

from components.ledger_upload import first_upload
from components.migrations import history
from headworks import secrets
from headworks.checks.check import State

SCRIPT = "rockhounding-api-staging"
CODE = "export default { fetch() {} };"
CLASSES = "export class ExportCoordinatorDO {}\nexport class StatePackRegistryDO {}\n" + CODE


class TestDeployment:
    def look(self, account, environment):
        return account.look("worker-is-deployed", environment)

    def test_code_that_gets_all_requests_is_held(self, account, rockhounding):
        account.upload(SCRIPT, CODE)
        found = self.look(account, rockhounding)
        assert (found.state, found.says) == (State.HELD, f"{SCRIPT}.")

    def test_a_gradual_rollout_is_a_deployment(self, account, rockhounding):
        account.upload(SCRIPT, CODE)
        account.upload(SCRIPT, CODE + "\n")
        path = f"/accounts/{account.id}/workers/scripts/{SCRIPT}"
        new, old = account.ok("GET", f"{path}/versions")["items"]
        shares = [{"version_id": new["id"], "percentage": 10}, {"version_id": old["id"], "percentage": 90}]
        account.ok("POST", f"{path}/deployments", json={"strategy": "percentage", "versions": shares})
        assert self.look(account, rockhounding).state is State.HELD

    def test_no_script_is_no_deployment(self, account, rockhounding):
        found = self.look(account, rockhounding)
        assert (found.state, f"{SCRIPT} (there is no deployment)" in found.says) == (State.MISSING, True)

    def test_the_draft_that_holds_the_first_secrets_is_no_deployment(self, account, rockhounding):
        secrets.put(account.access, rockhounding, {"ADMIN_API_KEY": "planted"})
        found = self.look(account, rockhounding)
        assert (found.state, "stands in" in found.says) == (State.MISSING, True)

    def test_neither_are_the_classes_that_the_ledger_uploads_first(self, account, rockhounding):
        upload = first_upload(history(rockhounding.worker.migrations))
        account.ok("PUT", f"/accounts/{account.id}/workers/scripts/{SCRIPT}", files=upload.parts())
        assert self.look(account, rockhounding).state is State.MISSING

    def test_somebody_s_own_code_may_have_any_name(self, account, rockhounding):
        account.upload(SCRIPT, CODE, main_module="ledger.js")
        assert self.look(account, rockhounding).state is State.HELD

    def test_each_worker_of_a_system_counts(self, account, dotdo):
        account.upload("dispatcher-staging", CODE)
        found = self.look(account, dotdo)
        assert (found.state, "deploy-staging" in found.says) == (State.MISSING, True)
        assert "dispatcher-staging" not in found.says

    def test_versions_that_get_only_some_of_the_requests_are_missing(self, account, answering, rockhounding):
        created = "2026-02-01T00:00:00Z"
        deployment = {"created_on": created, "versions": [{"version_id": "1", "percentage": 60}]}
        path = f"/accounts/{account.id}/workers/scripts/{SCRIPT}"
        envelope = {"success": True, "errors": [], "messages": []}
        answers = {
            f"{path}/deployments": (200, {**envelope, "result": {"deployments": [deployment]}}),
            f"{path}/content/v2": (200, "code in the old syntax"),
        }
        found = account.look("worker-is-deployed", rockhounding, reader=account.reader_at(answering(answers)))
        assert (found.state, "get 60 % of the requests" in found.says) == (State.MISSING, True)


class TestSecrets:
    def test_those_that_lack_are_named(self, account, rockhounding):
        secrets.put(account.access, rockhounding, {"ADMIN_API_KEY": "planted"})
        found = account.look("secrets-are-set", rockhounding)
        assert found.state is State.MISSING
        assert f"MAPBOX_API_KEY of {SCRIPT}" in found.says
        assert "ADMIN_API_KEY" not in found.says
        assert "headworks secrets put staging" in found.says

    def test_all_of_them_are_held(self, account, rockhounding):
        secrets.put(account.access, rockhounding, dict.fromkeys(rockhounding.secrets, "planted"))
        found = account.look("secrets-are-set", rockhounding)
        assert (found.state, "planted" in found.says) == (State.HELD, False)

    def test_without_a_worker_none_is_set(self, account, rockhounding):
        found = account.look("secrets-are-set", rockhounding)
        assert (found.state, all(name in found.says for name in rockhounding.secrets)) == (State.MISSING, True)

    def test_those_of_another_worker_do_not_count(self, account, dotdo):
        """The deploy service needs them, and the dispatcher has them."""
        account.upload("dispatcher-staging", CODE)
        account.upload("deploy-staging", CODE)
        for name in ("DEPLOY_API_KEY", "CLOUDFLARE_API_TOKEN"):
            path = f"/accounts/{account.id}/workers/scripts/dispatcher-staging/secrets"
            account.ok("PUT", path, json={"name": name, "text": "planted", "type": "secret_text"})
        found = account.look("secrets-are-set", dotdo)
        assert (found.state, "DEPLOY_API_KEY of deploy-staging" in found.says) == (State.MISSING, True)

    def test_a_stack_that_declares_none_holds_no_line_that_asks_for_them(self, account, rockhounding):
        found = account.look("secrets-are-set", rockhounding.model_copy(update={"secrets": ()}))
        assert (found.state, "declares no secret" in found.says) == (State.MISSING, True)


class TestDurableObjects:
    def upload(self, account, *classes, script=SCRIPT):
        account.upload(script, CLASSES, migrations={"new_tag": "v1", "new_sqlite_classes": classes})

    def test_those_that_lack_are_named(self, account, rockhounding):
        self.upload(account, "ExportCoordinatorDO")
        found = account.look("durable-object-classes-exist", rockhounding)
        assert (found.state, f"class StatePackRegistryDO of {SCRIPT}." in found.says) == (State.MISSING, True)

    def test_all_of_them_are_held(self, account, rockhounding):
        self.upload(account, "ExportCoordinatorDO", "StatePackRegistryDO")
        assert account.look("durable-object-classes-exist", rockhounding).state is State.HELD

    def test_those_of_another_script_do_not_count(self, account, rockhounding):
        self.upload(account, "ExportCoordinatorDO", "StatePackRegistryDO", script="rockhounding-api")
        assert account.look("durable-object-classes-exist", rockhounding).state is State.MISSING


class TestRoutes:
    HOST = "staging-api.rockhound.app"

    @pytest.fixture
    def zone(self, account):
        account.upload(SCRIPT, CODE)
        account.upload("somebody-else", CODE)
        return account.zone("rockhound.app")

    def record(self, account, zone, **other):
        said = {"name": self.HOST, "type": "CNAME", "content": "rockhound.app", "proxied": True} | other
        account.ok("POST", f"/zones/{zone}/dns_records", json=said)

    def route(self, account, zone, **other):
        said = {"pattern": f"{self.HOST}/*", "script": SCRIPT} | other
        account.ok("POST", f"/zones/{zone}/workers/routes", json=said)

    def test_the_declared_one_with_its_record_is_held(self, account, rockhounding, zone):
        self.record(account, zone)
        self.route(account, zone)
        found = account.look("routes-are-live", rockhounding)
        assert (found.state, found.says) == (State.HELD, f"{self.HOST} → {SCRIPT}.")

    def test_one_that_lacks_is_named(self, account, rockhounding, zone):
        self.record(account, zone)
        found = account.look("routes-are-live", rockhounding)
        assert (found.state, f"{self.HOST}/* (no such route)" in found.says) == (State.MISSING, True)

    @pytest.mark.parametrize(("script", "shown"), [("somebody-else", "somebody-else"), (None, "no Worker")])
    def test_one_that_leads_elsewhere_is_missing(self, account, rockhounding, zone, script, shown):
        self.record(account, zone)
        self.route(account, zone, script=script)
        found = account.look("routes-are-live", rockhounding)
        assert (found.state, f"leads to {shown}, not to {SCRIPT}" in found.says) == (State.MISSING, True)

    @pytest.mark.parametrize(
        ("other", "shown"),
        [
            ({"proxied": False}, "but CNAME rockhound.app, not proxied"),
            ({"content": "elsewhere.example"}, "but CNAME elsewhere.example, proxied"),
            ({"type": "A", "content": "192.0.2.1"}, "but A 192.0.2.1, proxied"),
            ({"name": "other"}, "but none"),
        ],
    )
    def test_a_record_that_is_not_the_declared_one_leads_nobody_there(self, account, rockhounding, zone, other, shown):
        self.record(account, zone, **other)
        self.route(account, zone)
        found = account.look("routes-are-live", rockhounding)
        assert (found.state, shown in found.says) == (State.MISSING, True)

    def test_a_zone_that_is_not_there_has_none(self, account, rockhounding):
        found = account.look("routes-are-live", rockhounding)
        assert (found.state, "rockhound.app is not in the account" in found.says) == (State.MISSING, True)

    def test_workers_that_are_taken_off_are_not_live(self, account, rockhounding, zone):
        self.record(account, zone)
        self.route(account, zone)
        found = account.look("routes-are-live", rockhounding.model_copy(update={"routes_enabled": False}))
        assert (found.state, "routes_enabled" in found.says) == (State.MISSING, True)

    def test_a_custom_domain_is_the_worker_s(self, account, dotdo):
        """Only the deploy service has one; the routes of the services are left out here."""
        (deploy,) = dotdo.companions
        only = dotdo.model_copy(update={"routes": ()})
        account.upload("deploy-staging", CODE)
        account.upload("somebody-else", CODE)
        account.zone("dev.do")
        assert "deploy-staging.dev.do (no such custom domain)" in account.look("routes-are-live", only).says
        path = f"/accounts/{account.id}/workers/domains"
        for script, state in (("somebody-else", State.MISSING), (deploy.worker.name, State.HELD)):
            account.ok(
                "PUT", path, json={"hostname": "deploy-staging.dev.do", "service": script, "zone_name": "dev.do"}
            )
            assert account.look("routes-are-live", only).state is state


LOGS = {"enabled": True, "head_sampling_rate": 1, "invocation_logs": True, "persist": True}


class TestLogs:
    def look(self, account, environment, observability):
        account.upload(SCRIPT, CODE, observability=observability)
        return account.look("logs-are-kept", environment)

    def test_what_the_stack_sets_is_held(self, account, rockhounding):
        said = {"enabled": True, "head_sampling_rate": 1, "logs": LOGS}
        assert self.look(account, rockhounding, said).state is State.HELD

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            (None, "observability is off"),
            ({"enabled": False, "logs": LOGS}, "observability is off"),
            ({"enabled": True, "logs": LOGS | {"enabled": False}}, "its logs are off"),
            ({"enabled": True, "logs": LOGS | {"persist": False}}, "its logs are not stored"),
            ({"enabled": True, "head_sampling_rate": 0, "logs": LOGS}, "its sampling rate is 0"),
            ({"enabled": True, "logs": LOGS | {"head_sampling_rate": 0}}, "its sampling rate is 0"),
        ],
    )
    def test_logs_that_are_not_kept_are_missing(self, account, rockhounding, said, why):
        found = self.look(account, rockhounding, said)
        assert (found.state, f"{SCRIPT} ({why})" in found.says) == (State.MISSING, True)

    def test_a_worker_that_is_not_there_keeps_none(self, account, rockhounding):
        assert account.look("logs-are-kept", rockhounding).state is State.MISSING
