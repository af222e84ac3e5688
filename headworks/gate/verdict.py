"""The verdict, and every reason for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from headworks.readiness.judgement import STATES
from headworks.readiness.look import Readiness
from headworks.readiness.standing import Holding, Standing, State


class Kind(StrEnum):
    PREVIEW = "preview"
    """The preview itself failed, so nothing is known for certain."""
    POLICY = "policy"
    NAME = "name"
    """A name that something else in the account has already."""
    LINE = "line"


@dataclass(frozen=True)
class Reason:
    kind: Kind
    id: str
    """Of the rule; of a line what should hold it, such as `attestation on-call`; `preview` and `name-is-taken` for the others."""
    subject: str
    """What it is about: the logical name of a resource, or the lines that wait for it."""
    says: str
    blocks: bool
    state: State
    lines: tuple[str, ...] = ()
    """Ids of the runbook's lines that it serves."""


@dataclass(frozen=True)
class Verdict:
    readiness: Readiness

    @property
    def passes(self) -> bool:
        return not any(reason.blocks for reason in self.reasons)

    @cached_property
    def reasons(self) -> Sequence[Reason]:
        """What stops the stack first, then what only deserves a look."""
        found = [*self._errors(), *self._policies(), *self._names(), *self._lines()]
        return sorted(found, key=lambda reason: not reason.blocks)

    def _errors(self) -> Iterator[Reason]:
        for error in self.readiness.preview.errors:
            yield Reason(Kind.PREVIEW, "preview", self.readiness.stack, error, blocks=True, state=State.MISSING)

    def _policies(self) -> Iterator[Reason]:
        from policies.pack import RULES

        rules = {rule.id: rule for rule in RULES}
        for finding in self.readiness.preview.findings:
            yield Reason(
                Kind.POLICY,
                finding.rule,
                finding.urn.split("::")[-1],
                finding.message,
                blocks=finding.mandatory,
                state=State.MISSING if finding.mandatory else State.ADVISED,
                lines=rules[finding.rule].requirements,
            )

    def _names(self) -> Iterator[Reason]:
        """A preview with any token succeeds; the provider finds a taken name only while it deploys."""
        evidence = self.readiness.evidence
        for each in evidence.taken_names:
            state = STATES[each.finding.state]
            name = each.urn.split("::")[-1]
            yield Reason(Kind.NAME, "name-is-taken", name, each.finding.says, state in evidence.refused, state)

    def _lines(self) -> Iterator[Reason]:
        """By what is missing, with all the lines that wait for it. What a policy found is told already."""
        waiting: dict[Holding, list[Standing]] = {}
        for standing in self.readiness.standings:
            for holding in standing.holdings:
                if holding.state is State.NOT_VERIFIED or (holding.state is State.MISSING and not holding.is_policy):
                    waiting.setdefault(holding, []).append(standing)
        for holding, standings in waiting.items():
            ids = tuple(standing.line.id for standing in standings)
            blocks = holding.state in self.readiness.evidence.refused and any(each.is_blocking for each in standings)
            yield Reason(Kind.LINE, holding.by, " ".join(ids), holding.says, blocks, holding.state, ids)
