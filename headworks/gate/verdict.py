"""The verdict, and every reason for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from headworks.readiness.judgement import STATES
from headworks.readiness.look import Readiness
from headworks.readiness.preview import Change
from headworks.readiness.standing import HolderKind, Holding, Standing, State
from policies.pack import RULES

_RULES = {rule.id: rule for rule in RULES}


class Kind(StrEnum):
    PREVIEW = "preview"
    """The preview itself failed, so nothing is known for certain."""
    POLICY = "policy"
    PLAN = "plan"
    """What would change is not what was approved."""
    NAME = "name"
    """A name that something else in the account has already."""
    LINE = "line"


@dataclass(frozen=True)
class Reason:
    kind: Kind
    id: str
    """Of the rule; of a line what should hold it, such as `attestation on-call`; `preview`, `plan` and `name-is-taken` for the others."""
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
    approved: frozenset[Change] | None = None
    """The plan that people have seen; None when nobody was asked."""

    @property
    def passes(self) -> bool:
        return not self.stopping

    @property
    def stopping(self) -> Sequence[Reason]:
        return [reason for reason in self.reasons if reason.blocks]

    @property
    def remarks(self) -> Sequence[Reason]:
        """What deserves a look, and stops nothing."""
        return [reason for reason in self.reasons if not reason.blocks]

    @cached_property
    def reasons(self) -> Sequence[Reason]:
        return [*self._errors(), *self._plan(), *self._policies(), *self._undecided(), *self._names(), *self._lines()]

    def _errors(self) -> Iterator[Reason]:
        for error in self.readiness.preview.errors:
            yield Reason(Kind.PREVIEW, "preview", self.readiness.stack, error, blocks=True, state=State.MISSING)

    def _plan(self) -> Iterator[Reason]:
        if self.approved is None:
            return
        planned = self.readiness.preview.plan
        for change in sorted(planned ^ self.approved):
            says = "nobody has approved that" if change in planned else "that was approved, and would not be done"
            why = f" for {', '.join(change.properties)}" if change.properties else ""
            text = f"{change.operation}{why}: {says}. Look at the plan again, and have it approved."
            yield Reason(Kind.PLAN, "plan", change.urn.split("::")[-1], text, blocks=True, state=State.MISSING)

    def _policies(self) -> Iterator[Reason]:
        for finding in self.readiness.preview.findings:
            yield Reason(
                Kind.POLICY,
                finding.rule,
                finding.urn.split("::")[-1],
                finding.message,
                blocks=finding.mandatory,
                state=State.MISSING if finding.mandatory else State.ADVISED,
                lines=_RULES[finding.rule].requirements,
            )

    def _undecided(self) -> Iterator[Reason]:
        """The deployment knows what the preview does not, and holds it against the same rules."""
        for rule in sorted(self.readiness.preview.undecided):
            says = "It could not judge everything: the preview does not know yet what the deployment will."
            lines = _RULES[rule].requirements
            yield Reason(Kind.POLICY, rule, "", says, blocks=False, state=State.NOT_VERIFIED, lines=lines)

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
                if holding.state is State.NOT_VERIFIED or (
                    holding.state is State.MISSING and holding.kind is not HolderKind.POLICY
                ):
                    waiting.setdefault(holding, []).append(standing)
        for holding, standings in waiting.items():
            ids = tuple(standing.line.id for standing in standings)
            blocks = holding.state in self.readiness.evidence.refused and any(each.is_blocking for each in standings)
            yield Reason(Kind.LINE, holding.by, " ".join(ids), holding.says, blocks, holding.state, ids)
