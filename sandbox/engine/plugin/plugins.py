"""Where provider plugins come from, and their processes.

`pulumi-python` runs the dynamic providers that a program brought along; `cloudflare` is served in this process, for the local
account; any other package is an executable `pulumi-resource-<package>` on PATH. Nothing is ever downloaded.
"""

import importlib
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.processes import Report, ServingProcess, unheard

DYNAMIC = "pulumi-python"
LOCAL = "cloudflare"


class Plugin(Protocol):
    """A provider that is being served. Each provider resource has one of its own, because it is configured once."""

    @property
    def address(self) -> str:
        """`HOST:PORT` of its gRPC server."""

    async def stop(self) -> None: ...


async def start(
    package: str,
    *,
    engine_address: str,
    environment: Mapping[str, str],
    directory: Path,
    python: str = sys.executable,
    report: Report = unheard,
) -> Plugin:
    """Starts the provider of a package.

    `environment` is the whole environment of the process, `directory` the program's folder, `python` the interpreter of the
    program: dynamic providers are unpickled with the program's own modules. `report` gets what a dynamic provider prints.
    """
    if package == LOCAL:
        provider = importlib.import_module("sandbox.provider")  # late: most programs do without it
        served: Plugin = await provider.start(engine=engine_address, environment=environment)
        return served
    if package == DYNAMIC:
        command = [python, "-u", "-m", "pulumi.dynamic", engine_address]
    else:
        command, report = [_executable(package, environment), engine_address], unheard
    return await ServingProcess.start(
        f"the provider {package!r}", command, directory=directory, environment=environment, report=report
    )


def _executable(package: str, environment: Mapping[str, str]) -> str:
    name = f"pulumi-resource-{package}"
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        raise EngineError(
            f"no provider for the package {package!r}: the embedded engine serves {LOCAL!r} and dynamic providers itself, and "
            f"looks for others on PATH as {name}. Put that executable on PATH, or run this stack with the pulumi command line"
        )
    return found
