import copy
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.engine.backend import journal
from sandbox.engine.backend.checkpoint import (
    Checkpoint,
    CorruptStateError,
    envelope,
    from_envelope,
    reencrypted,
    with_plaintext,
)
from sandbox.engine.errors import EngineError
from sandbox.engine.resource.values import SECRET, SIGNATURE


def resource(name, **more):
    return {"urn": f"urn:pulumi:dev::conf::t:i:T::{name}", "custom": True, "type": "t:i:T", **more}


def deployment(*resources, pending=()):
    lists = {"resources": list(resources), "pending_operations": list(pending)}
    return {"manifest": {}, **{key: value for key, value in lists.items() if value}, "metadata": {}}


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path / "conf" / "dev.json")


def saved(checkpoint, *deployments):
    with checkpoint.write("up") as writer:
        for each in deployments:
            writer.save(each)


def test_a_stack_without_state_has_no_deployment(checkpoint):
    assert checkpoint.load() is None


def test_the_file_is_the_envelope_that_pulumi_imports_and_only_its_owner_reads_it(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    document = json.loads(checkpoint.path.read_text())
    assert document == {"version": 3, "deployment": deployment(resource("a"))}
    assert checkpoint.path.stat().st_mode & 0o777 == 0o600
    assert from_envelope(document) == checkpoint.load()


def test_the_last_good_state_is_kept_beside(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    saved(checkpoint, deployment(resource("a"), resource("b")))
    assert from_envelope(json.loads(checkpoint.backup.read_text())) == deployment(resource("a"))


def test_nothing_is_left_beside_the_state_and_its_backup_when_an_operation_ends(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    saved(checkpoint, deployment())
    assert sorted(path.name for path in checkpoint.path.parent.iterdir()) == ["dev.json", "dev.json.bak"]


def test_an_operation_that_saves_nothing_does_not_touch_the_file(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    before = checkpoint.path.stat()
    with checkpoint.write("up") as writer:
        writer.save(writer.deployment)
    assert checkpoint.path.stat().st_mtime_ns == before.st_mtime_ns
    assert not checkpoint.backup.exists()


def test_what_is_saved_is_seen_by_others_before_the_operation_ends(checkpoint):
    with checkpoint.write("up") as writer:
        writer.save(deployment(resource("a"), pending=[{"resource": resource("b"), "type": "creating"}]))
        assert checkpoint.load()["pending_operations"][0]["type"] == "creating"
        writer.save(deployment(resource("a"), resource("b")))
        assert checkpoint.load() == deployment(resource("a"), resource("b"))


def test_a_save_writes_only_what_changed(checkpoint):
    many = [resource(f"r{number}") for number in range(1000)]
    with checkpoint.write("up") as writer:
        writer.save(deployment(*many))
        before = checkpoint.journal.stat().st_size
        for number in range(0, 1000, 100):
            many[number] = resource(f"r{number}", id="x")
            writer.save(deployment(*many))
        many.insert(0, many.pop())
        many.insert(500, many.pop())
        writer.save(deployment(*many))
        assert checkpoint.journal.stat().st_size - before < 10 * 200 + 6 * 1000
    assert checkpoint.load() == deployment(*many)


names = st.lists(st.sampled_from("abcdefgh"), unique=True)


@settings(deadline=None)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=6))
def test_replaying_the_journal_gives_what_was_saved_in_whatever_order_resources_come_and_go(steps):
    pool = {name: resource(name) for name in "abcdefgh"}
    state, replayed = {}, {}
    for present, changed in steps:
        pool |= {name: copy.deepcopy(pool[name]) for name in changed}
        fresh = deployment(*(pool[name] for name in present))
        line = journal.change(state, fresh)
        if line is not None:
            replayed = journal.apply(replayed, json.loads(json.dumps(line)))
        state = fresh
        assert replayed == state


def crashed(checkpoint, *deployments):
    """What a killed process leaves: everything but the end of the operation."""
    program = """
        import json, os, pathlib, signal, sys
        from sandbox.engine.backend.checkpoint import Checkpoint
        with Checkpoint(pathlib.Path(sys.argv[1])).write("up") as writer:
            for deployment in json.loads(sys.argv[2]):
                writer.save(deployment)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(checkpoint.path), json.dumps(deployments)], check=False
    )
    assert done.returncode == -signal.SIGKILL


def test_a_killed_operation_loses_nothing(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    crashed(checkpoint, deployment(resource("a"), resource("b")), deployment(resource("b")))
    assert checkpoint.load() == deployment(resource("b"))
    with checkpoint.write("up", take_over=True) as writer:
        assert writer.deployment == deployment(resource("b"))
        assert writer.former.operation == "up"
        writer.save(deployment(resource("c")))
        assert checkpoint.load() == deployment(resource("c"))
    assert checkpoint.load() == deployment(resource("c"))
    assert not checkpoint.journal.exists()


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_save_that_was_cut_off_is_as_if_it_had_not_begun(checkpoint, cut):
    saved(checkpoint, deployment(resource("a")))
    crashed(
        checkpoint, deployment(resource("a"), resource("b")), deployment(resource("a"), resource("b"), resource("c"))
    )
    os.truncate(checkpoint.journal, checkpoint.journal.stat().st_size - cut)
    assert checkpoint.load() == deployment(resource("a"), resource("b"))
    checkpoint.cancel()
    saved(checkpoint, deployment(resource("d")))
    assert checkpoint.load() == deployment(resource("d"))


def test_a_crash_between_the_new_file_and_the_end_of_the_journal_is_seen_through(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    with checkpoint.write("up") as writer:
        writer.save(deployment(resource("b")))
        begun = checkpoint.journal.read_bytes()
    finished = checkpoint.path.read_bytes()
    # The file has been renamed, the journal not yet removed.
    checkpoint.journal.write_bytes(
        begun + json.dumps({"becomes": hashlib.sha256(finished).hexdigest()}).encode() + b"\n"
    )
    assert checkpoint.load() == deployment(resource("b"))
    # The journal is complete, the file not yet renamed.
    checkpoint.path.write_bytes(checkpoint.backup.read_bytes())
    assert checkpoint.load() == deployment(resource("b"))
    saved(checkpoint, deployment(resource("b"), resource("c")))
    assert checkpoint.load() == deployment(resource("b"), resource("c"))


def test_a_state_that_was_cut_in_half_is_not_overwritten_and_the_error_names_the_way_out(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    saved(checkpoint, deployment(resource("b")))
    half = checkpoint.path.read_bytes()[:100]
    checkpoint.path.write_bytes(half)
    with pytest.raises(CorruptStateError) as error, checkpoint.write("up"):
        pass
    assert str(checkpoint.path) in str(error.value)
    assert f"{checkpoint.backup}: copy it over the file, then run `refresh`" in str(error.value)
    assert checkpoint.path.read_bytes() == half
    checkpoint.backup.replace(checkpoint.path)
    assert checkpoint.load() == deployment(resource("a"))


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"version": 2, "deployment": {}}', '{"version": 3, "deployment": []}', "\xff"]
)
def test_what_is_no_checkpoint_is_refused(checkpoint, text):
    checkpoint.path.parent.mkdir()
    checkpoint.path.write_text(text)
    with pytest.raises(CorruptStateError, match="There is no backup"):
        checkpoint.load()


def test_a_journal_of_another_state_is_refused(checkpoint):
    saved(checkpoint, deployment(resource("a")))
    crashed(checkpoint, deployment(resource("b")))
    checkpoint.path.write_text(json.dumps(envelope(deployment(resource("z")))))
    with pytest.raises(CorruptStateError, match="was not written for the state"):
        checkpoint.load()


def test_a_line_changed_in_the_middle_of_a_journal_is_refused(checkpoint):
    crashed(checkpoint, deployment(resource("a")), deployment(resource("b")))
    lines = checkpoint.journal.read_bytes().splitlines(keepends=True)
    checkpoint.journal.write_bytes(lines[0] + b"{garbage\n" + lines[2])
    with pytest.raises(EngineError, match=r"line 2 of the journal .* is not JSON"):
        checkpoint.load()


def test_a_full_disk_fails_the_save_and_keeps_what_was_saved_before(checkpoint, monkeypatch):
    real = os.pwrite
    with checkpoint.write("up") as writer:
        writer.save(deployment(resource("a")))

        def full(descriptor, data, offset):
            real(descriptor, data[: len(data) // 2], offset)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(EngineError, match=r"No space left on device.*saved before is intact"):
            writer.save(deployment(resource("a"), resource("b")))
        monkeypatch.undo()
        assert checkpoint.journal.read_bytes().endswith(b"\n")
        assert checkpoint.load() == deployment(resource("a"))
        writer.save(deployment(resource("c")))
    assert checkpoint.load() == deployment(resource("c"))


def test_a_full_disk_at_the_end_keeps_everything_in_the_journal(checkpoint, monkeypatch):
    saved(checkpoint, deployment(resource("a")))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sandbox.engine.backend.checkpoint._write", full)
    with pytest.raises(EngineError, match="Nothing is lost"):
        saved(checkpoint, deployment(resource("b")))
    monkeypatch.undo()
    assert checkpoint.load() == deployment(resource("b"))
    with checkpoint.write("up"):
        pass
    assert from_envelope(json.loads(checkpoint.path.read_text())) == deployment(resource("b"))


def test_export_with_secrets_shows_them_and_an_import_seals_them_under_the_new_key():
    sealed = {"a": [{SIGNATURE: SECRET, "ciphertext": "old:x"}, 1]}
    shown = with_plaintext(sealed, lambda text: text.removeprefix("old:"))
    assert shown == {"a": [{SIGNATURE: SECRET, "plaintext": "x"}, 1]}
    for form in (sealed, shown):
        again = reencrypted(form, lambda text: text.removeprefix("old:"), lambda text: f"new:{text}")
        assert again == {"a": [{SIGNATURE: SECRET, "ciphertext": "new:x"}, 1]}


SAVING = """
    import pathlib, sys
    from sandbox.engine.backend.checkpoint import Checkpoint
    checkpoint = Checkpoint(pathlib.Path(sys.argv[1]))
    saved = checkpoint.load() or {}
    resources = list(saved.get("resources", []))
    while True:
        with checkpoint.write("up", take_over=True) as writer:
            for _ in range(5):
                resources.append({"urn": f"urn:{len(resources)}", "text": "x" * 2000})
                writer.save({"manifest": {}, "resources": resources})
                print(len(resources), flush=True)
"""


@pytest.mark.parametrize("seed", range(8))
def test_what_was_reported_as_saved_survives_a_kill_at_any_moment(checkpoint, seed):
    moments = random.Random(seed)
    reported = 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SAVING), str(checkpoint.path)], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.05))
        process.kill()
        lines = process.communicate()[0].splitlines()
        reported = int(lines[-1]) if lines else reported + 1
        found = [resource["urn"] for resource in checkpoint.load()["resources"]]
        assert found == [f"urn:{number}" for number in range(len(found))]
        assert reported <= len(found) <= reported + 1
        reported = len(found)
