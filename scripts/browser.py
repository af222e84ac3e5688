"""Chromium, and what drives it, for the tests that look at pages. Runs with the standard library alone.

usage: browser.py STAMP      STAMP is written when both are there, so that make does not come here again.

A group of its own in pyproject.toml: who only wants to see the demo does not wait for it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from locked import sync_group


def main(stamp: Path) -> None:
    sync_group("browser")
    if not shutil.which("chromium"):
        _install_chromium()
    if shutil.which("chromium"):
        stamp.touch()
    else:
        print("Without chromium the tests of pages are skipped. On Debian: apt-get install chromium")


def _install_chromium() -> None:
    """Where we may: elsewhere it is for the person whose machine it is."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing chromium for the tests of pages …", flush=True)
    for words in (("update",), ("install", "--yes", "--no-install-recommends", "chromium")):
        ended = subprocess.run(["apt-get", "--quiet", *words], check=False, capture_output=True, text=True)
        if ended.returncode:
            print(ended.stdout, ended.stderr, sep="\n", file=sys.stderr)
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
