"""The passphrase of local states: the user's own, as Pulumi finds it, else one generated for this workspace."""

import os
import secrets
from pathlib import Path


def passphrase(home: Path) -> str:
    """PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE, or the file `passphrase` of the workspace (mode 0600)."""
    if (given := os.environ.get("PULUMI_CONFIG_PASSPHRASE")) is not None:
        return given
    if file := os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        return Path(file).read_text().strip()
    return generated_file(home).read_text().strip()


def generated_file(home: Path) -> Path:
    path = home / "passphrase"
    home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(32) + "\n")
    return path
