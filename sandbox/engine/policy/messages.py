"""Pulumi's Analyzer protocol as data: what packs are told about resources, and what they answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import analyzer_pb2

from sandbox.engine.policy.config import Policy, PolicyConfig
from sandbox.engine.resource.values import Properties, Secret, from_struct, to_struct

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


# packs ---------------------------------------------------------------------------------------------------------------


def policy_of(found: analyzer_pb2.PolicyInfo) -> Policy:
    return Policy(
        name=found.name,
        level=_LEVEL_OF[found.enforcementLevel],
        stack=found.policy_type == analyzer_pb2.POLICY_TYPE_STACK,
        properties=MessageToDict(found.configSchema.properties),
        required=tuple(found.configSchema.required),
    )


def policy_config_of(found: analyzer_pb2.PolicyConfig) -> PolicyConfig:
    return PolicyConfig(level=_LEVEL_OF[found.enforcementLevel], properties=MessageToDict(found.properties))


def configure_request(settled: Mapping[str, PolicyConfig]) -> analyzer_pb2.ConfigureAnalyzerRequest:
    return analyzer_pb2.ConfigureAnalyzerRequest(
        policyConfig={
            name: analyzer_pb2.PolicyConfig(
                enforcementLevel=_NUMBER_OF[found.level], properties=to_struct(found.properties)
            )
            for name, found in settled.items()
        }
    )


# questions -----------------------------------------------------------------------------------------------------------


def analyze_request(resource: AnalyzedResource, properties: Properties) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=to_struct(properties),
        options=_options(resource),
        provider=_provider(resource.provider),
    )


def analyze_stack_request(resources: Iterable[AnalyzedResource]) -> analyzer_pb2.AnalyzeStackRequest:
    return analyzer_pb2.AnalyzeStackRequest(
        resources=[
            analyzer_pb2.AnalyzerResource(
                urn=resource.urn,
                type=resource.type,
                name=resource.name,
                properties=to_struct(judged_properties(resource.properties)),
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
        urn=provider.urn,
        type=provider.type,
        name=provider.name,
        properties=to_struct(judged_properties(provider.properties)),
    )


def judged_properties(value: Any) -> Any:
    """The value without internal keys, at any depth."""
    match value:
        case dict():
            return {key: judged_properties(item) for key, item in value.items() if not key.startswith(INTERNAL)}
        case list():
            return [judged_properties(item) for item in value]
        case Secret():
            return Secret(judged_properties(value.value))
        case _:
            return value


# answers -------------------------------------------------------------------------------------------------------------


def remediations(answer: analyzer_pb2.RemediateResponse, version: str) -> list[Remediation]:
    """`version` is that of the pack's file, which goes before what the pack says."""
    return [
        Remediation(
            policy=found.policyName,
            pack=found.policyPackName,
            version=version or found.policyPackVersion,
            properties=from_struct(found.properties),
            diagnostic=found.diagnostic,
        )
        for found in answer.remediations
    ]


def judged(answer: analyzer_pb2.AnalyzeResponse, version: str) -> tuple[list[Violation], set[str]]:
    violations = [
        Violation(
            policy=found.policyName,
            pack=found.policyPackName,
            version=version or found.policyPackVersion,
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
