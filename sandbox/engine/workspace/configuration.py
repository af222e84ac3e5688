"""The configuration that a program is given, from the files of its project and its stack.

Everything is text by the time a program sees it: scalars as JSON writes them, objects as compact JSON with sorted keys. A value of the
stack replaces the project's value of the same key whole. Secrets (`secure:`) are decrypted here, wherever they stand in a value;
a key with a secret anywhere in it is a secret key.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.workspace.project import ConfigurationError, Project, full_key, read_yaml


def _reads_as(kind: type[int | float]) -> Callable[[Any], bool]:
    """Numbers may be written as texts: `pulumi config set` does."""

    def accepts(value: Any) -> bool:
        try:
            kind(value)
        except (TypeError, ValueError):
            return False
        return not isinstance(value, bool)

    return accepts


TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: value in (True, False, "true", "false"),
    "integer": _reads_as(int),
    "number": _reads_as(float),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
"""What a project may declare a value to be."""


AUTONAMING = "pulumi:autonaming"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The configuration of one stack: full keys (`namespace:name`), every value a text, secrets in clear."""

    values: Mapping[str, str]
    secret_keys: frozenset[str]

    def environment(self) -> dict[str, str]:
        """As programs and policy packs get it. Without configuration the variables are missing."""
        if not self.values:
            return {}
        return {
            "PULUMI_CONFIG": json.dumps(self.values, ensure_ascii=False, sort_keys=True),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(self.secret_keys)),
        }

    def shown(self) -> dict[str, str]:
        return {key: "[secret]" if key in self.secret_keys else self.values[key] for key in sorted(self.values)}


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """A Pulumi.<stack>.yaml."""

    path: Path
    salt: str = ""
    """The encryption salt; empty if Pulumi has never encrypted anything for the stack."""
    config: Mapping[str, Any] = field(default_factory=dict)


def load_stack(project: Project, stack: str) -> StackSettings:
    path = project.directory / f"Pulumi.{stack}.yaml"
    if not path.exists():
        return StackSettings(path=path)
    document = read_yaml(path)
    for key in ("secretsprovider", "encryptedkey"):
        if document.get(key) not in (None, "", "passphrase"):
            raise Unsupported(f"the secrets provider of {path} (`{key}`), only passphrases,")
    if document.get("environment"):
        raise Unsupported(f"the ESC `environment` of {path}")
    config = {full_key(key, project.name): value for key, value in (document.get("config") or {}).items()}
    return StackSettings(path=path, salt=document.get("encryptionsalt") or "", config=config)


def configuration(project: Project, settings: StackSettings, decrypt: Callable[[str], str]) -> Configuration:
    merged = {**project.config, **settings.config}
    if AUTONAMING in merged:
        raise Unsupported(f"{AUTONAMING} in the configuration of {settings.path}")
    _check_declared(project, settings, merged)
    secrets = frozenset(key for key, value in merged.items() if _is_secret(value))
    try:
        return Configuration(
            values={key: _text(_decrypted(merged[key], decrypt)) for key in sorted(merged)}, secret_keys=secrets
        )
    except EngineError as error:
        raise ConfigurationError(f"{settings.path}: {error}") from error


def _check_declared(project: Project, settings: StackSettings, values: Mapping[str, Any]) -> None:
    for key, type_ in project.declared.items():
        if key not in values:
            raise ConfigurationError(
                f"{settings.path}: {key} is missing, which the project declares without a default; "
                f"set it with `pulumi config set {key} VALUE`"
            )
        if type_ in TYPES and not _is_secret(values[key]) and not TYPES[type_](values[key]):
            raise ConfigurationError(f"{settings.path}: {key} must be of type {type_!r}, which its value is not")


def _is_secure(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"} and isinstance(value["secure"], str)


def _is_secret(value: Any) -> bool:
    match value:
        case dict():
            return _is_secure(value) or any(_is_secret(item) for item in value.values())
        case list():
            return any(_is_secret(item) for item in value)
        case _:
            return False


def _decrypted(value: Any, decrypt: Callable[[str], str]) -> Any:
    match value:
        case dict() if _is_secure(value):
            return decrypt(value["secure"])
        case dict():
            return {str(key): _decrypted(item, decrypt) for key, item in value.items()}
        case list():
            return [_decrypted(item, decrypt) for item in value]
        case date():
            return _go_time(value)
        case _:
            return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    written = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    # Go's JSON escapes what HTML would read, and the text is compared with what state holds.
    return written.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _go_time(value: date) -> str:
    """An unquoted date is a time to Pulumi's reader of YAML, which hands it on in Go's notation. Quote dates."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return f"{moment:%Y-%m-%d %H:%M:%S} +0000 UTC"
