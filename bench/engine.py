"""How time and memory of the embedded engine grow with the stack: `python bench/engine.py [--sizes 10,100,1000] [--runs N]`.

Each operation runs in a process of its own, with the program and the provider (`memory_provider.py`, which has no cloud behind it)
in theirs. A stack of N resources has a component for every ten, and each resource needs the one before it in its component, so
that ten are made one after the other and the components side by side. Peaks are those of the resident memory of the two processes.

`--profile FILE` writes a cProfile of the engine in the last operation measured; `--operations` and `--sizes` choose which.
"""

import argparse
import cProfile
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
OPERATIONS = ("preview", "up", "no-change up", "destroy")
NEEDED = {"preview": (), "up": (), "no-change up": ("up",), "destroy": ("up",)}
"""What runs before an operation, unmeasured."""
PROGRAM = """
import pulumi

class Shelf(pulumi.ComponentResource):
    def __init__(self, name: str, size: int) -> None:
        super().__init__("memory:index:Shelf", name)
        before = None
        for place in range(size):
            properties = {{"label": f"{{name}}-{{place}}", "tags": {{"owner": "bench", "place": str(place)}}, "lines": ["text"] * 5}}
            item = pulumi.CustomResource(
                "memory:index:Item", f"{{name}}-{{place}}", {{**properties, "after": before}}, pulumi.ResourceOptions(parent=self)
            )
            before = item.id

for number in range({shelves}):
    Shelf(f"shelf{{number}}", 9)
"""
MEGABYTE = 1024
"""In kB, the unit of `VmHWM`."""
LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Measured:
    seconds: float
    engine: float
    """Peak, MB."""
    program: float
    """Peak, MB; 0 where no program runs."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=_list(int), default=[10, 100, 1000], metavar="N,…")
    parser.add_argument("--operations", type=_list(str), default=list(OPERATIONS), metavar="NAME,…")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("OPERATION", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        operate(arguments.measure[0], Path(arguments.measure[1]), arguments.profile)
        return
    empty = measure("up", 0, arguments.runs, None)
    print(
        f"up of an empty program {empty.seconds:.2f} s; `import pulumi` alone {_import_seconds(arguments.runs):.2f} s"
    )
    print("x: how often the value of the line above it\n")
    print(
        f"{'operation':14} {'resources':>9} {'seconds':>8} {'x':>5} {'engine MB':>10} {'x':>5} {'program MB':>11} {'x':>5}"
    )
    for operation in arguments.operations:
        before = None
        for size in arguments.sizes:
            before = _report(operation, size, measure(operation, size, arguments.runs, arguments.profile), before)


def _list(kind: Callable[[str], object]) -> Callable[[str], list[object]]:
    return lambda text: [kind(item) for item in text.split(",")]


def _report(operation: str, size: int, found: Measured, before: Measured | None) -> Measured:
    cells = [f"{operation:14} {size:9}"]
    for name, form in (("seconds", "8.2f"), ("engine", "10.0f"), ("program", "11.0f")):
        value = getattr(found, name)
        cells.append(f"{value:{form}} {f'{value / getattr(before, name):.1f}' if before and value else '-':>5}")
    print(" ".join(cells), flush=True)
    return found


def _import_seconds(runs: int) -> float:
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import pulumi"], check=True)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def measure(operation: str, size: int, runs: int, profile: Path | None) -> Measured:
    """The median of several runs, each on a state of its own."""
    found = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
            Path(folder, "__main__.py").write_text(PROGRAM.format(shelves=size // 10))
            for needed in NEEDED[operation]:
                _run(needed, folder)
            found.append(_run(operation, folder, profile))
    return Measured(
        *(statistics.median(values) for values in zip(*(each.__dict__.values() for each in found), strict=True))
    )


def _run(operation: str, folder: str, profile: Path | None = None) -> Measured:
    command: Sequence[str] = [sys.executable, str(HERE / "engine.py"), "--measure", operation, folder]
    command = [*command, *(["--profile", str(profile)] if profile else [])]
    paths = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    began = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{operation} failed, so its time says nothing:\n{done.stdout}{done.stderr}")
    peaks = json.loads(done.stdout.splitlines()[-1])
    return Measured(seconds, **peaks)


def operate(operation: str, folder: Path, profile: Path | None) -> None:
    """What runs in the process that is measured: one operation, shown to nobody."""
    from sandbox import engine  # noqa: PLC0415 - the bench itself does not carry it
    from sandbox.engine.display import Display  # noqa: PLC0415

    name = operation.rpartition(" ")[2]
    path = f"{HERE / 'plugins'}{os.pathsep}{os.environ['PATH']}"
    options = engine.Options(
        project=folder,
        stack="dev",
        state=folder / "state",
        passphrase="bench",
        environment={"PATH": path, "BENCH_PYTHON": sys.executable},
    )
    program = ProgramPeak()
    program.start()
    with Path(os.devnull).open("w") as nowhere:
        display = Display(nowhere, operation=name, stack="dev")
        with cProfile.Profile() if profile else nullcontext() as profiler:
            result = getattr(engine, name)(options, display)
        display.close()
    if profiler is not None:
        profiler.dump_stats(profile)
    if result.exit_code:
        sys.exit(f"{operation} ended with {result.exit_code}")
    print(json.dumps({"engine": peak("self") / MEGABYTE, "program": program.found / MEGABYTE}))


class ProgramPeak(threading.Thread):
    """Looks again and again at the child that runs the program: `getrusage` of a child would count what it was forked from."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.found = 0

    def run(self) -> None:
        while True:
            for children in Path("/proc/self/task").glob("*/children"):
                with suppress(FileNotFoundError, ProcessLookupError):
                    for child in children.read_text().split():
                        if b"executor.py" in Path(f"/proc/{child}/cmdline").read_bytes():
                            self.found = max(self.found, peak(child))
            time.sleep(LOOK_SECONDS)


def peak(process: str) -> int:
    """The most that a process has had in memory so far, kB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    main()
