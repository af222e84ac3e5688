"""What a program asks of the deployment about a resource, and the answer that it waits for."""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.engine.resource.goal import Goal
from sandbox.engine.resource.state import ResourceState


class Outcome(Enum):
    SUCCESS = auto()
    FAILED = auto()
    SKIPPED = auto()


@dataclass(frozen=True, kw_only=True)
class Registered:
    """The engine's answer to a registration or a read."""

    state: ResourceState
    outcome: Outcome = Outcome.SUCCESS
    unknown: bool = False
    """Nothing was made, as with a create that is no target: the program sees every output as unknown."""


class _Asked:
    def __init__(self) -> None:
        self.answer: asyncio.Future[Registered] = asyncio.get_running_loop().create_future()

    def resolve(self, answer: Registered) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


class Registration(_Asked):
    """A goal on its way through the engine."""

    def __init__(self, goal: Goal) -> None:
        super().__init__()
        self.goal = goal


class Read(_Asked):
    """A resource that the program reads but does not own (`.get`, StackReference)."""

    def __init__(self, state: ResourceState, name: str) -> None:
        super().__init__()
        self.state = state
        self.name = name
