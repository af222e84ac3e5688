import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sandbox.engine.errors import EngineError
from sandbox.engine.plugin import plugins
from sandbox.engine.plugin.answers import CheckFailure
from sandbox.engine.plugin.bridging import mark_secrets, without_references
from sandbox.engine.plugin.processes import ServingProcess
from sandbox.engine.plugin.provider import Provider, ProviderError
from sandbox.engine.plugin.resource_provider import Check, Create, Delete, Diff, Read, Update
from sandbox.engine.resource.values import RESOURCE, SIGNATURE, UNKNOWN, Secret

LIBRARY = Path(__file__).parents[1] / "conformance" / "engine" / "lib"
PROVIDER_URN = "urn:pulumi:dev::conf::pulumi:providers:sluice::default"
URN = "urn:pulumi:dev::conf::sluice:index:Valve::a"
ENGINE = "127.0.0.1:1"


@pytest.fixture
def environment(tmp_path):
    """The environment of the recorded cases: their plugin on PATH, a world in a file."""
    return {
        **os.environ,
        "PATH": f"{LIBRARY / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "CONF_STORE": str(tmp_path / "store.json"),
        "CONF_PYTHON": sys.executable,
    }


def with_provider(environment, use, package="sluice", directory=LIBRARY):
    async def run():
        plugin = await plugins.start(package, engine_address=ENGINE, environment=environment, directory=directory)
        provider = Provider(package, plugin.address)
        try:
            await provider.handshake(ENGINE, str(directory))
            return await use(provider)
        finally:
            await provider.cancel()
            await provider.close()
            await plugin.stop()

    return asyncio.run(run())


def mutate(environment, **change):
    Path(environment["CONF_STORE"]).write_text(
        json.dumps({"objects": {}, "counter": {}, "faults": {}, "hangs": [], "delays": {}, "calls": [], **change})
    )


def test_a_resource_lives_its_whole_life_through_a_plugin_found_on_path(environment):
    async def life(provider):
        await provider.configure(PROVIDER_URN, "id", {"canal": "main"})
        assert (provider.accept_secrets, provider.supports_preview) == (True, True)
        checked = await provider.check(Check(urn=URN, olds={}, news={"label": "a", "size": Secret(1)}))
        assert checked.inputs == {"label": "a", "size": Secret(1)}
        planned = await provider.create(Create(urn=URN, inputs=checked.inputs, preview=True))
        assert planned.outputs["serial"] is UNKNOWN
        made = await provider.create(Create(urn=URN, inputs=checked.inputs))
        assert (made.id, made.outputs["serial"]) == ("a-1", 1)
        difference = await provider.diff(
            Diff(
                urn=URN,
                id=made.id,
                old_inputs=checked.inputs,
                old_outputs=made.outputs,
                news={"label": "a", "size": 2, "zone": "x"},
            )
        )
        assert difference.changes == "some"
        assert difference.replaces == ["zone"]
        assert {path: found.kind for path, found in difference.detailed_diff.items()} == {
            "size": "update",
            "zone": "add-replace",
        }
        updated = await provider.update(
            Update(
                urn=URN, id=made.id, old_inputs=checked.inputs, old_outputs=made.outputs, news={"label": "a", "size": 2}
            )
        )
        assert (updated.id, updated.outputs["echo"]) == ("a-1", "a-1/2.0")
        read = await provider.read(Read(urn=URN, id=made.id, inputs=checked.inputs, state=updated.outputs))
        assert (read.id, read.inputs) == ("a-1", {"label": "a", "size": 2})
        await provider.delete(Delete(urn=URN, id=made.id, inputs={}, outputs=updated.outputs))
        assert (await provider.read(Read(urn=URN, id=made.id, inputs={}, state={}))).id == ""

    with_provider(environment, life)


def test_a_provider_that_accepts_no_secrets_gets_plain_values_and_what_comes_back_is_secret_again(environment):
    async def plain(provider):
        await provider.configure(PROVIDER_URN, "id", {})
        provider.accept_secrets = False
        made = await provider.create(Create(urn=URN, inputs={"label": "a", "token": Secret("hush")}))
        assert made.outputs["token"] == Secret("hush")
        assert made.outputs["label"] == "a"

    with_provider(environment, plain)
    world = json.loads(Path(environment["CONF_STORE"]).read_text())
    assert world["objects"]["a-1"]["token"] == "hush"


def test_what_the_provider_refuses_is_an_error_in_its_own_words(environment):
    mutate(environment, faults={"create:a": "quota exceeded"})

    async def refused(provider):
        checked = await provider.check_config(Check(urn=PROVIDER_URN, olds={}, news={"canal": "dry"}))
        assert checked.failures == [CheckFailure("canal", "there is no water in it")]
        await provider.configure(PROVIDER_URN, "id", {})
        assert (await provider.check(Check(urn=URN, olds={}, news={"label": "a", "size": -1}))).failures == [
            CheckFailure("size", "must not be negative")
        ]
        with pytest.raises(ProviderError, match=r"^quota exceeded$"):
            await provider.create(Create(urn=URN, inputs={"label": "a"}))

    with_provider(environment, refused)


def test_an_object_that_exists_but_is_not_in_order_is_kept_with_its_reasons(environment):
    mutate(environment, faults={"init:a": "no water yet"})

    async def half_made(provider):
        await provider.configure(PROVIDER_URN, "id", {})
        made = await provider.create(Create(urn=URN, inputs={"label": "a"}))
        assert (made.id, made.init_errors, made.outputs["serial"]) == ("a-1", ["no water yet"], 1)
        updated = await provider.update(Update(urn=URN, id="a-1", old_inputs={}, old_outputs={}, news={"label": "a"}))
        assert (updated.id, updated.init_errors) == ("a-1", ["no water yet"])

    with_provider(environment, half_made)


def test_a_provider_whose_configuration_is_unknown_is_never_called(environment):
    async def unknown(provider):
        await provider.configure(PROVIDER_URN, "id", {"canal": UNKNOWN})
        news = {"label": "a"}
        assert (await provider.check(Check(urn=URN, olds={}, news=news))).inputs == news
        assert (
            await provider.diff(Diff(urn=URN, id="a-1", old_inputs={}, old_outputs={}, news=news))
        ).changes == "unknown"
        assert (await provider.create(Create(urn=URN, inputs=news, preview=True))).outputs == {}
        assert (
            await provider.update(Update(urn=URN, id="a-1", old_inputs={}, old_outputs={}, news=news, preview=True))
        ).outputs == {}

    with_provider(environment, unknown)
    assert not Path(environment["CONF_STORE"]).exists()


def test_a_dynamic_provider_knows_neither_configuration_checks_nor_previews(environment):
    async def dynamic(provider):
        news = {"conf:token": Secret("t")}
        assert (await provider.check_config(Check(urn=PROVIDER_URN, olds={}, news=news))).inputs == news
        assert (
            await provider.diff_config(Diff(urn=PROVIDER_URN, id="", old_inputs={}, old_outputs={}, news=news))
        ).changes == "unknown"
        await provider.configure(PROVIDER_URN, "id", news)
        assert (provider.accept_secrets, provider.supports_preview) == (False, False)
        assert (await provider.create(Create(urn=URN, inputs={"a": 1}, preview=True))).outputs == {"a": 1}

    with_provider(environment, dynamic, package="pulumi-python")


def test_a_package_without_a_provider_is_an_error_that_says_what_was_looked_for(environment):
    with pytest.raises(EngineError, match=r"no provider for the package 'aws': .* on PATH as pulumi-resource-aws"):
        with_provider(environment, None, package="aws")


def executable(folder, name, body):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{textwrap.dedent(body)}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def start(folder, body, report=None):
    async def run():
        script = executable(folder, "serve", body)
        heard = []
        process = await ServingProcess.start(
            "the thing",
            [str(script)],
            directory=folder,
            environment=os.environ,
            report=report or (lambda severity, line: heard.append((severity, line))),
        )
        try:
            await asyncio.sleep(0.5)
            return process.address, heard, await process.fate() if "sys.exit" in body else ""
        finally:
            await process.stop()

    return asyncio.run(run())


def test_what_a_process_prints_is_reported_line_by_line(tmp_path):
    address, heard, _ = start(
        tmp_path,
        """
        import sys, time
        print(4711, flush=True)
        print("to people", flush=True)
        print("a warning", file=sys.stderr, flush=True)
        time.sleep(60)
        """,
    )
    assert address == "127.0.0.1:4711"
    assert sorted(heard) == [("info", "to people"), ("info#err", "a warning")]


def test_garbage_in_the_place_of_the_port_is_shown(tmp_path):
    with pytest.raises(
        EngineError, match=r"the thing wrote 'hello' where its port was expected: nothing may be printed"
    ):
        start(tmp_path, "import time\nprint('hello', flush=True)\ntime.sleep(60)")


def test_a_process_that_ends_before_its_port_is_quoted(tmp_path):
    with pytest.raises(
        EngineError, match=r"the thing ended before it told its port \(exit status 1\):(.|\n)*KeyError: 'lost'"
    ):
        start(tmp_path, "raise KeyError('lost')")


def test_a_process_that_cannot_be_started_is_named(tmp_path):
    with pytest.raises(EngineError, match="the thing could not be started"):
        asyncio.run(
            ServingProcess.start("the thing", [str(tmp_path / "absent")], directory=tmp_path, environment=os.environ)
        )


def test_a_process_that_died_later_is_told_with_its_last_words(tmp_path):
    _, _, fate = start(tmp_path, "import sys\nprint(1, flush=True)\nprint('bye', file=sys.stderr)\nsys.exit(3)")
    assert fate == " (exit status 3):\n    bye"


@pytest.mark.parametrize(
    "parent", ["time.sleep(600)", "signal.signal(signal.SIGTERM, signal.SIG_DFL); time.sleep(600)"]
)
def test_stopping_ends_children_that_ignore_being_asked(tmp_path, parent):
    """A child inherits what its parent ignores; the parent may end when asked, or not."""
    start(
        tmp_path,
        f"""
        import os, pathlib, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "600"])
        pathlib.Path("child").write_text(str(child.pid))
        print(1, flush=True)
        {parent}
        """,
    )
    assert ends_soon((tmp_path / "child").read_text())


def test_a_process_ends_with_an_engine_that_is_killed(tmp_path):
    script = executable(
        tmp_path,
        "serve",
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\nprint(1, flush=True)\ntime.sleep(600)",
    )
    engine = f"""
        import asyncio, os, pathlib, signal
        from sandbox.engine.plugin.processes import ServingProcess
        async def run():
            await ServingProcess.start("it", [{str(script)!r}], directory=pathlib.Path({str(tmp_path)!r}), environment=os.environ)
            os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(run())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(engine)], check=False)
    assert done.returncode == -signal.SIGKILL
    pid = (tmp_path / "pid").read_text()
    assert ends_soon(pid), "the process outlived its engine"


def ends_soon(pid):
    """A killed process ends when the kernel gets to it, which may be after its killer went on."""
    for _ in range(100):
        if is_gone(pid):
            return True
        time.sleep(0.1)
    return False


def is_gone(pid):
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_secrets_come_back_under_the_keys_of_secret_inputs_only():
    outputs = {"token": "t", "echo": "t", "deep": {"a": 1, "b": 2}, "list": [1]}
    mark_secrets(
        outputs, {"token": Secret("t"), "deep": {"a": Secret(1), "b": 2}, "list": [Secret(1)], "gone": Secret(1)}
    )
    assert outputs == {"token": Secret("t"), "echo": "t", "deep": {"a": Secret(1), "b": 2}, "list": Secret([1])}


def test_a_reference_becomes_the_id_for_providers_that_know_no_references():
    reference = {SIGNATURE: RESOURCE, "urn": URN, "id": "a-1"}
    component = {SIGNATURE: RESOURCE, "urn": URN}
    assert without_references({"one": [reference], "two": Secret(component)}) == {"one": ["a-1"], "two": Secret(URN)}
