"""Workers for Platforms, and what watches a system."""

import pytest

from headworks.checks.check import State

CODE = "export default { fetch() {} };"
NAMESPACES = "/workers/dispatch/namespaces"


@pytest.fixture
def namespace(account):
    account.make(NAMESPACES, name="dotdo-staging")
    return f"{NAMESPACES}/dotdo-staging"


class TestTrust:
    def test_a_namespace_of_the_other_mode_is_missing(self, account, dotdo, namespace):
        found = account.look("trusted-mode-agrees", dotdo)
        assert found.state is State.MISSING
        assert "dotdo-staging is untrusted, and the stack says trusted" in found.says

    def test_one_of_the_declared_mode_is_held(self, account, dotdo, namespace):
        account.ok("PATCH", f"/accounts/{account.id}{namespace}", json={"trusted_workers": True})
        assert account.look("trusted-mode-agrees", dotdo).state is State.HELD
        untrusted = dotdo.model_copy(update={"platform": dotdo.platform.model_copy(update={"trusted": False})})
        assert account.look("trusted-mode-agrees", untrusted).state is State.MISSING

    def test_one_that_lacks_is_named(self, account, dotdo):
        found = account.look("trusted-mode-agrees", dotdo)
        assert (found.state, "lacks the dispatch namespace dotdo-staging" in found.says) == (State.MISSING, True)

    def test_a_stack_without_one_holds_no_line_about_it(self, account, rockhounding):
        assert account.look("trusted-mode-agrees", rockhounding).state is State.MISSING


class TestCatalogue:
    def test_each_service_is_in_the_namespace(self, account, dotdo, namespace):
        for service in dotdo.platform.services:
            account.upload(service.key, CODE, path=f"{namespace}/scripts")
        assert account.look("namespace-holds-the-catalogue", dotdo).state is State.HELD

    def test_those_that_lack_and_those_that_nobody_declared_are_named(self, account, dotdo, namespace):
        for service in dotdo.platform.services[1:]:
            account.upload(service.key, CODE, path=f"{namespace}/scripts")
        account.upload("stranger", CODE, path=f"{namespace}/scripts")
        # A Worker of the account is none of the namespace.
        account.upload(dotdo.platform.services[0].key, CODE)
        found = account.look("namespace-holds-the-catalogue", dotdo)
        assert found.state is State.MISSING
        assert (
            f"{dotdo.platform.services[0].key} (not in the namespace), stranger (not in the catalogue)." in found.says
        )

    def test_a_namespace_that_lacks_is_named(self, account, dotdo):
        found = account.look("namespace-holds-the-catalogue", dotdo)
        assert (found.state, "lacks the dispatch namespace dotdo-staging" in found.says) == (State.MISSING, True)


class TestAlerts:
    NAME = "rockhounding-api-production-unreachable"

    @pytest.fixture
    def production(self, environment):
        return environment("rockhounding-api", "production")

    def make(self, account, **other):
        said = {
            "name": self.NAME,
            "alert_type": "health_check_status_notification",
            "enabled": True,
            "mechanisms": {"email": [{"id": "on-call@rockhound.app"}]},
        }
        account.make("/alerting/v3/policies", **said | other)

    def test_the_one_that_cloudflare_can_watch_is_held(self, account, production):
        """The other one, on the rate of errors, nothing of Cloudflare's watches; that is for a policy to say."""
        self.make(account)
        found = account.look("alerts-are-enabled", production)
        assert (found.state, found.says) == (State.HELD, f"{self.NAME}.")

    def test_one_that_is_turned_off_is_missing(self, account, production):
        self.make(account, enabled=False)
        found = account.look("alerts-are-enabled", production)
        assert (found.state, "unreachable (turned off)" in found.says) == (State.MISSING, True)

    def test_one_of_another_stack_does_not_count(self, account, production):
        self.make(account, name="rockhounding-api-staging-unreachable")
        found = account.look("alerts-are-enabled", production)
        assert (found.state, "there is no notification policy" in found.says) == (State.MISSING, True)

    def test_a_stack_without_an_alert_holds_no_line_about_it(self, account, rockhounding):
        assert account.look("alerts-are-enabled", rockhounding).state is State.MISSING
