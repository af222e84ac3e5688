"""Everything that lines are judged by, gathered once: the preview, what checks and probes found, attestations and waivers."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from headworks.checks.check import Context, Finding
from headworks.checks.names import TakenName
from headworks.checks.registry import CHECKS
from headworks.evidence.attestations import Standing as AttestationStanding
from headworks.evidence.waivers import Waiver
from headworks.probes.run import run as run_probe
from headworks.readiness.preview import Preview
from headworks.readiness.standing import OPEN, State
from headworks.runbooks.lines import Check, Line, Probe, When

Question = Check | Probe


class Source(StrEnum):
    """What a run may leave out, because it cannot know it yet."""

    ATTESTATIONS = "attestations"
    CHECKS = "checks"
    PROBES = "probes"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    context: Context
    preview: Preview
    answers: Mapping[str, Finding]
    """What checks and probes found, by `key_of` of the question."""
    taken_names: Sequence[TakenName]
    """Of what the preview would make."""
    attestations: Mapping[str, AttestationStanding]
    """By kind."""
    waivers: Sequence[Waiver]
    """Those for this stack that count today."""
    left_out: frozenset[Source] = frozenset()

    @property
    def stack(self) -> str:
        return self.context.environment.stack

    @property
    def refused(self) -> frozenset[State]:
        """What an environment does not accept. Production takes what could not be looked up for a no."""
        return OPEN if self.context.environment.production else frozenset({State.MISSING})


def key_of(question: Question) -> str:
    """Lines that ask the same share an answer."""
    return json.dumps(question.model_dump(mode="json", exclude={"stacks"}), sort_keys=True)


def is_asked_now(line: Line, preview: Preview) -> bool:
    """What only a deployed Worker shows is asked of one that is deployed; nobody has to answer for incidents on other days."""
    return line.when is When.BEFORE or (line.when is When.AFTER and preview.is_deployed)


def questions(lines: Iterable[Line], stack: str, left_out: frozenset[Source]) -> Mapping[str, Question]:
    """What checks and probes are asked for this stack, each once."""
    kinds = tuple(kind for kind, source in ((Check, Source.CHECKS), (Probe, Source.PROBES)) if source not in left_out)
    return {
        key_of(holder): holder
        for line in lines
        for holder in line.held_by
        if isinstance(holder, kinds) and stack in (holder.stacks or line.stacks)
    }


def answers(asked: Mapping[str, Question], context: Context, *, local: bool) -> Mapping[str, Finding]:
    """Ask everything at once."""
    with ThreadPoolExecutor(max_workers=16) as threads:
        running: dict[str, Future[Finding]] = {
            key: threads.submit(_ask(question, context, local=local)) for key, question in asked.items()
        }
        return {key: future.result() for key, future in running.items()}


def _ask(question: Question, context: Context, *, local: bool) -> Callable[[], Finding]:
    if isinstance(question, Probe):
        return partial(run_probe, question, context.environment, local=local)
    check = CHECKS[question.check]
    return partial(check.look, context, check.arguments.model_validate(question.arguments))
