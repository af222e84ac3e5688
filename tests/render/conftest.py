"""Wrangler itself, pinned by node/package-lock.json, with no network and a home of its own."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
NODE = Path(sys.executable).parent / "node"
MODULES = ROOT / "node" / "node_modules"

NodeTool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def golden() -> ModuleType:
    """The script beside this file."""
    spec = importlib.util.spec_from_file_location("golden", Path(__file__).with_name("golden.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def node_tool(tmp_path_factory: pytest.TempPathFactory) -> NodeTool:
    """Runs `wrangler` or `tsc` in a folder."""
    if not NODE.exists() or not MODULES.exists():
        pytest.skip("not verified by wrangler itself: `make test` installs it")
    home = tmp_path_factory.mktemp("home")
    scripts = {"wrangler": MODULES / "wrangler/bin/wrangler.js", "tsc": MODULES / "typescript/bin/tsc"}
    settings = {"CI": "true", "NO_COLOR": "1", "WRANGLER_SEND_METRICS": "false", "WRANGLER_HIDE_BANNER": "true"}

    def run(tool: str, *words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(NODE), str(scripts[tool]), *words],
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", "HOME": str(home), **settings, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
