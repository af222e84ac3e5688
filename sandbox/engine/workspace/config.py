"""Project and stack files: what a program is, and the configuration that it is given.

Everything is text by the time a program sees it: scalars as JSON writes them, objects as compact JSON with sorted keys. A value of the
stack replaces the project's value of the same key whole. Secrets (`secure:`) are decrypted here, wherever they stand in a value;
a key with a secret anywhere in it is a secret key.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.engine.errors import EngineError, Unsupported

ORGANIZATION = "organization"
"""The organization of every stack in a backend that knows none."""
PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")


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


class ConfigurationError(EngineError):
    """A project or stack file that cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The `runtime` of a project or a policy pack."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, path: Path) -> "Runtime":
        match value:
            case str(name):
                runtime = cls(name=name)
            case {"name": str(name)}:
                runtime = cls(name=name, options=value.get("options") or {})
            case _:
                raise ConfigurationError(
                    f'{path}: `runtime` must be "python", or an object with a name; it is {value!r}'
                )
        if runtime.name != "python":
            raise Unsupported(f"programs in {runtime.name!r} ({path}), only in python,")
        return runtime

    def python(self, directory: Path) -> str:
        """The interpreter: of the `virtualenv` that the file names, of uv's environment, else the one that runs this engine."""
        if "virtualenv" in self.options:
            found = directory / self.options["virtualenv"] / "bin" / "python"
            if not found.exists():
                raise ConfigurationError(
                    f"`virtualenv: {self.options['virtualenv']}` is not a virtual environment: there is no {found}. "
                    "Make it, or leave the option away"
                )
            return str(found)
        if self.options.get("toolchain") == "uv":
            return _python_of_uv(directory) or sys.executable
        return sys.executable

    def environment(self) -> dict[str, str]:
        """What plugins are told of the runtime: `PULUMI_RUNTIME_<OPTION>`."""
        return {f"PULUMI_RUNTIME_{key.upper()}": str(value) for key, value in self.options.items()}


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Pulumi.yaml."""

    name: str
    directory: Path
    """The folder of Pulumi.yaml, and of the stack files."""
    program: Path
    """The folder of the program; another one if the file says `main`."""
    runtime: Runtime
    config: Mapping[str, Any] = field(default_factory=dict)
    """Values that every stack starts from, by full key."""
    declared: Mapping[str, str] = field(default_factory=dict)
    """Types of the keys that the project declares: a stack has to give one that has no default."""


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


def load_project(directory: Path) -> Project:
    path = next((directory / name for name in PROJECT_FILES if (directory / name).exists()), None)
    if path is None:
        raise ConfigurationError(f"there is no Pulumi.yaml in {directory}: it is not the folder of a project")
    document = read_yaml(path)
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigurationError(f"{path}: `name` is missing; it is part of the name of every resource")
    program = (path.parent / document.get("main", ".")).resolve()
    if not program.is_dir():
        program = program.parent
    config, declared = _project_config(document.get("config") or {}, name, path)
    return Project(
        name=name,
        directory=directory.resolve(),
        program=program,
        runtime=Runtime.of(document.get("runtime"), path),
        config=config,
        declared=declared,
    )


def load_stack(project: Project, stack: str) -> StackSettings:
    path = project.directory / f"Pulumi.{stack}.yaml"
    if not path.exists():
        return StackSettings(path=path)
    document = read_yaml(path)
    for key in ("secretsprovider", "encryptedkey"):
        if document.get(key) not in (None, "", "passphrase"):
            raise Unsupported(f"the secrets provider of {path} (`{key}`), only passphrases,")
    config = {_full_key(key, project.name): value for key, value in (document.get("config") or {}).items()}
    return StackSettings(path=path, salt=document.get("encryptionsalt") or "", config=config)


def configuration(project: Project, settings: StackSettings, decrypt: Callable[[str], str]) -> Configuration:
    merged = {**project.config, **settings.config}
    _check_declared(project, settings, merged)
    secrets = frozenset(key for key, value in merged.items() if _is_secret(value))
    try:
        return Configuration(
            values={key: _text(_decrypted(merged[key], decrypt)) for key in sorted(merged)}, secret_keys=secrets
        )
    except EngineError as error:
        raise ConfigurationError(f"{settings.path}: {error}") from error


def read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = YAML(typ="safe").load(path.read_text())
    except (YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not YAML: {error}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} must hold an object with keys, not {type(document).__name__}")
    return document


def _project_config(config: Mapping[str, Any], project: str, path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and declared types. Bare keys belong to the project; those of other namespaces need `value:`."""
    values: dict[str, Any] = {}
    types: dict[str, str] = {}
    for key, declared in config.items():
        full = _full_key(key, project)
        ours = full.startswith(f"{project}:")
        if not ours and not (isinstance(declared, dict) and "value" in declared):
            raise ConfigurationError(
                f"{path}: config.{key} belongs to another namespace than the project's ({project}), so it needs "
                "`value:`, as in `config: {namespace:key: {value: …}}`"
            )
        if not isinstance(declared, dict):
            values[full] = declared
            continue
        if "value" in declared:
            values[full] = declared["value"]
            continue
        types[full] = declared.get("type", "string")
        if "default" in declared:
            values[full] = declared["default"]
    return values, types


def _check_declared(project: Project, settings: StackSettings, values: Mapping[str, Any]) -> None:
    for key, type_ in project.declared.items():
        if key not in values:
            raise ConfigurationError(
                f"{settings.path}: {key} is missing, which the project declares without a default; "
                f"set it with `pulumi config set {key} VALUE`"
            )
        if type_ in TYPES and not _is_secret(values[key]) and not TYPES[type_](values[key]):
            raise ConfigurationError(f"{settings.path}: {key} must be of type {type_!r}, which its value is not")


def _full_key(key: str, project: str) -> str:
    """`name` as `project:name`; the old form `namespace:config:name` loses its middle."""
    parts = str(key).split(":")
    return f"{project}:{key}" if len(parts) == 1 else f"{parts[0]}:{parts[-1]}"


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


def _python_of_uv(directory: Path) -> str | None:
    """The environment beside the nearest uv.lock, unless UV_PROJECT_ENVIRONMENT names another; None if it is not made yet."""
    for folder in (directory, *directory.parents):
        if (folder / "uv.lock").exists():
            found = folder / os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv") / "bin" / "python"
            return str(found) if found.exists() else None
    return None
