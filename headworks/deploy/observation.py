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
    """Run the preview of the request by the engine, without a display."""
    if request.operation is not Operation.PREVIEW:
        raise ValueError(f"{request.operation} would change something; only a preview is observed")
    if choose(engine, request.access) is Engine.PULUMI:
        from headworks.deploy import official

        return official.observe(request)
    from headworks.deploy import embedded

    return embedded.observe(request)
