"""One recorded case: the provider is asked what the real one was asked, and must say, send and leave the same."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.engine.values import UNKNOWN, Secret, from_struct, plain, to_struct
from sandbox.provider.conformance.comparison import SECRET, differences, engines_marks_undone
from sandbox.provider.conformance.recorded import RecordedApi
from sandbox.provider.server import BOOKKEEPING, UNLIMITED_MESSAGES, start

ACCOUNT = "0123456789abcdef0123456789abcdef"
AS_BEFORE = "<as before>"
Record = dict[str, Any]


def from_record(value: Any) -> Any:
    """What a recorded value was on its way to the provider: unknowns as such, secrets in clear."""
    match value:
        case {"<secret>": inner} if len(value) == 1:
            return from_record(inner)
        case dict():
            return {key: from_record(item) for key, item in value.items()}
        case list():
            return [from_record(item) for item in value]
        case "<unknown>":
            return UNKNOWN
        case _:
            return value


def as_record(value: Any) -> Any:
    match value:
        case Secret():
            return {SECRET: as_record(value.value)}
        case dict():
            return {key: as_record(item) for key, item in value.items() if not key.startswith(BOOKKEEPING)}
        case list():
            return [as_record(item) for item in value]
        case _ if value is UNKNOWN:
            return "<unknown>"
        case _:
            return value


@dataclass
class Kept:
    """A resource as the engine keeps it between the steps."""

    id: str
    inputs: Record
    outputs: Record
    pending_replacement: bool = False


@dataclass
class World:
    """What the engine would know: resources by URN, and the ones that were replaced and not yet deleted."""

    current: dict[str, Kept] = field(default_factory=dict)
    condemned: dict[str, list[Kept]] = field(default_factory=dict)
    checked: dict[str, Record] = field(default_factory=dict)
    refreshed: dict[str, tuple[Kept, Kept]] = field(default_factory=dict)


class CaseRun:
    """Replays a case folder. `run` gives the differences, none for a pass."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.case, self.cassette, self.expected = (
            json.loads((folder / f"{name}.json").read_text()) for name in ("case", "cassette", "expected")
        )
        self.world = World()
        self.api = RecordedApi()
        self.found: list[str] = []
        self.stub: Any = None

    async def run(self) -> list[str]:
        async with self.api.serving() as address:
            environment = {"CLOUDFLARE_BASE_URL": address, "CLOUDFLARE_API_TOKEN": "x" * 40}
            server = await start(environment=environment)
            try:
                async with grpc.aio.insecure_channel(server.address, options=UNLIMITED_MESSAGES) as channel:
                    self.stub = provider_pb2_grpc.ResourceProviderStub(channel)
                    await self.stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True, acceptResources=True))
                    for asked, sent, expected in zip(self.case["steps"], self.cassette, self.expected, strict=True):
                        with contextlib.chdir(self.folder / asked.get("program", "program")):
                            await self._step(asked, sent, expected)
            finally:
                await server.stop()
        return self.found

    async def _step(self, asked: Record, sent: Record, expected: Record) -> None:
        found: list[str] = []
        said: set[str] = set()
        self.api.begin(sent["exchanges"])
        self.world.refreshed.clear()
        for record in expected["provider"]:
            owner = record.get("urn") or record["tok"]
            self.api.expects(owner, record["call"])
            try:
                differing = await getattr(self, f"_{record['call']}")(record, asked, expected)
            except grpc.aio.AioRpcError as error:
                differing = []
                said.add(f"{record.get('urn', '').rpartition('::')[2]}: {error.details()}".removeprefix(": "))
                if not self._is_expected(error.details() or "", expected):
                    differing = [f"fails: {error.details()}"]
            except KeyError:
                differing = ["impossible: no such resource is left after the differences above"]
            found += [f"{record['call']} {owner.rpartition('::')[2]}: {line}" for line in differing]
        found += self.api.differences + self.api.unsent()
        if asked["op"] == "preview":
            self.world.current = {urn: kept for urn, kept in self.world.current.items()}
        else:
            self._settle(expected)
            found += self._compare_state(expected)
        found += self._missing_errors(expected, said)
        self.found += [f"step '{expected['step']}': {line}" for line in found]

    # What is asked ---------------------------------------------------------------------------------------------------

    async def _check(self, record: Record, asked: Record, expected: Record) -> list[str]:
        urn, inputs = record["urn"], from_record(record["inputs"])
        kept = self.world.current.get(urn)
        answer = await self.stub.Check(
            provider_pb2.CheckRequest(urn=urn, olds=to_struct(kept.inputs if kept else {}), news=to_struct(inputs)),
        )
        checked = from_struct(answer.inputs)
        self.world.checked[urn] = checked
        ours = {failure.reason for failure in answer.failures}
        theirs = {failure["reason"] for failure in record.get("failures", [])}
        found = differences(record.get("checked", record["inputs"]), as_record(checked))
        if ours != theirs and not (ours and {_place(text) for text in ours} == {_place(text) for text in theirs}):
            found.append(f"failures: recorded {sorted(theirs)}, ours {sorted(ours)}")
        return found

    async def _diff(self, record: Record, asked: Record, expected: Record) -> list[str]:
        urn = record["urn"]
        if asked["op"] == "refresh":  # what was found against what the program had last said
            before, after = self.world.refreshed[urn]
            olds, news = after.outputs, before.inputs
        else:
            olds, news = self.world.current[urn].outputs, self.world.checked[urn]
        answer = await self.stub.Diff(
            provider_pb2.DiffRequest(id="", urn=urn, olds=to_struct(plain(olds)), news=to_struct(plain(news)))
        )
        changes = {1: "none", 2: "some"}.get(answer.changes, "unknown")
        return differences(
            {"changes": record["changes"], "replaces": record.get("replaces", []), "diffs": record.get("diffs", [])},
            {"changes": changes, "replaces": sorted(answer.replaces), "diffs": sorted(answer.diffs)},
        )

    async def _create(self, record: Record, asked: Record, expected: Record) -> list[str]:
        urn, inputs = record["urn"], self.world.checked[record["urn"]]
        preview = record.get("preview", False)
        answer = await self.stub.Create(
            provider_pb2.CreateRequest(urn=urn, properties=to_struct(plain(inputs)), preview=preview)
        )
        outputs = from_struct(answer.properties)
        if preview:
            return self._compare_planned(record, outputs)
        old = self.world.current.get(urn)
        if old is not None and not old.pending_replacement:
            self.world.condemned.setdefault(urn, []).append(old)
        self.world.current[urn] = Kept(answer.id, inputs, outputs)
        return []

    async def _update(self, record: Record, asked: Record, expected: Record) -> list[str]:
        urn, inputs = record["urn"], self.world.checked[record["urn"]]
        kept = self.world.current[urn]
        answer = await self.stub.Update(
            provider_pb2.UpdateRequest(
                id=kept.id,
                urn=urn,
                olds=to_struct(plain(kept.outputs)),
                news=to_struct(plain(inputs)),
                preview=record.get("preview", False),
            ),
        )
        outputs = from_struct(answer.properties)
        if record.get("preview"):
            return self._compare_planned(record, outputs)
        self.world.current[urn] = Kept(kept.id, inputs, outputs)
        return []

    async def _delete(self, record: Record, asked: Record, expected: Record) -> list[str]:
        urn = record["urn"]
        condemned = self.world.condemned.get(urn, [])
        kept = condemned[0] if condemned else self.world.current[urn]
        await self.stub.Delete(
            provider_pb2.DeleteRequest(id=kept.id, urn=urn, properties=to_struct(plain(kept.outputs)))
        )
        if condemned:
            condemned.pop(0)
        elif any(op["urn"] == urn and op["op"] == "create-replacement" for op in expected["ops"]):
            kept.pending_replacement = True
        else:
            del self.world.current[urn]
        return []

    async def _read(self, record: Record, asked: Record, expected: Record) -> list[str]:
        urn = record["urn"]
        importing = asked["op"] == "import"
        kept = Kept(self._import_id(asked, record), {}, {}) if importing else self._kept(urn)
        answer = await self.stub.Read(
            provider_pb2.ReadRequest(
                id=kept.id, urn=urn, properties=to_struct(plain(kept.outputs)), inputs=to_struct(plain(kept.inputs))
            ),
        )
        inputs, outputs = from_struct(answer.inputs), from_struct(answer.properties)
        found = differences(record["id"], answer.id, "id")
        recorded, ours = record["inputs"], as_record(inputs)
        found += differences(engines_marks_undone(recorded, ours), ours, "inputs")
        if not answer.id:
            self.world.current.pop(urn, None)
            return found
        after = Kept(answer.id, inputs, outputs)
        self.world.refreshed[urn] = (kept, after)
        self.world.current[urn] = after
        return found

    async def _invoke(self, record: Record, asked: Record, expected: Record) -> list[str]:
        request = provider_pb2.InvokeRequest(tok=record["tok"], args=to_struct(from_record(record["args"])))
        answer = await self.stub.Invoke(request)
        ours = as_record(from_struct(getattr(answer, "return")))
        return [
            *differences(record.get("returns", {}), ours),
            *differences(len(record.get("failures", [])), len(answer.failures), "failures"),
        ]

    # What came of it -------------------------------------------------------------------------------------------------

    def _kept(self, urn: str) -> Kept:
        return self.world.current[urn]

    def _import_id(self, asked: Record, record: Record) -> str:
        text: str = asked["import"][2].replace("{account}", ACCOUNT)
        return re.sub(r"\{id:\w+\}", record["id"], text)

    def _compare_planned(self, record: Record, outputs: Record) -> list[str]:
        ours = as_record(outputs)
        return differences(engines_marks_undone(record["planned"], ours), ours, "planned")

    def _settle(self, expected: Record) -> None:
        """What the engine does without the provider: new inputs of what stays the same, and deletes that only forget."""
        asked = {record.get("urn") for record in expected["provider"] if record["call"] == "delete"}
        for op in expected["ops"]:
            kept = self.world.current.get(op["urn"])
            if op["op"] == "same" and kept is not None and op["urn"] in self.world.checked:
                kept.inputs = self.world.checked[op["urn"]]
            if op["op"] == "delete" and op["urn"] not in asked:
                self.world.current.pop(op["urn"], None)

    def _compare_state(self, expected: Record) -> list[str]:
        if expected["resources"] == AS_BEFORE:
            expected["resources"] = self._recorded_state
        self._recorded_state = expected["resources"]
        theirs = [(r["urn"].rpartition("::")[2], r["id"], r) for r in expected["resources"]]
        ours = [(urn.rpartition("::")[2], kept.id, kept) for urn, kept in self.world.current.items()]
        ours += [
            (urn.rpartition("::")[2], kept.id, kept) for urn, all_ in self.world.condemned.items() for kept in all_
        ]
        found = differences(sorted(t[:2] for t in theirs), sorted(o[:2] for o in ours), "resources")
        for name, id_, recorded in theirs:
            kept = next((o[2] for o in ours if o[:2] == (name, id_)), None)
            for side in ("inputs", "outputs") if kept else ():
                mine = as_record(getattr(kept, side))
                found += differences(engines_marks_undone(recorded[side], mine), mine, f"state {name}.{side}")
        return found

    _recorded_state: list[Record] = []  # noqa: RUF012 - replaced by the first step, never changed

    def _is_expected(self, text: str, expected: Record) -> bool:
        text = text.replace(self.api.address, "<api>")
        return any(text in error for error in expected.get("errors", []))

    def _missing_errors(self, expected: Record, said: set[str]) -> list[str]:
        """Recorded errors of the API that we did not meet."""
        texts = " ".join(said).replace(self.api.address, "<api>")
        return [
            f"no such error: {error}"
            for error in expected.get("errors", [])
            if (match := re.search(r"failed to make http request: (.*)$", error)) and match[1] not in texts
        ]


def _place(reason: str) -> str:
    """The property that a validation message is about."""
    found = re.search(r"'([^']+)'(?:\.|:|$)(?!.*')", reason, re.DOTALL)
    return found[1] if found else reason


def run_case(folder: Path) -> list[str]:
    """Differences between the recorded case and our provider; an exception is one of them."""

    async def bounded() -> list[str]:
        run: Awaitable[list[str]] = CaseRun(folder).run()
        return await asyncio.wait_for(run, timeout=120)

    return asyncio.run(bounded())
