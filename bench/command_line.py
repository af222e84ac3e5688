"""How long the command line takes, as whole processes: `python bench/command_line.py [--runs N]`.

Each command is timed in turn with an empty Python program, so that the ratio holds on a slow or a busy machine. Budgets on two
cores: `headworks --help` 0.25 s, preview of staging 3 s, up of staging 5 s, the pack at most 1 s more.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADWORKS = (sys.executable, "-m", "headworks")
EMPTY = (sys.executable, "-c", "")


@dataclass(frozen=True)
class Case:
    name: str
    budget: float | None
    """Seconds on two cores."""
    command: Sequence[str]
    before: Sequence[str] = ()
    """Run before each timed run, untimed."""


def cases() -> list[Case]:
    stack = ("staging", "--engine", "embedded")
    up = (*HEADWORKS, "up", *stack, "--yes", "--skip-preview")
    anew = (
        "sh",
        "-c",
        f"{' '.join(HEADWORKS)} sandbox reset --yes && {' '.join(HEADWORKS)} sandbox start && {put_secrets()}",
    )
    return [
        Case("headworks --help", 0.25, (*HEADWORKS, "--help")),
        Case("preview staging, nothing there yet", 3, (*HEADWORKS, "preview", *stack)),
        Case("up staging, everything created", 5, up, before=anew),
        Case("up staging, nothing to change", 5, up),
    ]


def put_secrets() -> str:
    return f"{' '.join(HEADWORKS)} secrets put staging --from-file $HEADWORKS_HOME/vars"


def seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        sys.exit(f"{' '.join(command)} failed, so its time says nothing:\n{finished.stdout}{finished.stderr}")
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HEADWORKS_HOME": home}
        names = ("SUPABASE_SERVICE_ROLE_KEY", "ADMIN_API_KEY", "MAPBOX_API_KEY")
        Path(home, "vars").write_text("".join(f"{name}=made-up\n" for name in names))
        seconds((*HEADWORKS, "sandbox", "start"), environment)
        seconds(("sh", "-c", put_secrets()), environment)
        print(f"{'command':40} {'median':>8} {'least':>8} {'x empty':>8} {'budget':>8}")
        try:
            for case in cases():
                measure(case, runs, environment)
        finally:
            seconds((*HEADWORKS, "sandbox", "stop"), environment)


def measure(case: Case, runs: int, environment: dict[str, str]) -> None:
    took, ratios = [], []
    for _ in range(runs):
        if case.before:
            seconds(case.before, environment)
        took.append(seconds(case.command, environment))
        ratios.append(took[-1] / seconds(EMPTY, environment))
    budget = f"{case.budget:g}" if case.budget else "-"
    print(
        f"{case.name:40} {statistics.median(took):8.2f} {min(took):8.2f} {statistics.median(ratios):8.1f} {budget:>8}",
        flush=True,
    )


if __name__ == "__main__":
    main()
