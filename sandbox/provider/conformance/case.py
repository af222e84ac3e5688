"""One recorded case: the provider is asked what the real one was asked, and must say, send and leave the same."""

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.provider.conformance.comparison import SECRET, differences, engines_marks_undone
from sandbox.provider.conformance.recorded import EngineLog, RecordedApi
from sandbox.provider.server import BOOKKEEPING, UNLIMITED_MESSAGES, start
from sandbox.provider.values import UNKNOWN, Secret, from_struct, plain, to_struct

ACCOUNT = "0123456789abcdef0123456789abcdef"
AS_BEFORE = "<as before>"
LONGEST = 120
"""Seconds that a case may take."""
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


def name_of(urn: str) -> str:
    return urn.rpartition("::")[2]


@dataclass
class Kept:
    """A resource as the engine keeps it between the steps."""

    id: str
    inputs: Record
    outputs: Record
    pending_replacement: bool = False


@dataclass
class World:
    """What the engine would know: resources by URN, and those that were replaced and not yet deleted."""

    current: dict[str, Kept] = field(default_factory=dict)
    condemned: dict[str, list[Kept]] = field(default_factory=dict)
    checked: dict[str, Record] = field(default_factory=dict)
    refreshed: dict[str, tuple[Kept, Kept]] = field(default_factory=dict)

    def all(self) -> list[tuple[str, Kept]]:
        """Resources with their names."""
        condemned = [(name_of(urn), kept) for urn, several in self.condemned.items() for kept in several]
        return [(name_of(urn), kept) for urn, kept in self.current.items()] + condemned


class CaseRun:
    """Replays a case folder. `run` gives the differences, none for a pass."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._case, self._cassette, self._expected = (
            json.loads((folder / f"{name}.json").read_text()) for name in ("case", "cassette", "expected")
        )
        self._world = World()
        self._api = RecordedApi()
        self._log = EngineLog()
        self._state: list[Record] = []
        """The recorded state after the last step."""
        self._step: Record = {}
        self._result: Record = {}
        self._provider: Any = None

    async def run(self) -> list[str]:
        found: list[str] = []
        async with self._api.serving() as address, self._log.serving() as engine:
            server = await start(
                engine=engine, environment={"CLOUDFLARE_BASE_URL": address, "CLOUDFLARE_API_TOKEN": "x" * 40}
            )
            try:
                async with grpc.aio.insecure_channel(server.address, options=UNLIMITED_MESSAGES) as channel:
                    self._provider = provider_pb2_grpc.ResourceProviderStub(channel)
                    await self._provider.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
                    for step, sent, result in zip(self._case["steps"], self._cassette, self._expected, strict=True):
                        self._step, self._result = step, result
                        program = self._folder / self._step.get("program", "program")
                        with contextlib.chdir(program):  # files beside the program are read by the provider
                            lines = await self._replay(sent["exchanges"])
                        found += [f"step '{self._step['name']}': {line}" for line in lines]
            finally:
                await server.stop()
        return found

    async def _replay(self, exchanges: list[Record]) -> list[str]:
        found: list[str] = []
        self._api.begin(exchanges)
        self._log.lines.clear()
        self._world.refreshed.clear()
        for record in self._result["provider"]:
            owner = record.get("urn") or record["tok"]
            self._api.expects(owner, record["call"])
            try:
                lines = await getattr(self, f"_{record['call']}")(record)
            except grpc.aio.AioRpcError as error:
                lines = [] if self._is_recorded(error.details() or "") else [f"fails: {error.details()}"]
            except KeyError:
                lines = ["impossible: no such resource is left after the differences above"]
            found += [f"{record['call']} {name_of(owner)}: {line}" for line in lines]
        found += self._api.differences + self._api.unsent() + self._compare_messages()
        if self._step["op"] != "preview":
            self._settle()
            found += self._compare_state()
        return found

    # What is asked ---------------------------------------------------------------------------------------------------

    async def _check(self, record: Record) -> list[str]:
        urn, inputs = record["urn"], from_record(record["inputs"])
        kept = self._world.current.get(urn)
        olds = to_struct(plain(kept.inputs) if kept else {})
        answer = await self._provider.Check(provider_pb2.CheckRequest(urn=urn, olds=olds, news=to_struct(inputs)))
        checked = self._world.checked[urn] = from_struct(answer.inputs)
        found = differences(record.get("checked", record["inputs"]), as_record(checked))
        ours = {failure.reason for failure in answer.failures}
        theirs = {failure["reason"] for failure in record.get("failures", [])}
        if ours != theirs and {*map(_property_in, ours)} != {*map(_property_in, theirs)}:
            found.append(f"failures: recorded {sorted(theirs)}, ours {sorted(ours)}")
        return found

    async def _diff(self, record: Record) -> list[str]:
        urn = record["urn"]
        if self._step["op"] == "refresh":  # what was found, against what the program had said last
            before, after = self._world.refreshed[urn]
            olds, news = after.outputs, before.inputs
        else:
            olds, news = self._world.current[urn].outputs, self._world.checked[urn]
        request = provider_pb2.DiffRequest(urn=urn, olds=to_struct(plain(olds)), news=to_struct(plain(news)))
        answer = await self._provider.Diff(request)
        changes = provider_pb2.DiffResponse.DiffChanges.Name(answer.changes).removeprefix("DIFF_").lower()
        return differences(
            {key: record.get(key, []) for key in ("changes", "replaces", "diffs")},
            {"changes": changes, "replaces": sorted(answer.replaces), "diffs": sorted(answer.diffs)},
        )

    async def _create(self, record: Record) -> list[str]:
        urn, inputs = record["urn"], self._world.checked[record["urn"]]
        preview = record.get("preview", False)
        request = provider_pb2.CreateRequest(urn=urn, properties=to_struct(plain(inputs)), preview=preview)
        answer = await self._provider.Create(request)
        outputs = from_struct(answer.properties)
        if preview:
            return _compare_planned(record, outputs)
        old = self._world.current.get(urn)
        if old is not None and not old.pending_replacement:
            self._world.condemned.setdefault(urn, []).append(old)
        self._world.current[urn] = Kept(answer.id, inputs, outputs)
        return []

    async def _update(self, record: Record) -> list[str]:
        urn, inputs = record["urn"], self._world.checked[record["urn"]]
        kept, preview = self._world.current[urn], record.get("preview", False)
        olds, news = to_struct(plain(kept.outputs)), to_struct(plain(inputs))
        request = provider_pb2.UpdateRequest(id=kept.id, urn=urn, olds=olds, news=news, preview=preview)
        outputs = from_struct((await self._provider.Update(request)).properties)
        if preview:
            return _compare_planned(record, outputs)
        self._world.current[urn] = Kept(kept.id, inputs, outputs)
        return []

    async def _delete(self, record: Record) -> list[str]:
        urn = record["urn"]
        condemned = self._world.condemned.get(urn, [])
        kept = condemned[0] if condemned else self._world.current[urn]
        properties = to_struct(plain(kept.outputs))
        await self._provider.Delete(provider_pb2.DeleteRequest(id=kept.id, urn=urn, properties=properties))
        if condemned:
            condemned.pop(0)
        elif any(op["urn"] == urn and op["op"] == "create-replacement" for op in self._result["ops"]):
            kept.pending_replacement = True
        else:
            del self._world.current[urn]
        return []

    async def _read(self, record: Record) -> list[str]:
        urn, importing = record["urn"], self._step["op"] == "import"
        kept = Kept(self._import_id(record), {}, {}) if importing else self._world.current[urn]
        properties, inputs = to_struct(plain(kept.outputs)), to_struct(plain(kept.inputs))
        request = provider_pb2.ReadRequest(id=kept.id, urn=urn, properties=properties, inputs=inputs)
        answer = await self._provider.Read(request)
        after = Kept(answer.id, from_struct(answer.inputs), from_struct(answer.properties))
        ours = as_record(after.inputs)
        found = differences(record["id"], answer.id, "id")
        found += differences(engines_marks_undone(record["inputs"], ours), ours, "inputs")
        if answer.id:
            self._world.refreshed[urn] = (kept, after)
            self._world.current[urn] = after
        else:
            self._world.current.pop(urn, None)
        return found

    async def _invoke(self, record: Record) -> list[str]:
        request = provider_pb2.InvokeRequest(tok=record["tok"], args=to_struct(from_record(record["args"])))
        answer = await self._provider.Invoke(request)
        ours = as_record(from_struct(getattr(answer, "return")))
        return differences(record.get("returns", {}), ours)

    # What came of it -------------------------------------------------------------------------------------------------

    def _import_id(self, record: Record) -> str:
        text: str = self._step["import"][2].replace("{account}", ACCOUNT)
        return re.sub(r"\{id:\w+\}", record["id"], text)

    def _settle(self) -> None:
        """What the engine does without the provider: new inputs of what stays the same, and deletes that only forget."""
        asked = {record.get("urn") for record in self._result["provider"] if record["call"] == "delete"}
        for op in self._result["ops"]:
            kept = self._world.current.get(op["urn"])
            if op["op"] == "same" and kept is not None and op["urn"] in self._world.checked:
                kept.inputs = self._world.checked[op["urn"]]
            if op["op"] == "delete" and op["urn"] not in asked:
                self._world.current.pop(op["urn"], None)

    def _compare_state(self) -> list[str]:
        if self._result["resources"] != AS_BEFORE:
            self._state = self._result["resources"]
        theirs = {(name_of(recorded["urn"]), recorded["id"]): recorded for recorded in self._state}
        ours = {(name, kept.id): kept for name, kept in self._world.all()}
        found = differences(sorted(map(list, theirs)), sorted(map(list, ours)), "resources")
        for key in theirs.keys() & ours.keys():
            for side in ("inputs", "outputs"):
                mine = as_record(getattr(ours[key], side))
                found += differences(engines_marks_undone(theirs[key][side], mine), mine, f"state {key[0]}.{side}")
        return found

    def _is_recorded(self, text: str) -> bool:
        """Whether an error with this summary and detail was recorded, in the engine's words or in the log's."""
        parts = text.replace(self._api.address, "<api>").split(": ", 1)
        return any(all(part in error for part in parts) for error in self._result.get("errors", []))

    def _compare_messages(self) -> list[str]:
        """Warnings, and errors in the form that goes to the log; other errors are the engine's own."""
        said = {line.replace(self._api.address, "<api>") for line in self._log.lines}
        theirs = {text.removeprefix("error: ") for key in ("warnings", "errors") for text in self._result.get(key, [])}
        logged = {text for text in theirs if "[ERROR]" in text or "[WARNING]" in text}
        if self._step["op"] == "import":  # the command line shows these without the resource
            said = {line.partition(": ")[2] if "[ERROR]" in line else line for line in said}
        return [f"not said: {text}" for text in sorted(logged - said)] + [
            f"said in vain: {text}" for text in sorted(said - logged)
        ]


def _compare_planned(record: Record, outputs: Record) -> list[str]:
    ours = as_record(outputs)
    return differences(engines_marks_undone(record["planned"], ours), ours, "planned")


def _property_in(reason: str) -> str:
    """The property that a validation message is about; its last quoted word."""
    quoted: list[str] = re.findall(r"'([^']+)'", reason)
    return quoted[-1] if quoted else reason


def run_case(folder: Path) -> list[str]:
    """Differences between the recorded case and our provider."""

    async def bounded() -> list[str]:
        return await asyncio.wait_for(CaseRun(folder).run(), timeout=LONGEST)

    return asyncio.run(bounded())
