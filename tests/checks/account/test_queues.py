"""Queues, their consumers, Workflows and schedules."""

import pytest

from headworks.checks.check import State

CONSUMER = "export default { fetch() {}, queue() {}, scheduled() {} };\nexport class ProcessEventWorkflow {}\nexport class Other {}"


@pytest.fixture
def attach(account):
    """Makes the queues of the Rockhounding API's staging; gives the main one a consumer."""

    def run(script="rockhounding-api-staging", dead_letter_queue="exports-dlq-staging"):
        account.upload(script, CONSUMER)
        account.make("/queues", queue_name="exports-dlq-staging")
        queue = account.make("/queues", queue_name="exports-queue-staging")["queue_id"]
        said = {"type": "worker", "script_name": script}
        if dead_letter_queue:
            said["dead_letter_queue"] = dead_letter_queue
        account.make(f"/queues/{queue}/consumers", **said)

    return run


class TestQueues:
    def test_a_dead_letter_queue_that_lacks_is_named(self, account, rockhounding):
        account.make("/queues", queue_name="exports-queue-staging")
        found = account.look("queues-exist", rockhounding)
        assert (found.state, "the queue exports-dlq-staging." in found.says) == (State.MISSING, True)

    def test_one_on_a_later_page_is_there(self, account, answering, rockhounding):
        """The SDK takes the list for a single page."""
        path = f"/accounts/{account.id}/queues"
        pages = [["exports-queue-staging"], ["exports-dlq-staging"], []]
        answers = {
            f"{path}?page={number}": (200, {"success": True, "result": [{"queue_name": name} for name in names]})
            for number, names in enumerate(pages, start=1)
        }
        found = account.look("queues-exist", rockhounding, reader=account.reader_at(answering(answers)))
        assert found.state is State.HELD

    def test_all_of_them_are_held(self, account, rockhounding, attach):
        attach()
        assert account.look("queues-exist", rockhounding).state is State.HELD


class TestConsumers:
    def look(self, account, environment):
        return account.look("queue-consumers-are-attached", environment)

    def test_the_declared_one_is_held(self, account, rockhounding, attach):
        attach()
        found = self.look(account, rockhounding)
        assert (found.state, found.says) == (State.HELD, "exports-queue-staging → rockhounding-api-staging.")

    def test_a_queue_without_one_is_named(self, account, rockhounding):
        account.make("/queues", queue_name="exports-queue-staging")
        found = self.look(account, rockhounding)
        assert found.state is State.MISSING
        assert "exports-queue-staging (consumed by no Worker, not by rockhounding-api-staging)" in found.says

    def test_another_worker_is_another_consumer(self, account, rockhounding, attach):
        attach(script="somebody-else")
        found = self.look(account, rockhounding)
        assert (found.state, "consumed by somebody-else" in found.says) == (State.MISSING, True)

    def test_one_that_drops_what_failed_is_missing(self, account, rockhounding, attach):
        attach(dead_letter_queue=None)
        found = self.look(account, rockhounding)
        assert found.state is State.MISSING
        assert "what failed goes to nowhere, not to exports-dlq-staging" in found.says

    def test_a_queue_that_lacks_has_none(self, account, rockhounding):
        found = self.look(account, rockhounding)
        assert (found.state, "there is no such queue" in found.says) == (State.MISSING, True)

    def test_the_api_s_own_word_for_the_script_counts(self, account, answering, rockhounding):
        """Cloudflare answers `script`, and describes `script_name`. The local account answers both."""
        consumer = {"type": "worker", "script": "rockhounding-api-staging", "dead_letter_queue": "exports-dlq-staging"}
        listed = [{"queue_id": "1" * 32, "queue_name": "exports-queue-staging", "consumers": [consumer]}]
        body = {"success": True, "errors": [], "messages": [], "result": listed}
        reader = account.reader_at(answering({f"/accounts/{account.id}/queues": (200, body)}))
        found = account.look("queue-consumers-are-attached", rockhounding, reader=reader)
        assert found.state is State.HELD

    def test_one_that_pulls_is_no_worker(self, account, rockhounding):
        queue = account.make("/queues", queue_name="exports-queue-staging")["queue_id"]
        account.make(f"/queues/{queue}/consumers", type="http_pull")
        assert self.look(account, rockhounding).state is State.MISSING


class TestWorkflows:
    def make(self, account, script="triggers-api-staging", class_name="ProcessEventWorkflow"):
        account.upload(script, CONSUMER)
        path = f"/accounts/{account.id}/workflows/process-event-workflow-staging"
        account.ok("PUT", path, json={"script_name": script, "class_name": class_name})

    def test_one_that_lacks_is_named(self, account, triggers):
        found = account.look("workflows-exist", triggers)
        assert (found.state, "process-event-workflow-staging (there is none)" in found.says) == (State.MISSING, True)

    def test_the_declared_one_is_held(self, account, triggers):
        self.make(account)
        assert account.look("workflows-exist", triggers).state is State.HELD

    @pytest.mark.parametrize("other", [{"script": "somebody-else"}, {"class_name": "Other"}])
    def test_one_that_runs_something_else_is_missing(self, account, triggers, other):
        self.make(account, **other)
        found = account.look("workflows-exist", triggers)
        assert (found.state, next(iter(other.values())) in found.says) == (State.MISSING, True)


class TestCrons:
    SCRIPT = "your-parquedb-api-staging"

    @pytest.fixture
    def parquedb(self, environment):
        return environment("parquedb", "staging")

    def schedule(self, account, *crons):
        account.upload(self.SCRIPT, CONSUMER)
        path = f"/accounts/{account.id}/workers/scripts/{self.SCRIPT}/schedules"
        account.ok("PUT", path, json=[{"cron": cron} for cron in crons])

    def test_the_declared_ones_are_held(self, account, parquedb):
        self.schedule(account, *parquedb.worker.crons)
        assert account.look("crons-are-scheduled", parquedb).state is State.HELD

    def test_one_that_lacks_is_named(self, account, parquedb):
        self.schedule(account)
        found = account.look("crons-are-scheduled", parquedb)
        assert (found.state, f"*/5 * * * * of {self.SCRIPT} (not scheduled)" in found.says) == (State.MISSING, True)

    def test_a_worker_that_is_not_there_has_none(self, account, parquedb):
        assert account.look("crons-are-scheduled", parquedb).state is State.MISSING

    def test_one_that_no_file_says_is_named(self, account, parquedb):
        self.schedule(account, *parquedb.worker.crons, "0 0 * * *")
        found = account.look("crons-are-scheduled", parquedb)
        assert (found.state, f"0 0 * * * of {self.SCRIPT} (in no file)" in found.says) == (State.MISSING, True)

    def test_a_stack_that_declares_none_holds_no_line_that_asks_for_one(self, account, rockhounding):
        account.upload(rockhounding.worker.name, CONSUMER)
        found = account.look("crons-are-scheduled", rockhounding)
        assert (found.state, "declares no schedule" in found.says) == (State.MISSING, True)
