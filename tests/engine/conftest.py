"""A project whose resources are objects of one JSON file, with the real engine, program process and provider process."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import engine

SUITE = Path(__file__).parents[1] / "conformance" / "engine"
IMPORTS = "import pulumi\nfrom store import *\nfrom sluice import *\n"

OPERATION = """
import json, resource, sys
from pathlib import Path
from sandbox import engine

name, project, state, largest_file = sys.argv[1:]
if int(largest_file):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest_file), int(largest_file)))
options = engine.Options(project=Path(project), stack="dev", state=Path(state), passphrase="a", parallel=4, take_over=True)
try:
    sys.exit(engine.__dict__[name](options, lambda event: print(json.dumps(event), flush=True)).exit_code)
except engine.EngineError as error:
    print(json.dumps({"diagnosticEvent": {"severity": "error", "message": str(error)}}))
    sys.exit(1)
"""


class Shop:
    """A project with a stack `dev`; `Thing` is a dynamic resource, `Valve` one of the plugin `sluice`."""

    def __init__(self, root: Path) -> None:
        self.project = root / "project"
        self.world_file = root / "world.json"
        self.state = root / "state"
        shutil.copytree(SUITE / "lib", self.project, ignore=shutil.ignore_patterns("__pycache__"))
        (self.project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        self.events: list[dict] = []
        self.change()

    def options(self, **more) -> engine.Options:
        environment = {
            "CONF_STORE": str(self.world_file),
            "CONF_PYTHON": sys.executable,
            "PATH": f"{SUITE / 'lib' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }
        settings = {"passphrase": "a", "parallel": 4, "environment": environment, **more}
        return engine.Options(project=self.project, stack="dev", state=self.state, **settings)

    def run(self, operation, program: str | None = None, **more) -> engine.Result:
        if program is not None:
            (self.project / "__main__.py").write_text(IMPORTS + program)
        self.change()
        self.events.clear()
        return operation(self.options(**more), self.events.append)

    def up(self, program: str | None = None, **more) -> engine.Result:
        return self.run(engine.up, program, **more)

    def preview(self, program: str | None = None, **more) -> engine.Result:
        return self.run(engine.preview, program, **more)

    def start(self, operation: str, *, largest_file: int = 0, **environment: str) -> subprocess.Popen:
        """An operation in a process of its own, which writes its events, a line of JSON each.

        `largest_file` bytes are the most that the process can write to one file, which is what a full disk is like.
        """
        command = [sys.executable, "-c", OPERATION, operation, self.project, self.state, str(largest_file)]
        settings = {**os.environ, **self.options().environment, **environment}
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=settings)

    def finish(self, process: subprocess.Popen) -> int:
        """Its exit code; its events are then those of the shop."""
        lines = process.communicate(timeout=60)[0].splitlines()
        self.events[:] = [json.loads(line) for line in lines]
        return process.returncode

    def wait_for_call(self, call: str) -> None:
        deadline = time.monotonic() + 60
        while not any(each.startswith(call) for each in self.calls):
            assert time.monotonic() < deadline, f"{call!r} never came"
            time.sleep(0.05)

    @property
    def world(self) -> dict:
        return json.loads(self.world_file.read_text()) if self.world_file.exists() else {}

    def change(self, **more) -> None:
        """Changes the world from outside; what providers were asked before is forgotten."""
        world = {
            "objects": {},
            "counter": {},
            "faults": {},
            "hangs": [],
            "delays": {},
            **self.world,
            **more,
            "calls": [],
        }
        self.world_file.write_text(json.dumps(world))

    @property
    def calls(self) -> list[str]:
        return self.world["calls"]

    def effects(self) -> list[str]:
        return [call for call in self.calls if call.split()[0] in ("create", "update", "delete", "read")]

    def resources(self) -> dict[str, dict]:
        """The state's resources by name; of several, the last."""
        deployment = engine.export(self.options())["deployment"]
        return {each["urn"].rpartition("::")[2]: each for each in deployment.get("resources", [])}

    def steps(self) -> list[str]:
        found = [event["resourcePreEvent"]["metadata"] for event in self.events if "resourcePreEvent" in event]
        return [f"{step['op']} {step['urn'].rpartition('::')[2]}" for step in found]

    def messages(self, severity: str = "error") -> list[str]:
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [each["message"].rstrip() for each in found if each["severity"] == severity]


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)
