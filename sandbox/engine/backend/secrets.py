"""Pulumi's passphrase secrets manager: what it encrypts, Pulumi decrypts, and the other way round.

A stack's *encryption salt* is `v1:<salt>:v1:<nonce>:<check>`: eight random bytes, and the word `pulumi` encrypted under the
derived key, so that a wrong passphrase is found out before anything is read. A ciphertext is `v1:<nonce>:<data>`. All parts are
standard base64. The key is PBKDF2-SHA256 of the passphrase, the cipher AES-256-GCM without associated data.
"""

import base64
import binascii
import secrets
from functools import lru_cache
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from sandbox.engine.errors import EngineError

VERSION = "v1"
ITERATIONS = 1_000_000
KEY_BYTES = 32
SALT_BYTES = 8
NONCE_BYTES = 12
CHECK = "pulumi"


class SecretsError(EngineError):
    """A passphrase, an encryption salt or a ciphertext that cannot be used. The message never holds a passphrase or a plaintext."""


class PassphraseManager:
    """Encrypts and decrypts the texts of one stack.

    `salt` is the encryption salt, as `encryptionsalt` of `Pulumi.<stack>.yaml` and `secrets_providers.state.salt` of the
    state hold it. A ciphertext that was seen or made once is not decrypted again.
    """

    def __init__(self, passphrase: str, salt: str) -> None:
        version, _, rest = salt.partition(":")
        encoded, _, check = rest.partition(":")
        if version != VERSION or not check:
            raise SecretsError(
                f"the encryption salt {salt!r} is not of the form v1:<salt>:v1:<nonce>:<check>; "
                "take `encryptionsalt` back from the version of the stack file that Pulumi wrote"
            )
        self.salt = salt
        self._cipher = AESGCM(_derive(passphrase, _decode(encoded, "salt")))
        self._seen: dict[str, str] = {}
        try:
            verified = self.decrypt(check) == CHECK
        except SecretsError:
            verified = False
        if not verified:
            raise SecretsError(
                "incorrect passphrase: it is not the one that the stack's secrets were encrypted with; "
                "set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it"
            )

    @classmethod
    def create(cls, passphrase: str) -> Self:
        """A manager with a salt of its own, for a stack that has none yet."""
        salt = secrets.token_bytes(SALT_BYTES)
        check = _seal(AESGCM(_derive(passphrase, salt)), CHECK)
        return cls(passphrase, f"{VERSION}:{_encode(salt)}:{check}")

    def encrypt(self, plaintext: str) -> str:
        ciphertext = _seal(self._cipher, plaintext)
        self._seen[ciphertext] = plaintext
        return ciphertext

    def decrypt(self, ciphertext: str) -> str:
        if ciphertext not in self._seen:
            self._seen[ciphertext] = self._open(ciphertext)
        return self._seen[ciphertext]

    def _open(self, ciphertext: str) -> str:
        version, *parts = ciphertext.split(":")
        if version != VERSION or len(parts) != 2:
            raise SecretsError(
                "a secret value is not of the form v1:<nonce>:<data>; set it again with `pulumi config set --secret`"
            )
        nonce, data = (_decode(part, "secret value") for part in parts)
        if len(nonce) != NONCE_BYTES:
            raise SecretsError(
                f"a secret value has a nonce of {len(nonce)} bytes, not {NONCE_BYTES}; it was not written whole"
            )
        try:
            return self._cipher.decrypt(nonce, data, None).decode()
        except InvalidTag:
            raise SecretsError(
                "a secret value was encrypted with another passphrase or salt, or has been changed since; "
                "set it again with `pulumi config set --secret`"
            ) from None


@lru_cache(
    maxsize=64
)  # the million rounds take a third of a second; a process asks for the same few stacks again and again
def _derive(passphrase: str, salt: bytes) -> bytes:
    return PBKDF2HMAC(algorithm=SHA256(), length=KEY_BYTES, salt=salt, iterations=ITERATIONS).derive(
        passphrase.encode()
    )


def _seal(cipher: AESGCM, plaintext: str) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return f"{VERSION}:{_encode(nonce)}:{_encode(cipher.encrypt(nonce, plaintext.encode(), None))}"


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SecretsError(f"the {what} {text[:12]!r}… is not base64; it was not written whole") from None
