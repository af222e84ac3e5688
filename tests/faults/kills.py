"""SIGKILL at a random moment of `up`, `destroy` and `refresh`: `python tests/faults/kills.py [--seeds 200] [--operations up,…]`.

Each seed has its own copy of the same stack and local account. It kills the engine at its moment, then runs the operation once more,
which has to tell what was interrupted and to end where an undisturbed run ends: nothing lost, nothing twice. A moment is a time,
a call of the operating system that concerns the disk (a write is cut off in the middle), or a request to the account, before it is
sent or after it was answered. Of a bad seed all is told that is known.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import httpx
from stage import ACCOUNT, Ended, Stage, api

OPERATIONS = ("up", "destroy", "refresh")
DISK = ("fsync", "link", "pwrite", "replace", "truncate", "unlink")
HOW = ("time", "disk", "request")
SOONER = 0.8
"""A moment that came after the end is tried again, at this part of it."""


@dataclass(frozen=True)
class Length:
    """Of an undisturbed run: seconds, calls that concern the disk, requests."""

    time: float
    disk: float
    request: float


@dataclass(frozen=True)
class Moment:
    how: str
    part: float
    """How far into the operation, from 0 to 1."""
    torn: float
    """How much of a write gets to the disk; less than half: a request is never sent."""

    def __str__(self) -> str:
        return f"at {self.part:.0%} of its {self.how}"


class Disturbance:
    """Counts calls of the process that it is entered in, and kills the process at the one that is the moment.

    Without a moment it writes at its end how many there were.
    """

    def __init__(self, report: Path, moment: Moment | None = None, length: Length | None = None) -> None:
        self._report = report
        self._torn = 0.0
        self._last = dict.fromkeys(HOW, 0)
        if moment is not None:
            self._torn = moment.torn
            self._last[moment.how] = max(1, round(moment.part * getattr(length, moment.how)))
        self._count = dict.fromkeys(HOW, 0)

    def __enter__(self) -> None:
        for name in DISK:
            setattr(os, name, self._disk(name, getattr(os, name)))
        send = httpx.AsyncClient.send

        async def disturbed(client: httpx.AsyncClient, *arguments: Any, **options: Any) -> httpx.Response:
            last = self._is_last("request")
            if last and self._torn < 0.5:
                die()
            response = await send(client, *arguments, **options)
            if last:
                die()
            return response

        httpx.AsyncClient.send = disturbed

    def __exit__(self, *_: object) -> None:
        self._report.write_text(json.dumps(self._count))

    def _disk(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def disturbed(*arguments: Any, **options: Any) -> Any:
            if self._is_last("disk"):
                if name == "pwrite":
                    descriptor, data, offset = arguments
                    real(descriptor, data[: int(len(data) * self._torn)], offset)
                die()
            return real(*arguments, **options)

        return disturbed

    def _is_last(self, how: str) -> bool:
        self._count[how] += 1
        return self._count[how] == self._last[how]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Play:
    """An operation on a stage: where it starts, how long it takes, where it ends."""

    operation: str
    start: Stage
    length: Length
    end: dict[str, list[str]]

    def seed(self, number: int, folder: Path) -> str:
        """What went wrong, empty if nothing."""
        chance = random.Random(f"{self.operation} {number}")
        moment = Moment(chance.choice(HOW), chance.random(), chance.random())
        while True:
            stage = self.start.copy(folder)
            with stage.account() as address:
                killed = self._kill(stage, address, moment)
                if not killed.killed:
                    if killed.code:
                        return f"{moment}: it failed undisturbed\n{killed}"
                    moment = replace(moment, part=moment.part * SOONER)
                    continue
                announced = stage.deployment().get("pending_operations", [])
                lock = stage.state.with_name("dev.json.lock")
                locked = lock.exists() and lock.read_text().endswith("\n")  # else nothing had begun
                again = stage.run(self.operation, address)
            problems = list(self._problems(stage, again, announced, locked))
            return f"{moment}: {'; '.join(problems)}\nagain: {again}" if problems else ""

    def _kill(self, stage: Stage, address: str, moment: Moment) -> Ended:
        disturbance = Disturbance(stage.folder / "counted", moment, self.length)
        process = stage.begin(self.operation, address, "second", disturbance)
        if moment.how == "time":
            ended = stage.wait(process, moment.part * self.length.time)
            if ended is not None:
                return ended
            os.kill(process, signal.SIGKILL)
        return stage.wait(process)

    def _problems(self, stage: Stage, again: Ended, announced: list[Any], locked: bool) -> Iterator[str]:
        if again.code:
            yield f"it ended with {again.code}"
        if locked and not any("which was interrupted" in text for text in again.warnings):
            yield "nobody told that an operation had been interrupted"
        if (
            announced
            and self.operation != "refresh"
            and not any("pending operations" in text for text in again.warnings)
        ):
            yield f"{len(announced)} interrupted steps were not told"
        left = sorted(
            path.name for path in stage.state.parent.iterdir() if path.name not in ("dev.json", "dev.json.bak")
        )
        if left:
            yield f"{left} were left behind"
        # As with Pulumi, an interrupted create is remembered until somebody takes it out of the state.
        if any(each["type"] != "creating" for each in stage.deployment().get("pending_operations", [])):
            yield "the state still has pending operations"
        world = "\n".join(document for _, _, document in stage.world())
        lost = [id_ for id_ in stage.ids() if f'"{id_}"' not in world]
        if lost:
            yield f"the state has {lost}, which the account has not"
        for name, found in stage.summary().items():
            expected = self.end[name]
            if found != expected:
                yield f"the {name} lacks {without(expected, found)} and has {without(found, expected)} too much"


def without(left: list[str], right: list[str]) -> list[str]:
    rest = list(left)
    for each in right:
        if each in rest:
            rest.remove(each)
    return rest


def plays(folder: Path, operations: Sequence[str]) -> dict[str, list[Play]]:
    """By operation. `up` begins from nothing and from another program's stack, in turns; `refresh` from one that has drifted."""
    empty = Stage.create(folder / "empty")
    first = empty.copy(folder / "first")
    with first.account() as address:
        succeed(first.run("up", address, "first"))
    drifted = first.copy(folder / "drifted")
    with drifted.account() as address:
        drift(drifted, address)
    starts = {"up": [empty, first], "destroy": [first], "refresh": [drifted]}
    return {name: [measured(name, start, folder / "measured") for start in starts[name]] for name in operations}


def drift(stage: Stage, address: str) -> None:
    """Somebody else renames one object and deletes another."""
    ids = {each["urn"].rpartition("::")[2]: each.get("id") for each in stage.deployment()["resources"]}
    with api(address) as account:
        account.put(
            f"/accounts/{ACCOUNT}/storage/kv/namespaces/{ids['cache']}", json={"title": "renamed"}
        ).raise_for_status()
        account.delete(f"/accounts/{ACCOUNT}/queues/{ids['jobs']}").raise_for_status()


def measured(operation: str, start: Stage, folder: Path) -> Play:
    """The play, with what an undisturbed run takes and where it ends."""
    stage = start.copy(folder)
    with stage.account() as address:
        began = time.monotonic()
        succeed(stage.wait(stage.begin(operation, address, "second", Disturbance(stage.folder / "counted"))))
        seconds = time.monotonic() - began
    counted = json.loads((stage.folder / "counted").read_text()) | {"time": seconds}
    return Play(operation, start, Length(**counted), stage.summary())


def succeed(ended: Ended | None) -> None:
    if ended is None or ended.code:
        raise SystemExit(f"an undisturbed run failed, so that nothing can be compared with it: {ended}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--only", metavar="SEED,…", help="these seeds instead of so many")
    parser.add_argument("--operations", default=",".join(OPERATIONS))
    parser.add_argument("--parallel", type=int, default=2)
    arguments = parser.parse_args()
    seeds = list(map(int, arguments.only.split(","))) if arguments.only else range(arguments.seeds)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        operations = arguments.operations.split(",")
        all_plays = plays(Path(folder), operations)
        # Forked, so that what is imported and the key of the secrets are there already.
        with ProcessPoolExecutor(arguments.parallel, get_context("fork")) as pool:
            for operation in operations:
                chosen = all_plays[operation]
                waiting = [
                    pool.submit(chosen[seed % len(chosen)].seed, seed, Path(folder, f"seed-{seed}")) for seed in seeds
                ]
                problems = {seed: each.result() for seed, each in zip(seeds, waiting, strict=True)}
                bad += sum(map(bool, problems.values()))
                for seed, problem in problems.items():
                    if problem:
                        print(f"{operation}, seed {seed}, killed {problem}", flush=True)
                good = sum(not problem for problem in problems.values())
                print(f"{operation}: {good} of {len(seeds)}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
