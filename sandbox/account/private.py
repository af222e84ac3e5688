"""Files that only their owner may read, and that exactly one process creates."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet


def private_text(path: Path, make: Callable[[], str]) -> str:
    """The text of `path`; made once, mode 0600. Of two processes that start together one wins, and both read its text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


class Vault:
    """Encrypts the values of secrets, so that a copy of the database alone does not give them away."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def seal(self, value: bytes) -> bytes:
        return self._cipher().encrypt(value)

    def open(self, sealed: bytes) -> bytes:
        return self._cipher().decrypt(sealed)

    def _cipher(self) -> Fernet:
        return Fernet(private_text(self._key_file, lambda: Fernet.generate_key().decode()))
