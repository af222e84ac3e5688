"""The command line as a person runs it: a process of its own, on a home of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Headworks = Callable[..., subprocess.CompletedProcess[str]]


def run_headworks(
    home: Path, *words: str, cwd: Path = ROOT, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDFLARE_", "PULUMI_"))}
    # Deployments here are by the embedded engine, whatever a machine has on its PATH.
    inherited["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    return subprocess.run(
        [sys.executable, "-m", "headworks", *words],
        cwd=cwd,
        env={**inherited, "HEADWORKS_HOME": str(home), "NO_COLOR": "1", **variables},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session", name="run_headworks")
def runner() -> Headworks:
    """Runs `headworks WORDS…` on a home, the first argument."""
    return run_headworks


@pytest.fixture
def headworks(tmp_path: Path) -> Iterator[Headworks]:
    """Runs `headworks WORDS…` with `home` as HEADWORKS_HOME; a local account that it started is stopped at the end."""
    home = tmp_path / "home"

    def run(*words: str, **keywords: str) -> subprocess.CompletedProcess[str]:
        return run_headworks(home, *words, **keywords)

    yield run
    if (home / "sandbox").exists():
        run("sandbox", "stop")


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT
