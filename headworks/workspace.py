"""Where things are: the program, the system directory with its Pulumi files, and what is kept on this machine."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headworks.failure import Failure
from headworks.model.stack_files import stacks_of

PROJECT_FILE = "Pulumi.yaml"


@dataclass(frozen=True)
class Workspace:
    """One system directory (`Pulumi.yaml` and its stack files) and the program that it runs."""

    system: Path
    project: str
    """Name of the Pulumi project."""
    root: Path
    """Folder of the program's `__main__.py`: `main` of Pulumi.yaml."""

    @property
    def home(self) -> Path:
        """What is kept on this machine only: states, the local account, the passphrase. Never committed."""
        return Path(os.environ.get("HEADWORKS_HOME") or self.root / ".headworks").absolute()

    @property
    def stacks(self) -> list[str]:
        return list(stacks_of(self.system))

    @property
    def policy_pack(self) -> Path:
        return self.root / "policies"

    def systems(self) -> Iterator["Workspace"]:
        """Every system that shares this program: the root's own, and those under `systems/`."""
        yield open_workspace(self.root)
        for project_file in sorted(self.root.glob(f"systems/*/{PROJECT_FILE}")):
            yield open_workspace(project_file.parent)


def open_workspace(system: Path | None = None) -> Workspace:
    """The workspace of a system directory; without one, the nearest folder upwards that has a Pulumi.yaml.

    Raises Failure (exit 2) when there is none, or when its Pulumi.yaml cannot be read.
    """
    directory = system.absolute() if system else _nearest(Path.cwd())
    project_file = directory / PROJECT_FILE
    if not project_file.is_file():
        raise Failure(
            f"{directory} has no {PROJECT_FILE}, so there is no system to work on.",
            fix="Go to the folder of the project, or name one with --system DIR.",
            exit_code=2,
        )
    project = _read_project(project_file)
    main = project.get("main") or "."
    return Workspace(system=directory, project=str(project["name"]), root=(directory / str(main)).resolve())


def _nearest(start: Path) -> Path:
    return next((folder for folder in (start, *start.parents) if (folder / PROJECT_FILE).is_file()), start)


def _read_project(project_file: Path) -> dict[str, object]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError  # `headworks --help` does not pay for a YAML parser

    try:
        project = YAML(typ="safe").load(project_file)
    except YAMLError as error:
        raise Failure(
            f"{project_file} is not YAML: {error}", fix="Mend the line that is named.", exit_code=2
        ) from error
    if not isinstance(project, dict) or not project.get("name"):
        raise Failure(f"{project_file} has no `name`.", fix="Give the project a name.", exit_code=2)
    return project
