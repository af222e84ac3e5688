"""The provider of the package `pulumi`, which is the engine itself: references to other stacks, and Stash."""
# ruff: noqa: ARG002 - all providers are asked alike, and these need less than others

import uuid
from collections.abc import Callable, Mapping, Sequence

from sandbox.engine import urns
from sandbox.engine.answers import CheckFailure, CheckResult, DiffResult, InvokeResult, OperationResult
from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.resource import ResourceState
from sandbox.engine.values import Properties, contains_secret

STASH = "pulumi:index:Stash"
READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"
GET_RESOURCE = "pulumi:pulumi:getResource"
_INPUT = {urns.STACK_REFERENCE_TYPE: "name", STASH: "input"}
"""The only input of each type."""

StackOutputs = Callable[[str], Properties]
"""The outputs of a stack by its full name (`organization/project/stack`); raises EngineError if there is no such stack."""


class Builtin:
    known = True

    def __init__(self, outputs: StackOutputs, news: Mapping[str, ResourceState]) -> None:
        self._outputs = outputs
        self._news = news

    async def check(self, urn: str, olds: Properties, news: Properties, *, random_seed: bytes = b"") -> CheckResult:
        key = self._input(urn)
        failures = [CheckFailure(name, f'unknown property "{name}"') for name in news if name != key]
        if key not in news:
            failures.append(CheckFailure(key, f'missing required property "{key}"'))
        return CheckResult(inputs=news, failures=failures)

    async def diff(
        self,
        urn: str,
        id_: str,
        *,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str] = (),
    ) -> DiffResult:
        key = self._input(urn)
        if old_inputs.get(key) == news.get(key):
            return DiffResult(changes="none")
        return DiffResult(changes="some", diffs=[key], replaces=[] if urns.type_of(urn) == STASH else [key])

    async def create(
        self,
        urn: str,
        inputs: Properties,
        *,
        seconds: float = 0,
        preview: bool = False,
        interrupted: bool = False,
    ) -> OperationResult:
        outputs = (
            {"input": inputs["input"], "output": inputs["input"]} if urns.type_of(urn) == STASH else self._read(inputs)
        )
        return OperationResult(id="" if preview else str(uuid.uuid4()), outputs=outputs)

    async def read(
        self,
        urn: str,
        id_: str,
        *,
        inputs: Properties | None,
        state: Properties,
        seconds: float = 0,
    ) -> OperationResult:
        if urns.type_of(urn) == STASH:
            return OperationResult(id=id_, inputs=inputs, outputs=state)
        if not inputs or "name" not in inputs:
            raise EngineError(f"the stack reference '{urn}' cannot be imported; it has to name its stack")
        return OperationResult(id=id_, inputs=inputs, outputs=self._read(state))

    async def update(
        self,
        urn: str,
        id_: str,
        *,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        seconds: float = 0,
        ignore_changes: Sequence[str] = (),
        preview: bool = False,
    ) -> OperationResult:
        """A stash keeps its first value as output."""
        return OperationResult(id=id_, outputs={"input": news["input"], "output": old_outputs.get("output")})

    async def delete(self, urn: str, id_: str, *, inputs: Properties, outputs: Properties, seconds: float = 0) -> None:
        """Neither type is anything in the world."""

    async def invoke(self, token: str, arguments: Properties) -> InvokeResult:
        match token:
            case _ if token == READ_OUTPUTS:
                return InvokeResult(values=self._read(arguments))
            case _ if token == GET_RESOURCE:
                return InvokeResult(values=self._resource(str(arguments.get("urn"))))
            case _:
                raise Unsupported(f"the function {token!r}")

    def _input(self, urn: str) -> str:
        type_ = urns.type_of(urn)
        if type_ not in _INPUT:
            raise Unsupported(f"the resource type {type_!r}")
        return _INPUT[type_]

    def _read(self, inputs: Properties) -> Properties:
        outputs = self._outputs(str(inputs["name"]))
        secrets = sorted(key for key, value in outputs.items() if contains_secret(value))
        return {"name": inputs["name"], "outputs": outputs, "secretOutputNames": secrets}

    def _resource(self, urn: str) -> Properties:
        state = self._news.get(urn)
        if state is None:
            raise EngineError(f"unknown resource {urn}")
        return {"urn": urn, "id": state.id, "state": state.outputs}
