"""Import files: which objects that exist already are to become resources, as `pulumi import --file` takes them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.engine.errors import EngineError

_KEYS = frozenset(
    {"type", "name", "logicalName", "id", "parent", "provider", "version", "pluginDownloadUrl", "component"}
)
"""What is understood of a resource in the file; `properties` and `remote` are not."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """One resource of the file."""

    type: str
    name: str
    logical_name: str
    id: str
    parent: str
    """Name of another resource of the file, or of its table of names; empty for the stack."""
    version: str
    url: str
    component: bool


@dataclass(frozen=True, kw_only=True)
class ImportFile:
    resources: tuple[Import, ...]
    """A parent before its children."""
    names: Mapping[str, str]
    """URNs of resources that the state has, by the names that the file gives them."""


def read_import_file(path: Path) -> ImportFile:
    """Raises EngineError for what is not there, or is no import file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        written = document["resources"]
        resources = [_resource(each) for each in written]
    except OSError as error:
        raise EngineError(f"could not read import file: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(
            f'{path} is no import file: {error!r}. It holds {{"resources": [{{type, name, id}}]}}'
        ) from error
    names = dict(document.get("nameTable") or {})
    return ImportFile(resources=tuple(_parents_first(resources, names)), names=names)


def _resource(written: Mapping[str, Any]) -> Import:
    if unknown := sorted(written.keys() - _KEYS):
        raise EngineError(f"{written.get('name')!r} has {', '.join(unknown)}, which this engine does not import")
    if written.get("provider"):
        raise EngineError(
            f"{written['name']!r} has an explicit provider; this engine imports by default providers only"
        )
    if not written.get("component") and not written.get("id"):
        raise EngineError(f"{written['name']!r} has no id, so that nobody knows which object it is")
    return Import(
        type=written["type"],
        name=written["name"],
        logical_name=written.get("logicalName") or written["name"],
        id=written.get("id") or "",
        parent=written.get("parent") or "",
        version=written.get("version") or "",
        url=written.get("pluginDownloadUrl") or "",
        component=bool(written.get("component")),
    )


def _parents_first(resources: Iterable[Import], names: Mapping[str, str]) -> Iterator[Import]:
    known, waiting = {"", *names}, list(resources)
    while waiting:
        ready = [each for each in waiting if each.parent in known]
        if not ready:
            listed = ", ".join(f"{each.name} ({each.parent})" for each in waiting)
            raise EngineError(f"the parents of these are neither in the file nor in its nameTable: {listed}")
        yield from ready
        known |= {each.name for each in ready}
        waiting = [each for each in waiting if each not in ready]
