"""The life of every system in every environment: `python bench/systems.py [--at-once N]`.

Preview with the policies and up, up again (nothing to change), refresh (nothing changed), destroy, each by the command line on a
local account of the system's own. Budget for all twelve on two cores: 3 minutes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from headworks.model.files import load_environment
from headworks.model.stack_files import stacks_of
from headworks.secrets import declared_names
from headworks.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[1]
SYSTEMS = {each.project: each.system for each in open_workspace(ROOT).systems()}
LIFE = {
    "preview and up": ("up", "--yes"),
    "up again": ("up", "--yes", "--skip-preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    "destroy": ("destroy", "--yes", "--skip-preview", "--ignore-protect"),
}


@contextmanager
def local_account(home: Path) -> Iterator[dict[str, str]]:
    """The environment of commands that talk to an account of their own."""
    environment = os.environ | {"HEADWORKS_HOME": str(home)}
    headworks(environment, "sandbox", "start")
    try:
        yield environment
    finally:
        headworks(environment, "sandbox", "stop")


def headworks(environment: dict[str, str], *words: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "headworks", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        sys.exit(f"headworks {' '.join(words)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")


def live(system: str) -> dict[str, dict[str, float]]:
    """Seconds per stack and step."""
    directory, taken = SYSTEMS[system], {}
    with tempfile.TemporaryDirectory() as home, local_account(Path(home)) as environment:
        for stack in stacks_of(directory):
            declared = load_environment(directory, stack)
            if names := declared_names(declared):
                values = Path(home) / "values"
                values.write_text("".join(f"{name}=made-up\n" for name in names))
                headworks(environment, "secrets", "put", stack, "--from-file", str(values), "--system", str(directory))
            for each in declared.hyperdrives:
                environment[each.password_variable] = "made-up"
            taken[stack] = {}
            for step, (operation, *flags) in LIFE.items():
                began = time.perf_counter()
                headworks(environment, operation, stack, *flags, "--system", str(directory))
                taken[stack][step] = time.perf_counter() - began
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="systems at once (default: 2)")
    at_once = parser.parse_args().at_once
    began = time.perf_counter()
    with ThreadPoolExecutor(max_workers=at_once) as threads:
        lives = dict(zip(SYSTEMS, threads.map(live, SYSTEMS), strict=True))
    total = time.perf_counter() - began
    print(f"| system | stack | {' | '.join(LIFE)} |\n|---|---|{'---:|' * len(LIFE)}")
    for system, stacks in lives.items():
        for stack, taken in stacks.items():
            print(f"| {system} | {stack} | {' | '.join(f'{seconds:.1f} s' for seconds in taken.values())} |")
    print(f"\nAll of it, {at_once} systems at once: {total:.0f} s.")


if __name__ == "__main__":
    main()
