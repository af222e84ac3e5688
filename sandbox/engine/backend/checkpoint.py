"""The state of a stack on disk: Pulumi's export envelope (version 3), and a journal beside it while an operation runs.

Rewriting the whole file after each step would cost the square of the number of resources. So a save appends what a step
changed to the journal, and the file is written anew (write, fsync, rename) when the operation ends. Whoever reads the state
applies the journal, so a crash at any point loses nothing.

    <stack>.json           the state as of the last operation that ended
    <stack>.json.bak       the one before it
    <stack>.json.journal   what an operation under way, or one that was killed, has saved since; see `journal`
    <stack>.json.lock      who is writing; see `lock`
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sandbox.engine.backend import journal
from sandbox.engine.backend.journal import LISTS, Document, Journal
from sandbox.engine.backend.lock import Lock, Owner, break_lock, locked
from sandbox.engine.errors import EngineError
from sandbox.engine.resource.values import SECRET, SIGNATURE

VERSION = 3


class CorruptStateError(EngineError):
    """A state that cannot be read. It is never overwritten: the message says what to do instead."""


class Checkpoint:
    """The state of one stack."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.backup = path.with_name(f"{path.name}.bak")
        self.journal = path.with_name(f"{path.name}.journal")
        self._lock = path.with_name(f"{path.name}.lock")

    def load(self) -> Document | None:
        """The deployment as of the last save, None for a stack without state."""
        return self._load()[0]

    @contextmanager
    def write(self, operation: str, *, take_over: bool = False) -> Iterator["Writer"]:
        """The only way to change the state. Raises `LockedError` while somebody else does.

        With `take_over` the lock that a killed process of this host left is no obstacle; `Writer.former` tells whose it was.
        """
        with locked(self._lock, operation, take_over=take_over) as (lock, former):
            deployment, base = self._load()
            writer = Writer(self, lock, former, deployment, base)
            try:
                yield writer
            finally:
                writer.close()

    def cancel(self) -> Owner | None:
        """Breaks the lock, whoever holds it; None if nobody did."""
        return break_lock(self._lock)

    def _load(self) -> tuple[Document | None, str]:
        """The deployment with the journal applied, and the digest of the file without it."""
        for _ in range(3):  # a writer may end between the reading of the two files: then both are read once more
            lines, _size = journal.read(self.journal)
            content = self.path.read_bytes() if self.path.exists() else b""
            base, deployment = _digest(content), self._parse(content)
            if not lines or lines[-1].get("becomes") == base:
                return deployment, base
            if lines[0].get("base") == base:
                for line in lines[1:]:
                    deployment = journal.apply(deployment or {}, line)
                return deployment, base
        raise CorruptStateError(
            f"the journal {self.journal} was not written for the state {self.path}: one of the two was changed by hand, or "
            f"restored alone. Nothing was changed. Remove the journal if the state is the one you want; "
            f"the state before the last operation is {self.backup}"
        )

    def _parse(self, content: bytes) -> Document | None:
        if not content:
            return None
        try:
            return from_envelope(json.loads(content))
        except (ValueError, EngineError) as error:
            way_out = (
                f"The state before the last operation is {self.backup}: copy it over the file, then run `refresh`"
                if self.backup.exists()
                else "There is no backup: `import` an export, or move the file away to start with an empty stack"
            )
            raise CorruptStateError(
                f"the state {self.path} cannot be read: {error}. Nothing was changed. {way_out}"
            ) from None


class Writer:
    """Saves deployments while the lock is held.

    `deployment` is what was found on disk; `former` the dead owner whose lock was taken over, if any.
    """

    def __init__(
        self, checkpoint: Checkpoint, lock: Lock, former: Owner | None, deployment: Document | None, base: str
    ) -> None:
        self.deployment = deployment
        self.former = former
        self._checkpoint = checkpoint
        self._lock = lock
        self._base = base
        self._saved = _snapshot(deployment or {})
        self._journal: Journal | None = None
        if checkpoint.journal.exists():
            self._resume()

    def save(self, deployment: Document) -> None:
        """Makes the deployment durable before it returns; a resource that is the same object as before costs nothing."""
        line = journal.change(self._saved, deployment)
        if line is None:
            return
        self._lock.check()
        if self._journal is None:
            self._journal = Journal.create(self._checkpoint.journal, self._base)
            _sync_directory(self._checkpoint.path.parent)
        self._journal.append(line)
        self._saved = _snapshot(deployment)

    def close(self) -> None:
        """Writes the file anew, if anything was saved."""
        if self._journal is not None:
            self._lock.check()
            self._compact(self._journal)
            self._journal = None

    def _resume(self) -> None:
        """Finishes what a killed operation saved, so that a new journal continues a whole file."""
        lines, _size = journal.read(self._checkpoint.journal)
        if lines and lines[-1].get("becomes") != self._base:
            self._compact(Journal.reopen(self._checkpoint.journal))
        else:
            self._checkpoint.journal.unlink()

    def _compact(self, written: Journal) -> None:
        """Puts the journal's result in the place of the file; a crash between any two lines leaves a state that loads."""
        path = self._checkpoint.path
        content = _text(self._saved)
        fresh = path.with_name(f"{path.name}.new")
        try:
            _write(fresh, content)
            self._base = _digest(content)
            written.append({"becomes": self._base})
            written.close()
            if path.exists():
                _link(path, self._checkpoint.backup)
            fresh.replace(path)
        except OSError as error:
            raise EngineError(
                f"the state {path} could not be written: {error}. Nothing is lost, all of it is in {self._checkpoint.journal}; "
                "make room on the disk, and any next operation finishes the work"
            ) from error
        _sync_directory(path.parent)
        self._checkpoint.journal.unlink()


# envelope ------------------------------------------------------------------------------------------------------------


def envelope(deployment: Document) -> dict[str, Any]:
    """The document of `pulumi stack export`."""
    return {"version": VERSION, "deployment": deployment}


def from_envelope(document: Any) -> Document:
    """The deployment of an export; raises `EngineError` if it is none."""
    if not isinstance(document, dict) or not isinstance(document.get("deployment"), dict):
        raise EngineError('it is not an export of Pulumi: an object with "version" and "deployment" was expected')
    if document.get("version") != VERSION:
        raise EngineError(f"it has version {document.get('version')!r}, and only version {VERSION} is known")
    deployment: Document = document["deployment"]
    return deployment


def manifest(time: str, version: str) -> dict[str, str]:
    """Tells who wrote a deployment when; Pulumi refuses a state whose `magic` is not that of its version."""
    return {"time": time, "magic": hashlib.sha256(version.encode()).hexdigest(), "version": version}


def with_plaintext(value: Any, decrypt: Callable[[str], str]) -> Any:
    """The value, a deployment or part of one, as `pulumi stack export --show-secrets` writes it."""
    return _secrets_mapped(
        value, lambda sealed: {"plaintext": sealed.get("plaintext") or decrypt(sealed["ciphertext"])}
    )


def reencrypted(value: Any, decrypt: Callable[[str], str], encrypt: Callable[[str], str]) -> Any:
    """The value, with or without plaintext, as a stack with another encryption salt holds it."""
    return _secrets_mapped(
        value, lambda sealed: {"ciphertext": encrypt(sealed.get("plaintext") or decrypt(sealed["ciphertext"]))}
    )


def _secrets_mapped(value: Any, change: Callable[[Mapping[str, Any]], dict[str, str]]) -> Any:
    match value:
        case dict() if value.get(SIGNATURE) == SECRET:
            return {SIGNATURE: SECRET, **change(value)}
        case dict():
            return {key: _secrets_mapped(item, change) for key, item in value.items()}
        case list():
            return [_secrets_mapped(item, change) for item in value]
        case _:
            return value


def _snapshot(deployment: Document) -> Document:
    """The deployment with lists of its own: the caller's go on growing."""
    return {key: list(value) if key in LISTS else value for key, value in deployment.items()}


# files ---------------------------------------------------------------------------------------------------------------


def _text(deployment: Document) -> bytes:
    """The envelope with one resource a line: quick to write, and a person can read and compare it."""
    parts = [f"{json.dumps(key)}: {_value_text(value)}" for key, value in deployment.items()]
    body = ",\n".join(parts)
    return f'{{"version": {VERSION}, "deployment": {{\n{body}\n}}}}\n'.encode()


def _value_text(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n]"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _link(path: Path, name: Path) -> None:
    """Makes `name` another name of the file, in one step."""
    fresh = name.with_name(f"{name.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.hardlink_to(path)
    fresh.replace(name)


def _sync_directory(path: Path) -> None:
    with suppress(OSError):  # some file systems have no such thing
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
