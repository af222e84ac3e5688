"""Project files: what a program is, how it is run, and the values that every stack of it starts from."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.engine.errors import EngineError, Unsupported

ORGANIZATION = "organization"
"""The organization of every stack in a backend that knows none."""
PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")


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
    refresh: bool = False
    """Every operation reads the world first."""


def load_project(directory: Path) -> Project:
    path = next((directory / name for name in PROJECT_FILES if (directory / name).exists()), None)
    if path is None:
        raise ConfigurationError(f"there is no Pulumi.yaml in {directory}: it is not the folder of a project")
    document = read_yaml(path)
    for key in ("plugins", "stackConfigDir"):
        if document.get(key):
            raise Unsupported(f"`{key}` of {path}")
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
        refresh=(document.get("options") or {}).get("refresh") == "always",
    )


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
        full = full_key(key, project)
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


def full_key(key: str, project: str) -> str:
    """`name` as `project:name`; the old form `namespace:config:name` loses its middle."""
    parts = str(key).split(":")
    return f"{project}:{key}" if len(parts) == 1 else f"{parts[0]}:{parts[-1]}"


def _python_of_uv(directory: Path) -> str | None:
    """The environment beside the nearest uv.lock, unless UV_PROJECT_ENVIRONMENT names another; None if it is not made yet."""
    for folder in (directory, *directory.parents):
        if (folder / "uv.lock").exists():
            found = folder / os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv") / "bin" / "python"
            return str(found) if found.exists() else None
    return None
