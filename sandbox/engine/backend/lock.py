"""One writer at a time: the lock beside a stack's state.

The lock is a file that says who holds it (`pid`, `host`, `user`, `operation`, `since`), and an advisory lock of the operating system
on it. The file stays when its owner is killed, so that the next operation learns of it; the advisory lock goes with the process,
so that a dead owner is told from a living one without trusting process ids. `cancel` breaks either; an owner whose lock was broken
finds out at its next save and stops writing.
"""

import fcntl
import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from sandbox.engine.errors import EngineError


@dataclass(frozen=True)
class Owner:
    """Who holds a lock."""

    pid: int
    host: str
    user: str
    operation: str
    since: float
    """Seconds since the epoch."""

    @classmethod
    def here(cls, operation: str) -> Self:
        return cls(os.getpid(), socket.gethostname(), _user(), operation, time.time())

    @property
    def local(self) -> bool:
        return self.host == socket.gethostname()

    def __str__(self) -> str:
        return (
            f"{self.operation} by {self.user}, process {self.pid} on {self.host}, {_age(time.time() - self.since)} ago"
        )


class LockedError(EngineError):
    """Somebody else's operation holds the stack, or was killed while it held it."""

    def __init__(self, path: Path, owner: Owner | None, *, alive: bool) -> None:
        state = "is running" if alive else "was interrupted and left the lock behind"
        step = "Wait for it to end, or" if alive else "Look at its last messages, then"
        super().__init__(
            f"the stack is currently locked by 1 lock(s): {owner or 'an unknown owner'}, which {state}. "
            f"{step} break the lock with `cancel`. The lock is {path}"
        )
        self.owner = owner
        self.alive = alive


class Lock:
    """A lock that is held, as `acquire` gives it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def check(self) -> None:
        """Raises when somebody broke the lock: whoever did may be writing already."""
        if not _same_file(self._descriptor, self._path):
            raise EngineError(
                f"the lock {self._path} was broken by `cancel` while this operation held it, so it saves nothing more; "
                "run `refresh` to take over what the interrupted step may have done"
            )

    def release(self) -> None:
        if _same_file(self._descriptor, self._path):
            self._path.unlink()
        os.close(self._descriptor)


def acquire(path: Path, operation: str, *, take_over: bool = False) -> tuple[Lock, Owner | None]:
    """Takes the lock, or raises `LockedError`.

    With `take_over` the lock that a dead process of this host left behind is no obstacle; its owner is the second result.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _lock_file(path)
    former = _read(descriptor)
    if former is not None and not (take_over and former.local):
        os.close(descriptor)
        raise LockedError(path, former, alive=False)
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(Owner.here(operation))).encode() + b"\n", 0)
    os.fsync(descriptor)
    return Lock(path, descriptor), former


@contextmanager
def locked(path: Path, operation: str, *, take_over: bool = False) -> Iterator[tuple[Lock, Owner | None]]:
    lock, former = acquire(path, operation, take_over=take_over)
    try:
        yield lock, former
    finally:
        lock.release()


def break_lock(path: Path) -> Owner | None:
    """What `cancel` does: the lock is gone, whoever held it. Returns that owner, None if there was no lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        owner = _read(descriptor)
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
    return owner


def _lock_file(path: Path) -> int:
    """A descriptor of the file at `path` with the advisory lock on it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _read(descriptor)
            os.close(descriptor)
            raise LockedError(path, owner, alive=True) from None
        if _same_file(descriptor, path):
            return descriptor
        os.close(descriptor)  # its owner released it, and so removed it, in between


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _read(descriptor: int) -> Owner | None:
    """The owner; None for a file that nobody has written to yet, or not to the end: who did was killed before it began."""
    text = os.pread(descriptor, 4096, 0)
    try:
        return Owner(**json.loads(text))
    except (ValueError, TypeError):
        if not text.endswith(b"\n"):
            return None
    return Owner(pid=0, host="an unknown host", user="an unknown user", operation="an unknown operation", since=0)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return str(os.getuid())


def _age(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} seconds"
