"""The output about a system's runbook, as `headworks.outputs.StackOutputs` describes it: what an app's pipeline has to ask people for."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headworks.model.environment import Environment
from headworks.runbooks.lines import Attestation, Line, When
from headworks.runbooks.reading import load_runbook, runbook_file


def runbook_document(root: Path, environment: Environment) -> dict[str, Any]:
    """The document under its concern; nothing for a system without a runbook. Raises Failure for a faulty one.

    `root` is the folder of the program. In an incident nobody asks the outputs: lines that wait for one count, but their
    attestations are not listed.
    """
    file = runbook_file(root, environment.system)
    if not file.is_file():
        return {}
    asking = [line for line in load_runbook(file).lines if environment.stack in line.stacks]
    return {
        "runbook": {
            "path": file.relative_to(root).as_posix(),
            "digest": hashlib.sha256(file.read_bytes()).hexdigest(),
            "lineCount": len(asking),
            "attestations": [
                {"kind": kind, "when": when.value, "lines": ids}
                for when in (When.BEFORE, When.AFTER)
                for kind, ids in _wanted(asking, when, environment.stack).items()
            ],
        }
    }


def _wanted(asking: Sequence[Line], when: When, stack: str) -> dict[str, list[str]]:
    """Ids of the lines by the kind of attestation that they want."""
    wanted: dict[str, list[str]] = {}
    for line in asking:
        for holder in line.held_by:
            if isinstance(holder, Attestation) and line.when is when and stack in (holder.stacks or line.stacks):
                wanted.setdefault(holder.attestation, []).append(line.id)
    return wanted
