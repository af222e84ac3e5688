"""What a preview tells of a stack: its resources, what it would make, and what the policies say of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from pulumi_policy import EnforcementLevel

from headworks.checks.names import PlannedResource, planned
from headworks.deploy import Observation
from headworks.runbooks.graph import Resource, resources_of
from policies.pack import NAME, policies
from policies.rule import ADVICE

EVERYTHING_ADVISES = {"all": EnforcementLevel.ADVISORY.value}
"""Configuration of the pack for a preview that is judged afterwards: the first violation does not hide the others."""

_NOT_JUDGED = "can't run policy"
"""How Pulumi begins its note that a policy needs a value which only a deployment will know."""


@dataclass(frozen=True)
class PolicyFinding:
    rule: str
    mandatory: bool
    """By the pack's own table for this environment, whatever the preview was configured to."""
    urn: str
    message: str


class Change(NamedTuple):
    operation: str
    urn: str
    properties: tuple[str, ...]
    """Those that are why; none for what is made or deleted."""


@dataclass(frozen=True)
class Preview:
    observation: Observation

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Each resource that the stack will have; with the outputs of the last deployment, where the preview knows none."""
        last = {each["urn"]: each for each in self._steps() if each.get("new")}
        return resources_of(
            each["new"] | {"outputs": each["new"].get("outputs") or (each.get("old") or {}).get("outputs")}
            for each in last.values()
        )

    @cached_property
    def planned(self) -> Sequence[PlannedResource]:
        """What is made anew, as far as its name could be taken."""
        return planned([{"op": each["op"], "newState": each.get("new")} for each in self._steps()])

    @cached_property
    def plan(self) -> frozenset[Change]:
        """What would change."""
        changing = (each for each in self._steps() if each["op"] != "same")
        return frozenset(Change(each["op"], each["urn"], tuple(sorted(each.get("diffs") or ()))) for each in changing)

    @property
    def is_deployed(self) -> bool:
        """Whether the stack has anything already."""
        return any(each.get("old") for each in self._steps())

    @property
    def changes(self) -> Mapping[str, int]:
        """How many resources per operation."""
        changes: Mapping[str, int] = next(
            (
                each["summaryEvent"].get("resourceChanges") or {}
                for each in self.observation.events
                if "summaryEvent" in each
            ),
            {},
        )
        return changes

    @cached_property
    def findings(self) -> tuple[PolicyFinding, ...]:
        """What the project's own rules found; each once."""
        mandatory = {policy.name for policy in policies() if policy.enforcement_level is EnforcementLevel.MANDATORY}
        found = [
            PolicyFinding(
                rule=_rule(told["policyName"]),
                mandatory=told["policyName"] in mandatory,
                urn=told.get("resourceUrn") or "",
                message=told["message"].strip(),
            )
            for told in self._told()
            if not told["message"].startswith(_NOT_JUDGED)
        ]
        return tuple(dict.fromkeys(found))

    @cached_property
    def undecided(self) -> frozenset[str]:
        """Rules that could not judge everything, since only a deployment will know it."""
        return frozenset(_rule(told["policyName"]) for told in self._told() if told["message"].startswith(_NOT_JUDGED))

    @cached_property
    def judged(self) -> frozenset[str]:
        """Rules that were asked and came to an answer."""
        verdicts = [
            body
            for event in self.observation.events
            for kind, body in event.items()
            if kind in {"policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"}
            and body["policyPackName"] == NAME
        ]
        return frozenset(
            _rule(name) for body in verdicts for verdict in ("passed", "failed") for name in body.get(verdict) or ()
        )

    @property
    def errors(self) -> Sequence[str]:
        """Why there is no whole preview; nothing if there is one."""
        if not self.observation.exit_code:
            return ()
        said = [
            event["diagnosticEvent"]["message"].strip()
            for event in self.observation.events
            if event.get("diagnosticEvent", {}).get("severity") == "error"
        ]
        return [*said, *([self.observation.error] if self.observation.error else [])] or ["the preview failed"]

    def _steps(self) -> Iterator[Mapping[str, Any]]:
        for event in self.observation.events:
            if "resourcePreEvent" in event:
                yield event["resourcePreEvent"]["metadata"]

    def _told(self) -> Iterator[Mapping[str, Any]]:
        for event in self.observation.events:
            if event.get("policyEvent", {}).get("policyPackName") == NAME:
                yield event["policyEvent"]


def _rule(policy: str) -> str:
    """A rule that is advice in some environments has a policy of its own for it."""
    return policy.removesuffix(ADVICE)
