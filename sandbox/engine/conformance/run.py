"""One case in a folder of its own: project, state and world live through its steps."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ruamel.yaml import YAML

from sandbox import engine
from sandbox.engine.backend.secrets import PassphraseManager
from sandbox.engine.conformance import record
from sandbox.engine.conformance.suite import Case, Suite
from sandbox.engine.display import Display
from sandbox.engine.display.json_output import Digest, EventLines
from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.options import Options, Result

PASSPHRASE = "conformance"  # noqa: S105 - the cases' own
OPERATIONS: Mapping[str, Callable[[Options, Callable[[dict[str, Any]], None]], Result]] = {
    "up": engine.up,
    "preview": engine.preview,
    "refresh": engine.refresh,
    "destroy": engine.destroy,
}
SWITCHES = {
    "--continue-on-error": "continue_on_error",
    "--exclude-dependents": "exclude_dependents",
    "--exclude-protected": "exclude_protected",
    "--expect-no-changes": "expect_no_changes",
    "--preview-only": "preview_only",
    "--refresh": "refresh",
    "--show-secrets": "show_secrets",
    "--target-dependents": "target_dependents",
}
LISTS = {
    "--exclude": ("excludes",),
    "--policy-pack": ("policy_packs",),
    "--policy-pack-config": ("policy_pack_configs",),
    "--replace": ("replaces",),
    "--target": ("targets",),
    "--target-replace": ("targets", "replaces"),
}
PATHS = ("policy_packs", "policy_pack_configs")
OUTPUT_ONLY = ("--json", "--diff", "--skip-preview", "--yes")
EMPTY_WORLD: Mapping[str, Any] = {"objects": {}, "counter": {}, "faults": {}, "hangs": [], "delays": {}, "calls": []}
KILL_PATIENCE_SECONDS = 120


class CaseRun(AbstractContextManager["CaseRun"]):
    """Performs the steps of a case in order, each to a normalised record."""

    def __init__(self, case: Case, suite: Suite) -> None:
        self._case = case
        self._suite = suite
        self._root = Path(tempfile.mkdtemp(prefix="conformance-"))
        self._project = self._root / "project"
        self._store = self._root / "store.json"
        self._project.mkdir()
        shutil.copytree(suite.library, self._root / "lib", ignore=shutil.ignore_patterns("__pycache__"))
        for pack in case.directory.glob("policy-*"):
            shutil.copytree(pack, self._root / pack.name)
        for settings in case.directory.glob("*.policy-config.json"):
            shutil.copy(settings, self._root)
        self._salts: dict[str, str] = {}
        self._normaliser = suite.normaliser(
            {str(self._root): "<root>", str(suite.directory): "<suite>", sys.prefix: "<venv>"}
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        shutil.rmtree(self._root, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def perform(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """Runs the step and records what came of it."""
        stack = step.get("stack", "dev")
        self._lay_out(step, stack)
        self._mutate(step.get("mutate", {}))
        flags = [flag.replace("{case}", str(self._root)) for flag in step.get("flags", [])]
        performed = Performed()
        op = step["op"]
        if op in OPERATIONS:
            self._operate(op, self._options(stack, flags, step.get("parallel", 1)), flags, performed)
        elif op == "kill":
            self._kill(self._options(stack, flags, 1), step["until"], performed)
        else:
            self._command(op, stack, flags, performed)
        return self._record(step, stack, flags, performed)

    # the project -----------------------------------------------------------------------------------------------------

    def _lay_out(self, step: Mapping[str, Any], stack: str) -> None:
        program = self._case.directory / step["program"]
        shutil.rmtree(self._project)
        shutil.copytree(self._root / "lib", self._project, ignore=shutil.ignore_patterns("bin"))
        shutil.copytree(program, self._project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("Pulumi.*.yaml"))
        project_file = self._project / "Pulumi.yaml"
        if not project_file.exists():
            project_file.write_text("name: conf\nruntime: python\n")
        self._write_settings(program, stack, step.get("secret_config", {}))

    def _write_settings(self, program: Path, stack: str, secret_config: Mapping[str, str]) -> None:
        """The stack file with the salt that the stack was made with, and the values of `pulumi config set --secret`."""
        yaml = YAML(typ="safe")
        key = f"{yaml.load((self._project / 'Pulumi.yaml').read_text())['name']}/{stack}"
        if key not in self._salts:
            self._salts[key] = PassphraseManager.create(PASSPHRASE).salt
        manager = PassphraseManager(PASSPHRASE, self._salts[key])
        written = program / f"Pulumi.{stack}.yaml"
        settings = (yaml.load(written.read_text()) if written.exists() else None) or {}
        settings["encryptionsalt"] = self._salts[key]
        config = settings.setdefault("config", {}) or {}
        config |= {name: {"secure": manager.encrypt(value)} for name, value in secret_config.items()}
        settings["config"] = config
        with (self._project / f"Pulumi.{stack}.yaml").open("w") as file:
            yaml.dump(settings, file)

    def _options(self, stack: str, flags: Sequence[str], parallel: int) -> Options:
        given: dict[str, Any] = {}
        words = iter(flags)
        for word in words:
            flag, _, attached = word.partition("=")
            if flag in SWITCHES:
                given[SWITCHES[flag]] = True
            elif flag in LISTS:
                value = attached or next(words)
                for name in LISTS[flag]:
                    given[name] = (*given.get(name, ()), Path(value) if name in PATHS else value)
            elif flag not in OUTPUT_ONLY:
                raise Unsupported(f"the flag {flag}")
        return Options(
            project=self._project,
            stack=stack,
            state=self._root / "state",
            passphrase=PASSPHRASE,
            parallel=parallel,
            environment={
                "CONF_STORE": str(self._store),
                "CONF_PYTHON": sys.executable,
                "PATH": os.pathsep.join([str(self._root / "lib" / "bin"), os.environ["PATH"]]),
            },
            **given,
        )

    # the world -------------------------------------------------------------------------------------------------------

    def _world(self) -> dict[str, Any]:
        return json.loads(self._store.read_text()) if self._store.exists() else {}

    def _mutate(self, change: Mapping[str, Any]) -> None:
        world = {**json.loads(json.dumps(EMPTY_WORLD)), **self._world(), "calls": []}
        for id_, properties in change.get("set", {}).items():
            world["objects"].setdefault(id_, {}).update(properties)
        for id_ in change.get("drop", []):
            del world["objects"][id_]
        world |= {key: change[key] for key in ("faults", "hangs", "delays") if key in change}
        self._store.write_text(json.dumps(world))

    # operations ------------------------------------------------------------------------------------------------------

    def _operate(self, op: str, options: Options, flags: Sequence[str], performed: "Performed") -> None:
        try:
            result = OPERATIONS[op](options, performed.events.append)
        except EngineError as error:
            performed.fail(error)
            return
        performed.exit = int(result.exit_code)
        performed.errors += [result.error] if result.error else []
        performed.output = _output(op, options, flags, performed.events)

    def _kill(self, options: Options, until: str, performed: "Performed") -> None:
        """An `up` in a process of its own, whose whole session is killed a second after the call was seen."""
        log = self._root / "events.jsonl"
        log.touch()
        arguments = self._root / "operation.json"
        arguments.write_text(json.dumps({"options": _jsonable(options), "log": str(log)}))
        command = [sys.executable, "-m", "sandbox.engine.conformance", "--operation", str(arguments)]
        process = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + KILL_PATIENCE_SECONDS
        while not any(call.startswith(until) for call in self._world().get("calls", [])):
            if process.poll() is not None or time.monotonic() > deadline:
                kill_session(process.pid)
                raise EngineError(f"the call {until!r}, at which the engine is to be killed, never happened")
            time.sleep(0.1)
        time.sleep(1)
        kill_session(process.pid)
        process.wait()
        performed.exit = "killed"
        performed.events = [json.loads(line) for line in log.read_text().splitlines()]

    def _command(self, words: str, stack: str, flags: Sequence[str], performed: "Performed") -> None:
        commands: Mapping[str, Callable[[Options], Any]] = {
            "cancel": engine.cancel,
            "stack output": lambda options: engine.outputs(options, show_secrets=options.show_secrets),
            "stack export": lambda options: engine.export(options, show_secrets=options.show_secrets),
            "export-import": self._export_import,
        }
        bare = [word for word in words.split() if not word.startswith("--")]
        command = commands.get(" ".join(bare))
        if command is None:
            raise Unsupported(f"the command `{words}`")
        try:
            answer = command(
                self._options(stack, [*flags, *(word for word in words.split() if word.startswith("--"))], 1)
            )
        except EngineError as error:
            performed.fail(error)
        else:
            performed.output = json.dumps(answer) if isinstance(answer, dict) else ""

    def _export_import(self, options: Options) -> None:
        """Exports the stack, forgets it, and imports what was exported."""
        document = json.loads(json.dumps(engine.export(options)))
        shutil.rmtree(options.state / self._project_name())
        engine.import_(options, document)

    def _project_name(self) -> str:
        name: str = YAML(typ="safe").load((self._project / "Pulumi.yaml").read_text())["name"]
        return name

    # the record ------------------------------------------------------------------------------------------------------

    def _record(
        self, step: Mapping[str, Any], stack: str, flags: Sequence[str], performed: "Performed"
    ) -> dict[str, Any]:
        order = self._suite.order(step.get("unordered", []))
        events = performed.events
        preview = step["op"] == "preview" or "--preview-only" in flags
        policies = any(flag.startswith("--policy-pack") for flag in flags)
        world = self._world()
        told = record.diagnostics(events)
        found: dict[str, Any] = {
            "exit": performed.exit,
            **record.of_events(events, order, preview=preview, policies=policies),
            "diagnostics": told,
            "errors": record.errors(performed.errors, told),
            "calls": record.calls(world.get("calls", []), order),
            "objects": world.get("objects", {}),
        }
        wanted = step.get("record", [])
        if "digest" in wanted:
            found["digest"] = json.loads(performed.output or "null")
        if "text" in wanted:
            found["text"] = [line.rstrip() for line in performed.output.splitlines()]
        options = self._options(stack, [], 1)
        shown = engine.export(options, show_secrets=True)["deployment"]
        found["outputs"] = record.outputs(shown, self._suite.unveil)
        found["state"] = order.state(engine.export(options)["deployment"])
        if "secrets" in wanted:
            found["state_shown"] = order.state(shown)
        clean: dict[str, Any] = self._normaliser.clean(json.loads(json.dumps(found)))
        return clean


def _output(op: str, options: Options, flags: Sequence[str], events: Iterable[dict[str, Any]]) -> str:
    """What the command prints."""
    stream = io.StringIO()
    digest = Digest()
    preview = op == "preview" or options.preview_only
    json_view = digest if preview else EventLines(stream)
    display = Display(stream, operation=op, stack=options.stack, preview=preview, diff="--diff" in flags)
    view = json_view if "--json" in flags else display
    for event in events:
        view(event)
    if view is digest:
        return json.dumps(digest.document())
    display.close()
    return stream.getvalue()


class Performed:
    """What an operation left behind."""

    def __init__(self) -> None:
        self.exit: int | str = 0
        self.events: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self.output = ""

    def fail(self, error: EngineError) -> None:
        self.exit = 1
        self.errors.append(str(error))


def perform_operation(arguments: Path) -> None:
    """An `up` in this process, for `_kill`; its events go to a file, line by line."""
    document = json.loads(arguments.read_text())
    given = document["options"]
    paths = {key: Path(given[key]) for key in ("project", "state")}
    with Path(document["log"]).open("w") as log:

        def emit(event: dict[str, Any]) -> None:
            log.write(json.dumps(event) + "\n")
            log.flush()

        engine.up(Options(**{**given, **paths}), emit)


def _jsonable(options: Options) -> dict[str, Any]:
    given = {"project": str(options.project), "state": str(options.state), "environment": dict(options.environment)}
    return {"stack": options.stack, "passphrase": options.passphrase, "parallel": options.parallel} | given


def kill_session(leader: int) -> None:
    """Kills every process of the session, with plugins in process groups of their own."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ProcessLookupError):
            # pid (name) state ppid pgrp session …; the name may hold blanks and brackets
            session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            if session == leader:
                os.kill(int(entry.name), signal.SIGKILL)
