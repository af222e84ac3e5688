"""The ledger of a script's Durable Object migrations: a dynamic resource, because the provider cannot do it.

`WorkersScript.migrations` sends a step again with every later upload, which Cloudflare refuses (10079), and taking it
out afterwards is a difference (docs/decisions/durable-object-ledger.md). The ledger asks for the live tag right before it writes
and sends only what comes after it, so that no step is sent twice and an interrupted one is resumed.

Pulumi keeps the provider below in the state, pickled. An instance without attributes of a class that can be imported is
pickled as a name, so the state does not change when this code does.
"""

import sys
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.ledger_upload import Upload, first_upload, live_modules, next_upload
from components.migrations import HistoryError, Step, annotation, irreversible, pending, request, rewritten
from headworks.facts.read import find_script
from headworks.v4 import Api

_SILENCE = 60.0
"""Seconds; an upload is compiled before it is answered."""


class LedgerProvider(ResourceProvider):
    """Create and update send the pending steps; delete does nothing, since an applied migration cannot be taken back."""

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        same_script = olds.get("scriptName") == news["scriptName"] and olds.get("accountId") == news["accountId"]
        applied: list[Step] = olds["migrations"] if same_script else []
        reason = rewritten(applied, news["migrations"]) or (
            irreversible(news["migrations"][len(applied) :]) if applied else None
        )
        return CheckResult(news, [CheckFailure("migrations", reason)] if reason else [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("accountId", "scriptName") if olds[key] != news[key]]
        behind = olds["tag"] != news["migrations"][-1]["tag"]
        return DiffResult(
            changes=bool(replaces) or behind or olds["migrations"] != news["migrations"], replaces=replaces
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(props["scriptName"], _applied(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_applied(news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        with Api.from_environment(timeout=_SILENCE) as api:
            script = find_script(api, props["accountId"], props["scriptName"])
        if script is None:
            return ReadResult("", {})  # the script is gone, and its objects with it: everything is pending again
        return ReadResult(id_, _state(props, script.migration_tag))

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        script = props["scriptName"]
        print(f"The migrations of {script} stay applied: they go when the script goes.", file=sys.stderr)


def _applied(props: dict[str, Any]) -> dict[str, Any]:
    """Send what the live script lacks, and return the resource's state.

    Raises HistoryError, ApiError, or NotConfiguredError without a token.
    """
    account, script_name, declared = props["accountId"], props["scriptName"], props["migrations"]
    with Api.from_environment(timeout=_SILENCE) as api:
        script = find_script(api, account, script_name)
        live_tag = script.migration_tag if script else ""
        steps = pending(declared, live_tag)
        if reason := irreversible(steps):
            raise HistoryError(reason)
        if steps:
            path = f"/accounts/{account}/workers/scripts/{script_name}"
            upload = first_upload(steps) if script is None else _on_live_code(api, path, steps)
            upload.metadata["migrations"] = request(steps, live_tag)
            upload.metadata["annotations"] = {"workers/tag": props["annotation"]}
            api.put(path, params={"bindings_inherit": "strict"}, files=upload.parts())
    return _state(props, declared[-1]["tag"])


def _on_live_code(api: Api, path: str, steps: Sequence[Step]) -> Upload:
    return next_upload(steps, live_modules(api.get_raw(f"{path}/content/v2")), api.get(f"{path}/settings"))


def _state(props: dict[str, Any], tag: str) -> dict[str, Any]:
    inputs = {key: props[key] for key in ("accountId", "scriptName", "migrations", "annotation")}
    return inputs | {"tag": tag}


class Ledger(Resource, module="headworks", name="MigrationLedger"):
    """The steps applied to one script. What depends on it comes after them."""

    annotation: pulumi.Output[str]
    """For the script's `workers_tag`."""
    tag: pulumi.Output[str]
    """The live script's tag."""

    def __init__(
        self, name: str, *, account_id: str, script_name: str, migrations: Sequence[Step], opts: pulumi.ResourceOptions
    ) -> None:
        inputs = {
            "accountId": account_id,
            "scriptName": script_name,
            "migrations": list(migrations),
            "annotation": annotation(migrations),
        }
        super().__init__(LedgerProvider(), name, inputs | {"tag": None}, opts)
