"""Each line against the evidence."""

from collections.abc import Iterable
from functools import partial

from headworks.checks import check
from headworks.readiness.evidence import Evidence, Source, is_asked_now, key_of
from headworks.readiness.standing import HolderKind, Holding, Standing, State, worst
from headworks.runbooks.graph import is_for_the_provider, missing
from headworks.runbooks.lines import (
    Attestation,
    Check,
    Line,
    Policy,
    Probe,
    ResourceProperty,
    Unassigned,
    Unsupported,
    When,
)
from policies.graph import environment_of
from policies.pack import RULES
from policies.rule import OFF

_RULES = {rule.id: rule for rule in RULES}
STATES = {
    check.State.HELD: State.VERIFIED,
    check.State.MISSING: State.MISSING,
    check.State.NOT_VERIFIED: State.NOT_VERIFIED,
}


def judge(lines: Iterable[Line], evidence: Evidence) -> list[Standing]:
    return [_stand(line, evidence) for line in lines]


def _stand(line: Line, evidence: Evidence) -> Standing:
    if evidence.stack not in line.stacks:
        return Standing(line, State.NOT_ASKED, ())
    if not is_asked_now(line, evidence.preview):
        return Standing(line, State.LATER, ())
    holdings = [_hold(holder, evidence) for holder in line.held_by if _is_for(holder, line, evidence.stack)]
    holdings = holdings or [
        Holding(HolderKind.NOBODY, "nobody", State.UNASSIGNED, f"nothing is named for {evidence.stack}")
    ]
    state = worst([holding.state for holding in holdings])
    return Standing(line, state, holdings, is_blocking=line.when is When.BEFORE and state in evidence.refused)


def _is_for(holder: object, line: Line, stack: str) -> bool:
    return stack in (getattr(holder, "stacks", ()) or line.stacks)


def _hold(holder: object, evidence: Evidence) -> Holding:
    match holder:
        case ResourceProperty():
            return _by_resource(holder, evidence)
        case Policy():
            return _by_policy(holder.policy, evidence)
        case Check():
            return _by_answer(HolderKind.CHECK, holder.check, holder, Source.CHECKS, evidence)
        case Probe():
            return _by_answer(HolderKind.PROBE, f"{holder.host or ''}{holder.probe}", holder, Source.PROBES, evidence)
        case Attestation():
            return _by_attestation(holder.attestation, evidence)
        case Unsupported():
            return Holding(HolderKind.NOBODY, "nobody", State.UNSUPPORTED, holder.unsupported)
        case Unassigned():
            return Holding(HolderKind.NOBODY, "nobody", State.UNASSIGNED, holder.unassigned)
    raise TypeError(f"{holder!r} holds nothing")


def _by_resource(holder: ResourceProperty, evidence: Evidence) -> Holding:
    hold = partial(Holding, HolderKind.RESOURCE, f"{holder.resource}.{holder.property}")
    if holder.given:
        return hold(State.LATER, f"asked when the stack's file switches it on with {holder.given}")
    lacking = missing(holder, evidence.preview.resources)
    if lacking and not evidence.preview.is_deployed and is_for_the_provider(holder, evidence.preview.resources):
        return hold(State.LATER, "the deployment makes it")
    if lacking:
        return hold(State.MISSING, f"the stack has not {', '.join(str(each) for each in lacking)}")
    return hold(State.HELD, ", ".join(str(value) for value in holder.values) or "the stack states it")


def _by_policy(rule_id: str, evidence: Evidence) -> Holding:
    hold = partial(Holding, HolderKind.POLICY, rule_id)
    rule, environment = _RULES[rule_id], evidence.context.environment
    if rule.levels.of(environment_of(environment.name, environment.production)) is OFF:
        return hold(State.NOT_ASKED, f"the rule does not judge {environment.name}")
    found = [finding for finding in evidence.preview.findings if finding.rule == rule_id]
    waivers = [waiver for waiver in evidence.waivers if waiver.rule == rule_id]
    if found:
        broken = any(finding.mandatory for finding in found)
        return hold(State.MISSING if broken else State.ADVISED, found[0].message)
    if rule_id not in evidence.preview.judged or rule_id in evidence.preview.undecided:
        return hold(State.NOT_VERIFIED, "only a deployment will know what the rule has to judge")
    if waivers:
        first = min(waivers, key=lambda waiver: waiver.expires)
        return hold(State.WAIVED, f"{first.owner}: {first.reason}", first.expires)
    return hold(State.HELD, rule.title)


def _by_answer(kind: HolderKind, name: str, question: Check | Probe, source: Source, evidence: Evidence) -> Holding:
    if source in evidence.left_out:
        return Holding(kind, name, State.LEFT_OUT, f"{source} were left out")
    found = evidence.answers[key_of(question)]
    return Holding(kind, name, STATES[found.state], found.says)


def _by_attestation(kind: str, evidence: Evidence) -> Holding:
    hold = partial(Holding, HolderKind.ATTESTATION, kind)
    if Source.ATTESTATIONS in evidence.left_out:
        return hold(State.LEFT_OUT, "attestations were left out")
    standing = evidence.attestations.get(kind)
    if standing is None:
        fix = f'`headworks attest {kind} {evidence.stack} --evidence "…"`'
        return hold(State.MISSING, f"nobody has attested it; {fix}")
    if standing.attestation is None or standing.refused:
        return hold(State.MISSING, f"it does not count: {standing.refused}")
    attested = standing.attestation
    return hold(State.ATTESTED, f"{attested.who}: {attested.evidence}", attested.until)
