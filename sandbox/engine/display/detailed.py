"""`--diff`: every step with its properties, as it is announced."""

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from sandbox.engine.display.rows import Board
from sandbox.engine.display.sections import remediation_line, violation_lines
from sandbox.engine.display.values import INDENT, Line, changes, whole
from sandbox.engine.display.words import OPERATIONS
from sandbox.engine.events import Event, is_shown
from sandbox.engine.resource.property_path import parse
from sandbox.engine.resource.urns import STACK_TYPE, is_default_provider, split_reference

PLAIN = frozenset({"create", "delete", "delete-replaced", "discard", "discard-replaced"})
"""Operations whose colour the id and the URN of a resource share."""


def step_lines(board: Board, event: Event) -> Iterator[Text]:
    """The lines of one event, none for most."""
    match event:
        case {"resourcePreEvent": body} if _is_shown(body) and body["metadata"]["op"] not in {"refresh", "import"}:
            yield from resource(board, body["metadata"])
        case {"resOutputsEvent": body} if _is_shown(body):
            yield from _ended(board, body["metadata"])
        case {"policyRemediationEvent": body}:
            yield remediation_line(body)
        case {"policyEvent": body}:
            yield from violation_lines(body, INDENT)
        case {"diagnosticEvent": body} if body["severity"] != "debug" and not body.get("ephemeral"):
            yield from (Text(line) for line in f"{body.get('prefix', '')}{body['message']}".rstrip().split("\n"))
        case _:
            pass


def _is_shown(body: Event) -> bool:
    return not body.get("internal") and is_shown(body["metadata"])


def _ended(board: Board, metadata: dict[str, Any]) -> Iterator[Text]:
    """Outputs, where they tell more than the announcement did."""
    if metadata["op"] == "import" or (board.rows[metadata["urn"]].op == "refresh" and metadata["op"] == "update"):
        yield from resource(board, metadata)
    new, old = metadata.get("new"), metadata.get("old")
    is_stack = metadata["type"] == STACK_TYPE
    if not new or metadata["op"] == "delete" or (board.preview and not is_stack):
        return
    depth = _depth(board, metadata) + 1
    inputs = new.get("inputs", {})
    fresh = {key: value for key, value in new.get("outputs", {}).items() if key not in inputs or inputs[key] != value}
    lines = (
        list(
            changes(
                {key: old["outputs"][key] for key in old["outputs"] if key not in inputs},
                fresh,
                depth,
                sames=is_stack and not board.preview,
            )
        )
        if old and old.get("outputs")
        else list(whole(fresh, depth, metadata["op"]))
    )
    if lines:
        yield Line(depth, metadata["op"], "--outputs:--").render()
        yield from (line.render() for line in lines)


def resource(board: Board, metadata: dict[str, Any]) -> Iterator[Text]:
    """Heading, identity and properties of a step."""
    op, depth = metadata["op"], _depth(board, metadata)
    words = OPERATIONS[op]
    new, old = metadata.get("new"), metadata.get("old")
    side = new or old or {}
    lock = " 🔒" if side.get("protect") else " 🔓" if old and old.get("protect") else ""
    retained = "[retain]" if old and old.get("retainOnDelete") and op in {"delete", "replace"} else ""
    yield Text.assemble(INDENT * depth, (f"{words.sign}{metadata['type']}: ({op}{retained}){lock}", words.color))
    color = op if op in PLAIN else "same"
    if old and old.get("id"):
        yield Line(depth + 1, color, f"[id={old['id']}]").render()
    yield Line(depth + 1, color, f"[urn={metadata['urn']}]").render()
    provider = metadata.get("provider")
    if provider and not is_default_provider(split_reference(provider)[0]):
        yield Line(depth + 1, color, f"[provider={provider}]").render()
    if op != "same":
        yield from (line.render() for line in _properties(metadata, depth + 1))


def _properties(metadata: dict[str, Any], depth: int) -> Iterator[Line]:
    new, old = metadata.get("new"), metadata.get("old")
    if new is None or old is None:
        side = new or old or {}
        yield from whole((side.get("outputs") if new else None) or side["inputs"], depth, metadata["op"])
        return
    secrets = metadata.get("changed", ())
    hidden = [str(path[0]) for path in new.get("hideDiffs", []) if path]
    if metadata.get("detailedDiff"):
        include = {str(parse(path)[0]) for path in metadata["detailedDiff"]}
        yield from changes(old["inputs"], new["inputs"], depth, include=include, secrets=secrets, hidden=hidden)
    else:
        yield from changes(
            old["inputs"],
            new["inputs"],
            depth,
            include=metadata.get("diffs", ()),
            secrets=secrets,
            hidden=hidden,
            sames=True,
        )


def _depth(board: Board, metadata: dict[str, Any]) -> int:
    """How many ancestors are shown above."""
    depth = 0
    parent = ((metadata.get("new") or metadata.get("old")) or {}).get("parent", "")
    while parent and (row := board.rows.get(parent)) is not None:
        depth += not row.hidden
        parent = row.parent
    return depth
