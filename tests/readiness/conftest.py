"""Evidence of a small system: what a preview told, and what was found, attested and waived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headworks.account import Access
from headworks.checks.check import Context, Finding
from headworks.checks.names import TakenName
from headworks.deploy import Event, Observation
from headworks.evidence.attestations import Attestation
from headworks.evidence.attestations import Standing as AttestationStanding
from headworks.evidence.waivers import Waiver
from headworks.facts.account import AccountReader
from headworks.model.files import load_environment
from headworks.readiness.evidence import Evidence, Source, key_of
from headworks.readiness.judgement import judge
from headworks.readiness.look import Readiness
from headworks.readiness.preview import Preview
from headworks.readiness.standing import Standing
from headworks.runbooks.lines import Line, Runbook
from headworks.workspace import open_workspace
from policies.pack import NAME

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
URN = "urn:pulumi:production::shop::headworks:index:WorkQueue::shop-orders"


def step(op: str, inputs: Mapping[str, Any], urn: str = URN) -> Event:
    """A resource in a preview; what is not made anew was there before."""
    state = {"type": urn.split("::")[2], "urn": urn, "custom": False, "inputs": inputs, "outputs": {}}
    metadata = {
        "op": op,
        "urn": urn,
        "old": None if op == "create" else state,
        "new": None if op == "delete" else state,
    }
    return {"resourcePreEvent": {"metadata": metadata}}


def verdict(*passed: str, failed: Sequence[str] = ()) -> Event:
    return {"policyAnalyzeStackSummaryEvent": {"policyPackName": NAME, "passed": list(passed), "failed": list(failed)}}


def violation(policy: str, message: str = "shop-orders: it is broken. Fix: mend it.") -> Event:
    told = {"policyPackName": NAME, "policyName": policy, "message": f"{message}\n", "resourceUrn": URN}
    return {"policyEvent": told | {"enforcementLevel": "advisory"}}


@dataclass
class Scene:
    """What is true while lines are judged. `stand` judges one line, written as in a runbook's file."""

    stack: str = "production"
    events: list[Event] = field(default_factory=list)
    exit_code: int = 0
    error: str = ""
    findings: dict[str, Finding] = field(default_factory=dict)
    """By id of the check, or path of the probe."""
    attestations: dict[str, AttestationStanding] = field(default_factory=dict)
    waivers: list[Waiver] = field(default_factory=list)
    taken: list[TakenName] = field(default_factory=list)
    left_out: frozenset[Source] = frozenset()

    def line(self, *held_by: Mapping[str, Any], **words: Any) -> Line:
        written = {"id": "R1", "kinds": ["I"], "text": "Something must be so.", "held_by": list(held_by), **words}
        return Runbook.model_validate({"system": "rockhounding-api", "lines": [written]}).lines[0]

    def evidence(self, *lines: Line) -> Evidence:
        workspace = open_workspace(REPOSITORY)
        environment = load_environment(REPOSITORY, self.stack)
        nowhere = Access(base_url="http://127.0.0.1:1", token="none", local=True)
        holders = [holder for line in lines for holder in line.held_by]
        answers = {
            key_of(holder): self.findings[name]
            for holder in holders
            for name in (getattr(holder, "check", None) or getattr(holder, "probe", None),)
            if name in self.findings
        }
        return Evidence(
            context=Context(
                workspace=workspace,
                environment=environment,
                account=AccountReader(nowhere, environment.account_id),
                now=NOW,
            ),
            preview=Preview(Observation(self.events, self.exit_code, self.error)),
            answers=answers,
            taken_names=self.taken,
            attestations=self.attestations,
            waivers=self.waivers,
            left_out=self.left_out,
        )

    def stand(self, *held_by: Mapping[str, Any], **words: Any) -> Standing:
        line = self.line(*held_by, **words)
        (standing,) = judge([line], self.evidence(line))
        return standing

    def readiness(self, *lines: Line, runbook: Path | None = None) -> Readiness:
        evidence = self.evidence(*lines)
        return Readiness(
            evidence=evidence,
            access=Access(base_url="http://127.0.0.1:1", token="none", local=True),
            commit="0123456789abcdef0123456789abcdef01234567",
            runbook=runbook,
            standings=judge(lines, evidence),
        )

    def attest(self, kind: str, refused: str | None = None) -> None:
        attestation = Attestation(
            kind=kind,
            system="rockhounding-api",
            stack=self.stack,
            who="ada@example.com",
            evidence="https://pager.example/7",
            made=NOW,
            until=NOW + timedelta(hours=8),
            signature="none",
        )
        self.attestations[kind] = AttestationStanding(Path(f"{kind}.json"), attestation, refused)

    def waive(self, rule: str, days: int = 7) -> None:
        words = {"rule": rule, "resource": "*", "stack": self.stack, "owner": "ada", "reason": "mended next week"}
        self.waivers.append(Waiver(**words, granted=NOW, expires=NOW + timedelta(days=days)))


@pytest.fixture
def scene() -> Scene:
    return Scene()
