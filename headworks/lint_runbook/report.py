"""Findings for people, for programs and for code scanning."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from headworks.lint_runbook.lint import ALL_RULES
from headworks.lint_runbook.rule import Finding, Rule, Severity

DOCUMENTATION = "docs/lint-runbook.md"
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Found = Mapping[str, Sequence[Finding]]
"""Findings per file."""


def as_text(found: Found) -> str:
    """A line per finding as editors understand it, what comes of it and what works; at the end how many there are."""
    lines = []
    for file, findings in found.items():
        for finding in findings:
            place, rule = finding.defect.place, finding.rule
            lines += [
                f"{file}:{place.line}:{place.column}: {rule.severity} {rule.id}: {finding.defect.reason}",
                f"    {rule.consequence}",
                f"    Instead: {finding.defect.instead}",
            ]
    return "\n".join([*lines, _summary(found)])


def _summary(found: Found) -> str:
    counts = Counter(finding.rule.severity for findings in found.values() for finding in findings)
    files = f"{len(found)} file{'s' if len(found) != 1 else ''}"
    if not counts:
        return f"Nothing found in {files}."
    numbers = [f"{counts[each]} {each}{'s' if counts[each] != 1 else ''}" for each in Severity if counts[each]]
    return f"{', '.join(numbers)} in {files}."


def as_json(found: Found, not_checked: Sequence[str]) -> dict[str, Any]:
    return {
        "findings": [
            {
                "file": file,
                "line": finding.defect.place.line,
                "column": finding.defect.place.column,
                "rule": finding.rule.id,
                "severity": finding.rule.severity.value,
                "title": finding.rule.title,
                "reason": finding.defect.reason,
                "consequence": finding.rule.consequence,
                "instead": finding.defect.instead,
                "requirements": list(finding.rule.requirements),
            }
            for file, findings in found.items()
            for finding in findings
        ],
        "not_checked": list(not_checked),
    }


def as_sarif(found: Found, not_checked: Sequence[str]) -> dict[str, Any]:
    """SARIF 2.1.0, as GitHub's code scanning takes it."""
    index = {rule.id: number for number, rule in enumerate(ALL_RULES)}
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "headworks lint-runbook", "rules": [_sarif_rule(rule) for rule in ALL_RULES]}
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "warning", "message": {"text": text}} for text in not_checked
                        ],
                    }
                ],
                "results": [
                    _sarif_result(file, finding, index[finding.rule.id])
                    for file, findings in found.items()
                    for finding in findings
                ],
            }
        ],
    }


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.consequence},
        "help": {"text": f"{rule.title}. {rule.consequence} See {DOCUMENTATION}#{rule.id}."},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": list(rule.requirements)},
    }


def _sarif_result(file: str, finding: Finding, rule_index: int) -> dict[str, Any]:
    place = finding.defect.place
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": finding.rule.severity.value,
        "message": {"text": f"{finding.defect.reason} {finding.rule.consequence} Instead: {finding.defect.instead}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(file)},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
    }
