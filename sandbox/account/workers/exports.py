"""What a Worker exports: its names, and the events that its default export handles.

Read from the text, never by running it. Where the text does not say (`export default wrap(app)`, `export * from "elsewhere"`)
the answer is that it is not known, and nobody may be refused for it.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.account.workers.javascript import OPENING, Source, Token, scan

EVENTS = frozenset({"fetch", "scheduled", "queue", "email", "tail", "trace", "tailStream", "test"})
"""Handlers that Cloudflare calls."""
ENTRYPOINTS = frozenset({"WorkerEntrypoint"})
"""Base classes that add no handlers of their own."""
MODIFIERS = frozenset({"async", "get", "set", "static", "*"})
DECLARATIONS = frozenset({"const", "let", "var"})

Span = tuple[int, int]
"""Indexes of the first token and of the one after the last."""


@dataclass(frozen=True)
class Exports:
    """What is known of a module's exports."""

    names: frozenset[str] = frozenset()
    complete: bool = True
    """There are no others."""
    handlers: frozenset[str] | None = frozenset()
    """Events that the default export handles; None: the text does not say."""

    def lacks(self, name: str) -> bool:
        """It is certain that `name` is not exported."""
        return self.complete and name not in self.names


UNKNOWN = Exports(complete=False, handlers=None)


def exports_of(main: str, modules: Mapping[str, str]) -> Exports:
    """`modules`: ES modules by name -> text. Raises SyntaxFault for a module that cannot be JavaScript."""
    return _Linker(modules).exports(main)


def service_worker_events(text: str) -> frozenset[str]:
    """Events of a script in the older syntax: `addEventListener("fetch", …)`. Raises SyntaxFault."""
    tokens = scan(text).tokens
    return frozenset(
        name.text
        for call, bracket, name in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if call.text == "addEventListener" and bracket.text == "(" and name.kind == "string" and name.text in EVENTS
    )


@dataclass
class _Module:
    """The top level of one module."""

    source: Source
    exported: dict[str, str] = field(default_factory=dict)
    """Exported name -> local name, for those that this module declares or imports."""
    borrowed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Exported name -> (module, its name there)."""
    stars: list[str] = field(default_factory=list)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Local name -> (module, its name there)."""
    values: dict[str, Span] = field(default_factory=dict)
    """Local name -> the tokens of its value, where the name is declared once with a value."""
    reassigned: set[str] = field(default_factory=set)
    default: Span | None = None
    complete: bool = True


class _Linker:
    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._modules: dict[str, _Module] = {}

    def exports(self, main: str) -> Exports:
        names, complete = self._names(main, frozenset())
        return Exports(
            names, complete, self._handlers(main, "default", frozenset()) if "default" in names else frozenset()
        )

    def _module(self, name: str) -> _Module | None:
        if name not in self._texts:
            return None
        if name not in self._modules:
            self._modules[name] = _read(scan(self._texts[name]))
        return self._modules[name]

    def _names(self, name: str, seen: frozenset[str]) -> tuple[frozenset[str], bool]:
        module = self._module(name)
        if module is None:
            return frozenset(), False
        names, complete = (
            {*module.exported, *module.borrowed, *({"default"} if module.default else ())},
            module.complete,
        )
        for star in module.stars:
            target = _resolve(name, star)
            if target in seen:
                continue
            others, all_known = self._names(target, seen | {name})
            names |= others - {"default"}
            complete &= all_known
        return frozenset(names), complete

    def _handlers(self, name: str, exported: str, seen: frozenset[tuple[str, str]]) -> frozenset[str] | None:
        module = self._module(name)
        if module is None or (name, exported) in seen:
            return None
        seen |= {(name, exported)}
        if exported == "default" and module.default:
            return self._handlers_of_value(name, module, module.default, seen)
        if exported in module.exported:
            return self._handlers_of_name(name, module, module.exported[exported], seen)
        if exported in module.borrowed:
            target, there = module.borrowed[exported]
            return self._handlers(_resolve(name, target), there, seen)
        return None

    def _handlers_of_name(
        self, name: str, module: _Module, local: str, seen: frozenset[tuple[str, str]]
    ) -> frozenset[str] | None:
        if local in module.reassigned:
            return None
        if local in module.values:
            return self._handlers_of_value(name, module, module.values[local], seen)
        if local in module.imported:
            target, there = module.imported[local]
            return self._handlers(_resolve(name, target), there, seen)
        return None

    def _handlers_of_value(
        self, name: str, module: _Module, span: Span, seen: frozenset[tuple[str, str]]
    ) -> frozenset[str] | None:
        source, (first, end) = module.source, span
        token = source.tokens[first]
        last = source.partner.get(first)
        if token.text == "(" and last == end - 1:
            return self._handlers_of_value(name, module, (first + 1, end - 1), seen)
        if token.text == "{" and last == end - 1:
            members = _members(source, first)
        elif token.text == "class":
            members = _class_members(source, first, end)
        elif token.text in {"function", "async"}:
            return frozenset()
        elif token.kind == "word" and end == first + 1:
            return self._handlers_of_name(name, module, token.text, seen | {(name, f"={token.text}")})
        else:
            return None
        return None if members is None else members & EVENTS


def _resolve(importer: str, target: str) -> str:
    if not target.startswith("."):
        return target
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))


def _read(source: Source) -> _Module:
    module, index = _Module(source), 0
    tokens = source.tokens
    while index < len(tokens):
        token = tokens[index]
        after_dot = index > 0 and tokens[index - 1].text in {".", "?."}
        if token.text in OPENING and token.kind == "punctuation":
            index = source.partner[index] + 1
        elif token.text == "export" and token.kind == "word" and not after_dot:
            index = _read_export(module, index + 1)
        elif token.text == "import" and token.kind == "word" and not after_dot and _is_declaration(tokens, index):
            index = _read_import(module, index + 1)
        elif token.kind == "word" and not after_dot:
            index = _read_statement(module, index)
        else:
            index += 1
    return module


def _is_declaration(tokens: list[Token], index: int) -> bool:
    """Not `import(…)` and not `import.meta`."""
    return index + 1 < len(tokens) and tokens[index + 1].text not in {"(", "."}


def _read_statement(module: _Module, index: int) -> int:
    tokens = module.source.tokens
    token = tokens[index]
    if token.text in DECLARATIONS:
        names, end = _declarators(module, index + 1)
        return end if names is not None else index + 1
    if token.text in {"class", "function"} or (token.text == "async" and _text(tokens, index + 1) == "function"):
        return _read_named(module, index)[1]
    if _text(tokens, index + 1) in {"=", ".", "["}:  # a member may be added to it
        module.reassigned.add(token.text)
    return index + 1


def _read_named(module: _Module, index: int) -> tuple[str | None, int]:
    """A class or function declaration: its name, and where it ends."""
    source, start = module.source, index
    while source.tokens[index].text in {"async", "function", "class", "*"}:
        index += 1
    name = source.tokens[index].text if source.tokens[index].text not in {"(", "{", "extends"} else None
    while index < len(source.tokens) and source.tokens[index].text != "{":
        index = source.partner.get(index, index) + 1
    end = source.partner.get(index, index) + 1
    if name is not None:
        module.values[name] = (start, end)
    return name, end


def _declarators(module: _Module, index: int) -> tuple[list[str] | None, int]:
    """Names of `a = 1, b = 2;` and where it ends. None for a destructuring declaration."""
    source, names = module.source, []
    while True:
        name = source.tokens[index]
        if name.kind != "word":
            return None, index
        names.append(name.text)
        index += 1
        if _text(source.tokens, index) == "=":
            end = _end_of_expression(source, index + 1)
            (module.reassigned.add(name.text) if name.text in module.values else None)
            module.values[name.text] = (index + 1, end)
            index = end
        if _text(source.tokens, index) != ",":
            return names, index
        index += 1


def _end_of_expression(source: Source, index: int) -> int:
    """Up to the `,` or `;` that ends it, or to a line break after which a new statement seems to begin."""
    start = index
    while index < len(source.tokens):
        token = source.tokens[index]
        if token.text in {",", ";"} and token.kind == "punctuation":
            break
        if index > start and _begins_statement(source.tokens, index):
            break
        index = source.partner.get(index, index) + 1
    return index


def _begins_statement(tokens: list[Token], index: int) -> bool:
    if index >= len(tokens):
        return False
    before, token = tokens[index - 1], tokens[index]
    if token.line == before.line or token.kind != "word" or token.text in {"instanceof", "in", "of", "extends"}:
        return False
    return before.kind != "punctuation" or before.text in {")", "]", "}"}


def _read_export(module: _Module, index: int) -> int:
    tokens = module.source.tokens
    word = _text(tokens, index)
    if word == "default":
        return _read_default(module, index + 1)
    if word == "*":
        return _read_star(module, index + 1)
    if word == "{":
        end = module.source.partner[index]
        pairs = list(_pairs(tokens[index + 1 : end]))
        origin, after = _origin(tokens, end + 1)
        if origin is None:
            module.exported |= {outer: inner for inner, outer in pairs}
        else:
            module.borrowed |= {outer: (origin, inner) for inner, outer in pairs}
        return after
    if word in DECLARATIONS:
        names, after = _declarators(module, index + 1)
        module.exported |= {name: name for name in names or ()}
        module.complete &= names is not None
        return after
    name, after = _read_named(module, index)
    if name is not None:
        module.exported[name] = name
    return after


def _read_default(module: _Module, index: int) -> int:
    tokens = module.source.tokens
    if _text(tokens, index) in {"class", "function"} or (
        _text(tokens, index) == "async" and _text(tokens, index + 1) == "function"
    ):
        end = _read_named(module, index)[1]
    else:
        end = _end_of_expression(module.source, index)
    module.default = (index, end)
    return end


def _read_star(module: _Module, index: int) -> int:
    tokens = module.source.tokens
    name = None
    if _text(tokens, index) == "as":
        name, index = _text(tokens, index + 1), index + 2
    origin, after = _origin(tokens, index)
    if origin is None:
        module.complete = False
    elif name is None:
        module.stars.append(origin)
    else:
        module.borrowed[name] = (origin, "*")
    return after


def _read_import(module: _Module, index: int) -> int:
    tokens = module.source.tokens
    bindings: list[tuple[str, str]] = []
    while index < len(tokens) and tokens[index].kind != "string":
        text = tokens[index].text
        if text == "{":
            bindings += _pairs(tokens[index + 1 : module.source.partner[index]])
            index = module.source.partner[index]
        elif text == "*":
            bindings.append(("*", _text(tokens, index + 2)))
            index += 2
        elif text not in {",", "from"}:
            bindings.append(("default", text))
        index += 1
    if index < len(tokens):
        module.imported |= {local: (tokens[index].text, there) for there, local in bindings}
    return index + 1


def _origin(tokens: list[Token], index: int) -> tuple[str | None, int]:
    """The string after `from`, if it is there, and where it ends."""
    if _text(tokens, index) == "from" and index + 1 < len(tokens) and tokens[index + 1].kind == "string":
        return tokens[index + 1].text, index + 2
    return None, index


def _pairs(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """`a, b as c` -> (a, a), (b, c)."""
    words: list[str] = []
    for token in [*tokens, Token("punctuation", ",", 0)]:
        if token.text != "," or token.kind != "punctuation":
            words.append(token.text)
        elif words:
            yield words[0], words[-1]
            words = []


def _class_members(source: Source, first: int, end: int) -> frozenset[str] | None:
    """None where a base class may add members."""
    index = first
    while source.tokens[index].text != "{":
        if source.tokens[index].text == "extends" and (
            source.tokens[index + 1].text not in ENTRYPOINTS or source.tokens[index + 2].text != "{"
        ):
            return None
        index += 1
        if index >= end:
            return None
    return _members(source, index)


def _members(source: Source, opening: int) -> frozenset[str] | None:
    """Names of the members of an object literal or a class body. None where a spread or a computed name hides some."""
    names: set[str] = set()
    index, closing, at_start = opening + 1, source.partner[opening], True
    while index < closing:
        token = source.tokens[index]
        following = _text(source.tokens, index + 1)
        if at_start and token.text in {"...", "["}:
            return None
        if at_start and token.text in MODIFIERS and following not in {"(", ":", ",", "=", "}"}:
            index += 1
            continue
        if at_start and token.kind in {"word", "string"}:
            names.add(token.text)
        is_body = token.text == "{" and source.tokens[index - 1].text == ")"
        index = source.partner.get(index, index) + 1
        at_start = is_body or token.text in {",", ";"} or _begins_statement(source.tokens, index)
    return frozenset(names)


def _text(tokens: list[Token], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""
