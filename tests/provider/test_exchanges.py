"""Types that no recorded case holds: their lives send exactly the requests that lives.py lists."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.provider.table import RESOURCES
from sandbox.provider.values import plain
from tests.provider.lives import LIVES, Exchange

CASES = Path(__file__).parents[1] / "conformance" / "provider"


@dataclass
class Script:
    """An API that expects one request after the other."""

    address: str = ""
    expected: list[Exchange] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        awaited = self.expected.pop(0) if self.expected else None
        if awaited is None or (method, path, body) != awaited[:3]:
            self.surprises.append(f"sent {method} {path} {body}, awaited {awaited and awaited[:3]}")
            return 400, {"success": False, "errors": [{"code": 1, "message": "not awaited"}], "result": None}
        return 200, {"success": True, "errors": [], "messages": [], "result": awaited[3]}


@asynccontextmanager
async def scripted() -> AsyncIterator[Script]:
    script = Script()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split(" ", 2)
        length = re.search(r"content-length: (\d+)", head.lower())
        content = await reader.readexactly(int(length[1]) if length else 0)
        status, document = script.answer(method, path, json.loads(content) if content else None)
        text = json.dumps(document, separators=(",", ":"))
        head = (
            f"HTTP/1.1 {status} .\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\nconnection: close"
        )
        writer.write(f"{head}\r\n\r\n{text}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    async with server:
        script.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield script


def said(inputs: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (inputs | change).items() if value is not None}


async def unchanged(plugin: Any, kept: Any, inputs: dict[str, Any]) -> Any:
    """The resource after a refresh that finds nothing new."""
    refreshed = await plugin.read(kept)
    assert refreshed.id == kept.id
    assert plain(refreshed.inputs) == inputs
    difference = await plugin.diff(refreshed, inputs)
    assert not difference.changes, difference
    return refreshed


def test_each_type_has_a_recorded_case_or_a_life_here():
    recorded = "".join(case.read_text() for case in CASES.glob("*/expected.json"))
    unproved = {token for token in RESOURCES if f'"{token}"' not in recorded and f"::{token}::" not in recorded}
    assert unproved == {life.token for life in LIVES}


@pytest.mark.parametrize("life", LIVES, ids=[life.type for life in LIVES])
def test_what_is_sent_from_create_to_delete(life, plugin_at):
    async def live() -> None:
        async with scripted() as script, plugin_at(script.address) as plugin:

            def awaiting(*exchanges: Exchange) -> None:
                assert (script.surprises, script.expected) == ([], [])
                script.expected += exchanges

            awaiting(*life.created)
            kept = await plugin.create(life.token, "it", life.inputs)
            assert kept.id == life.id
            assert ("cannot be destroyed" in "".join(plugin.logged)) == life.stays
            awaiting(*life.read)
            kept = await unchanged(plugin, kept, life.inputs)
            for name, value in life.elsewhere.items():
                difference = await plugin.diff(kept, said(life.inputs, {name: value}))
                assert difference.replaces == [name]
            inputs = said(life.inputs, life.change)
            assert (await plugin.diff(kept, inputs)).changes == bool(life.change)
            if life.change:
                awaiting(*life.updated)
                kept = await plugin.update(kept, inputs)
                assert not (await plugin.diff(kept, inputs)).changes
            awaiting(*life.reread)
            kept = await unchanged(plugin, kept, inputs)
            if life.import_id:
                awaiting(*life.reread, *life.reread)
                imported = await plugin.import_(life.token, "it", life.import_id)
                assert imported.id == life.id
                assert {*(await plugin.diff(imported, inputs)).names} >= life.unreadable
                known = said(inputs, dict.fromkeys(life.unreadable))
                assert not (await plugin.diff(imported, known)).changes
            awaiting(*life.deleted)
            await plugin.delete(kept)
            awaiting()

    asyncio.run(live())
