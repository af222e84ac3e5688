"""The file of a system's runbook. The program reads it too, with each preview: by libyaml it takes a tenth of the time."""

import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any, ClassVar

import yaml  # type: ignore[import-untyped]
from pydantic import ValidationError

from headworks.failure import Failure, problems_of
from headworks.runbooks.lines import Runbook

_BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # PyYAML may be built without libyaml
    """YAML as the other files here are read: a key stands once, and `on` and `no` are texts."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {
        first: [(tag, form) for tag, form in resolvers if tag != _BOOLEAN]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands twice", node.value[place][0].start_mark
                )
        return dict(super().construct_mapping(node, deep))


_Loader.add_implicit_resolver(_BOOLEAN, re.compile("^(true|false)$"), ["t", "f"])


def runbook_file(root: Path, system: str) -> Path:
    """Where the runbook of a system is; `root` is the folder of the program. A system need not have one."""
    return root / "runbooks" / f"{system}.yaml"


def load_runbook(file: Path) -> Runbook:
    """The runbook in a file. Raises Failure (exit 2) with everything that is wrong in it."""
    try:
        with file.open("rb") as stream:
            return Runbook.model_validate(yaml.load(stream, _Loader))  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise faulty(file, [str(error)]) from error
    except ValidationError as error:
        raise faulty(file, problems_of(error)) from error


def faulty(file: Path, found: Iterable[str]) -> Failure:
    listed = "\n".join(f"  {problem}" for problem in found)
    return Failure(
        f"{file} is no runbook that can be judged:\n{listed}",
        fix="Correct these places; the comment on top of the runbooks here says what can hold a line.",
        exit_code=2,
    )
