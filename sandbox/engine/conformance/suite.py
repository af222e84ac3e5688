"""A folder of cases, and what it brings along: programs, their library, the normalisation of records."""

import importlib.util
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.engine.errors import EngineError


@dataclass(frozen=True, kw_only=True)
class Suite:
    """The folder that holds `lib` and `normalise.py`."""

    directory: Path
    library: Path
    normaliser: Callable[[dict[str, str]], Any]
    order: Callable[[list[list[str]]], Any]
    unveil: Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    directory: Path

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def steps(self) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = json.loads((self.directory / "case.json").read_text())["steps"]
        return steps

    def expected(self, number: int) -> dict[str, Any]:
        """The record of the step, counted from 1."""
        record: dict[str, Any] = json.loads((self.directory / "expected" / f"step-{number}.json").read_text())
        return record


def cases(directories: Iterable[Path]) -> list[Case]:
    """The cases in the folders; a folder may also be a case itself."""
    found: list[Case] = []
    for directory in directories:
        inside = (
            [directory]
            if (directory / "case.json").exists()
            else sorted(path.parent for path in directory.glob("*/case.json"))
        )
        if not inside:
            raise EngineError(f"there is no case in {directory}: none of its folders has a case.json")
        found += [Case(directory=path.resolve()) for path in inside]
    return found


def suite_of(case: Case) -> Suite:
    """The suite lies above its cases."""
    for directory in (case.directory.parent, *case.directory.parents):
        script = directory / "normalise.py"
        if script.exists() and (directory / "lib").is_dir():
            module = _load(script)
            return Suite(
                directory=directory,
                library=directory / "lib",
                normaliser=module.Normaliser,
                order=module.Order,
                unveil=module.unveil,
            )
    raise EngineError(
        f"{case.directory}: no folder above it has the suite's `normalise.py` and `lib`, which the normalisation comes from"
    )


def _load(script: Path) -> Any:
    spec = importlib.util.spec_from_file_location("conformance_suite_normalise", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
