"""The keys that people sign with: their own SSH keys (ed25519).

Whose keys count is listed in `attestations/allowed_signers` of a system, in the form that git and ssh-keygen know. Whoever may
change that list decides who may attest, so it belongs under review like code.
"""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)

from headworks.failure import Failure

SIGNERS = "allowed_signers"


def read_signers(directory: Path) -> dict[str, list[Ed25519PublicKey]]:
    """Whose keys count, by principal; lines that hold no ed25519 key are not ours and are passed over."""
    file = directory / SIGNERS
    signers: dict[str, list[Ed25519PublicKey]] = {}
    for line in file.read_text().splitlines() if file.is_file() else []:
        words = line.split()
        if len(words) < 3 or line.lstrip().startswith("#") or "ssh-ed25519" not in words:
            continue
        position = words.index("ssh-ed25519")
        key = load_ssh_public_key(" ".join(words[position : position + 2]).encode())
        if isinstance(key, Ed25519PublicKey):
            for principal in words[0].split(","):
                signers.setdefault(principal, []).append(key)
    return signers


def load_private_key(file: Path, passphrase: Callable[[Path], str]) -> Ed25519PrivateKey:
    """The key in a file; `passphrase` is asked only if it has one. Raises Failure (exit 2) where there is no such key."""
    fix = "Name an ed25519 key with --key; `ssh-keygen -t ed25519` makes one."
    try:
        content = file.read_bytes()
        try:
            key = load_ssh_private_key(content, password=None)
        except TypeError:  # how the library says that there is a passphrase
            key = load_ssh_private_key(content, password=passphrase(file).encode())
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.", fix=fix, exit_code=2) from error
    except (ValueError, UnsupportedAlgorithm):
        raise Failure(f"{file} holds no private key that this passphrase opens.", fix=fix, exit_code=2) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Failure(f"{file} holds no ed25519 key.", fix=fix, exit_code=2)
    return key


def refuse_unlisted(directory: Path, principal: str, key: Ed25519PrivateKey) -> None:
    """A signature that will not count is better not made. Raises Failure (exit 2)."""
    public = key.public_key()
    listed = read_signers(directory).get(principal, [])
    if public.public_bytes_raw() not in [known.public_bytes_raw() for known in listed]:
        line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        raise Failure(
            f"{directory / SIGNERS} does not list this key for {principal}, so what it signs does not count.",
            fix=f"Add this line to it, reviewed like code: {principal} {line}",
            exit_code=2,
        )
