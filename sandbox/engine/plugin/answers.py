"""What providers answer, as data: read from the protocol's messages, and from the errors that carry a half-made object."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import grpc.aio
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2

from sandbox.engine.resource.values import Properties

STATUS_DETAILS = "grpc-status-details-bin"

Changes = Literal["unknown", "none", "some"]
_CHANGES: dict[int, Changes] = {0: "unknown", 1: "none", 2: "some"}
_KINDS = {0: "add", 1: "add-replace", 2: "delete", 3: "delete-replace", 4: "update", 5: "update-replace"}


@dataclass(frozen=True)
class PropertyDiff:
    kind: str
    """`add`, `delete` or `update`, each also with `-replace`."""
    input_diff: bool

    @property
    def replaces(self) -> bool:
        return self.kind.endswith("-replace")


@dataclass(frozen=True, kw_only=True)
class DiffResult:
    changes: Changes
    replaces: list[str] = field(default_factory=list)
    diffs: list[str] = field(default_factory=list)
    detailed_diff: dict[str, PropertyDiff] | None = None
    """None when the provider gives no details."""
    delete_before_replace: bool = False

    @property
    def replaces_resource(self) -> bool:
        return bool(self.replaces) or any(found.replaces for found in (self.detailed_diff or {}).values())


@dataclass(frozen=True)
class CheckFailure:
    property: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    inputs: Properties
    failures: list[CheckFailure] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class OperationResult:
    """What Create, Update and Read answer. With `init_errors` the object exists, but not in order."""

    id: str
    outputs: Properties
    inputs: Properties | None = None
    """Read only: the inputs that would make the object as it is, if the provider knows them."""
    init_errors: list[str] = field(default_factory=list)
    refresh_before_update: bool = False


@dataclass(frozen=True, kw_only=True)
class InvokeResult:
    values: Properties
    failures: list[CheckFailure] = field(default_factory=list)


def diff_result(answer: provider_pb2.DiffResponse) -> DiffResult:
    detailed = {path: PropertyDiff(_KINDS[found.kind], found.inputDiff) for path, found in answer.detailedDiff.items()}
    return DiffResult(
        changes=_CHANGES[answer.changes],
        replaces=list(answer.replaces),
        diffs=list(answer.diffs),
        detailed_diff=detailed if answer.hasDetailedDiff else None,
        delete_before_replace=answer.deleteBeforeReplace,
    )


def check_failures(failures: Sequence[Any]) -> list[CheckFailure]:
    return [CheckFailure(failure.property, failure.reason) for failure in failures]


def init_failed(error: grpc.aio.AioRpcError) -> provider_pb2.ErrorResourceInitFailed | None:
    """The object that a failed call left behind, which gRPC carries in the details of the status."""
    metadata: Any = error.trailing_metadata() or ()
    for detail in (
        detail for key, value in metadata if key == STATUS_DETAILS for detail in Status.FromString(value).details
    ):
        failed = provider_pb2.ErrorResourceInitFailed()
        if detail.Unpack(failed):
            return failed
    return None
