"""Chromium with its driver, for the tests that look at pages. Runs with the standard library alone.

usage: browser.py STAMP      STAMP is written when both are there, so that make does not come here again.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = ("chromium", "chromedriver")
PACKAGES = ("chromium", "chromium-driver")


def main(stamp: Path) -> None:
    if not _are_there():
        _install()
    if _are_there():
        stamp.touch()
    else:
        print("Without chromium and chromedriver the tests of pages are skipped. On Debian: apt-get install", *PACKAGES)


def _are_there() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


def _install() -> None:
    """Where we may: elsewhere it is for the person whose machine it is."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing chromium for the tests of pages …", flush=True)
    for words in (("update",), ("install", "--yes", "--no-install-recommends", *PACKAGES)):
        ended = subprocess.run(["apt-get", "--quiet", *words], check=False, capture_output=True, text=True)
        if ended.returncode:
            print(ended.stdout, ended.stderr, sep="\n", file=sys.stderr)
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
