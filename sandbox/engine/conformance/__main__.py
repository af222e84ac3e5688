"""`python -m sandbox.engine.conformance [--jobs N] [--case NAME …] DIR…`

Exit status 0 if every case passed, 1 if one failed. Each case runs in a process of its own; several run side by side.
"""

import argparse
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.engine.conformance.compare import differences
from sandbox.engine.conformance.run import CaseRun, kill_session, perform_operation
from sandbox.engine.conformance.suite import Case, cases, suite_of
from sandbox.engine.errors import EngineError

LIMIT_SECONDS = 300


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.engine.conformance", description="Runs recorded cases and compares."
    )
    parser.add_argument("directories", nargs="*", type=Path, metavar="DIR", help="a folder of cases, or one case")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many cases run side by side")
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="only the cases of this name")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--operation", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.operation:
        perform_operation(given.operation)
        return 0
    if not given.directories:
        parser.error("name at least one folder of cases")
    try:
        found = [case for case in cases(given.directories) if not given.case or case.name in given.case]
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if given.here:
        print("\n".join(filter(None, map(run, found))))
        return 0
    return run_all(found, given.jobs)


def run_all(found: Sequence[Case], jobs: int) -> int:
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for case, report in zip(found, pool.map(run_apart, found), strict=True):
            failed += bool(report)
            print(f"FAILED {case.name}\n{report}\n" if report else f"passed {case.name}", flush=True)
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0


def run_apart(case: Case) -> str:
    """Runs the case in another process; returns its differences, empty if there are none."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.engine.conformance", "--here", str(case.directory)],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"still running after {LIMIT_SECONDS} seconds"
    finally:
        kill_session(process.pid)
        process.wait()
    if process.returncode:
        return f"the engine's process ended with exit status {process.returncode}\n{output}{errors}".rstrip()
    return output.strip()


def run(case: Case) -> str:
    """Runs the case in this process; the steps up to the first that differs."""
    try:
        with CaseRun(case, suite_of(case)) as performing:
            for number, step in enumerate(case.steps, 1):
                order = suite_of(case).order(step.get("unordered", []))
                difference = differences(case.expected(number), performing.perform(step), order)
                if difference:
                    return (
                        f"step {number} ({step['op']} of {step['program']}) differs, - expected, + found\n{difference}"
                    )
    except EngineError as error:
        return str(error)
    except Exception:  # noqa: BLE001 - a crash is a failed case, the others still run
        return traceback.format_exc().rstrip()
    return ""


def _environment() -> dict[str, str]:
    """Without Pulumi's own variables: they would change what a case records."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}


if __name__ == "__main__":
    sys.exit(main())
