"""Which tools this machine has, what each is for, and the command that installs a missing one."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path

SECONDS = 20


@dataclass(frozen=True)
class Tool:
    name: str
    purpose: str
    needed: bool
    """Without it nothing works; what is not needed widens what can be done."""
    install: str
    read_version: Callable[[], str | None]
    at_least: tuple[int, ...] = ()


@dataclass(frozen=True)
class Finding:
    tool: Tool
    version: str | None

    @property
    def needed(self) -> bool:
        return self.tool.needed

    @property
    def found(self) -> bool:
        return self.version is not None and numbers(self.version) >= self.tool.at_least

    @property
    def advice(self) -> str:
        return "" if self.found else self.tool.install

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.tool.name,
            "version": self.version,
            "ok": self.found,
            "needed": self.needed,
            "purpose": self.tool.purpose,
            "install": self.advice or None,
        }


def examine() -> list[Finding]:
    return [Finding(tool, tool.read_version()) for tool in TOOLS]


def show(findings: list[Finding]) -> None:
    """A table, and under it the commands that are worth running."""
    from rich.console import Console  # rich takes its time
    from rich.table import Table

    table = Table("tool", "version", "", "what for", box=None, padding=(0, 2, 0, 0))
    for finding in findings:
        state = "ok" if finding.found else "missing" if finding.needed else "not here"
        table.add_row(finding.tool.name, finding.version or "-", state, finding.tool.purpose)
    console = Console()
    console.print(table)
    for finding in findings:
        if finding.advice:
            console.print(f"\n{finding.tool.name}: {finding.advice}", highlight=False, soft_wrap=True)


def find(name: str, *folders: Path) -> str | None:
    """The program that a name stands for: in these folders, beside our own Python, or on PATH."""
    search = [*map(str, folders), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    return shutil.which(name, path=os.pathsep.join(search))


def version_of(name: str, *folders: Path) -> str | None:
    """Version of a tool of the table, or of another program that tells it by `--version`."""
    known = next((tool for tool in TOOLS if tool.name == name), None)
    return known.read_version() if known else _ask_version(find(name, *folders), "--version")


def numbers(version: str) -> tuple[int, ...]:
    """Of a version, to be compared."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _command_version(name: str, *words: str) -> Callable[[], str | None]:
    return lambda: _ask_version(find(name), *words)


def _ask_version(executable: str | None, *words: str) -> str | None:
    if executable is None:
        return None
    try:
        answer = subprocess.run(
            [executable, *words],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(\.\d+)+\S*", answer.stdout)
    return found.group() if found else None


def _provider_plugin_version() -> str | None:
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return None
    try:
        listing = subprocess.run(
            [pulumi, "plugin", "ls", "--json"], capture_output=True, text=True, timeout=SECONDS, check=True
        )
        plugins = json.loads(listing.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    versions = [str(plugin.get("version")) for plugin in plugins if plugin.get("name") == "cloudflare"]
    return max(versions, key=numbers, default=None)


_PROVIDER = package_version("pulumi-cloudflare")

TOOLS = (
    Tool(
        "python", "runs everything here", True, "Install Python 3.11 or later.", lambda: sys.version.split()[0], (3, 11)
    ),
    Tool(
        "git",
        "checkouts, and what was released when",
        True,
        "Install git with your system's packages.",
        _command_version("git", "--version"),
    ),
    Tool(
        "uv",
        "the locked environment, and Pulumi's Python toolchain",
        True,
        "make setup",
        _command_version("uv", "--version"),
    ),
    Tool("pulumi-cloudflare", "the resource classes of the program", True, "make setup", lambda: _PROVIDER),
    Tool(
        "pulumi",
        "real accounts; the local one has the embedded engine",
        False,
        "curl -fsSL https://get.pulumi.com | sh",
        _command_version("pulumi", "version"),
        (3, 256),
    ),
    Tool(
        "cloudflare provider",
        "what `pulumi` drives a real account with",
        False,
        f"pulumi plugin install resource cloudflare v{_PROVIDER}",
        _provider_plugin_version,
    ),
    Tool(
        "node",
        "wrangler, for Workers whose code wrangler owns",
        False,
        "Install Node.js 20 or later from https://nodejs.org or your system's packages.",
        _command_version("node", "--version"),
        (20,),
    ),
)
