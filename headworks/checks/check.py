"""What a check is, what it is given, and what it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from headworks.facts.account import AccountReader
from headworks.model.environment import Environment
from headworks.workspace import Workspace


class State(StrEnum):
    HELD = "held"
    MISSING = "missing"
    NOT_VERIFIED = "not verified"
    """It could not be looked up, which production does not take for an answer."""


@dataclass(frozen=True)
class Finding:
    state: State
    says: str
    """What was seen; or what is missing and how to mend it; or why it could not be looked up. Never a secret's value."""

    @classmethod
    def held(cls, says: str) -> "Finding":
        return cls(State.HELD, says)

    @classmethod
    def missing(cls, says: str) -> "Finding":
        return cls(State.MISSING, says)

    @classmethod
    def not_verified(cls, says: str) -> "Finding":
        return cls(State.NOT_VERIFIED, says)


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where checks look."""

    workspace: Workspace
    environment: Environment
    """Of the stack that is asked about, with every physical name."""
    account: AccountReader
    """Reads the stack's account, each thing at most once."""
    now: datetime


class Arguments(BaseModel):
    """What a line says to a check with `with`: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, kw_only=True)
class Check:
    id: str
    looks_at: str
    """One line for people: `the account's list of buckets has each of the stack's`."""
    look: Callable[[Context, Any], Finding]
    """Is given the context and the arguments."""
    arguments: type[Arguments] = Arguments
