"""The provider of the package `pulumi`, which is the engine itself: references to other stacks, and Stash."""

import uuid
from collections.abc import Callable, Mapping

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.plugin.answers import CheckFailure, CheckResult, DiffResult, InvokeResult, OperationResult
from sandbox.engine.plugin.resource_provider import Check, Create, Delete, Diff, Read, ResourceProvider, Update
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, contains_secret

BUILTIN = "pulumi"
"""The package that this provider is for."""
STASH = "pulumi:index:Stash"
READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"
GET_RESOURCE = "pulumi:pulumi:getResource"
_INPUT = {urns.STACK_REFERENCE_TYPE: "name", STASH: "input"}
"""The only input of each type."""

StackOutputs = Callable[[str], Properties]
"""The outputs of a stack by its full name (`organization/project/stack`); raises EngineError if there is no such stack."""


class Builtin(ResourceProvider):
    def __init__(self, outputs: StackOutputs, news: Mapping[str, ResourceState]) -> None:
        self._outputs = outputs
        self._news = news

    async def check(self, asked: Check) -> CheckResult:
        key = self._input(asked.urn)
        failures = [CheckFailure(name, f'unknown property "{name}"') for name in asked.news if name != key]
        if key not in asked.news:
            failures.append(CheckFailure(key, f'missing required property "{key}"'))
        return CheckResult(inputs=asked.news, failures=failures)

    async def diff(self, asked: Diff) -> DiffResult:
        key = self._input(asked.urn)
        if asked.old_inputs.get(key) == asked.news.get(key):
            return DiffResult(changes="none")
        return DiffResult(changes="some", diffs=[key], replaces=[] if urns.type_of(asked.urn) == STASH else [key])

    async def create(self, asked: Create) -> OperationResult:
        value = asked.inputs.get("input")
        stash = urns.type_of(asked.urn) == STASH
        outputs = {"input": value, "output": value} if stash else self._read(asked.inputs)
        return OperationResult(id="" if asked.preview else str(uuid.uuid4()), outputs=outputs)

    async def read(self, asked: Read) -> OperationResult:
        if urns.type_of(asked.urn) == STASH:
            return OperationResult(id=asked.id, inputs=asked.inputs, outputs=asked.state)
        if not asked.inputs or "name" not in asked.inputs:
            raise EngineError(f"the stack reference '{asked.urn}' cannot be imported; it has to name its stack")
        return OperationResult(id=asked.id, inputs=asked.inputs, outputs=self._read(asked.state))

    async def update(self, asked: Update) -> OperationResult:
        """A stash keeps its first value as output."""
        outputs = {"input": asked.news["input"], "output": asked.old_outputs.get("output")}
        return OperationResult(id=asked.id, outputs=outputs)

    async def delete(self, asked: Delete) -> None:
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
