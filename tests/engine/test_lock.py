import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from sandbox.engine.backend.checkpoint import Checkpoint
from sandbox.engine.backend.lock import LockedError, acquire, break_lock, locked
from sandbox.engine.errors import EngineError

HOLDER = """
    import pathlib, sys
    from sandbox.engine.backend.lock import locked
    with locked(pathlib.Path(sys.argv[1]), "destroy"):
        print("held", flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "dev.json.lock"


@pytest.fixture
def holder(path):
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_two_operations_at_once_are_refused_with_who_is_at_it(path, holder):
    with pytest.raises(LockedError) as error:
        acquire(path, "up")
    message = str(error.value)
    assert "the stack is currently locked by 1 lock(s): destroy by " in message
    assert f"process {holder.pid} on " in message
    assert "which is running. Wait for it to end, or break the lock with `cancel`" in message


def test_a_living_owner_is_not_robbed_even_by_one_who_takes_over(path, holder):
    with pytest.raises(LockedError):
        acquire(path, "up", take_over=True)


def test_when_the_owner_ends_the_lock_is_gone(path, holder):
    holder.communicate("")
    assert not path.exists()
    with locked(path, "up") as (_, former):
        assert former is None


def test_a_killed_owner_leaves_a_lock_that_only_cancel_breaks(path, holder):
    kill(holder)
    with pytest.raises(LockedError, match="was interrupted and left the lock behind"):
        acquire(path, "up")
    assert break_lock(path).pid == holder.pid
    with locked(path, "up"):
        pass


def test_a_killed_owner_of_this_host_can_be_taken_over_and_is_named(path, holder):
    kill(holder)
    with locked(path, "up", take_over=True) as (_, former):
        assert former.pid == holder.pid
        assert former.operation == "destroy"
        assert json.loads(path.read_text())["pid"] == os.getpid()


def test_the_lock_of_another_host_is_not_taken_over(path):
    owner = {"pid": 1, "host": "elsewhere", "user": "u", "operation": "up", "since": 0}
    path.write_text(json.dumps(owner))
    with pytest.raises(LockedError, match="on elsewhere"):
        acquire(path, "up", take_over=True)


def test_a_lock_file_that_nobody_can_read_is_still_a_lock(path):
    path.write_text("garbage\n")
    with pytest.raises(LockedError, match="an unknown operation"):
        acquire(path, "up", take_over=True)


def test_an_owner_who_was_killed_while_it_wrote_its_name_had_not_begun(path, holder):
    kill(holder)
    os.truncate(path, path.stat().st_size // 2)
    with locked(path, "up") as (_, former):
        assert former is None


def test_an_owner_whose_lock_was_broken_stops_writing(tmp_path):
    checkpoint = Checkpoint(tmp_path / "dev.json")
    deployment = {"metadata": {}, "resources": [{"urn": "u"}]}
    robbed = contextlib.ExitStack()
    writer = robbed.enter_context(checkpoint.write("up"))
    writer.save(deployment)
    checkpoint.cancel()
    with checkpoint.write("up") as other:
        other.save({"metadata": {}, "resources": [{"urn": "v"}]})
    for stopped in (lambda: writer.save({"metadata": {}}), robbed.close):
        with pytest.raises(EngineError, match="was broken by `cancel`"):
            stopped()
    assert checkpoint.load()["resources"] == [{"urn": "v"}]


def test_without_a_lock_there_is_nothing_to_break(path):
    assert break_lock(path) is None


def test_a_lock_that_its_owner_released_in_between_is_not_taken_for_one_that_holds(path, monkeypatch):
    real, races = fcntl.flock, []

    def race(descriptor, operation):
        if not races:
            races.append(path.unlink())  # the owner ends after the file was opened, and before it is locked
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", race)
    with locked(path, "up"), pytest.raises(LockedError):
        acquire(path, "destroy")
