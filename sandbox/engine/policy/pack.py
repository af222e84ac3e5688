"""A policy pack: a process of its own, asked through Pulumi's Analyzer protocol.

It is started as the Python language host starts it (`python -u -m pulumi.policy ENGINE PACK`, in the pack's folder), told about the stack,
and configured. It sees secrets in clear; what it reports is shown, so its messages must not hold values.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.channels import CHANNEL_OPTIONS
from sandbox.engine.plugin.processes import Report, ServingProcess, unheard
from sandbox.engine.policy.config import Policy, PolicyConfig, PolicyConfigError, read_config, reconcile
from sandbox.engine.policy.messages import (
    AnalyzedResource,
    Remediation,
    Violation,
    analyze_request,
    analyze_stack_request,
    configure_request,
    judged,
    judged_properties,
    policy_config_of,
    policy_of,
    remediations,
)
from sandbox.engine.workspace.project import ConfigurationError, Runtime, read_yaml

PACK_FILE = "PulumiPolicy.yaml"


class PolicyError(EngineError):
    """A pack that could not be asked: it did not start, died, or one of its policies raised an exception."""


@dataclass(frozen=True, kw_only=True)
class StackContext:
    """What packs are told about the operation."""

    project: str
    stack: str
    organization: str
    dry_run: bool
    configuration: Mapping[str, str] = field(default_factory=dict)
    """Full keys, secrets in clear."""
    secret_keys: Iterable[str] = ()


class PolicyPack:
    """A running pack."""

    def __init__(self, process: ServingProcess, version: str) -> None:
        self.name = ""
        self.version = version
        self.policies: list[Policy] = []
        self._process = process
        self._channel = grpc.aio.insecure_channel(process.address, options=CHANNEL_OPTIONS)
        self._stub: Any = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    @classmethod
    async def start(
        cls,
        directory: Path,
        *,
        engine_address: str,
        environment: Mapping[str, str],
        context: StackContext,
        config: Path | None = None,
        report: Report = unheard,
    ) -> "PolicyPack":
        """`environment` is the whole environment of the process, with PULUMI_CONFIG, PULUMI_PROJECT, PULUMI_STACK …"""
        given = read_config(config) if config else {}
        document = _pack_file(directory)
        runtime = Runtime.of(document.get("runtime"), directory / PACK_FILE)
        program = directory / document.get("main", ".")
        process = await ServingProcess.start(
            f"the policy pack {directory}",
            [runtime.python(directory), "-u", "-m", "pulumi.policy", engine_address, str(program)],
            directory=directory,
            environment=environment,
            report=report,
        )
        pack = cls(process, document.get("version", ""))
        try:
            await pack._set_up(engine_address, directory, context, given)
        except BaseException:
            await pack.stop()
            raise
        return pack

    async def remediate(self, resource: AnalyzedResource) -> list[Remediation]:
        answer = await self._call("Remediate", analyze_request(resource, resource.properties), "run remediation")
        return remediations(answer, self.version)

    async def analyze(self, resource: AnalyzedResource) -> tuple[list[Violation], set[str]]:
        """The violations, and the names of the policies that do not apply to the resource."""
        request = analyze_request(resource, judged_properties(resource.properties))
        return judged(await self._call("Analyze", request, "run policy"), self.version)

    async def analyze_stack(self, resources: Iterable[AnalyzedResource]) -> tuple[list[Violation], set[str]]:
        answer = await self._call("AnalyzeStack", analyze_stack_request(resources), "run stack policy")
        return judged(answer, self.version)

    async def stop(self) -> None:
        with suppress(PolicyError, TimeoutError):
            await asyncio.wait_for(self._optional("Cancel", Empty()), 2)
        await self._channel.close(None)
        await self._process.stop()

    # setting up ------------------------------------------------------------------------------------------------------

    async def _set_up(
        self, engine_address: str, directory: Path, context: StackContext, given: Mapping[str, PolicyConfig]
    ) -> None:
        await self._optional(
            "Handshake",
            analyzer_pb2.AnalyzerHandshakeRequest(
                engine_address=engine_address, root_directory=str(directory), program_directory=str(directory)
            ),
        )
        await self._optional(
            "ConfigureStack",
            analyzer_pb2.AnalyzerStackConfigureRequest(
                stack=context.stack,
                project=context.project,
                organization=context.organization,
                dry_run=context.dry_run,
                config=context.configuration,
                config_secret_keys=list(context.secret_keys),
            ),
        )
        await self._optional("GetPluginInfo", Empty())
        settled = await self._settle(given)
        await self._call("Configure", configure_request(settled), "configure itself")

    async def _settle(self, given: Mapping[str, PolicyConfig]) -> dict[str, PolicyConfig]:
        """Has the pack describe itself; the configuration of each of its policies."""
        info = await self._call("GetAnalyzerInfo", Empty(), "describe itself")
        self.name = info.name
        self.version = self.version or info.version
        self.policies = sorted(map(policy_of, info.policies), key=lambda policy: policy.name)
        initial = {name: policy_config_of(found) for name, found in info.initialConfig.items()}
        try:
            settled = reconcile(self.policies, initial, given)
        except PolicyConfigError as error:
            complaints = str(error).split("\n")
            raise PolicyConfigError(
                "\n".join(
                    f"validating policy config: {self.name} {self.version}  {complaint}" for complaint in complaints
                )
            ) from None
        self.policies = [replace(policy, level=settled[policy.name].level) for policy in self.policies]
        return settled

    # asking ----------------------------------------------------------------------------------------------------------

    async def _optional(self, method: str, request: Any) -> Any | None:
        try:
            return await getattr(self._stub, method)(request)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNIMPLEMENTED:
                return None
            raise await self._failure(error, f"answer {method}") from error

    async def _call(self, method: str, request: Any, purpose: str) -> Any:
        try:
            return await getattr(self._stub, method)(request)
        except grpc.aio.AioRpcError as error:
            raise await self._failure(error, purpose) from error

    async def _failure(self, error: grpc.aio.AioRpcError, purpose: str) -> PolicyError:
        if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}:
            who = f"the policy pack {self.name!r}" if self.name else self._process.what
            return PolicyError(f"failed to {purpose}: {who} ended while it was asked{await self._process.fate()}")
        return PolicyError(f"failed to {purpose}: {error.details() or error.code().name}")


def _pack_file(directory: Path) -> dict[str, Any]:
    path = directory / PACK_FILE
    if not path.exists():
        raise ConfigurationError(f"there is no {PACK_FILE} in {directory}: it is not the folder of a policy pack")
    return read_yaml(path)
