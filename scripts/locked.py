"""`.venv`, with what uv.lock says. For the other scripts: it runs with the standard library alone, and an older Python may read it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
UV = VENV / "bin" / "uv"


def sync(*more: str) -> None:
    """Have the locked packages in `.venv`; `more` is what uv is told besides.

    Bytecode is compiled here, once, even where Python is told to write none: without it the imports take three times as long.
    """
    run(str(UV), "sync", "--frozen", "--compile-bytecode", "--quiet", "--project", str(ROOT), *more)


def sync_group(name: str) -> None:
    """Have those of a group in pyproject.toml, too."""
    sync("--inexact", "--group", name)


def run(*command: str, cwd: Path = ROOT) -> None:
    """Run a command, and end with what it was if it fails."""
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(VENV)}
    environment.pop("VIRTUAL_ENV", None)  # another environment that happens to be active is none of ours
    finished = subprocess.run(command, cwd=cwd, env=environment, check=False)
    if finished.returncode:
        sys.exit(f"{' '.join(command)}\nfailed with exit code {finished.returncode}; its output above says why.")
