"""What the text of a Worker tells about its exports, and that it is never taken to tell more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.account.workers.exports import EVENTS, Exports, exports_of, service_worker_events
from sandbox.account.workers.javascript import SyntaxFault, scan


def read(code: str, **others: str) -> Exports:
    return exports_of("main.js", {"main.js": code, **{f"{name}.js": text for name, text in others.items()}})


@pytest.mark.parametrize(
    ("code", "handlers"),
    [
        ("export default { fetch() {} }", {"fetch"}),
        (
            "export default { async fetch(r, e) { return new Response(`a ${e['}']} b`) }, queue: async (b) => {} };",
            {"fetch", "queue"},
        ),
        ("export default { 'fetch': f, \"scheduled\": s }", {"fetch", "scheduled"}),
        ("export default { fetch, queue };", {"fetch", "queue"}),
        ("export default { helper() { return { queue() {} } }, fetch() {} }", {"fetch"}),
        ("export default ({ email(m) {} });", {"email"}),
        ("const worker = { tail() {} };\nexport default worker;", {"tail"}),
        ("var src_default = {\n  async fetch() {\n  }\n};\nexport {\n  src_default as default\n};", {"fetch"}),
        ("var a = 1, worker = { fetch() {} }\nexport { a, worker as default }", {"fetch"}),
        ("export default class extends WorkerEntrypoint { async fetch() {} scheduled() {} }", {"fetch", "scheduled"}),
        (
            "class Api extends WorkerEntrypoint {\n  state = { queue() {} }\n  async fetch() {}\n}\nexport default Api",
            {"fetch"},
        ),
        (
            "export default class Api { static async fetch() {} get queue() {} *scheduled() {} }",
            {"fetch", "queue", "scheduled"},
        ),
        ("export default function () {}", set()),
        ("export default async function main() {}", set()),
        ("const re = /export default { fetch() {} }/g; export default { queue() {} }", {"queue"}),
        ("if (a) /['\"`]/.test(b); export default { queue() {} }", {"queue"}),
        ("const half = a / 2, third = (a + 1) / 3 / b[0] / 1; export default { queue() {} }", {"queue"}),
        (
            "// export default { fetch() {} }\n/* export default { tail() {} } */ export default { queue() {} }",
            {"queue"},
        ),
        (
            "const s = 'export default { fetch() {} }', t = `export default { ${ { tail() {} } } }`; export default { queue() {} }",
            {"queue"},
        ),
        ("import.meta.url; import('./x.js'); export default { queue() {} }", {"queue"}),
        ("#!/usr/bin/env node\nexport default { queue() {} }", {"queue"}),
        ("export default { get fetch() { return f }, async: 1, get: 2, queue }", {"fetch", "queue"}),
    ],
)
def test_handlers_of_the_default_export(code: str, handlers: set[str]) -> None:
    assert read(code).handlers == handlers


@pytest.mark.parametrize(
    "code",
    [
        "export default wrap({ fetch() {} })",
        "export default new Hono()",
        "const app = new Hono(); app.get('/', c => c); export default app",
        "const worker = { fetch() {} }; worker.queue = q; export default worker",
        "let worker = { fetch() {} }; worker = other; export default worker",
        "export default { ...base, fetch() {} }",
        "export default { [name]() {} }",
        "export default class extends Base { fetch() {} }",
        "export default condition ? { fetch() {} } : other",
        "import worker from 'elsewhere'; export default worker",
        "export { default } from 'elsewhere'",
        "export default handler",
    ],
)
def test_what_the_text_does_not_say_is_not_guessed(code: str) -> None:
    assert read(code).handlers is None


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("export class Room extends DurableObject {}\nexport class Hall {}", {"Room", "Hall"}),
        ("export const a = 1, b = { c: 2 }; export let d; export var e = () => {}", {"a", "b", "d", "e"}),
        ("export function f() {} export async function g() {} export function* h() {}", {"f", "g", "h"}),
        ("class A {}; class B {} export { A, B as C };", {"A", "C"}),
        ("export { A, default as B } from 'elsewhere'", {"A", "B"}),
        ("export * as all from 'elsewhere'", {"all"}),
        ("export {}", set()),
        ("const x = { export: 1 }; x.export; class Y { export() {} }", set()),
        ("export default class Room {}", {"default"}),
        (
            "export class Room { static #count = 0; async alarm() {} }\nexport class Lobby {}; export class Hall {};",
            {"Room", "Lobby", "Hall"},
        ),
    ],
)
def test_names_that_are_exported(code: str, names: set[str]) -> None:
    exports = read(code)
    assert (exports.names, exports.complete) == (names, True)


@pytest.mark.parametrize(
    "code", ["export * from 'elsewhere'", "export const { a, b } = things", "export * from './missing.js'"]
)
def test_names_that_lie_elsewhere_may_be_anything(code: str) -> None:
    assert not read(code).lacks("Room")


def test_modules_of_one_upload_are_followed() -> None:
    exports = read(
        "export * from './live.js'; export { default } from './live.js'; export class New {}",
        live="export class Room {}; const w = { queue() {} }; export { w as default }",
    )
    assert exports == Exports(frozenset({"Room", "New", "default"}), complete=True, handlers=frozenset({"queue"}))


def test_an_imported_worker_is_followed() -> None:
    assert read("import live from './live.js'; export default live", live="export default { tail() {} }").handlers == {
        "tail"
    }
    assert read(
        "import { w as x } from './live.js'; export { x as default }", live="export const w = { tail() {} }"
    ).handlers == {"tail"}


def test_modules_in_folders_are_found_by_their_relative_name() -> None:
    modules = {
        "src/main.js": "export * from '../lib/room.js'",
        "lib/room.js": "export * from './hall.js'",
        "lib/hall.js": "export class Hall {}",
    }
    assert exports_of("src/main.js", modules).names == {"Hall"}


def test_modules_that_import_each_other_end() -> None:
    exports = read(
        "export * from './other.js'; export { w as default } from './other.js'",
        other="export * from './main.js'; export { default as w } from './main.js'",
    )
    assert exports.handlers is None


@pytest.mark.parametrize(
    "code",
    [
        "export default { fetch( };",
        "const a = 'open",
        "const t = `open ${1}",
        "/* open",
        "export default { fetch() {}",
        "}",
    ],
)
def test_text_that_cannot_be_javascript_is_refused(code: str) -> None:
    with pytest.raises(SyntaxFault) as fault:
        read(code)
    assert fault.value.certain


def test_a_fault_after_a_doubtful_slash_is_not_certain() -> None:
    with pytest.raises(SyntaxFault) as fault:
        read("const a = (b) / c; {} / d; export default { fetch( }")
    assert not fault.value.certain


def test_the_line_of_a_fault_is_told() -> None:
    with pytest.raises(SyntaxFault) as fault:
        read("const a = 1;\n\nconst b = );")
    assert fault.value.line == 3


def test_events_of_a_service_worker() -> None:
    code = "addEventListener('fetch', f); addEventListener(\"scheduled\", s); // addEventListener('queue', q)"
    assert service_worker_events(code) == {"fetch", "scheduled"}


SPACES = st.sampled_from(["", " ", "\n", "/* { */", "// }\n"])
VALUES = st.sampled_from(
    [
        "1",
        "'}'",
        "`${ {a: [`}`]} }`",
        "/[/}]{/u",
        "(x) => ({ fetch() {} })",
        "[1, { queue() {} }]",
        "class { tail() {} }",
        "a / b / c",
    ]
)


@given(st.sets(st.sampled_from(sorted(EVENTS))), st.lists(VALUES, max_size=4), st.data())
def test_handlers_are_found_between_whatever_else_is_there(
    events: set[str], values: list[str], data: st.DataObject
) -> None:
    members = [
        f"{event}{data.draw(SPACES)}(){data.draw(SPACES)}{{ return {value} }}"
        for event, value in zip(sorted(events), [*values, *["1"] * 9], strict=False)
    ]
    members += [f"other{number}{data.draw(SPACES)}:{data.draw(SPACES)}{value}" for number, value in enumerate(values)]
    declared = "".join(f"const v{number} ={data.draw(SPACES)}{value};\n" for number, value in enumerate(values))
    code = f"{declared}export default {{{(',' + data.draw(SPACES)).join(data.draw(st.permutations(members)))}}};"
    assert read(code).handlers == events


@given(st.text(alphabet="(){}[]'\"`/\\$a;,.= \n*", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        source = scan(text)
        exports_of("main.js", {"main.js": text})
    except SyntaxFault:
        return
    assert all(opening < closing for opening, closing in source.partner.items())
