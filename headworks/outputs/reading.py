"""Outputs as they come: from an engine, from `pulumi stack output --json`, or from an exported state."""

import json
from typing import Any

from pydantic import ValidationError

from headworks.failure import Failure, problems_of
from headworks.outputs.documents import VERSION, StackOutputs

_STACK = "pulumi:pulumi:Stack"


def read_text(text: str, source: str, stack: str | None) -> StackOutputs:
    """The outputs in a file; `source` is what messages call it. Raises Failure as `read` does."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _no_outputs(source, f"is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise _no_outputs(source, "is no object")
    return read(_of_state(document) if "deployment" in document else document, source, stack)


def read(outputs: dict[str, Any], source: str, stack: str | None) -> StackOutputs:
    """The documents, checked; they must be those of `stack`, if one is named. Raises Failure: exit 3 when there are none, else 2."""
    if not outputs:
        raise Failure(
            f"{source} has no outputs yet, so there is nothing to render.",
            fix="`headworks up` makes them.",
            exit_code=3,
        )
    environment = outputs.get("environment")
    version = environment.get("version") if isinstance(environment, dict) else None
    if isinstance(version, int) and version != VERSION:
        raise Failure(
            f"{source} has outputs of version {version}; this headworks reads version {VERSION}.",
            fix="Take the release of headworks that brought the stack up, or bring it up with this one.",
            exit_code=2,
        )
    try:
        found = StackOutputs.model_validate(outputs)
    except ValidationError as error:
        raise _invalid(source, error) from error
    if stack is not None and found.environment.stack != stack:
        raise Failure(
            f"{source} has the outputs of {found.environment.stack}, not of {stack}.",
            fix="Name the stack that they are of.",
            exit_code=2,
        )
    return found


def _of_state(document: dict[str, Any]) -> dict[str, Any]:
    """The outputs of the stack's own resource in a checkpoint."""
    resources = (document["deployment"] or {}).get("resources") or []
    return next((each.get("outputs") or {} for each in resources if each.get("type") == _STACK), {})


def _invalid(source: str, error: ValidationError) -> Failure:
    listed = "\n".join(f"  {problem}" for problem in problems_of(error))
    if all(each["type"] == "missing" for each in error.errors(include_url=False, include_input=False)):
        return Failure(
            f"{source} lacks what this headworks needs; an earlier release brought the stack up, or these are no outputs of ours:\n{listed}",
            fix="`headworks up` with this release writes it.",
            exit_code=2,
        )
    return _no_outputs(source, f"is not what a stack of ours says:\n{listed}")


def _no_outputs(source: str, problem: str) -> Failure:
    return Failure(
        f"{source} {problem}",
        fix="Give what `headworks outputs STACK --json`, `pulumi stack output --json` or `pulumi stack export` prints.",
        exit_code=2,
    )
