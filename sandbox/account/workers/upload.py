"""An upload of a Worker: the multipart form, its modules, and what can be told about the code without running it."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.account.envelope import Failure, Json
from sandbox.account.request import Call, Part
from sandbox.account.workers.exports import EVENTS, UNKNOWN, Exports, exports_of, service_worker_events
from sandbox.account.workers.javascript import SyntaxFault
from sandbox.account.workers.records import Module

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
METADATA = "metadata"
ES_MODULE = frozenset({"application/javascript+module", "text/javascript+module"})
JAVASCRIPT = frozenset({"application/javascript", "text/javascript", "application/x-javascript"})
SOURCE_MAP = "application/source-map"
CONTENT_TYPES = (
    ES_MODULE
    | JAVASCRIPT
    | {"application/wasm", "text/plain", "application/octet-stream", "text/x-python", "text/x-python-requirement"}
    | {SOURCE_MAP, "application/json"}
)
NEEDS_ES_MODULE = frozenset({"d1", "durable_object_namespace", "queue", "workflow", "hyperdrive", "vectorize", "ai"})
"""Types of bindings that a script in service worker syntax cannot have."""

BAD_NAME = Failure(
    400,
    10016,
    "Worker name {name!r} is not valid: lower-case letters, digits, `-` and `_`, at most 63, the first no sign.",
)
BAD_METADATA = Failure(400, 10026, "Could not parse the metadata part as JSON: {reason}")
NO_MAIN = Failure(
    400, 10021, "The metadata must name main_module (ES module syntax) or body_part (service worker syntax)."
)
PART_MISSING = Failure(400, 10021, "No such module: {name!r}. The form has {present}.")
BAD_CONTENT_TYPE = Failure(400, 10021, "Module {name!r} has content type {content_type!r}, which Workers do not have.")
MAIN_NOT_MODULE = Failure(
    400, 10021, "main_module {name!r} has content type {content_type!r}; it must be application/javascript+module."
)
TWICE = Failure(400, 10021, "Two modules are called {name!r}.")
BAD_CODE = Failure(400, 10021, "Uncaught SyntaxError: {reason}\n    at {name}:{line}")
NO_HANDLERS = Failure(400, 10068, "The uploaded script has no registered event handlers.")
NOT_FOR_SERVICE_WORKERS = Failure(
    400, 10021, "Binding {name!r} of type {type} requires a Worker written in ES module format."
)
NO_ASSETS = Failure(400, 10021, "Static assets are not supported by this local account.")

HANDLERS_UNKNOWN = 10101
"""Code of the message that the handlers of a Worker could not be told."""


@dataclass(frozen=True)
class Code:
    """The modules of a version, and what they say about themselves."""

    modules: tuple[Module, ...]
    main_module: str | None
    body_part: str | None
    exports: Exports
    messages: tuple[Json, ...]

    @property
    def etag(self) -> str:
        digest = hashlib.sha256()
        for module in sorted(self.modules, key=lambda module: module.name):
            digest.update(f"{module.name}\0{module.content_type}\0{len(module.content)}\0".encode() + module.content)
        return digest.hexdigest()

    def described(self) -> Json:
        """For the version's document."""
        exports = self.exports
        return {
            "main_module": self.main_module,
            "body_part": self.body_part,
            "modules": [{"name": m.name, "content_type": m.content_type, "digest": digest_of(m)} for m in self.modules],
            "etag": self.etag,
            "handlers": sorted(exports.handlers or ()),
            "handlers_known": exports.handlers is not None,
            "exports": sorted(exports.names),
            "exports_complete": exports.complete,
        }


def digest_of(module: Module) -> str:
    return hashlib.sha256(module.content).hexdigest()


def read_form(call: Call, name: str = METADATA) -> tuple[Json, list[Module]]:
    """The JSON of the part `name`, and the other parts as modules, whatever the order. A JSON body has no modules.

    Raises ApiError 10026 for JSON that cannot be read.
    """
    if not call.is_multipart:
        return call.object(BAD_METADATA), []
    parts = call.parts()
    form = next((part for part in parts if part.name == name), None)
    try:
        metadata = json.loads(form.content) if form else {}
    except ValueError as problem:
        raise BAD_METADATA.error(reason=str(problem)) from None
    if not isinstance(metadata, dict):
        raise BAD_METADATA.error(reason="an object is expected")
    return metadata, [_module(part) for part in parts if part is not form]


def _module(part: Part) -> Module:
    """As wrangler and the provider send it: a file of its name."""
    return Module(
        part.filename or part.name, (part.content_type or "text/plain").partition(";")[0].strip(), part.content
    )


def read_code(metadata: Json, modules: Sequence[Module]) -> Code:
    """Raises ApiError for what Cloudflare refuses before it starts a Worker: missing or odd modules, text that is no JavaScript."""
    if metadata.get("assets"):
        raise NO_ASSETS.error()
    by_name = {module.name: module for module in modules}
    for module in modules:
        if by_name[module.name] is not module:
            raise TWICE.error(name=module.name)
        if module.content_type not in CONTENT_TYPES:
            raise BAD_CONTENT_TYPE.error(name=module.name, content_type=module.content_type)
    main, body = metadata.get("main_module"), metadata.get("body_part")
    if not (main or body):
        raise NO_MAIN.error()
    start = by_name.get(str(main or body))
    if start is None:
        raise PART_MISSING.error(name=main or body, present=", ".join(sorted(by_name)) or "no modules")
    exports = _module_exports(start, by_name) if main else _service_worker_exports(start)
    if exports.handlers is not None and not exports.handlers and exports.complete and exports.names <= {"default"}:
        raise NO_HANDLERS.error()
    return Code(tuple(modules), main, None if main else body, exports, _messages(exports))


def accepted_code(version: Json, modules: Sequence[Module]) -> Code:
    """The code of a version, which has been looked at when it was uploaded."""
    handlers = frozenset(version["handlers"]) if version["handlers_known"] else None
    exports = Exports(frozenset(version["exports"]), version["exports_complete"], handlers)
    return Code(tuple(modules), version["main_module"], version["body_part"], exports, ())


def check_syntax_allows(code: Code, bindings: Sequence[Json]) -> None:
    for binding in bindings:
        if code.body_part and binding["type"] in NEEDS_ES_MODULE:
            raise NOT_FOR_SERVICE_WORKERS.error(name=binding["name"], type=binding["type"])


def _module_exports(main: Module, modules: dict[str, Module]) -> Exports:
    if main.content_type == "text/x-python":
        return UNKNOWN
    if main.content_type not in ES_MODULE:
        raise MAIN_NOT_MODULE.error(name=main.name, content_type=main.content_type)
    texts = {
        name: module.content.decode(errors="replace")
        for name, module in modules.items()
        if module.content_type in ES_MODULE
    }
    return _scanned(main.name, lambda: exports_of(main.name, texts))


def _service_worker_exports(script: Module) -> Exports:
    text = script.content.decode(errors="replace")
    return _scanned(script.name, lambda: Exports(handlers=service_worker_events(text)))


def _scanned(name: str, scan: Callable[[], Exports]) -> Exports:
    try:
        return scan()
    except SyntaxFault as fault:
        if fault.certain:
            raise BAD_CODE.error(reason=fault, name=name, line=fault.line) from None
        return UNKNOWN


def _messages(exports: Exports) -> tuple[Json, ...]:
    if exports.handlers is not None and exports.complete:
        return ()
    unknown = "handlers" if exports.complete else "exports"
    text = (
        f"The {unknown} of this Worker cannot be told from its text, and this account does not run it:"
        f" whatever depends on them ({', '.join(sorted(EVENTS))}, classes of Durable Objects) is accepted without a check."
    )
    return ({"code": HANDLERS_UNKNOWN, "message": text},)
