"""The upload that carries Durable Object migrations and nothing else new.

Cloudflare takes migrations only together with code that exports the classes they name. So the live code is sent back
as it is, beneath a module that adds what is missing: an empty class for a new name, the old class under a renamed one.
All live bindings are inherited. Until the real upload follows, requests meet the code that they met before.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import Any

import httpx

from components.migrations import HistoryError, Step

_CARRIED = (
    "compatibility_date",
    "compatibility_flags",
    "limits",
    "logpush",
    "observability",
    "placement",
    "tail_consumers",
    "usage_model",
)
"""The live script's settings that an upload would reset if it did not repeat them."""

_COMPATIBILITY_DATE = "2025-01-01"
"""Of the module that stands in before a first deployment; it uses nothing that any date changes."""

_JAVASCRIPT_MODULE = "application/javascript+module"

_UNDER_CONSTRUCTION = """\
export default {
  fetch() {
    return new Response("This Worker is being deployed.", { status: 503, headers: { "retry-after": "10" } });
  },
};
"""

_EMPTY_CLASS = """\
export class %s {
  fetch() {
    return new Response("This Durable Object is being deployed.", { status: 503, headers: { "retry-after": "10" } });
  }
}
"""


@dataclass(frozen=True)
class Module:
    """One part of a script."""

    name: str
    content: bytes
    type: str


@dataclass(frozen=True)
class Upload:
    metadata: dict[str, Any]
    modules: tuple[Module, ...]

    def parts(self) -> list[tuple[str, tuple[str | None, bytes, str]]]:
        """The multipart body, as httpx takes it."""
        metadata = ("metadata", (None, json.dumps(self.metadata).encode(), "application/json"))
        return [metadata, *((module.name, (module.name, module.content, module.type)) for module in self.modules)]


def first_upload(steps: Sequence[Step]) -> Upload:
    """For a script that does not exist yet: every request is told to come back."""
    code = _UNDER_CONSTRUCTION + _exports(steps, live=None)
    module = Module("ledger.js", code.encode(), _JAVASCRIPT_MODULE)
    metadata = {"main_module": module.name, "compatibility_date": _COMPATIBILITY_DATE}
    return Upload(metadata, (module,))


def next_upload(steps: Sequence[Step], live: Sequence[Module], settings: dict[str, Any]) -> Upload:
    """For a script that runs: its own modules, the first of which is the entry point, and its own settings."""
    entry = live[0].name
    name = f"ledger-{steps[-1]['chain'][:12]}.js"  # differs from an earlier ledger's, which may be the live code itself
    code = f'export * from "./{entry}";\nexport {{ default }} from "./{entry}";\n' + _exports(steps, live=entry)
    carried = {key: settings[key] for key in _CARRIED if settings.get(key)}
    new_names = {rename["from"]: rename["to"] for step in steps for rename in step.get("renamedClasses", ())}
    metadata = carried | {
        "main_module": name,
        "bindings": [_carried_binding(binding, new_names) for binding in settings.get("bindings") or ()],
        "keep_bindings": ["secret_text", "secret_key"],
    }
    return Upload(metadata, (Module(name, code.encode(), _JAVASCRIPT_MODULE), *live))


def _carried_binding(binding: dict[str, Any], new_names: dict[str, str]) -> dict[str, Any]:
    """A live binding as it was; one to a class that gets another name leads to the same objects under the new name."""
    name = binding.get("class_name")
    if name not in new_names or binding.get("script_name"):
        return {"type": "inherit", "name": binding["name"]}
    while name in new_names:
        name = new_names[name]
    return {"type": "durable_object_namespace", "name": binding["name"], "class_name": name}


def _exports(steps: Sequence[Step], live: str | None) -> str:
    """The exports that the steps need beyond the live module's own."""
    sources: dict[str, str | None] = {}
    for step in steps:
        for name in [*step.get("newClasses", ()), *step.get("newSqliteClasses", ())]:
            sources[name] = None
        for rename in step.get("renamedClasses", ()):
            sources[rename["to"]] = sources.pop(rename["from"], rename["from"])
    return "".join(
        _EMPTY_CLASS % name if source is None or live is None else f'export {{ {source} as {name} }} from "./{live}";\n'
        for name, source in sources.items()
    )


def live_modules(response: httpx.Response) -> list[Module]:
    """The modules of a script's content, the entry point first.

    The API answers one module raw or all of them as multipart, and names the entry point in a header. Raises HistoryError
    for a script in the older syntax.
    """
    entry = response.headers.get("cf-entrypoint")
    content_type = response.headers.get("content-type", "")
    if not content_type.startswith("multipart/"):
        if entry is None and not content_type.startswith(_JAVASCRIPT_MODULE):
            raise HistoryError(
                "the live script is in the service-worker syntax, which exports no classes. "
                "Upload it as an ES module first, without Durable Objects."
            )
        return [Module(entry or "worker.js", response.content, _JAVASCRIPT_MODULE)]
    modules = _parts(content_type, response.content)
    return sorted(modules, key=lambda module: module.name != entry)  # stable: the first part leads if no header tells


def _parts(content_type: str, body: bytes) -> list[Module]:
    boundary = BytesHeaderParser().parsebytes(f"Content-Type: {content_type}".encode()).get_boundary()
    delimiter = b"\r\n--" + (boundary or "").encode()
    modules = []
    for part in (b"\r\n" + body).split(delimiter)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head)
        name = headers.get_param("name", header="content-disposition")
        modules.append(Module(str(name), content, headers.get_content_type()))
    return modules
