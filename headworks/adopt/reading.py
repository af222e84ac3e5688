"""A wrangler configuration in any of its three formats, as it was written."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from headworks.failure import Failure
from headworks.wrangler import jsonc

_READERS: Mapping[str, Callable[[str], Any]] = {
    ".toml": tomllib.loads,
    ".json": lambda text: jsonc.read(text).value,
    ".jsonc": lambda text: jsonc.read(text).value,
}
"""By the end of the file's name. Wrangler takes comments in a .json, too."""


def read(path: Path) -> dict[str, Any]:
    """Raises Failure (exit 2) for what is not there, cannot be read, or is no configuration."""
    reader = _READERS.get(path.suffix)
    if reader is None:
        raise Failure(
            f"{path} is none of wrangler's files: they end in .toml, .json or .jsonc.",
            fix="Name the app's wrangler.toml, wrangler.json or wrangler.jsonc.",
            exit_code=2,
        )
    try:
        value = reader(path.read_text(encoding="utf-8"))
        # A date of TOML is a text to wrangler, and there is no other number in JSON than a finite one.
        document = json.loads(json.dumps(value, default=str, allow_nan=False))
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {error}.", fix="Mend it, or name another file.", exit_code=2) from error
    if not isinstance(document, dict):
        raise Failure(
            f"{path} is no wrangler configuration: it holds no table of options.", fix="Name another file.", exit_code=2
        )
    return document
