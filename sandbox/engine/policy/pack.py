"""A policy pack: a process of its own, asked through Pulumi's Analyzer protocol.

It is started as the Python language host starts it (`python -u -m pulumi.policy ENGINE PACK`, in the pack's folder), told about the stack,
and configured. It sees secrets in clear; what it reports is shown, so its messages must not hold values.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from sandbox.engine.errors import EngineError
from sandbox.engine.plugin.processes import Report, ServingProcess, unheard
from sandbox.engine.plugin.provider import CHANNEL_OPTIONS
from sandbox.engine.policy.config import Policy, PolicyConfig, PolicyConfigError, read_config, reconcile
from sandbox.engine.resource.values import Properties, Secret, from_struct, to_struct
from sandbox.engine.workspace.config import ConfigurationError, Runtime, read_yaml

PACK_FILE = "PulumiPolicy.yaml"
INTERNAL = "__"
"""Keys that begin so are bookkeeping between engine and provider: a remediation has to give them back, nobody judges them."""

_LEVEL_OF: Mapping[int, str] = {
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.REMEDIATE: "remediate",
    analyzer_pb2.DISABLED: "disabled",
}
_NUMBER_OF: Mapping[str, Any] = {level: number for number, level in _LEVEL_OF.items()}
_SEVERITY_OF: Mapping[int, str] = {
    analyzer_pb2.POLICY_SEVERITY_LOW: "low",
    analyzer_pb2.POLICY_SEVERITY_MEDIUM: "medium",
    analyzer_pb2.POLICY_SEVERITY_HIGH: "high",
    analyzer_pb2.POLICY_SEVERITY_CRITICAL: "critical",
}


class PolicyError(EngineError):
    """A pack that could not be asked: it did not start, died, or one of its policies raised an exception."""


@dataclass(frozen=True, kw_only=True)
class AnalyzedResource:
    """A resource as policies see it: checked inputs, and for the stack as a whole outputs."""

    urn: str
    type: str
    name: str
    properties: Properties
    parent: str = ""
    protect: bool = False
    ignore_changes: Sequence[str] = ()
    delete_before_replace: bool | None = None
    additional_secret_outputs: Sequence[str] = ()
    aliases: Sequence[str] = ()
    custom_timeouts: Mapping[str, float] = field(default_factory=dict)
    """Seconds of `create`, `update`, `delete`."""
    provider: "AnalyzedResource | None" = None
    """Only its URN, type, name and properties are told."""
    dependencies: Sequence[str] = ()
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Remediation:
    policy: str
    pack: str
    version: str
    description: str
    properties: Properties
    diagnostic: str = ""
    """Why the policy could not run; then there are no properties."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    policy: str
    pack: str
    version: str
    message: str
    level: Literal["advisory", "mandatory"]
    urn: str = ""
    """Empty: the resource that was asked about, or the stack."""
    severity: str = ""


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
        answer = await self._call("Remediate", _request(resource, resource.properties), "run remediation")
        return [
            Remediation(
                policy=found.policyName,
                pack=found.policyPackName,
                version=self.version or found.policyPackVersion,
                description=found.description,
                properties=from_struct(found.properties),
                diagnostic=found.diagnostic,
            )
            for found in answer.remediations
        ]

    async def analyze(self, resource: AnalyzedResource) -> tuple[list[Violation], set[str]]:
        """The violations, and the names of the policies that do not apply to the resource."""
        return self._judged(await self._call("Analyze", _request(resource, _shown(resource.properties)), "run policy"))

    async def analyze_stack(self, resources: Iterable[AnalyzedResource]) -> tuple[list[Violation], set[str]]:
        request = analyzer_pb2.AnalyzeStackRequest(
            resources=[
                analyzer_pb2.AnalyzerResource(
                    urn=resource.urn,
                    type=resource.type,
                    name=resource.name,
                    properties=to_struct(_shown(resource.properties)),
                    options=_options(resource),
                    provider=_provider(resource.provider),
                    parent=resource.parent,
                    dependencies=resource.dependencies,
                    propertyDependencies={
                        key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                        for key, urns in resource.property_dependencies.items()
                        if urns
                    },
                )
                for resource in resources
            ]
        )
        return self._judged(await self._call("AnalyzeStack", request, "run stack policy"))

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
        info = await self._call("GetAnalyzerInfo", Empty(), "describe itself")
        self.name = info.name
        self.version = self.version or info.version
        self.policies = sorted((_policy(found) for found in info.policies), key=lambda policy: policy.name)
        initial = {name: _policy_config(found) for name, found in info.initialConfig.items()}
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
        await self._call("Configure", _configure_request(settled), "configure itself")

    # asking ----------------------------------------------------------------------------------------------------------

    def _judged(self, answer: analyzer_pb2.AnalyzeResponse) -> tuple[list[Violation], set[str]]:
        violations = [
            Violation(
                policy=found.policyName,
                pack=found.policyPackName,
                version=self.version or found.policyPackVersion,
                message=found.message,
                # Left over after remediation, a violation stops like a mandatory one.
                level="advisory" if _LEVEL_OF[found.enforcementLevel] == "advisory" else "mandatory",
                urn=found.urn,
                severity=_SEVERITY_OF.get(found.severity, ""),
            )
            for found in answer.diagnostics
            if _LEVEL_OF[found.enforcementLevel] != "disabled"
        ]
        return violations, {found.policy_name for found in answer.not_applicable}

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


# protobuf ------------------------------------------------------------------------------------------------------------


def _pack_file(directory: Path) -> dict[str, Any]:
    path = directory / PACK_FILE
    if not path.exists():
        raise ConfigurationError(f"there is no {PACK_FILE} in {directory}: it is not the folder of a policy pack")
    return read_yaml(path)


def _policy(found: analyzer_pb2.PolicyInfo) -> Policy:
    return Policy(
        name=found.name,
        level=_LEVEL_OF[found.enforcementLevel],
        stack=found.policy_type == analyzer_pb2.POLICY_TYPE_STACK,
        properties=MessageToDict(found.configSchema.properties),
        required=tuple(found.configSchema.required),
    )


def _policy_config(found: analyzer_pb2.PolicyConfig) -> PolicyConfig:
    return PolicyConfig(level=_LEVEL_OF[found.enforcementLevel], properties=MessageToDict(found.properties))


def _configure_request(settled: Mapping[str, PolicyConfig]) -> analyzer_pb2.ConfigureAnalyzerRequest:
    return analyzer_pb2.ConfigureAnalyzerRequest(
        policyConfig={
            name: analyzer_pb2.PolicyConfig(
                enforcementLevel=_NUMBER_OF[found.level], properties=to_struct(found.properties)
            )
            for name, found in settled.items()
        }
    )


def _request(resource: AnalyzedResource, properties: Properties) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=to_struct(properties),
        options=_options(resource),
        provider=_provider(resource.provider),
    )


def _options(resource: AnalyzedResource) -> analyzer_pb2.AnalyzerResourceOptions:
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=resource.protect,
        ignoreChanges=resource.ignore_changes,
        deleteBeforeReplace=bool(resource.delete_before_replace),
        deleteBeforeReplaceDefined=resource.delete_before_replace is not None,
        additionalSecretOutputs=resource.additional_secret_outputs,
        aliases=resource.aliases,
        customTimeouts=analyzer_pb2.AnalyzerResourceOptions.CustomTimeouts(**resource.custom_timeouts),
        parent=resource.parent,
    )


def _provider(provider: AnalyzedResource | None) -> analyzer_pb2.AnalyzerProviderResource | None:
    if provider is None:
        return None
    return analyzer_pb2.AnalyzerProviderResource(
        urn=provider.urn, type=provider.type, name=provider.name, properties=to_struct(_shown(provider.properties))
    )


def _shown(value: Any) -> Any:
    """The value without internal keys, at any depth."""
    match value:
        case dict():
            return {key: _shown(item) for key, item in value.items() if not key.startswith(INTERNAL)}
        case list():
            return [_shown(item) for item in value]
        case Secret():
            return Secret(_shown(value.value))
        case _:
            return value
