"""Make `.venv` with exactly what uv.lock says. Needs nothing but this Python; runs with the standard library alone.

usage: setup.py STAMP      STAMP is written when everything is in place, so that make does not come here again.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from locked import ROOT, UV, VENV, run, sync

PACKAGES = ("components", "headworks", "policies", "sandbox")
NO_VENV = "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"


def main(stamp: Path) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the very question: nothing has checked it before this line
        sys.exit(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}: make PYTHON=/path/to/python3.12")
    make_environment()
    install_uv()
    sync()
    run(str(VENV / "bin" / "python"), "-m", "compileall", "-q", *(str(ROOT / package) for package in PACKAGES))
    stamp.touch()
    print("Ready. `make demo` shows it at work, `make test` runs the tests.")


def make_environment() -> None:
    if (VENV / "bin" / "python").exists():
        return
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships it in a package of its own
    except ImportError:
        install_debian_package("python3-venv")
    print("Setting up .venv …")
    run(sys.executable, "-m", "venv", str(VENV))


def install_debian_package(name: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(NO_VENV)
    run("apt-get", "update", "--quiet")
    run("apt-get", "install", "--yes", "--quiet", name)


def install_uv() -> None:
    """The uv of the lock, from the package registry, into the environment itself."""
    import tomllib  # noqa: PLC0415 - an older Python gets to the message above instead of failing here

    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    version = next(package["version"] for package in lock["package"] if package["name"] == "uv")
    installed = (
        subprocess.run([UV, "--version"], capture_output=True, text=True, check=False).stdout if UV.exists() else ""
    )
    if version not in installed.split():
        print("Installing the locked packages …")
        run(
            str(VENV / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            f"uv=={version}",
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
