"""Gather the evidence for one stack and judge every line of its runbook."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from headworks.account import Access
from headworks.checks.check import Context
from headworks.checks.git import Repository
from headworks.checks.names import taken
from headworks.deploy import Engine, Operation, Request, observe
from headworks.evidence.attestations import FOLDER, standings
from headworks.evidence.waivers import Waiver, waivers_of_stack
from headworks.facts.account import AccountReader, UnreadableError
from headworks.failure import Failure
from headworks.model.files import load_environment
from headworks.readiness.evidence import Evidence, Source, answers, questions
from headworks.readiness.judgement import judge
from headworks.readiness.preview import EVERYTHING_ADVISES, Preview
from headworks.readiness.runbook import read_lines
from headworks.readiness.standing import Standing
from headworks.runbooks.reading import runbook_file
from headworks.workspace import Workspace
from policies.clock import VARIABLE, now
from policies.waivers import Waiver as StatedWaiver

Tell = Callable[[str], None]
"""Is told what is being done, for people who wait."""


@dataclass(frozen=True, kw_only=True)
class Readiness:
    evidence: Evidence
    access: Access
    commit: str | None
    """Of the checkout; None outside a repository."""
    runbook: Path | None
    """The file of the lines; None for a system without one."""
    standings: Sequence[Standing]

    @property
    def system(self) -> str:
        return self.evidence.context.environment.system

    @property
    def stack(self) -> str:
        return self.evidence.stack

    @property
    def preview(self) -> Preview:
        return self.evidence.preview

    @property
    def stands(self) -> bool:
        """Whether every line that is asked now stands; in production, what is not verified does not."""
        refused = self.evidence.refused
        return not self.preview.errors and all(standing.state not in refused for standing in self.standings)


def look(
    workspace: Workspace, stack: str, access: Access, engine: Engine, *, left_out: frozenset[Source], tell: Tell
) -> Readiness:
    """Preview the stack, ask the checks and probes of its lines, and judge. Raises Failure for faulty files or a clock set back."""
    environment = load_environment(workspace.system, stack)
    runbook = runbook_file(workspace.root, workspace.project)
    lines = read_lines(runbook) if runbook.is_file() else ()
    today = _today()
    tell(f"Previewing {stack}")
    preview = _preview(workspace, stack, access, engine)
    asked = questions(lines, stack, left_out)
    tell(f"Looking at {len(asked)} checks and probes")
    with AccountReader(access, environment.account_id) as account:
        context = Context(workspace=workspace, environment=environment, account=account, now=today)
        found = answers(asked, context, local=access.local)
        names = taken(account, preview.planned)
    commit = _commit(workspace)
    attestations = standings(
        workspace.system / FOLDER, system=workspace.project, stack=stack, commit=commit, now=context.now
    )
    evidence = Evidence(
        context=context,
        preview=preview,
        answers=found,
        taken_names=names,
        attestations={each.file.stem: each for each in attestations},
        waivers=_counting(waivers_of_stack(workspace.system, stack), context.now),
        left_out=left_out,
    )
    return Readiness(
        evidence=evidence,
        access=access,
        commit=commit,
        runbook=runbook if lines else None,
        standings=judge(lines, evidence),
    )


def _preview(workspace: Workspace, stack: str, access: Access, engine: Engine) -> Preview:
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "policies.json"
        configuration.write_text(json.dumps(EVERYTHING_ADVISES))
        request = Request(
            operation=Operation.PREVIEW,
            workspace=workspace,
            stack=stack,
            access=access,
            policy_packs=(workspace.policy_pack,),
            policy_pack_configs=(configuration,),
        )
        return Preview(observe(request, engine))


def _today() -> datetime:
    try:
        return now()
    except ValueError as error:
        raise Failure(str(error), fix=f"Correct {VARIABLE}.", exit_code=2) from error


def _commit(workspace: Workspace) -> str | None:
    try:
        return Repository(workspace.system).head
    except UnreadableError:
        return None


def _counting(waivers: Sequence[Waiver], today: datetime) -> list[Waiver]:
    """Those that the pack lets count today."""
    return [waiver for waiver in waivers if _as_the_pack_sees_it(waiver).refusal(today) is None]


def _as_the_pack_sees_it(waiver: Waiver) -> StatedWaiver:
    words = waiver.model_dump(exclude={"stack", "incident"})
    return StatedWaiver(**words, incident=waiver.incident or "")
