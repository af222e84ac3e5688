"""JSON: the verdict, the reasons, and where every line stands."""

from typing import Any

from headworks.gate.verdict import Verdict
from headworks.readiness.report import as_json


def as_document(verdict: Verdict) -> dict[str, Any]:
    readiness = verdict.readiness
    return {
        "passes": verdict.passes,
        "reasons": [
            {
                "kind": reason.kind.value,
                "id": reason.id,
                "subject": reason.subject,
                "says": reason.says,
                "blocks": reason.blocks,
                "state": reason.state.value,
                "lines": list(reason.lines),
            }
            for reason in verdict.reasons
        ],
        "changes": dict(readiness.preview.changes),
        "plan": [change._asdict() for change in sorted(readiness.preview.plan)],
        "readiness": as_json(readiness),
    }
