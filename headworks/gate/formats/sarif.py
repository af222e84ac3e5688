"""SARIF 2.1.0, as GitHub's code scanning takes it: policies and lines as rules, at the file where each is decided."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from headworks.gate.formats.text import TITLES
from headworks.gate.verdict import Kind, Reason, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(verdict: Verdict) -> dict[str, Any]:
    rules = {reason.id: _rule(reason) for reason in verdict.reasons}
    index = {rule: number for number, rule in enumerate(rules)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "headworks gate", "rules": list(rules.values())}},
                "automationDetails": {"id": f"gate/{verdict.readiness.system}/{verdict.readiness.stack}"},
                "columnKind": "unicodeCodePoints",
                "results": [_result(reason, index[reason.id], verdict) for reason in verdict.reasons],
            }
        ],
    }


def _rule(reason: Reason) -> dict[str, Any]:
    page = {"helpUri": f"docs/policies/{reason.id}.md"} if reason.kind is Kind.POLICY else {}
    return {
        "id": reason.id,
        "shortDescription": {"text": TITLES[reason.kind]},
        "properties": {"tags": [reason.kind.value, *reason.lines]},
    } | page


def _result(reason: Reason, rule_index: int, verdict: Verdict) -> dict[str, Any]:
    file, line = _place(reason, verdict)
    return {
        "ruleId": reason.id,
        "ruleIndex": rule_index,
        "level": "error" if reason.blocks else "warning",
        "message": {"text": reason.says},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(file.as_posix())},
                    "region": {"startLine": line},
                },
                "logicalLocations": [{"name": reason.subject, "kind": reason.kind.value}],
            }
        ],
        "partialFingerprints": {"reason/v1": f"{reason.id}/{'' if reason.kind is Kind.LINE else reason.subject}"},
    }


def _place(reason: Reason, verdict: Verdict) -> tuple[Path, int]:
    """Lines of the runbook where the first is written; everything else in the stack's file, where it is decided."""
    workspace = verdict.readiness.evidence.context.workspace
    if reason.kind is Kind.LINE and verdict.readiness.runbook:
        file, line = verdict.readiness.runbook, _lines_of_ids(verdict.readiness.runbook)[reason.lines[0]]
    else:
        file, line = workspace.system / f"Pulumi.{verdict.readiness.stack}.yaml", 1
    inside = file.is_relative_to(workspace.root)
    return (file.relative_to(workspace.root) if inside else file), line


def _lines_of_ids(runbook: Path) -> Mapping[str, int]:
    numbered = enumerate(runbook.read_text().splitlines(), start=1)
    return {text.split("id:")[1].strip(): number for number, text in numbered if text.lstrip().startswith("- id:")}
