"""What a provider of resources is asked, whoever it is: a plugin, the registry (for providers themselves) or the engine."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.engine.plugin.answers import CheckResult, DiffResult, OperationResult
from sandbox.engine.resource.values import Properties


@dataclass(frozen=True, kw_only=True)
class Check:
    urn: str
    olds: Properties
    """The inputs so far; empty for a resource that is new."""
    news: Properties
    random_seed: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Diff:
    urn: str
    id: str
    old_inputs: Properties
    old_outputs: Properties
    news: Properties
    ignore_changes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Create:
    urn: str
    inputs: Properties
    seconds: float = 0
    """How long it may take, here as in all operations; 0 leaves it to the provider."""
    preview: bool = False
    interrupted: bool = False
    """A create of this resource was under way when an engine was killed: a provider that listens may look for the object
    before it makes another one."""


@dataclass(frozen=True, kw_only=True)
class Read:
    urn: str
    id: str
    inputs: Properties | None
    """None for an import."""
    state: Properties
    seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class Update:
    urn: str
    id: str
    old_inputs: Properties
    old_outputs: Properties
    news: Properties
    ignore_changes: Sequence[str] = ()
    seconds: float = 0
    preview: bool = False


@dataclass(frozen=True, kw_only=True)
class Delete:
    urn: str
    id: str
    inputs: Properties
    outputs: Properties
    seconds: float = 0


class ResourceProvider(ABC):
    """What steps and the step generator ask of whoever manages a resource. Refusals are `EngineError`."""

    known = True
    """False at a preview at which the provider cannot be configured yet, and so cannot be asked."""

    @abstractmethod
    async def check(self, asked: Check) -> CheckResult: ...

    @abstractmethod
    async def diff(self, asked: Diff) -> DiffResult: ...

    @abstractmethod
    async def create(self, asked: Create) -> OperationResult:
        """At a preview the id is empty."""

    @abstractmethod
    async def read(self, asked: Read) -> OperationResult:
        """An empty `id` in the result says that the object is gone."""

    @abstractmethod
    async def update(self, asked: Update) -> OperationResult: ...

    @abstractmethod
    async def delete(self, asked: Delete) -> None: ...
