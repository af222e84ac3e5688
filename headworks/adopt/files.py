"""The files of a system: written all or none, and only when a stack can be made of them."""

import io
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from headworks.failure import Failure
from headworks.model.files import ENVIRONMENT, PROJECT_FILE, SYSTEM, load_environment
from headworks.model.problems import SpecificationError

_SCHEMA = "schema/headworks.schema.json"


def texts(
    *,
    project: str,
    source: str,
    root: Path,
    to: Path,
    system: Mapping[str, Any],
    environments: Mapping[str, Mapping[str, Any]],
    imports: Mapping[str, Mapping[str, Any]],
) -> dict[str, str]:
    """By name of the file. `root` is the folder of the program, `to` the one that the files are for."""
    main = os.path.relpath(root, to)
    head = f"# yaml-language-server: $schema={os.path.relpath(root / _SCHEMA, to)}\n"
    content = {
        "name": project,
        "description": f"Taken over from {source}",
        **({} if main == "." else {"main": main}),
        "runtime": {"name": "python", "options": {"toolchain": "uv"}},
        "requiredPulumiVersion": ">=3.256.0",
        "config": {SYSTEM: {"value": system}},
    }
    found = {PROJECT_FILE: head + _yaml(content)}
    for stack, environment in environments.items():
        found[f"Pulumi.{stack}.yaml"] = head + _yaml({"config": {ENVIRONMENT: environment}})
        found[f"import.{stack}.json"] = json.dumps(imports[stack], indent=2) + "\n"
    return found


def refuse_invalid(files: Mapping[str, str], stacks: Iterable[str], source: str) -> None:
    """Raises Failure (exit 2) for what the model does not take: nothing could be made of it."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        for name, text in files.items():
            (directory / name).write_text(text, encoding="utf-8")
        for stack in stacks:
            try:
                load_environment(directory, stack)
            except SpecificationError as error:
                raise Failure(
                    f"No stack can be made of what {source} says:\n{str(error).replace(f'{folder}/', '')}",
                    fix="Correct it there. The names of files and lines are those of what would have been written.",
                    exit_code=2,
                ) from error


def write(directory: Path, files: Mapping[str, str], *, force: bool) -> None:
    """Raises Failure (exit 2) if one of them is there already and is to stay."""
    there = sorted(name for name in files if (directory / name).exists())
    if there and not force:
        raise Failure(
            f"{directory} has {', '.join(there)} already, and would lose what they say.",
            fix="Name another folder with --to, or overwrite them with --force.",
            exit_code=2,
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            partial = directory / f".{name}.{os.getpid()}"
            partial.write_text(text, encoding="utf-8")
            partial.replace(directory / name)
    except OSError as error:
        raise Failure(
            f"{directory} cannot be written to: {error}.", fix="Name another folder with --to.", exit_code=2
        ) from error


def _yaml(content: Mapping[str, Any]) -> str:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()
