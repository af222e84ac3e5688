"""All rules on one runbook, and what its author accepts in place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from headworks.lint_runbook.rule import Defect, Finding, Place, Rule
from headworks.lint_runbook.rules import RULES
from headworks.lint_runbook.rules.shells import bash
from headworks.lint_runbook.runbook import Runbook

ACCEPTANCE = re.compile(
    r"<!--\s*lint-runbook:\s*ignore(?:\s+(?P<rule>[\w-]+))?(?:\s+(?P<reason>.*?))?\s*-->", re.DOTALL
)


def no_findings_of_its_own(_runbook: Runbook) -> Iterator[Defect]:
    """The rule judges what the other rules found."""
    return iter(())


UNUSED = Rule(
    "unused-ignore",
    "What is accepted is there",
    "The next reader believes in a defect that is gone, or one that comes back is not seen.",
    check=no_findings_of_its_own,
)
UNFOUNDED = Rule(
    "ignore-without-reason",
    "What is accepted has a rule and a reason",
    "Nobody can tell later whether it still holds, so it does not count.",
    check=no_findings_of_its_own,
)
ALL_RULES = (*RULES, UNUSED, UNFOUNDED)


@dataclass(frozen=True)
class Acceptance:
    place: Place
    rule: str
    reason: str
    lines: range
    """Where it holds: its own line, and the paragraph, table or block of code after it."""

    def covers(self, finding: Finding) -> bool:
        line = finding.defect.place.line
        return finding.rule.id == self.rule and (line == self.place.line or line in self.lines)


def lint(text: str) -> list[Finding]:
    """Everything that is wrong in a runbook, from its first line to its last. No text makes it fail."""
    runbook = Runbook(text)
    acceptances = list(_acceptances(runbook))
    found = [Finding(rule, defect) for rule in RULES for defect in rule.check(runbook)]
    left = [finding for finding in found if not any(each.covers(finding) and each.reason for each in acceptances)]
    left += _unfounded(acceptances)
    left += [
        Finding(UNUSED, Defect(each.place, f"`{each.rule}` finds nothing here.", "remove the comment"))
        for each in acceptances
        if each.reason and not any(each.covers(finding) for finding in found)
    ]
    return sorted(left, key=lambda finding: (finding.defect.place, finding.rule.id))


def not_checked() -> list[str]:
    """What could not be judged on this machine."""
    missing = "There is no bash here, so nobody checked the syntax of shell code (shell-syntax)."
    return [] if bash() else [missing]


def _acceptances(runbook: Runbook) -> Iterator[Acceptance]:
    for place, comment in runbook.markdown.comments:
        if found := ACCEPTANCE.fullmatch(comment):
            last = place.line + comment.count("\n")
            rule, reason = found.group("rule") or "", found.group("reason") or ""
            yield Acceptance(place, rule, reason, runbook.markdown.extent_after(last))


def _unfounded(acceptances: list[Acceptance]) -> Iterator[Finding]:
    for each in acceptances:
        if not each.reason:
            instead = f"<!-- lint-runbook: ignore {each.rule or 'RULE'} because … -->"
            yield Finding(UNFOUNDED, Defect(each.place, "the comment has no reason.", instead))
