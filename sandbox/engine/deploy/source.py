"""What a deployment asks of whoever it gets its goals from. `source/` has the one there is: a program that is run."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from sandbox.engine.policy.packs import PolicyPacks


class Source(Protocol):
    def running(self) -> AbstractAsyncContextManager[PolicyPacks]:
        """Starts what registers resources, and the packs that judge them; ends both when the context is left."""

    async def exhausted(self) -> None:
        """Returns when nothing more is wanted, or nothing more can be got."""

    async def release(self) -> None:
        """Nothing more will be answered: lets the source come to its own end."""
