"""All policy packs of an operation, asked together; what they find becomes events.

Of every resource, first each pack may remediate, one after the other, then all analyse what came of it; at the end they see the
stack as a whole.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.engine.events import Events
from sandbox.engine.policy.config import Policy, PolicyConfigError
from sandbox.engine.policy.messages import AnalyzedResource, Remediation, Violation
from sandbox.engine.policy.pack import PolicyPack
from sandbox.engine.resource.values import Properties, masked


class PolicyPacks:
    def __init__(self, packs: Sequence[PolicyPack], events: Events) -> None:
        self._packs = packs
        self._events = events

    @classmethod
    async def start(
        cls, directories: Sequence[Path], configs: Sequence[Path | None], events: Events, **settings: Any
    ) -> "PolicyPacks":
        """Starts the packs side by side; `settings` are those of `PolicyPack.start`. If one fails, the others are stopped."""
        if configs and len(configs) != len(directories):
            raise PolicyConfigError(
                f"{len(configs)} policy configurations for {len(directories)} policy packs: they belong together by their position"
            )
        begun = await asyncio.gather(
            *(
                PolicyPack.start(directory, config=config, **settings)
                for directory, config in zip(directories, configs or [None] * len(directories), strict=True)
            ),
            return_exceptions=True,
        )
        packs = [pack for pack in begun if isinstance(pack, PolicyPack)]
        failures = [failure for failure in begun if isinstance(failure, BaseException)]
        if failures:
            await asyncio.gather(*(pack.stop() for pack in packs))
            raise failures[0]
        return cls(packs, events)

    @property
    def versions(self) -> dict[str, str]:
        """By name, for the summary."""
        return {pack.name: pack.version for pack in self._packs}

    async def remediate(self, resource: AnalyzedResource) -> Properties:
        """The inputs as the packs leave them; `resource.properties` themselves when nobody changed anything."""
        for pack in self._packs:
            applied = await pack.remediate(resource)
            for remediation in applied:
                if remediation.diagnostic:
                    self._report(resource.urn, _undecided(remediation))
                    continue
                self._events.send("policyRemediationEvent", _remediation_event(resource, remediation))
                resource = replace(resource, properties=remediation.properties)
            changed = {remediation.policy for remediation in applied}
            asked = [policy for policy in pack.policies if policy.level == "remediate" and not policy.stack]
            self._summarize("policyRemediateSummaryEvent", pack, asked, changed, set(), resource.urn)
        return resource.properties

    async def analyze(self, resource: AnalyzedResource) -> bool:
        """Whether the resource may be operated on, as far as resource policies go."""
        judged = await asyncio.gather(*(pack.analyze(resource) for pack in self._packs))
        return self._tell(judged, resource.urn, stack=False)

    async def analyze_stack(self, stack_urn: str, resources: Sequence[AnalyzedResource]) -> bool:
        """Whether the stack as a whole is tolerable. A violation that names no resource is the stack's."""
        judged = await asyncio.gather(*(pack.analyze_stack(resources) for pack in self._packs))
        return self._tell(judged, stack_urn, stack=True)

    def _tell(self, judged: Sequence[tuple[list[Violation], set[str]]], urn: str, *, stack: bool) -> bool:
        """Tells of what each pack found; whether that is tolerable."""
        kind = "policyAnalyzeStackSummaryEvent" if stack else "policyAnalyzeSummaryEvent"
        for pack, (violations, aside) in zip(self._packs, judged, strict=True):
            for violation in violations:
                self._report(violation.urn or urn, violation)
            asked = [policy for policy in pack.policies if policy.level != "disabled" and policy.stack == stack]
            failed = {violation.policy for violation in violations}
            self._summarize(kind, pack, asked, failed, aside, "" if stack else urn)
        return all(violation.level != "mandatory" for violations, _ in judged for violation in violations)

    async def stop(self) -> None:
        await asyncio.gather(*(pack.stop() for pack in self._packs))

    def _report(self, urn: str, violation: Violation) -> None:
        body = {
            "resourceUrn": urn,
            "message": f"{violation.message}\n",
            "color": "raw",
            **_identity(violation.policy, violation.pack, violation.version),
            "enforcementLevel": violation.level,
        }
        self._events.send("policyEvent", body | ({"severity": violation.severity} if violation.severity else {}))

    def _summarize(
        self, kind: str, pack: PolicyPack, asked: Iterable[Policy], failed: set[str], aside: set[str], urn: str = ""
    ) -> None:
        names = {policy.name for policy in asked}
        verdicts = {"passed": sorted(names - failed - aside), "failed": sorted(failed)}
        self._events.send(
            kind,
            ({"resourceUrn": urn} if urn else {})
            | _pack_identity(pack.name, pack.version)
            | {verdict: policies for verdict, policies in verdicts.items() if policies},
        )


def _undecided(remediation: Remediation) -> Violation:
    return Violation(
        policy=remediation.policy,
        pack=remediation.pack,
        version=remediation.version,
        message=remediation.diagnostic,
        level="advisory",
    )


# events --------------------------------------------------------------------------------------------------------------


def _pack_identity(name: str, version: str) -> dict[str, str]:
    return {"policyPackName": name, "policyPackVersion": version, "policyPackVersionTag": version}


def _identity(policy: str, pack: str, version: str) -> dict[str, str]:
    return {"policyName": policy, **_pack_identity(pack, version)}


def _remediation_event(resource: AnalyzedResource, remediation: Remediation) -> dict[str, Any]:
    return {
        "resourceUrn": resource.urn,
        "color": "raw",
        **_identity(remediation.policy, remediation.pack, remediation.version),
        "before": masked(resource.properties),
        "after": masked(remediation.properties),
    }
