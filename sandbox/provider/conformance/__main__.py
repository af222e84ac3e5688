"""`python -m sandbox.provider.conformance DIR…`: every case of the folders, a readable difference for each that fails."""

import sys
import traceback
from pathlib import Path

from sandbox.provider.conformance.case import run_case

MOST_LINES = 12
"""Of differences shown for a case; the first ones usually explain the others."""


def cases_in(folders: list[Path]) -> list[Path]:
    """A folder may be a case itself or hold cases."""
    found = {
        file.parent for folder in folders for pattern in ("case.json", "*/case.json") for file in folder.glob(pattern)
    }
    return sorted(found)


def main(arguments: list[str]) -> int:
    cases = cases_in([Path(argument).resolve() for argument in arguments])
    if not cases:
        print(
            "usage: python -m sandbox.provider.conformance DIR…   (DIR: a case, or a folder of cases)", file=sys.stderr
        )
        return 2
    failed = 0
    for case in cases:
        try:
            found = run_case(case)
        except Exception:  # noqa: BLE001 - a case that breaks the run is a failed case
            found = traceback.format_exc().splitlines()
        print(f"{'ok  ' if not found else 'FAIL'} {case.name}")
        failed += bool(found)
        for line in found[:MOST_LINES]:
            print(f"     {line}")
        if len(found) > MOST_LINES:
            print(f"     … and {len(found) - MOST_LINES} more")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
