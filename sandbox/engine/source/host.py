"""The processes of a deployment: provider plugins, the program, policy packs, each with the environment that it is to see."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.engine.events import Events, Severity
from sandbox.engine.options import Options
from sandbox.engine.plugin import plugins
from sandbox.engine.plugin.provider import Provider
from sandbox.engine.policy.pack import StackContext
from sandbox.engine.policy.packs import PolicyPacks
from sandbox.engine.source.program import Program
from sandbox.engine.workspace.configuration import Configuration
from sandbox.engine.workspace.project import ORGANIZATION, Project


class Host:
    """Starts them, and reports what they print. `address`, that of the engine's own services, is known before any of them starts."""

    def __init__(self, project: Project, options: Options, configuration: Configuration, events: Events) -> None:
        self._project = project
        self._options = options
        self._configuration = configuration
        self._events = events
        self._environment = {**os.environ, **options.environment, **configuration.environment()}
        self.address = ""
        self.interrupting = False
        """The program is being ended: what it says now follows from that."""

    @asynccontextmanager
    async def start_provider(self, package: str) -> AsyncIterator[Provider]:
        runtime = self._project.runtime
        plugin = await plugins.start(
            package,
            engine_address=self.address,
            environment=self._environment | runtime.environment(),
            directory=self._project.program,
            python=runtime.python(self._project.directory),
            report=self._report,
        )
        provider = Provider(package, plugin.address)
        try:
            await provider.handshake(self.address, str(self._project.directory))
            yield provider
            await provider.cancel()
        finally:
            await provider.close()
            await plugin.stop()

    async def start_program(self) -> Program:
        return await Program.start(
            self._project,
            self._options.stack,
            address=self.address,
            preview=self._events.preview,
            parallel=self._options.parallel,
            environment=self._environment,
            report=self._report_of_program,
        )

    async def start_packs(self) -> PolicyPacks:
        context = StackContext(
            project=self._project.name,
            stack=self._options.stack,
            organization=ORGANIZATION,
            dry_run=self._events.preview,
            configuration=self._configuration.values,
            secret_keys=self._configuration.secret_keys,
        )
        told = {
            "PULUMI_PROJECT": context.project,
            "PULUMI_STACK": context.stack,
            "PULUMI_ORGANIZATION": context.organization,
            "PULUMI_DRY_RUN": str(context.dry_run).lower(),
        }
        return await PolicyPacks.start(
            self._options.policy_packs,
            self._options.policy_pack_configs,
            self._events,
            engine_address=self.address,
            environment=self._environment | told,
            context=context,
            report=self._report,
        )

    def _report_of_program(self, severity: Severity, line: str) -> None:
        if not self.interrupting:
            self._report(severity, line)

    def _report(self, severity: Severity, line: str) -> None:
        self._events.diagnostic(severity, line)


async def stop_packs(starting: "asyncio.Task[PolicyPacks]") -> None:
    """Also when they have not come up yet."""
    starting.cancel()
    (packs,) = await asyncio.gather(starting, return_exceptions=True)
    if isinstance(packs, PolicyPacks):
        await packs.stop()
