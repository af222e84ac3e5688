"""What an earlier verdict said would change: people approved that, and nothing else may be deployed on their word."""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from headworks.failure import Failure
from headworks.readiness.look import Readiness
from headworks.readiness.preview import Change


class _Subject(BaseModel):
    system: str
    stack: str
    commit: str | None


class _Verdict(BaseModel):
    """As much of the JSON of a verdict as is asked here."""

    plan: list[Change]
    readiness: _Subject


def read_plan(file: Path, readiness: Readiness) -> frozenset[Change]:
    """The plan of a verdict in JSON. Raises Failure (exit 2) when it is none, or one of another system, stack or commit."""
    verdict = _read(file)
    now = _Subject(system=readiness.system, stack=readiness.stack, commit=readiness.commit)
    for what, then in verdict.readiness:
        if then != getattr(now, what):
            raise Failure(
                f"{file} is a verdict on the {what} {then}, and this is {getattr(now, what)}, of which it says nothing.",
                fix=f"Run the gate on it first: headworks gate {now.stack} --write {file}.",
                exit_code=2,
            )
    return frozenset(verdict.plan)


def _read(file: Path) -> _Verdict:
    try:
        return _Verdict.model_validate_json(file.read_bytes())
    except OSError as error:
        reason = error.strerror or "it is no file"
    except ValidationError:
        reason = "it is no verdict of the gate"
    raise Failure(
        f"{file} cannot be taken for what was approved: {reason}.",
        fix="Name a file that `headworks gate STACK --write FILE.json` wrote.",
        exit_code=2,
    )
