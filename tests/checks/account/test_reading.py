"""How an account is read: each thing once, in time, and without a word of the token."""

import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from headworks.account import Access
from headworks.checks.check import State

ARGUMENTS = {
    "d1-tables-exist": {"database": "DB", "tables": ["events"]},
    "d1-indexes-exist": {"database": "DB", "indexes": ["by_time"]},
}


@pytest.fixture
def look_all(account, environment):
    """What all checks find, at the same time, with the environment of every system."""

    def look(reader):
        systems = {name: environment(name, "staging") for name in ("triggers-api", "dotdo")}
        systems["rockhounding-api"] = environment("rockhounding-api", "production")
        asked = [(id_, each) for id_ in account.checks for each in systems.values()]
        with ThreadPoolExecutor(8) as threads:
            return list(
                threads.map(lambda one: (one[0], account.look(*one, reader=reader, **ARGUMENTS.get(one[0], {}))), asked)
            )

    return look


def test_each_thing_is_asked_once(account, look_all):
    account.zone("rockhound.app")
    account.make("/d1/database", name="triggers-api-staging")
    before = len(account.journal())
    reader = account.reader()
    look_all(reader)
    asked = Counter(account.journal()[before:])
    assert len(asked) > 20
    # A bucket is looked for in three jurisdictions, which a header names.
    twice = {path for (method, path, _), times in asked.items() if times > (3 if "/r2/" in path else 1)}
    assert {path for path in twice if not path.endswith("/query")} == set()
    look_all(reader)
    assert Counter(account.journal()[before:]) == asked


def test_no_check_asks_for_an_address_that_there_is_not(account, look_all):
    look_all(account.reader())
    assert account.unknown_addresses() == []


def unread(found):
    """Those that are not verified, by check."""
    return {id_ for id_, each in found if each.state is State.NOT_VERIFIED}


def test_an_account_for_which_nobody_answers_is_not_verified(account, look_all):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    reader = account.reader_at(f"http://127.0.0.1:{port}")
    found = look_all(reader)
    assert unread(found) == set(account.checks)
    assert [id_ for id_, each in found if each.state is State.HELD] == []


def test_one_that_never_answers_is_asked_a_few_things_and_then_no_more(account, look_all, rockhounding):
    """All requests after the first ones would wait as long, one after the other."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        reader = account.reader(access=Access(base_url=address, token=account.token, local=True), seconds=0.3)
        found = look_all(reader)
        again = account.look("token-is-valid", rockhounding, reader=reader)
    assert unread(found) == set(account.checks)
    assert "did not answer" in again.says


def test_one_that_hangs_up_is_not_called_again_and_again(account, look_all):
    calls = []
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def hang_up():
        while not stop.is_set():
            connection, _ = listener.accept()
            calls.append(connection.getsockname())
            connection.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    address = listener.getsockname()
    found = look_all(account.reader_at(f"http://127.0.0.1:{address[1]}"))
    stop.set()
    socket.create_connection(address).close()
    thread.join()
    listener.close()
    assert unread(found) == set(account.checks)
    assert len(calls) <= 2 * 8 + 1  # each of the first eight twice, and ours


def test_an_answer_that_comes_drop_by_drop_is_not_waited_for(account, rockhounding):
    """Each drop ends a silence, so that no time limit of the connection ever passes."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n")
            while not stop.wait(0.01):
                connection.sendall(b" ")

    thread = threading.Thread(target=drip)
    thread.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    reader = account.reader(access=Access(base_url=address, token=account.token, local=True), seconds=0.3)
    found = account.look("kv-namespaces-exist", rockhounding, reader=reader)
    stop.set()
    thread.join()
    listener.close()
    assert (found.state, "within 0.3 seconds" in found.says) == (State.NOT_VERIFIED, True)


@pytest.mark.parametrize("body", [[], "text", {"success": True, "result": 5}, {"success": True, "result": [1]}])
def test_an_answer_of_another_shape_is_not_verified(account, answering, rockhounding, body):
    address = answering({f"/accounts/{account.id}/storage/kv/namespaces": (200, body)})
    reader = account.reader_at(address)
    found = account.look("kv-namespaces-exist", rockhounding, reader=reader)
    assert (found.state, "the shape that Cloudflare documents" in found.says) == (State.NOT_VERIFIED, True)


@pytest.mark.parametrize("token", ["planted-5c1e\nnew-line", "planted-5c1e-ä", "planted-5c1e" * 4])
def test_nothing_that_is_said_has_the_token(account, look_all, token):
    """A token with a line end in it, as of a file that was pasted, is in the text of the errors that it causes."""
    reader = account.reader(access=Access(base_url=account.address, token=token, local=True))
    for id_, found in look_all(reader):
        assert "planted-5c1e" not in found.says + repr(found), id_
    assert "planted-5c1e" not in repr(reader)


def test_an_answer_that_repeats_the_token_is_told_without_it(account, answering, rockhounding):
    error = {"code": 9999, "message": f"who is {account.token}?"}
    body = {"success": False, "errors": [error], "messages": [], "result": None}
    address = answering({f"/accounts/{account.id}/storage/kv/namespaces": (403, body)})
    reader = account.reader_at(address)
    found = account.look("kv-namespaces-exist", rockhounding, reader=reader)
    assert found.state is State.NOT_VERIFIED
    assert "403 who is …? [code: 9999]" in found.says


def test_a_token_that_may_not_read_something_is_not_verified(account, answering, rockhounding):
    error = {"code": 10000, "message": "Authentication error"}
    body = {"success": False, "errors": [error], "messages": [], "result": None}
    address = answering({f"/accounts/{account.id}/queues": (403, body)})
    reader = account.reader_at(address)
    found = account.look("queues-exist", rockhounding, reader=reader)
    assert (found.state, "403 Authentication error [code: 10000]" in found.says) == (State.NOT_VERIFIED, True)


def test_an_address_that_leads_nowhere_says_nothing_about_what_is_there(account, answering, rockhounding):
    error = {"code": 7003, "message": "Could not route"}
    body = {"success": False, "errors": [error], "messages": [], "result": None}
    path = f"/accounts/{account.id}/workers/scripts/{rockhounding.worker.name}/secrets"
    reader = account.reader(access=Access(base_url=answering({path: (404, body)}), token=account.token, local=True))
    assert account.look("secrets-are-set", rockhounding, reader=reader).state is State.NOT_VERIFIED


def test_another_account_of_the_same_token_is_another_account(account, rockhounding):
    account.make("/storage/kv/namespaces", title="CACHE_KV_STAGING")
    account.make("/storage/kv/namespaces", title="SESSION_KV_STAGING")
    reader = account.reader()
    assert account.look("kv-namespaces-exist", rockhounding, reader=reader).state is State.HELD
    other = reader.of_account(account.other_id)
    assert account.look("kv-namespaces-exist", rockhounding, reader=other).state is State.MISSING
