"""A preview that nobody watches: its events, for what judges them afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headworks.deploy import Engine, Operation, Request, choose

Event = Mapping[str, Any]
"""One of Pulumi's engine events, as `pulumi preview --event-log` writes them."""


@dataclass(frozen=True)
class Observation:
    events: Sequence[Event]
    exit_code: int
    error: str = ""
    """Why it failed, where no event says so."""


def observe(request: Request, engine: Engine) -> Observation:
    """Run the preview of an update or of a refresh by the engine, without a display."""
    if request.operation not in {Operation.PREVIEW, Operation.REFRESH}:
        raise ValueError(f"{request.operation} is not observed; the preview of an update or of a refresh is")
    if choose(engine, request.access) is Engine.PULUMI:
        from headworks.deploy import official

        return official.observe(request)
    from headworks.deploy import embedded

    return embedded.observe(request)
