"""What goes wrong around the engine: providers that fail or hang, an API that cannot keep up, a disk that is full.

Kills are in `tests/faults`; what a state on disk survives is in `test_checkpoint.py`, two operations at once in `test_lock.py`.
"""

import os
import signal
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from sandbox import engine
from sandbox.account.server import PREFIX, create_application
from tests.serving import served

ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "a-token-of-forty-characters-for-the-test"
THREE = "a = Thing('a')\nb = Valve('b', size=a.serial)\nc = Thing('c', size=b.serial)\n"


# providers -----------------------------------------------------------------------------------------------------------


def test_what_a_provider_refuses_fails_the_update_and_the_next_one_makes_only_what_is_missing(shop):
    shop.change(faults={"create:b": "quota exceeded"})
    assert shop.up(THREE).exit_code == 1
    assert shop.messages() == ["quota exceeded", "update failed"]
    shop.change(faults={})
    assert shop.up().changes == {"create": 2, "same": 2}
    assert [call.split()[:2] for call in shop.effects()] == [["create", "b"], ["create", "c"]]


def test_a_provider_that_dies_is_named_and_what_others_made_is_kept(shop):
    shop.change(hangs=["create:b"])
    shop.run(engine.preview, THREE)
    process = shop.start("up")
    shop.wait_for_call("create b")
    (plugin,) = (child for child in children(process.pid) if "sluice_plugin" in command_line(child))
    os.kill(plugin, signal.SIGKILL)
    assert shop.finish(process) == 1
    assert "the provider 'sluice' ended or cannot be reached during Create" in shop.messages()[0]
    shop.change(hangs=[])
    assert shop.up().changes == {"create": 2, "same": 2}


def test_whoever_does_not_want_to_wait_for_a_provider_that_hangs_presses_ctrl_c_twice(shop):
    shop.change(hangs=["create:b"])
    shop.run(engine.preview, THREE)
    process = shop.start("up")
    shop.wait_for_call("create b")
    process.send_signal(signal.SIGINT)
    assert "press Ctrl-C again to abandon them" in next(line for line in process.stdout if "cancelled" in line)
    process.send_signal(signal.SIGINT)
    assert shop.finish(process) == 1
    assert "abandoned: run the operation again" in shop.messages()[-1]
    assert "summaryEvent" in shop.events[-2]
    shop.change(hangs=[])
    assert shop.up().changes == {"create": 2, "same": 2}
    assert any("sluice:index:Valve::b, interrupted while creating" in text for text in shop.messages("warning"))


def children(process):
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def command_line(process):
    return Path(f"/proc/{process}/cmdline").read_text()


# an API that cannot keep up ------------------------------------------------------------------------------------------


class Overloaded:
    """An account that refuses each request so many times before it takes it."""

    def __init__(self, account, status, times):
        self._account, self._status, self._times = account, status, times
        self.refused = Counter()
        self.taken = Counter()

    async def __call__(self, scope, receive, send):
        request = (scope.get("method"), scope.get("path"))
        if scope["type"] == "http" and scope["method"] != "GET" and self.refused[request] < self._times:
            self.refused[request] += 1
            error = {"code": 971, "message": "Please wait and consider throttling your request speed"}
            body = {"success": False, "errors": [error], "messages": [], "result": None}
            return await JSONResponse(body, self._status, {"retry-after-ms": "1"})(scope, receive, send)
        if scope["type"] == "http":
            self.taken[request] += 1
        return await self._account(scope, receive, send)


@pytest.fixture
def overloaded(tmp_path):
    """Starts an account behind an overloaded front; gives its front, and the variables that lead there."""

    def start(status, times):
        front = Overloaded(create_application(tmp_path / "account.sqlite", TOKEN, {ACCOUNT: "Local"}), status, times)
        address = running.enter_context(served(front))
        return front, {"CLOUDFLARE_BASE_URL": address, "CLOUDFLARE_API_TOKEN": TOKEN}

    with ExitStack() as running:
        yield start


def queues(*names):
    made = "pulumi.CustomResource('cloudflare:index/queue:Queue', {0!r}, {{'accountId': {1!r}, 'queueName': {0!r}}})\n"
    return "import pulumi\n" + "".join(made.format(name, ACCOUNT) for name in names)


@pytest.mark.parametrize("status", [429, 503])
def test_an_api_that_cannot_keep_up_is_asked_again_and_everything_is_made_once(shop, overloaded, status):
    front, access = overloaded(status, 3)
    (shop.project / "__main__.py").write_text(queues("a", "b", "c"))
    assert shop.finish(shop.start("up", **access)) == 0
    assert shop.messages() == []
    assert (front.refused.total(), front.taken["POST", f"{PREFIX}/accounts/{ACCOUNT}/queues"]) == (3, 3)
    assert {"a", "b", "c"} < shop.resources().keys()


def test_an_api_that_stays_away_fails_the_update_with_its_own_words_and_the_next_one_completes_it(shop, overloaded):
    front, access = overloaded(500, 11)
    (shop.project / "__main__.py").write_text(queues("a"))
    assert shop.finish(shop.start("up", **access)) == 1
    assert any(": 500 Internal Server Error" in text and "consider throttling" in text for text in shop.messages())
    assert "a" not in shop.resources()
    assert shop.finish(shop.start("up", **access)) == 0
    assert front.taken.total() == 1


# a full disk ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [600, 2000, 6000, 9000])
def test_an_update_on_a_full_disk_ends_with_the_way_out_and_the_next_one_makes_nothing_twice(shop, overloaded, room):
    front, access = overloaded(0, 0)
    names = [f"q{number}" for number in range(8)]
    (shop.project / "__main__.py").write_text(queues(*names))
    assert shop.finish(shop.start("up", largest_file=room, **access)) == 1
    assert any("make room on the disk" in text for text in shop.messages())
    assert shop.finish(shop.start("up", **access)) == 0
    assert set(names) < shop.resources().keys()
    assert front.taken["POST", f"{PREFIX}/accounts/{ACCOUNT}/queues"] == len(names)
